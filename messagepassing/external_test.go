package messagepassing

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
)

func TestApproveAnotherSignalsTheCurrentRun(t *testing.T) {
	r := newRun(t)
	r.OnSignalExternalWorkflow(mock.Anything, "greeting-1", "", ApproveSignal, Approval{Name: "Ana"}).Return(nil).Once()
	r.ExecuteWorkflow(ApproveAnother, "greeting-1", Approval{Name: "Ana"})

	require.NoError(t, r.GetWorkflowError())
	r.AssertExpectations(t)
}

func TestApproveAnotherThatHasClosed(t *testing.T) {
	r := newRun(t)
	r.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).
		Return(&temporal.UnknownExternalWorkflowExecutionError{})
	r.ExecuteWorkflow(ApproveAnother, "greeting-1", Approval{Name: "Ana"})

	assertFailure(t, r.GetWorkflowError(), RecipientNotRunning, `workflow "greeting-1" is not running`)
}

func TestApproveAnotherThatCannotBeReached(t *testing.T) {
	r := newRun(t)
	r.OnSignalExternalWorkflow(mock.Anything, mock.Anything, mock.Anything, mock.Anything, mock.Anything).
		Return(errors.New("too many signals"))
	r.ExecuteWorkflow(ApproveAnother, "greeting-1", Approval{Name: "Ana"})

	assert.ErrorContains(t, r.GetWorkflowError(), "too many signals")
}

func TestApproveAnotherChecksItsInput(t *testing.T) {
	cases := []struct{ id, name, message string }{
		{"", "Ana", "workflow id must not be empty (at most 100 bytes)"},
		{"greeting-1", strings.Repeat("x", 101), "name must have at most 100 bytes, got 101"},
	}
	for _, c := range cases {
		r := newRun(t)
		r.ExecuteWorkflow(ApproveAnother, c.id, Approval{Name: c.name}) // a signal would crash the test
		assertFailure(t, r.GetWorkflowError(), InvalidMessage, c.message)
	}
}
