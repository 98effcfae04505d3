package childdispatch

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// EmptyItem: the item has no content.
const EmptyItem = "EmptyItem"

// childWorkflow is what every Child Workflow looks like to its parent.
type childWorkflow = func(workflow.Context, Task) (Output, error)

// children lists the Child Workflows by the names under which they are registered.
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
