package engine

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// awaitChild waits for a child that this run has started.
func awaitChild(r *run, f *frame, child workflow.Future, cancel workflow.CancelFunc) {
	r.wait(&call{
		frame: f, future: child, cancel: cancel, slot: true,
		ready: func(ctx workflow.Context, future workflow.Future) {
			output, err := r.resultOf(ctx, f.path, future)
			r.completed(f, output, err)
		},
	}, 0)
}

// watchChild waits for a child that an earlier run has started.
func watchChild(ctx workflow.Context, r *run, f *frame) {
	child := *f.Child
	watching := workflow.WithActivityOptions(ctx, r.watchOptions(f.path, "watch", watchingSummary))
	r.wait(&call{
		frame:  f,
		future: workflow.ExecuteActivity(watching, watchActivity, child),
		cancel: func() { r.cancelChild(ctx, f) },
		slot:   true,
		ready: func(ctx workflow.Context, future workflow.Future) {
			var result childResult
			err := future.Get(ctx, &result)
			if lost := r.lossOf(ctx, outputAt(f.path), err); lost != nil {
				err = lost
			}
			if err != nil {
				r.completed(f, nil, err)
				return
			}
			if result.Failure != nil {
				r.fail(f, result.Failure)
				return
			}
			r.produce(f, result.Output.any)
		},
	}, eventsOfActivity)
}

// isTaken reports whether a child was not started because its Workflow ID is in use, in a
// run that asks by whom.
func (r *run) isTaken(err error) bool {
	var running *temporal.ChildWorkflowExecutionAlreadyStartedError
	return r.since(2) && errors.As(err, &running)
}

// joinChild goes on with the child that has the step's Workflow ID, if it is the step's: a
// run that was reset had started it. The child of anybody else is left alone, and the step
// fails with the error. A cancel waits for the answer, or it would miss the child.
func joinChild(ctx workflow.Context, r *run, f *frame, step *language.Workflow, taken error) {
	finding := workflow.WithActivityOptions(ctx, r.watchOptions(f.path, "find", "looking for the child"))
	r.wait(&call{
		frame: f, future: workflow.ExecuteActivity(finding, findActivity, r.sought(ctx, f, step)), cancel: func() {}, holdsRun: true, slot: true,
		ready: func(ctx workflow.Context, future workflow.Future) {
			var child *childRef
			if err := future.Get(ctx, &child); err != nil || child == nil {
				r.completed(f, nil, taken)
				return
			}
			if step.Detach {
				r.completed(f, referenceTo(workflow.Execution{ID: child.WorkflowID, RunID: child.RunID}), nil)
				return
			}
			f.Child = child
			watchChild(ctx, r, f)
			if f.Canceling {
				r.cancelChild(ctx, f)
			}
		},
	}, eventsOfActivity)
}

// sought says which child is the step's.
func (r *run) sought(ctx workflow.Context, f *frame, step *language.Workflow) soughtChild {
	info := workflow.GetInfo(ctx)
	sought := soughtChild{WorkflowID: ChildID(r.id, f.path), Type: r.childType(step), FirstRunID: info.FirstRunID}
	sought.Origins = r.state.Fork.chains()
	if info.CronSchedule != "" {
		sought.OriginalRunID = info.OriginalRunID
	}
	return sought
}

// cancelOwnChild cancels a child that this run has started. The server takes a child for
// that of the run which was reset, and refuses what the SDK asks for in the new one.
func (r *run) cancelOwnChild(ctx workflow.Context, f *frame, cancel workflow.CancelFunc) {
	if r.wasReset(ctx) {
		r.cancelChild(ctx, f)
		return
	}
	cancel()
}

// wasReset reports whether the run goes on where another one was reset. It is recorded:
// what was done before the reset is done the same way in the replay.
func (r *run) wasReset(ctx workflow.Context) bool {
	if !r.since(2) {
		return false
	}
	var reset bool
	recorded := workflow.MutableSideEffect(ctx, "reset", func(ctx workflow.Context) any {
		original := workflow.GetInfo(ctx).OriginalRunID
		return original != "" && original != r.runID
	}, func(a, b any) bool { return a == b })
	return recorded.Get(&reset) == nil && reset
}

// cancelChild asks a child that is watched to end as canceled. That it has already ended
// is no failure: its result is on the way. Until version 2 that was asked of whatever had
// the Workflow ID by then.
func (r *run) cancelChild(ctx workflow.Context, f *frame) {
	if !r.since(2) {
		workflow.RequestCancelExternalWorkflow(ctx, f.Child.WorkflowID, "")
		return
	}
	canceling := workflow.WithActivityOptions(ctx, r.watchOptions(f.path, "cancel", "canceling the child"))
	workflow.ExecuteActivity(canceling, cancelActivity, *f.Child)
	r.pace.events += eventsOfActivity
}
