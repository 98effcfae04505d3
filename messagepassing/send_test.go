package messagepassing

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// scriptedClient answers one update after the other with the errors that it is given,
// the last of them nil, and notes what is sent.
type scriptedClient struct {
	client.Client
	atSending, atGetting []error
	sent                 []client.UpdateWorkflowOptions
}

func (c *scriptedClient) UpdateWorkflow(_ context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	attempt := len(c.sent)
	c.sent = append(c.sent, options)
	return scriptedHandle{err: c.atGetting[attempt]}, c.atSending[attempt]
}

type scriptedHandle struct {
	client.WorkflowUpdateHandle
	err error
}

func (h scriptedHandle) Get(_ context.Context, value any) error {
	if h.err == nil {
		*value.(*[]string) = []string{"node-01"}
	}
	return h.err
}

func TestUpdateIsRepeatedWithTheSameID(t *testing.T) {
	scripted := &scriptedClient{
		atSending: []error{nil, serviceerror.NewWorkflowNotReady("the task failed"), nil},
		atGetting: []error{continuing(), nil, nil},
	}
	nodes, err := UpdateCluster(t.Context(), scripted, "cluster", "assign-1", AssignNodesUpdate, Assignment{"red", 1})

	require.NoError(t, err)
	assert.Equal(t, []string{"node-01"}, nodes)
	// An Update needs a stage to wait for, and waits for its answer, not only to be accepted.
	request := client.UpdateWorkflowOptions{
		WorkflowID: "cluster", UpdateID: "assign-1", UpdateName: AssignNodesUpdate, Args: []any{Assignment{"red", 1}},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	}
	assert.Equal(t, []client.UpdateWorkflowOptions{request, request, request}, scripted.sent)
}

func TestOtherErrorsAreNotRepeated(t *testing.T) {
	for _, failed := range []error{failure(NotEnoughNodes, "none is free"), errors.New("connection lost")} {
		scripted := &scriptedClient{atSending: []error{nil}, atGetting: []error{failed}}
		_, err := UpdateCluster(t.Context(), scripted, "cluster", "assign-1", AssignNodesUpdate, Assignment{"red", 1})

		require.ErrorIs(t, err, failed)
		assert.Len(t, scripted.sent, 1)
	}
}

func TestRepeatingEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	scripted := &scriptedClient{atSending: []error{nil}, atGetting: []error{continuing()}}
	_, err := UpdateCluster(ctx, scripted, "cluster", "assign-1", AssignNodesUpdate, Assignment{"red", 1})

	assertFailure(t, err, ClusterContinuing, "the run continues as new; send the same update, with the same id, again")
}
