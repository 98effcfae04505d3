package rehearse

import (
	"sync"
	"time"
)

// Call is an Activity, a timer or a child that a step asked for.
type Call struct {
	// Path is the step's; Kind is Activity, Local Activity, child or timer; Name is what
	// was called, of a timer its length.
	Path string `json:"path"`
	Kind string `json:"kind"`
	Name string `json:"name"`
	// Start and End are in virtual time since the run began, in seconds; a call without an
	// end was open when the run ended.
	Start float64  `json:"start"`
	End   *float64 `json:"end,omitempty"`
	// Attempts is how often it was tried.
	Attempts int `json:"attempts,omitempty"`
	// Ended is ok, failed or canceled; Failure is the failure's type and message.
	Ended   string `json:"ended,omitempty"`
	Failure string `json:"failure,omitempty"`
	// RetriedForEver says that every further attempt would fail, and nothing bounds them.
	RetriedForEver bool `json:"retriedForEver,omitempty"`
}

// Delivery is what became of a message.
type Delivery struct {
	Name string  `json:"name"`
	At   float64 `json:"at"`
	// Step is the step that waited for it; Refused is why it was not taken.
	Step    string `json:"step,omitempty"`
	Refused string `json:"refused,omitempty"`
}

// trace collects the calls. Attempts of real Activities are noted by their goroutines.
type trace struct {
	mutex      sync.Mutex
	began      time.Time
	calls      []*Call
	deliveries []*Delivery
}

func (t *trace) begin(path, kind, name string, now time.Time) (call *Call, index int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	call = &Call{Path: path, Kind: kind, Name: name, Start: now.Sub(t.began).Seconds()}
	t.calls = append(t.calls, call)
	return call, len(t.calls) - 1
}

func (t *trace) attempt(index, attempt int) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	if index >= 0 && index < len(t.calls) {
		// A real attempt after rehearsed ones takes itself for the first.
		t.calls[index].Attempts = max(t.calls[index].Attempts, attempt)
	}
}

func (t *trace) forEver(index int, failure error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.calls[index].RetriedForEver, t.calls[index].Failure = true, inWords(failure)
}

func (t *trace) end(call *Call, err error, canceled bool, now time.Time) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	end := now.Sub(t.began).Seconds()
	call.End = &end
	switch {
	case err == nil:
		call.Ended = "ok"
	case canceled:
		call.Ended = "canceled"
	default:
		call.Ended, call.Failure = "failed", inWords(err)
	}
}

func (t *trace) list() []Call {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	calls := make([]Call, len(t.calls))
	for i, each := range t.calls {
		calls[i] = *each
	}
	return calls
}

// last is when the last thing happened.
func (t *trace) last() time.Duration {
	latest := 0.0
	for _, each := range t.list() {
		latest = max(latest, each.Start)
		if each.End != nil {
			latest = max(latest, *each.End)
		}
	}
	for _, each := range t.deliveries {
		latest = max(latest, each.At)
	}
	return time.Duration(latest * float64(time.Second))
}
