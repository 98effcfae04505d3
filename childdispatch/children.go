package childdispatch

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// DefaultChildTimeout bounds a child workflow's whole life.
const DefaultChildTimeout = time.Minute

// MaxOutputSize bounds the text of an Output, in bytes: a parent's history holds the
// outputs of all its children.
const MaxOutputSize = 4 << 10

// ReportSignal is how a child tells its parent that it is done.
const ReportSignal = "report"

// Task is the input of every child workflow.
type Task struct {
	Item    Item   `json:"item"`
	Quality string `json:"quality"`
	// Number is the item's place in its catalogue.
	Number int `json:"number"`
	// Reports is set where the parent does not wait for the child's own result.
	Reports bool `json:"reports,omitempty"`
}

// Output is what a child workflow makes of an item.
type Output struct {
	// By is the type of the child workflow.
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

// childWorkflow is what every child workflow looks like to its parent.
type childWorkflow = func(workflow.Context, Task) (Output, error)

// children lists the child workflows by the names under which they are registered.
func children() map[string]childWorkflow {
	return map[string]childWorkflow{
		"ProcessImage":    ProcessImage,
		"ProcessVideo":    ProcessVideo,
		"ProcessDocument": ProcessDocument,
	}
}

// ProcessImage makes a thumbnail.
func ProcessImage(ctx workflow.Context, task Task) (Output, error) {
	made, err := convert(ctx, task, "thumbnail")
	return finish(ctx, task, made, err)
}

// ProcessVideo makes a film, and then a poster for it.
func ProcessVideo(ctx workflow.Context, task Task) (Output, error) {
	film, err := convert(ctx, task, "film")
	if err != nil {
		return finish(ctx, task, "", err)
	}
	poster, err := convert(ctx, task, "poster")
	return finish(ctx, task, film+", "+poster, err)
}

// ProcessDocument makes an index.
func ProcessDocument(ctx workflow.Context, task Task) (Output, error) {
	made, err := convert(ctx, task, "index")
	return finish(ctx, task, made, err)
}

func convert(ctx workflow.Context, task Task, into string) (string, error) {
	if task.Item.Delay > 0 {
		if err := workflow.Sleep(ctx, task.Item.Delay); err != nil {
			return "", err
		}
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    5 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                into,
	})
	var made string
	err := workflow.ExecuteActivity(ctx, Convert, Conversion{Item: task.Item, Into: into, Quality: task.Quality}).Get(ctx, &made)
	return made, err
}

// finish is the last step of every child workflow, however it went. It is no deferred
// function: the worker also runs those when it drops a workflow from its cache.
func finish(ctx workflow.Context, task Task, made string, err error) (Output, error) {
	if err == nil && len(made) > MaxOutputSize {
		err = refusal(OutputTooLarge, "%d bytes were made, at most %d are allowed", len(made), MaxOutputSize)
	}
	output := Output{By: workflow.GetInfo(ctx).WorkflowType.Name, Made: made, Size: task.Item.Size}
	if task.Reports {
		report(ctx, reportOf(task.Number, output, err))
	}
	if err != nil {
		return Output{}, unwrapped(err)
	}
	return output, nil
}

// report signals the parent's workflow id and not its run: the run that started this
// child may have continued as new. A signal is sent from a cancelled workflow, too.
func report(ctx workflow.Context, report Report) {
	parent := workflow.GetInfo(ctx).ParentWorkflowExecution
	if parent == nil {
		return
	}
	err := workflow.SignalExternalWorkflow(ctx, parent.ID, "", ReportSignal, report).Get(ctx, nil)
	if err != nil {
		// There is nobody left to tell. The item's work is done all the same.
		workflow.GetLogger(ctx).Warn("The parent has not got the report", "error", err)
	}
}

func reportOf(number int, output Output, err error) Report {
	if err != nil {
		return Report{Number: number, Failure: failureOf(err)}
	}
	return Report{Number: number, Size: output.Size}
}

// Conversion is the input of Convert.
type Conversion struct {
	Item    Item   `json:"item"`
	Into    string `json:"into"`
	Quality string `json:"quality"`
}

// Convert stands for real work on an item. It fails with an ApplicationError of type
// EmptyItem, not retryable.
func Convert(_ context.Context, conversion Conversion) (string, error) {
	if conversion.Item.Size == 0 {
		return "", temporal.NewNonRetryableApplicationError(fmt.Sprintf("%s is empty", conversion.Item.ID), EmptyItem, nil)
	}
	return fmt.Sprintf("%s %s of %s", conversion.Quality, conversion.Into, conversion.Item.ID), nil
}
