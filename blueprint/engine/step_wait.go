package engine

import (
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// waitStep waits for a message, until a time.
type waitStep struct{}

func (waitStep) enter(ctx workflow.Context, r *run, f *frame) {
	if timeout := f.step.Timeout; timeout != nil {
		due, reason := r.due(f, timeout, f.ownScope)
		if reason != nil {
			r.fail(f, reason)
			return
		}
		f.Deadline = due
	}
	r.state.Used.Waits++
	f.Ticket = r.state.Used.Waits
	r.mailbox.add(ctx, f)
	r.mailbox.rules.begins(ctx, r, f)
	setTimeout(ctx, r, f)
}

func (waitStep) resume(ctx workflow.Context, r *run, f *frame) {
	if f.Phase == phaseCatch {
		return
	}
	// What is there is delivered when all are back.
	r.mailbox.add(ctx, f)
	setTimeout(ctx, r, f)
}

func setTimeout(ctx workflow.Context, r *run, f *frame) {
	if f.outcome == nil && !f.Deadline.IsZero() {
		r.callTimer(ctx, f, f.Deadline, summaryOf(f.path, r.summary(f)), func(workflow.Context) { timedOut(r, f) })
	}
}

// received ends a wait with the message, or lets an approved plan begin.
func received(r *run, f *frame, content any) {
	if _, approved := f.step.Kind.(*language.PlanStep); approved {
		r.beginPlan(f)
		return
	}
	r.calls.forget(f)
	r.produce(f, content)
}

// timedOut goes on without a message.
func timedOut(r *run, f *frame) {
	r.mailbox.remove(f)
	if f.outcome != nil {
		return // A message has come at the same time.
	}
	if f.Canceling {
		r.end(f, cancellation())
		return
	}
	wait := f.step.Kind.(*language.Wait)
	if f.step.OnTimeout == nil {
		r.fail(f, &Failure{Type: FailureWaitTimeout, Message: "no message " + wait.Wait + " came in time", Details: values{wait.Wait}})
		return
	}
	f.Phase = phaseCatch
	r.beginBlock(f, 0, false, nil)
}

func (waitStep) block(f *frame, _ int, _ *saved) ([]*language.Step, string) { return lateBlock(f) }

func (waitStep) ended(_ workflow.Context, r *run, f, block *frame) { r.end(f, *block.outcome) }
