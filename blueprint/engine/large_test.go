package engine

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// asideIn runs a workflow that computes something aside.
func asideIn(t *testing.T, compute func()) error {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Second})
	environment.ExecuteWorkflow(func(ctx workflow.Context) error {
		offThread(ctx, promptBytes+1, compute)
		return nil
	})
	require.True(t, environment.IsWorkflowCompleted())
	return environment.GetWorkflowError()
}

// What takes longer than a workflow may be silent is not taken for a deadlock.
func TestWhatTakesLongIsDoneAside(t *testing.T) {
	t.Parallel()
	done := false
	require.NoError(t, asideIn(t, func() {
		<-time.After(2 * time.Second)
		done = true
	}))
	assert.True(t, done, "it is waited for")
	assert.ErrorContains(t, asideIn(t, func() { panic("on purpose") }), "on purpose")
}

func TestTheUsualLimits(t *testing.T) {
	var usual payloadBytes
	assert.Equal(t, []int{2 << 20, 256 << 10, 768 << 10, 2<<20 - 100<<10}, []int{usual.most(), usual.document(), usual.record(), usual.carried()})
}
