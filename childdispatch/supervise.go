package childdispatch

import (
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"
)

// MaxVisits bounds the children of Supervise.
const MaxVisits = 50

// Supervise runs the number of children and waits for them. When it is canceled, so are
// its children, and it ends after the last of them.
func Supervise(ctx workflow.Context, visits int) (int, error) {
	if visits < 1 || visits > MaxVisits {
		return 0, refusal(InvalidBatch, "there are 1 to %d visits, got %d", MaxVisits, visits)
	}
	if err := checkOwnID(ctx, InvalidBatch); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	var attended []workflow.ChildWorkflowFuture
	for visit := range visits {
		attended = append(attended, attend(ctx, fmt.Sprintf("visit-%d", visit), workflow.ChildWorkflowOptions{
			WorkflowIDReusePolicy: replaceRunningChild,
			ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_TERMINATE,
		}))
	}
	finished := 0
	var failure error
	for _, visit := range attended {
		// Every child is waited for, whatever became of the others.
		if err := visit.Get(ctx, nil); err != nil {
			failure = endOf(err)
			continue
		}
		finished++
	}
	if ctx.Err() != nil {
		return finished, ctx.Err()
	}
	return finished, failure
}
