package childdispatch

import (
	"cmp"
	"slices"
)

const (
	maxFailureTypes  = 20
	maxFirstFailures = 5
	otherFailures    = "Other"
)

// Totals are the reduced results of a job. Their size does not depend on how many items
// there are, and their value not on the order in which these are done.
type Totals struct {
	// Completed counts the items that were processed, Bytes sums up their sizes.
	Completed int   `json:"completed"`
	Bytes     int64 `json:"bytes"`
	// Failed counts the other items by the types of their failures.
	Failed map[string]int `json:"failed,omitempty"`
	// FirstFailures are those of the lowest numbers.
	FirstFailures []Report `json:"first_failures,omitempty"`
}

// ProgressQuery is the name of the query for a Progress.
const ProgressQuery = "progress"

// Progress is what the progress query answers.
type Progress struct {
	// Taken counts the items that have been started or refused.
	Taken int `json:"taken"`
	// InFlight counts the children that have not been settled.
	InFlight int    `json:"in_flight"`
	Totals   Totals `json:"totals"`
}

func (w *window) progress() (Progress, error) {
	return Progress{Taken: w.carried.Next, InFlight: len(w.inFlight), Totals: w.carried.Totals}, nil
}

func (t *Totals) add(report Report) {
	if report.Failure == nil {
		t.Completed++
		t.Bytes += report.Size
		return
	}
	if t.Failed == nil {
		t.Failed = map[string]int{}
	}
	failureType := shorten(report.Failure.Type)
	if _, known := t.Failed[failureType]; !known && len(t.Failed) >= maxFailureTypes {
		failureType = otherFailures
	}
	t.Failed[failureType]++
	t.FirstFailures = append(t.FirstFailures, report)
	slices.SortFunc(t.FirstFailures, func(a, b Report) int { return cmp.Compare(a.Number, b.Number) })
	t.FirstFailures = t.FirstFailures[:min(len(t.FirstFailures), maxFirstFailures)]
}
