package childdispatch

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// DefaultChildTimeout bounds a child's whole life.
const DefaultChildTimeout = time.Minute

// MaxOutputSize bounds the text of an Output, in bytes: a parent's Event History holds the
// outputs of all its children.
const MaxOutputSize = 4 << 10

// OutputTooLarge is the type of the error of a child that has produced more than its parent can take.
const OutputTooLarge = "OutputTooLarge"

// ReportSignal is the Signal with which a child reports to its parent.
const ReportSignal = "report"

// Task is the input of every Child Workflow.
type Task struct {
	Item    Item   `json:"item"`
	Quality string `json:"quality"`
	// Number is the item's place in its catalogue.
	Number int `json:"number"`
	// Reports is set where the parent does not wait for the child's own result.
	Reports bool `json:"reports,omitempty"`
}

// Output is what a Child Workflow makes of an item.
type Output struct {
	// By is the type of the Child Workflow.
	By string `json:"by"`
	// Made describes what was made, in at most MaxOutputSize bytes.
	Made string `json:"made"`
	// Size is what was read, in bytes.
	Size int64 `json:"size"`
}

// Report is what a parent needs to know of a child that is done. Its size does not
// depend on the child's output.
type Report struct {
	Number  int      `json:"number"`
	Size    int64    `json:"size,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
}

// finish is the last step of every Child Workflow, however it went. It is no deferred
// function: the Worker also runs those when it drops a workflow from its cache.
func finish(ctx workflow.Context, task Task, made string, err error) (Output, error) {
	if err == nil && len(made) > MaxOutputSize {
		err = refusal(OutputTooLarge, "%d bytes were made, at most %d are allowed", len(made), MaxOutputSize)
	}
	output := Output{By: workflow.GetInfo(ctx).WorkflowType.Name, Made: made, Size: task.Item.measure()}
	if task.Reports {
		report(ctx, reportOf(task.Number, output, err))
	}
	if err != nil {
		return Output{}, unwrapped(err)
	}
	return output, nil
}

// report signals the parent's workflow ID and not its run: the run that started this
// child may have continued as new. A canceled workflow can send a Signal, too.
func report(ctx workflow.Context, report Report) {
	parent := workflow.GetInfo(ctx).ParentWorkflowExecution
	if parent == nil {
		return
	}
	err := workflow.SignalExternalWorkflow(ctx, parent.ID, "", ReportSignal, report).Get(ctx, nil)
	if err != nil {
		// No parent is left. The item's work is done all the same.
		workflow.GetLogger(ctx).Warn("The report was not delivered to the parent", "error", err)
	}
}

func reportOf(number int, output Output, err error) Report {
	if err != nil {
		return Report{Number: number, Failure: failureOf(err)}
	}
	return Report{Number: number, Size: output.Size}
}
