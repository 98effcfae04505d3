// Package childdispatch shows child workflows that are chosen by data, started in any
// number, and started by themselves. Dispatch picks each item's child workflow from a
// table of types and returns what became of every item. ProcessCatalogue works through
// any number of items with a bounded number of children in flight: it continues as new
// while they run, and they report to whichever run is the current one. MergeSort is a
// child workflow of itself. The closing workflows show what a parent's end means for
// its children.
package childdispatch

import (
	"fmt"
	"regexp"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"
)

// Bounds of one batch. They keep the history of its run under the 4,096 events at
// which the server suggests to continue as new, and its result within one payload.
const (
	MaxItems              = 200
	MaxConcurrentChildren = 20
	// MaxTextLength bounds what is quoted of names and reasons, in bytes.
	MaxTextLength = 200
)

// Batch is the input of Dispatch.
type Batch struct {
	// Tenant selects the overrides of the table of routes; it may be empty.
	Tenant string `json:"tenant,omitempty"`
	Items  []Item `json:"items"`
}

// Item is one thing to process.
type Item struct {
	// ID has 1 to 64 letters, digits, dots, dashes or underscores.
	ID string `json:"id"`
	// Type selects the child workflow: "image", "video", "document".
	Type string `json:"type"`
	// Workflow names the child workflow itself, instead of Type; it may be empty.
	Workflow string `json:"workflow,omitempty"`
	// Size is in bytes.
	Size int64 `json:"size"`
	// Delay stands for work that takes long, in nanoseconds.
	Delay time.Duration `json:"delay,omitempty"`
}

// Result is what became of one item: it has either an Output or a Failure.
type Result struct {
	ID      string   `json:"id"`
	Output  *Output  `json:"output,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
}

// Failure says why an item has no output.
type Failure struct {
	// Type is one of the error types of this sample, or the type of the error with
	// which the child failed.
	Type   string `json:"type"`
	Reason string `json:"reason"`
}

// Dispatch runs one child workflow for each item and returns the results in the order
// of the items. An item that no child can take, or whose child fails, is a Failure in
// the results and stops nothing else. It fails with an ApplicationError of type
// InvalidBatch, not retryable, before any child is started.
func Dispatch(ctx workflow.Context, batch Batch) ([]Result, error) {
	if err := checkBatch(ctx, batch); err != nil {
		return nil, err
	}
	table, err := recordedTable(ctx, batch.Tenant)
	if err != nil {
		return nil, err
	}
	results := make([]Result, len(batch.Items))
	slots := workflow.NewSemaphore(ctx, MaxConcurrentChildren)
	group := workflow.NewWaitGroup(ctx)
	for i, item := range batch.Items {
		// Acquire takes a free slot also when the batch is cancelled already.
		if slots.Acquire(ctx, 1) != nil || ctx.Err() != nil {
			break
		}
		group.Go(ctx, func(ctx workflow.Context) {
			defer slots.Release(1)
			results[i] = dispatchOne(ctx, table, i, item)
		})
	}
	group.Wait(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return results, nil
}

// dispatchOne waits for the child workflow of the item.
func dispatchOne(ctx workflow.Context, table Table, position int, item Item) Result {
	route, failure := table.route(item)
	if failure != nil {
		return Result{ID: shorten(item.ID), Failure: failure}
	}
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:               dispatchedID(ctx, position, item),
		WorkflowExecutionTimeout: DefaultChildTimeout,
		// A cancelled batch ends after its children, not before them.
		WaitForCancellation: true,
		// Nobody would collect what the children of a closed batch do.
		ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		StaticSummary:     item.ID,
	})
	var output Output
	task := Task{Item: item, Quality: route.Quality}
	if err := workflow.ExecuteChildWorkflow(ctx, route.Workflow, task).Get(ctx, &output); err != nil {
		return Result{ID: item.ID, Failure: failureOf(err)}
	}
	return Result{ID: item.ID, Output: &output}
}

// dispatchedID is readable, and unique even where two items have the same id.
func dispatchedID(ctx workflow.Context, position int, item Item) string {
	return fmt.Sprintf("%s.%03d-%s", workflow.GetInfo(ctx).WorkflowExecution.ID, position, item.ID)
}

func checkBatch(ctx workflow.Context, batch Batch) error {
	if len(batch.Items) > MaxItems {
		return refusal(InvalidBatch, "%d items, at most %d are allowed", len(batch.Items), MaxItems)
	}
	return checkOwnID(ctx, InvalidBatch)
}

// checkItem keeps child ids readable and every child's input small.
func checkItem(item Item) *Failure {
	const allowed = `^[A-Za-z0-9._-]{1,64}$`
	if matches, err := regexp.MatchString(allowed, item.ID); err != nil || !matches {
		return &Failure{InvalidItem, "an item's id has 1 to 64 letters, digits, dots, dashes or underscores"}
	}
	if max(len(item.Type), len(item.Workflow)) > 64 {
		return &Failure{InvalidItem, "an item's type and workflow have at most 64 bytes"}
	}
	if item.Size < 0 || item.Delay < 0 {
		return &Failure{InvalidItem, "an item's size and delay are not negative"}
	}
	return nil
}
