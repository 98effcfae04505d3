package engine

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	enumspb "go.temporal.io/api/enums/v1"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// workflowStep starts a Child Workflow and waits for it.
//
// The child does not end with the run that started it: it goes on while its parent
// continues as new. The next run watches it instead of holding up its own siblings.
type workflowStep struct{ noBlocks }

func (workflowStep) enter(ctx workflow.Context, r *run, f *frame) {
	if r.state.Used.Children >= r.record.Budget.Children {
		r.fail(f, exceeded("children", r.record.Budget.Children))
		return
	}
	r.state.Used.Children++
	holdChild(ctx, r, f)
}

// holdChild starts the child when there is a slot for it.
func holdChild(ctx workflow.Context, r *run, f *frame) {
	step := f.step.Kind.(*language.Workflow)
	input, reason := r.argument(f, step.With)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	if !r.listed(step.Workflow) {
		r.fail(f, failureOf(notInCatalog("workflow", step.Workflow)))
		return
	}
	if problem := step.Retry.Problem(); problem != "" {
		r.fail(f, failureOf(refusedOptions(problem)))
		return
	}
	options, reason := r.childTimeoutsOf(f, step.ChildOptions)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	arguments, bytes := r.childArguments(f, step, input)
	r.hold(ctx, f, bytes, func(ctx workflow.Context) {
		startChild(workflow.WithChildOptions(ctx, r.childOptions(f, step, options)), r, f, step, arguments)
	})
}

func (workflowStep) resume(ctx workflow.Context, r *run, f *frame) {
	if f.Child == nil {
		holdChild(ctx, r, f)
		return
	}
	watchChild(ctx, r, f)
	if f.Canceling {
		r.cancelChild(ctx, f)
	}
}

// listed reports whether the run may start the child.
func (r *run) listed(name string) bool {
	_, cataloged := r.record.Calls.Workflows[name]
	_, isBlueprint := r.record.Calls.References[name]
	return cataloged || isBlueprint
}

// childArguments are the child's input and, for a blueprint, what it is started with.
func (r *run) childArguments(f *frame, step *language.Workflow, input *value) ([]any, int) {
	var arguments []any
	bytes := 0
	if input != nil {
		arguments = append(arguments, *input)
		bytes = expression.Size(input.any)
	}
	if _, cataloged := r.record.Calls.Workflows[step.Workflow]; cataloged {
		return arguments, bytes
	}
	if input == nil {
		arguments = append(arguments, value{})
	}
	carried := &continuation{Record: r.record.forChild(step.Workflow, r.record.Depth+f.depth()), By: r.runID}
	encoded, _ := json.Marshal(carried)
	return append(arguments, carried), bytes + len(encoded)
}

func startChild(ctx workflow.Context, r *run, f *frame, step *language.Workflow, arguments []any) {
	cancellable, cancel := r.childContext(ctx)
	child := workflow.ExecuteChildWorkflow(cancellable, r.childType(step), arguments...)
	r.wait(&call{
		frame: f, future: child.GetChildWorkflowExecution(), cancel: cancel, holdsRun: true, slot: true,
		ready: func(ctx workflow.Context, future workflow.Future) {
			var execution workflow.Execution
			err := future.Get(ctx, &execution)
			switch {
			case r.isTaken(err):
				joinChild(ctx, r, f, step, err)
			case err != nil || step.Detach:
				r.completed(f, referenceTo(execution), err)
			default:
				f.Child = &childRef{WorkflowID: execution.ID, RunID: execution.RunID}
				awaitChild(r, f, child, func() { r.cancelOwnChild(ctx, f, cancel) })
			}
		},
	}, eventsOfChild)
}
func (r *run) childOptions(f *frame, step *language.Workflow, options language.ChildOptions) workflow.ChildWorkflowOptions {
	callee := r.record.Calls.Workflows[step.Workflow]
	if defaults := r.root.program.Definition.Defaults; defaults != nil {
		options.ExecutionTimeout = cmp.Or(options.ExecutionTimeout, defaults.ExecutionTimeout)
		options.RunTimeout = cmp.Or(options.RunTimeout, defaults.RunTimeout)
	}
	return workflow.ChildWorkflowOptions{
		WorkflowID:               ChildID(r.id, f.path),
		TaskQueue:                callee.TaskQueue,
		WorkflowExecutionTimeout: length(options.ExecutionTimeout),
		WorkflowRunTimeout:       length(options.RunTimeout),
		RetryPolicy:              retryPolicy(options.Retry),
		WaitForCancellation:      true,
		ParentClosePolicy:        enumspb.PARENT_CLOSE_POLICY_ABANDON,
		Memo:                     r.record.childMemo(step.Workflow),
		StaticSummary:            summaryOf(f.path, r.summary(f)),
	}
}

// childContext is what a child is canceled by. The end of the run does not cancel a child
// that it leaves running; until version 2 it asked for that, which the server ignores.
func (r *run) childContext(ctx workflow.Context) (workflow.Context, workflow.CancelFunc) {
	if r.since(2) {
		return workflow.NewDisconnectedContext(ctx)
	}
	return workflow.WithCancel(ctx)
}

// referenceTo is the output of a step that leaves its child running.
func referenceTo(child workflow.Execution) any {
	return map[string]any{"workflowId": child.ID, "runId": child.RunID}
}

func (r *run) childType(step *language.Workflow) string {
	return cmp.Or(r.record.Calls.References[step.Workflow], step.Workflow)
}

// ChildID is the Workflow ID of the child that a step starts, by its parent's Workflow ID
// and the step's path, so that a step never has two. A long one is shortened with a hash.
func ChildID(parent, path string) string { return shortID(parent + "/" + path) }

// shortID is the ID, or the beginning of a long one with a hash of all of it.
func shortID(id string) string {
	const longest = 240
	if len(id) <= longest {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return id[:longest/2] + "-" + hex.EncodeToString(sum[:16])
}

// orCanceled is the error, or a cancel where there is none.
func orCanceled(err error) error {
	if err == nil {
		return temporal.NewCanceledError()
	}
	return err
}
