// Package childdispatch shows Child Workflows that are chosen by data, started in any
// number, and started by themselves. Dispatch picks each item's child from a table of
// types and returns one result for each item. ProcessCatalogue works through any number
// of items with a bounded number of children in flight: it continues as new while they
// run, and they report to whichever run is the current one. MergeSort is a child of
// itself. Supervise, LeaveChildren and Claim show what a parent's end means for its
// children, and what happens when a child's ID is in use.
package childdispatch

import (
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"
)

// Bounds of one batch. They keep the Event History of its run under the 4,096 Events at
// which the server suggests to continue as new, and its result within one payload.
const (
	MaxItems              = 200
	MaxConcurrentChildren = 20
)

// Batch is the input of Dispatch.
type Batch struct {
	// Tenant selects the overrides of the table of routes; it may be empty.
	Tenant string `json:"tenant,omitempty"`
	// Items are 1 to MaxItems.
	Items []Item `json:"items"`
}

// Result is what became of one item: it has either an Output or a Failure.
type Result struct {
	ID      string   `json:"id"`
	Output  *Output  `json:"output,omitempty"`
	Failure *Failure `json:"failure,omitempty"`
}

// Dispatch runs one Child Workflow for each item and returns the results in the order
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
		// Acquire takes a free slot also when the batch is canceled already.
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

// dispatchOne waits for the Child Workflow of the item.
func dispatchOne(ctx workflow.Context, table Table, position int, item Item) Result {
	route, failure := item.route(table)
	if failure != nil {
		return Result{ID: shorten(item.name()), Failure: failure}
	}
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID:               dispatchedID(ctx, position, item),
		WorkflowIDReusePolicy:    replaceRunningChild,
		WorkflowExecutionTimeout: DefaultChildTimeout,
		// A canceled batch ends after its children, not before them.
		WaitForCancellation: true,
		// Nobody would collect what the children of a closed batch do.
		ParentClosePolicy: enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		StaticSummary:     item.name(),
	})
	var output Output
	task := Task{Item: item, Quality: route.Quality}
	if err := workflow.ExecuteChildWorkflow(ctx, route.Workflow, task).Get(ctx, &output); err != nil {
		return Result{ID: item.name(), Failure: failureOf(err)}
	}
	return Result{ID: item.name(), Output: &output}
}

// dispatchedID is readable, and unique even where two items have the same name.
func dispatchedID(ctx workflow.Context, position int, item Item) string {
	return fmt.Sprintf("%s.%03d-%s", workflow.GetInfo(ctx).WorkflowExecution.ID, position, item.name())
}

func checkBatch(ctx workflow.Context, batch Batch) error {
	if len(batch.Items) == 0 {
		return refusal(InvalidBatch, "items must not be empty (at most %d)", MaxItems)
	}
	if len(batch.Items) > MaxItems {
		return refusal(InvalidBatch, "%d items, at most %d are allowed", len(batch.Items), MaxItems)
	}
	return checkOwnID(ctx, InvalidBatch)
}
