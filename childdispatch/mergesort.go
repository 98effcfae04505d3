package childdispatch

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"
)

// Types of the ApplicationErrors with which MergeSort refuses its input. None is retryable.
const (
	// TooDeep: the numbers need more levels of Child Workflows than are allowed.
	TooDeep = "TooDeep"
	// InputTooLarge: the numbers do not fit into a payload.
	InputTooLarge = "InputTooLarge"
	// InvalidSort: there are no numbers, or the bounds of the sort make no sense.
	InvalidSort = "InvalidSort"
)

// Bounds of one sort.
const (
	// MaxDepth bounds the levels of Child Workflows; d levels are up to 2^(d+1)-2
	// children.
	MaxDepth = 6
	// DefaultLeafSize is how many numbers are sorted without a child.
	DefaultLeafSize = 5
	// MaxSortBytes bounds the numbers as JSON, far below the 2 MiB of a payload: each
	// level of the tree holds them four times.
	MaxSortBytes = 128 << 10
	// sortTimeout bounds the life of a half, with all that is below it.
	sortTimeout = time.Minute
)

// Sort is the input of MergeSort.
type Sort struct {
	// Numbers must be there, but may be empty.
	Numbers []int64 `json:"numbers"`
	// LeafSize is how many numbers one Activity sorts; 0 is DefaultLeafSize.
	LeafSize int `json:"leaf_size,omitempty"`
	// Depth is how many MergeSorts are above this one; a caller leaves it out.
	Depth int `json:"depth,omitempty"`
}

// MergeSort returns the numbers in ascending order. A list that is not small is cut into
// halves, and each half is the input of a child that is a MergeSort, too. It fails with
// an ApplicationError of type TooDeep, InputTooLarge or InvalidSort, not retryable,
// before anything is scheduled.
func MergeSort(ctx workflow.Context, sort Sort) ([]int64, error) {
	sort = sort.withDefaults()
	if err := checkSort(ctx, sort); err != nil {
		return nil, err
	}
	if len(sort.Numbers) <= sort.LeafSize {
		return sortLeaf(ctx, sort.Numbers)
	}
	return sortHalves(ctx, sort)
}

func sortLeaf(ctx workflow.Context, numbers []int64) ([]int64, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                fmt.Sprintf("%d numbers", len(numbers)),
	})
	sorted := []int64{}
	err := workflow.ExecuteActivity(ctx, SortNumbers, numbers).Get(ctx, &sorted)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return sorted, endOf(err)
}

// sortHalves runs both halves at once. When one fails, the other is canceled, and
// waited for.
func sortHalves(ctx workflow.Context, sort Sort) ([]int64, error) {
	// On a canceled context the halves would be started all the same.
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	childCtx, cancel := workflow.WithCancel(ctx)
	middle := len(sort.Numbers) / 2
	var left, right []int64
	var failure error
	halves := workflow.NewSelector(ctx)
	collect := func(half workflow.ChildWorkflowFuture, sorted *[]int64) {
		halves.AddFuture(half, func(half workflow.Future) {
			if err := half.Get(ctx, sorted); err != nil && failure == nil {
				failure = endOf(err)
				cancel()
			}
		})
	}
	collect(startHalf(childCtx, sort, sort.Numbers[:middle], "left"), &left)
	collect(startHalf(childCtx, sort, sort.Numbers[middle:], "right"), &right)
	halves.Select(ctx)
	halves.Select(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case failure != nil:
		return nil, failure
	default:
		return merge(left, right), nil
	}
}

func startHalf(ctx workflow.Context, sort Sort, numbers []int64, side string) workflow.ChildWorkflowFuture {
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		// The ID of a child says where in the tree it is.
		WorkflowID:               workflow.GetInfo(ctx).WorkflowExecution.ID + "." + side,
		WorkflowIDReusePolicy:    replaceRunningChild,
		WorkflowExecutionTimeout: sortTimeout,
		WaitForCancellation:      true,
		ParentClosePolicy:        enumspb.PARENT_CLOSE_POLICY_TERMINATE,
	})
	return workflow.ExecuteChildWorkflow(ctx, MergeSort, Sort{Numbers: numbers, LeafSize: sort.LeafSize, Depth: sort.Depth + 1})
}

// merge is no Activity: it is quick, and its result depends on its input alone.
func merge(left, right []int64) []int64 {
	merged := make([]int64, 0, len(left)+len(right))
	for len(left) > 0 && len(right) > 0 {
		if left[0] <= right[0] {
			merged, left = append(merged, left[0]), left[1:]
		} else {
			merged, right = append(merged, right[0]), right[1:]
		}
	}
	return append(append(merged, left...), right...)
}

func (s Sort) withDefaults() Sort {
	if s.LeafSize == 0 {
		s.LeafSize = DefaultLeafSize
	}
	return s
}

// checkSort knows before the first child whether the last one would be too deep.
func checkSort(ctx workflow.Context, sort Sort) error {
	if sort.Numbers == nil {
		return refusal(InvalidSort, "numbers must be a list (which may be empty)")
	}
	if sort.LeafSize < 1 || sort.Depth < 0 {
		return refusal(InvalidSort, "leaf_size is positive and depth is not negative, got %d and %d", sort.LeafSize, sort.Depth)
	}
	encoded, err := json.Marshal(sort.Numbers)
	if err != nil {
		return err
	}
	if len(encoded) > MaxSortBytes {
		return refusal(InputTooLarge, "%d numbers have %d bytes, at most %d are allowed", len(sort.Numbers), len(encoded), MaxSortBytes)
	}
	if depth := sort.Depth + levelsBelow(len(sort.Numbers), sort.LeafSize); depth > MaxDepth {
		return refusal(TooDeep, "%d numbers in leaves of %d need %d levels of children, at most %d are allowed",
			len(sort.Numbers), sort.LeafSize, depth, MaxDepth)
	}
	return checkOwnID(ctx, InvalidSort)
}

// levelsBelow follows the larger half down to a leaf.
func levelsBelow(count, leafSize int) int {
	levels := 0
	for ; count > leafSize; count -= count / 2 {
		levels++
	}
	return levels
}

// SortNumbers sorts a small list.
func SortNumbers(_ context.Context, numbers []int64) ([]int64, error) {
	sorted := append([]int64{}, numbers...)
	slices.Sort(sorted)
	return sorted, nil
}
