package childdispatch

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/mocks"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

func described(status enumspb.WorkflowExecutionStatus) *client.WorkflowExecutionDescription {
	return &client.WorkflowExecutionDescription{WorkflowExecutionMetadata: client.WorkflowExecutionMetadata{Status: status}}
}

// endedWith is what a client gets of a workflow that has ended with the error.
func endedWith(err error) error { return errors.Join(&temporal.WorkflowExecutionError{}, err) }

// ending is a run that has ended with the error, or with an Output of size 7.
func ending(t *testing.T, err error) *mocks.WorkflowRun {
	run := mocks.NewWorkflowRun(t)
	run.On("Get", mock.Anything, mock.Anything).Return(func(_ context.Context, result any) error {
		if err == nil {
			*result.(*Output) = Output{Size: 7}
		}
		return err
	})
	return run
}

func TestInspectionTellsHowChildrenEnded(t *testing.T) {
	connection := mocks.NewClient(t)
	closed := described(enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
	connection.On("DescribeWorkflow", mock.Anything, childID(parentID, 1), "").Return(closed, nil)
	connection.On("GetWorkflow", mock.Anything, childID(parentID, 1), "").Return(ending(t, nil))
	connection.On("DescribeWorkflow", mock.Anything, childID(parentID, 2), "").Return(described(enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING), nil)
	connection.On("DescribeWorkflow", mock.Anything, childID(parentID, 3), "").Return(nil, serviceerror.NewNotFound("gone"))
	connection.On("DescribeWorkflow", mock.Anything, childID(parentID, 4), "").Return(closed, nil)
	connection.On("GetWorkflow", mock.Anything, childID(parentID, 4), "").Return(ending(t, endedWith(&temporal.TerminatedError{})))

	reports, err := inspectAll(t.Context(), connection, parentID, []int{1, 2, 3, 4})
	require.NoError(t, err)
	assert.Equal(t, []Report{
		{Number: 1, Size: 7},
		{Number: 3, Failure: &Failure{ChildLost, "the server does not know the child"}},
		{Number: 4, Failure: &Failure{ChildTerminated, "the child was terminated"}},
	}, reports)
}

// A server that is busy says nothing about a child.
func TestInspectionThatFailsReportsNothing(t *testing.T) {
	busy := serviceerror.NewUnavailable("busy")
	connection := mocks.NewClient(t)
	connection.On("DescribeWorkflow", mock.Anything, childID(parentID, 1), "").Return(nil, busy)
	reports, err := inspectAll(t.Context(), connection, parentID, []int{1})
	require.ErrorIs(t, err, busy)
	assert.Empty(t, reports)

	connection = mocks.NewClient(t)
	connection.On("DescribeWorkflow", mock.Anything, childID(parentID, 1), "").Return(described(enumspb.WORKFLOW_EXECUTION_STATUS_FAILED), nil)
	connection.On("GetWorkflow", mock.Anything, childID(parentID, 1), "").Return(ending(t, busy))
	reports, err = inspectAll(t.Context(), connection, parentID, []int{1})
	require.ErrorIs(t, err, busy)
	assert.Empty(t, reports)
}

func TestOnlyAChildOfAnEarlierRunIsEnded(t *testing.T) {
	current := workflow.Execution{ID: parentID, RunID: "second"}
	busy := serviceerror.NewUnavailable("busy")
	cases := map[string]struct {
		parent    *workflow.Execution
		terminate error
		called    bool
		ended     bool
		err       error
	}{
		"of an earlier run":             {&workflow.Execution{ID: parentID, RunID: "first"}, nil, true, true, nil},
		"that has ended meanwhile":      {&workflow.Execution{ID: parentID, RunID: "first"}, serviceerror.NewNotFound("closed"), true, true, nil},
		"that cannot be terminated now": {&workflow.Execution{ID: parentID, RunID: "first"}, busy, true, false, busy},
		"of this run":                   {&current, nil, false, false, nil},
		"of another parent":             {&workflow.Execution{ID: "other", RunID: "first"}, nil, false, false, nil},
		"without a parent":              {nil, nil, false, false, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			child := described(enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING)
			child.WorkflowExecution.RunID = "run of the child"
			child.ParentWorkflowExecution = c.parent
			connection := mocks.NewClient(t)
			connection.On("DescribeWorkflow", mock.Anything, "desk", "").Return(child, nil)
			if c.called {
				connection.On("TerminateWorkflow", mock.Anything, "desk", "run of the child", "its parent was started again").Return(c.terminate)
			}
			ended, err := endChildOf(t.Context(), connection, current, "desk")
			assert.ErrorIs(t, err, c.err)
			assert.Equal(t, c.ended, ended)
		})
	}

	connection := mocks.NewClient(t)
	connection.On("DescribeWorkflow", mock.Anything, "desk", "").Return(nil, busy)
	_, err := endChildOf(t.Context(), connection, current, "desk")
	assert.ErrorIs(t, err, busy)
}

// joined is a run that ends after the time, with the error or with "finished".
type joined struct {
	client.WorkflowRun
	after time.Duration
	err   error
	begin time.Time
}

func (j *joined) Get(ctx context.Context, result any) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(j.after - time.Since(j.begin)):
	}
	if j.err == nil {
		*result.(*string) = "finished"
	}
	return j.err
}

// joining is a client of a server that runs a workflow "desk".
func joining(t *testing.T, run *joined) client.Client {
	connection := mocks.NewClient(t)
	connection.On("GetWorkflow", mock.Anything, "desk", "").Return(run)
	return connection
}

func TestAJoinHeartbeatsUntilTheChildEnds(t *testing.T) {
	cases := map[string]struct {
		err        error
		result     string
		wantType   string
		wantUntype string
	}{
		"completed":  {nil, "finished", "", ""},
		"terminated": {endedWith(&temporal.TerminatedError{}), "", ChildTerminated, ""},
		"busy":       {errors.New("the server is busy"), "", "", "the server is busy"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				heartbeats := 0
				result, err := awaitResult(t.Context(), joining(t, &joined{after: 5500 * time.Millisecond, err: c.err, begin: time.Now()}), "desk", func() { heartbeats++ })
				assert.Equal(t, 5, heartbeats)
				assert.Equal(t, c.result, result)
				switch {
				case c.wantType != "":
					assertRefused(t, err, c.wantType, "the child was terminated")
				case c.wantUntype != "":
					assert.EqualError(t, err, c.wantUntype)
				default:
					assert.NoError(t, err)
				}
			})
		})
	}
}

func TestACanceledJoinEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		begin := time.Now()
		_, err := awaitResult(ctx, joining(t, &joined{after: time.Hour, begin: begin}), "desk", func() {})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 2500*time.Millisecond, time.Since(begin))
	})
}

func TestACatalogueHasItemsOfAllTypes(t *testing.T) {
	catalogue := Catalogue{Items: 6, EmptyEvery: 4, UnknownEvery: 5, SlowEvery: 6, Slowness: time.Second}
	items, err := ListItems(t.Context(), Page{Catalogue: catalogue, First: 1, Limit: 10})
	require.NoError(t, err)
	assert.Equal(t, []Item{
		{ID: "item-1", Type: "video", Size: 2},
		{ID: "item-2", Type: "document", Size: 3},
		{ID: "item-3", Type: "image"},
		{ID: "item-4", Type: "audio", Size: 5},
		{ID: "item-5", Type: "document", Size: 6, Delay: time.Second},
	}, items)
	items, err = ListItems(t.Context(), Page{Catalogue: catalogue, First: 1, Limit: 2})
	require.NoError(t, err)
	assert.Len(t, items, 2)
}
