package engine

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// setClocks lets the time that steps, and the run, must be done in stand still where something
// inside is paused or held, and go on where nothing is anymore.
func (r *run) setClocks(ctx workflow.Context) {
	if len(r.gates.paused) > 0 || len(r.holds.frames) > 0 || r.gates.stopped > 0 {
		r.gates.stopped = 0
		r.setClock(ctx, r.root, r.gates.paused[""])
	}
}

// setClock sets the clocks of the frame and of those below, and reports whether something inside
// is paused or held; paused says that the frame is in what is. A cancel opens each gate in what it
// cancels, and lets go what is held.
func (r *run) setClock(ctx workflow.Context, f *frame, paused bool) bool {
	r.pace.spent++
	if f.Canceling {
		return false
	}
	if f.Held != nil {
		return true // Its own time is over, or begins anew.
	}
	paused = paused || f.Role == roleStep && r.gates.has(f.path)
	inside := paused
	for _, each := range f.subframes {
		inside = r.setClock(ctx, each, paused) || inside
	}
	switch {
	case !f.hasClock():
	case inside && !f.Stopped.IsZero():
		r.gates.stopped++
	case inside:
		f.Stopped = r.now
		r.gates.stopped++
		r.calls.forgetThose(f, func(each *call) bool { return each.guards })
	case !f.Stopped.IsZero():
		f.Deadline = f.Deadline.Add(r.now.Sub(f.Stopped))
		f.Stopped = time.Time{}
		guardTime(ctx, r, f)
	}
	return inside
}

// hasClock reports whether the frame must be done by a time, and is not late yet.
func (f *frame) hasClock() bool {
	switch f.executor.(type) {
	case guardStep, whole:
		return f.outcome == nil && f.Decided == nil && !f.Deadline.IsZero()
	}
	return false
}
