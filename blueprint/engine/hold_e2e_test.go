//go:build e2e

package engine_test

import (
	"testing"

	enumspb "go.temporal.io/api/enums/v1"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
)

// A run can be started with its failures held: by Update-With-Start, before its first step can fail.
func TestHoldFromTheStart(t *testing.T) {
	p := newPlant(t)
	p.work("queue", p.interpreter(engine.Options{Operations: switched()}))
	start := p.connection.NewWithStartWorkflowOperation(client.StartWorkflowOptions{
		ID: "held", TaskQueue: "queue", WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
	}, engine.InlineWorkflow, document("steps: [{id: a, activity: work, with: {fail: Bad}}]"))
	handle, err := p.connection.UpdateWithStartWorkflow(t.Context(), client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: start,
		UpdateOptions: client.UpdateWorkflowOptions{
			UpdateName: engine.OperateUpdate, Args: []any{engine.Operation{Op: "hold", By: "mei"}}, WaitForStage: client.WorkflowUpdateStageCompleted,
		},
	})
	require.NoError(t, err)
	var answer engine.OperationAnswer
	require.NoError(t, handle.Get(t.Context(), &answer))
	assert.Len(t, answer.Holds, 1)
	eventually(t, func() bool { return p.status(t, "held").HeldCount == 1 })
	_, err = p.operate(t, "held", engine.Operation{Op: "skip", Step: "a"})
	require.NoError(t, err)
	run, err := start.Get(t.Context())
	require.NoError(t, err)
	require.NoError(t, run.Get(t.Context(), nil))
}
