package childdispatch

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Types of the ApplicationErrors of ProcessCatalogue. None is retryable.
const (
	// InvalidJob: the catalogue cannot be worked through with these bounds.
	InvalidJob = "InvalidJob"
	// CatalogueUnreadable: no more items can be listed.
	CatalogueUnreadable = "CatalogueUnreadable"
)

// Bounds of one job.
const (
	// MaxWindow keeps a run far from the 2,000 children that may be pending, and what
	// it hands to the next run far from the size of a payload.
	MaxWindow = 500
	// DefaultEventsPerRun is half of the events at which the server suggests to
	// continue as new: a run goes on until the children it has started are confirmed.
	DefaultEventsPerRun = 2000
	// MinEventsPerRun lets every run start some children.
	MinEventsPerRun = 20
)

// Job is the input of ProcessCatalogue.
type Job struct {
	Catalogue Catalogue `json:"catalogue"`
	// Tenant selects the overrides of the table of routes; it may be empty.
	Tenant string `json:"tenant,omitempty"`
	// Window is how many children may be in flight, 1 to MaxWindow.
	Window int `json:"window"`
	// ChildTimeout bounds each child's life, in nanoseconds; 0 is DefaultChildTimeout.
	ChildTimeout time.Duration `json:"child_timeout,omitempty"`
	// EventsPerRun is the length of the history at which a run continues as new; 0 is
	// DefaultEventsPerRun.
	EventsPerRun int `json:"events_per_run,omitempty"`
	// Carried is what one run hands to the next; a caller leaves it out.
	Carried *Carried `json:"carried,omitempty"`
}

// Carried is all that a run must know of the runs before it. Its size depends on the
// window and not on the number of items.
type Carried struct {
	Table Table `json:"table"`
	// Next is the number of the first item that no run has taken.
	Next int `json:"next"`
	// InFlight are the children that have not been settled, by number.
	InFlight []Child `json:"in_flight"`
	Totals   Totals  `json:"totals"`
}

// ProcessCatalogue works through the catalogue with at most a window of children in
// flight, and returns the reduced results. It continues as new while children run. It
// fails with an ApplicationError of type InvalidJob before any child is started. When it
// is canceled, or with CatalogueUnreadable, it ends after its children, and the details
// of its error are the Totals.
func ProcessCatalogue(ctx workflow.Context, job Job) (Totals, error) {
	if err := checkJob(ctx, job); err != nil {
		return Totals{}, err
	}
	w, err := newWindow(ctx, job)
	if err != nil {
		return Totals{}, err
	}
	// On a canceled context no child could be waited for, and no Activity started.
	detachedCtx, _ := workflow.NewDisconnectedContext(ctx)
	for {
		w.handlePending(detachedCtx)
		switch {
		case w.over():
			return w.outcome()
		case w.mustCancelChildren():
			w.cancelChildren(detachedCtx)
		case w.mustContinueAsNew(ctx):
			return Totals{}, w.continueAsNew(ctx)
		case w.mayStart(ctx):
			w.startNext(ctx, detachedCtx)
		default:
			w.wait(detachedCtx)
		}
	}
}

// window is one run's view of the job.
type window struct {
	job     Job
	carried Carried
	// page are the items that have been listed and not been taken, from carried.Next on.
	page []Item
	// listed is set when the catalogue has no items after the page.
	listed bool
	// inFlight are the children that have not been settled, by number.
	inFlight map[int]Child
	// starting counts the children of which the server has not said that they run.
	starting int
	// ownFuture has the children in flight of which a future of this run reports the end.
	// It does not for children of earlier runs.
	ownFuture map[int]bool
	// looks counts how often a child was looked at and was still running.
	looks map[int]int
	// canceled is set when the job is canceled, childrenCanceled when its children are.
	canceled, childrenCanceled bool
	// failure is why no more children can be started.
	failure *Failure
	// timer runs until the first child is due; it is nil when none runs.
	timer    *dueTimer
	selector workflow.Selector
}

func newWindow(ctx workflow.Context, job Job) (*window, error) {
	w := &window{
		job:       job.withDefaults(),
		inFlight:  map[int]Child{},
		ownFuture: map[int]bool{},
		looks:     map[int]int{},
		selector:  workflow.NewSelector(ctx),
	}
	err := workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, w.progress, workflow.QueryHandlerOptions{
		Description: "How many items have been taken, are in flight, and are done",
	})
	if err != nil {
		return nil, err
	}
	w.selector.AddReceive(workflow.GetSignalChannelWithOptions(ctx, ReportSignal, workflow.SignalChannelOptions{Description: "How an item ended; its child sends it"}), w.receive)
	w.selector.AddReceive(ctx.Done(), func(done workflow.ReceiveChannel, _ bool) {
		// A selector holds for pending what its callback does not receive.
		done.ReceiveAsync(nil)
		w.canceled = true
	})
	if job.Carried == nil {
		w.carried.Table, err = recordedTable(ctx, job.Tenant)
		return w, err
	}
	w.carried = *job.Carried
	for _, child := range job.Carried.InFlight {
		w.inFlight[child.Number] = child
	}
	return w, nil
}

// handlePending handles what has arrived, so that no decision is made without it and no
// report is left behind in a run that ends.
func (w *window) handlePending(ctx workflow.Context) {
	for w.selector.HasPending() {
		w.selector.Select(ctx)
	}
}

// wait waits for the next of these: a report, the end of a child, the cancellation, or
// the time at which a child is due.
func (w *window) wait(ctx workflow.Context) {
	w.startTimer(ctx)
	w.selector.Select(ctx)
}

// exhausted says that there is nothing more to start.
func (w *window) exhausted() bool {
	return w.canceled || w.failure != nil || (w.listed && len(w.page) == 0)
}

func (w *window) over() bool { return w.exhausted() && len(w.inFlight) == 0 }

func (w *window) outcome() (Totals, error) {
	switch {
	case w.canceled:
		return Totals{}, temporal.NewCanceledError(w.carried.Totals)
	case w.failure != nil:
		return Totals{}, temporal.NewApplicationErrorWithOptions(w.failure.Reason, w.failure.Type,
			temporal.ApplicationErrorOptions{NonRetryable: true, Details: []any{w.carried.Totals}})
	default:
		return w.carried.Totals, nil
	}
}

func (w *window) isLong(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetContinueAsNewSuggested() || info.GetCurrentHistoryLength() >= w.job.EventsPerRun
}

// mustContinueAsNew is false while children are starting: a child whose start nobody has
// confirmed may not exist, and the next run could not find out.
func (w *window) mustContinueAsNew(ctx workflow.Context) bool {
	return w.isLong(ctx) && w.starting == 0 && !w.canceled && w.failure == nil
}

func (w *window) mayStart(ctx workflow.Context) bool {
	return !w.isLong(ctx) && !w.exhausted() && len(w.inFlight) < w.job.Window
}

func (w *window) continueAsNew(ctx workflow.Context) error {
	w.carried.InFlight = []Child{}
	for _, number := range workflow.DeterministicKeys(w.inFlight) {
		w.carried.InFlight = append(w.carried.InFlight, w.inFlight[number])
	}
	next := w.job
	next.Carried = &w.carried
	return workflow.NewContinueAsNewError(ctx, ProcessCatalogue, next)
}

func (j Job) withDefaults() Job {
	if j.ChildTimeout == 0 {
		j.ChildTimeout = DefaultChildTimeout
	}
	if j.EventsPerRun == 0 {
		j.EventsPerRun = DefaultEventsPerRun
	}
	return j
}

func checkJob(ctx workflow.Context, job Job) error {
	job = job.withDefaults()
	switch {
	case job.Window < 1 || job.Window > MaxWindow:
		return refusal(InvalidJob, "the window has 1 to %d children, got %d", MaxWindow, job.Window)
	case job.EventsPerRun < MinEventsPerRun || job.EventsPerRun > DefaultEventsPerRun:
		return refusal(InvalidJob, "a run has %d to %d events, got %d", MinEventsPerRun, DefaultEventsPerRun, job.EventsPerRun)
	case job.ChildTimeout < 0:
		return refusal(InvalidJob, "a child's timeout is not negative, got %s", job.ChildTimeout)
	}
	return checkOwnID(ctx, InvalidJob)
}
