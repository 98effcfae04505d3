package engine

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// planStep calls an Activity that returns steps, has them checked, and runs them.
type planStep struct{}

func (planStep) enter(ctx workflow.Context, r *run, f *frame) {
	r.state.Used.Plans++
	if r.state.Used.Plans > r.record.Budget.Plans {
		r.fail(f, exceeded("plans", r.record.Budget.Plans))
		return
	}
	callPlanner(ctx, r, f)
}

func (planStep) resume(ctx workflow.Context, r *run, f *frame) {
	switch {
	case f.Plan == nil:
		callPlanner(ctx, r, f)
	case f.step.Kind.(*language.PlanStep).Approve != "" && len(f.subframes) == 0:
		if r.readyPlan(ctx, f) {
			r.awaitApproval(ctx, f)
		}
	}
}

func callPlanner(ctx workflow.Context, r *run, f *frame) {
	step := f.step.Kind.(*language.PlanStep)
	argument, reason := r.argument(f, step.With)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	options, reason := r.timeoutsOf(f, step.Options, f.ownScope)
	if reason != nil {
		r.fail(f, reason)
		return
	}
	r.callActivity(ctx, f, activityCall{
		path: f.path, summary: r.summary(f), name: step.Plan, argument: argument, options: options,
	}, func(ctx workflow.Context, output any, err error) {
		switch {
		case err != nil || f.Canceling:
			r.completed(f, nil, orCanceled(err))
		case expression.Size(output) > r.record.Budget.OutputBytes:
			r.fail(f, exceeded("outputBytes", r.record.Budget.OutputBytes))
		default:
			r.runPlan(ctx, f, output)
		}
	})
}

// runPlan runs a plan that has been found to be right. The verdict is recorded: no
// replay, and no later Worker, judges the plan again.
func (r *run) runPlan(ctx workflow.Context, f *frame, output any) {
	canonical, verdict := r.judge(ctx, f, output)
	if verdict.Refused != nil {
		r.fail(f, verdict.Refused)
		return
	}
	r.record.add(verdict.Calls)
	f.Plan = canonical
	f.PlanHash = verdict.Hash
	r.grow(f, len(canonical))
	if !r.readyPlan(ctx, f) {
		return
	}
	f.Visits = make([]visit, len(f.planned.Steps))
	if f.step.Kind.(*language.PlanStep).Approve == "" {
		r.beginPlan(f)
		return
	}
	r.state.Used.Waits++
	f.Ticket = r.state.Used.Waits
	r.awaitApproval(ctx, f)
}

func (r *run) beginPlan(f *frame) { r.beginBlock(f, 0, false, nil) }

// readyPlan opens the plan where no workflow waits for it, or fails the step.
func (r *run) readyPlan(ctx workflow.Context, f *frame) bool {
	r.offThread(ctx, len(f.Plan), func() { _ = r.openPlan(f) })
	err := r.openPlan(f)
	if err != nil {
		r.fail(f, &Failure{Type: FailureInvalidPlan, Message: err.Error()})
	}
	return err == nil
}

// openPlan makes the frame's plan ready to be run.
func (r *run) openPlan(f *frame) error {
	if f.Plan == nil || f.planned != nil {
		return nil
	}
	program, err := r.interpreter.programs.plan(f.PlanHash, f.Plan)
	if err != nil {
		return fmt.Errorf("compiling the plan of %s: %w", f.path, err)
	}
	f.planned = program
	r.keyed = r.keyed || program.UsesKeys()
	return nil
}

func (planStep) ended(_ workflow.Context, r *run, f, block *frame) {
	r.end(f, r.outputOf(f.planned, block))
}

// outputOf is the outcome of a program's block: where it ended well, with the output
// that the program gives.
func (r *run) outputOf(program *language.Program, block *frame) outcome {
	if !block.outcome.is(succeeded) || program.Definition.Output == nil {
		return *block.outcome
	}
	output, reason := r.evaluate(block, program.Definition.Output.Raw, block.innerScope)
	if reason != nil {
		reason.Step = block.parent.path
		return failure(reason)
	}
	return success(output)
}

func (planStep) block(f *frame, _ int, _ *saved) ([]*language.Step, string) {
	const shown = 8
	return f.planned.Definition.Steps, "/plan:" + f.PlanHash[:shown]
}
