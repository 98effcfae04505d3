package command

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
)

// lateClient is a client whose Updates have no answer in time.
type lateClient struct {
	client.Client
	ids []string
}

func (c *lateClient) UpdateWorkflow(_ context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	c.ids = append(c.ids, options.Args[0].(engine.Operation).ID)
	return nil, client.NewWorkflowUpdateServiceTimeoutOrCanceledError(context.DeadlineExceeded)
}

// Who gets no answer learns the ID under which to ask again: the run may do it later.
func TestOperationsWithoutAnAnswer(t *testing.T) {
	t.Parallel()
	late := &lateClient{}
	_, err := sendOperation(t.Context(), late, "o-1", engine.Operation{Op: "skip", Step: "a"})
	assert.Regexp(t, `^skip-[0-9a-f]{16}$`, late.ids[0])
	assert.EqualError(t, err, "o-1 has not answered for 1m0s: is a Worker running? It may do it later: ask again with --id "+late.ids[0]+", and it is done once")
	_, err = sendOperation(t.Context(), late, "o-1", engine.Operation{Op: "skip", Step: "a", ID: "mine"})
	assert.ErrorContains(t, err, "--id mine, ")
	assert.Equal(t, "mine", late.ids[1])
}

// A command line can be pasted into a shell.
func TestWordsInAShell(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"a/b": "a/b", "m[0]/a": "'m[0]/a'", "a b": "'a b'", "it's": `'it'\''s'`, "pay#2/x": "'pay#2/x'"} {
		assert.Equal(t, want, inShell(word))
	}
}
