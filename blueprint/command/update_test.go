package command

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
)

// lateClient is a client whose Updates have no answer before the context ends.
type lateClient struct {
	client.Client
	sent []client.UpdateWorkflowOptions
	end  context.CancelFunc
}

func (c *lateClient) DescribeWorkflow(context.Context, string, string) (*client.WorkflowExecutionDescription, error) {
	return &client.WorkflowExecutionDescription{}, nil
}

func (c *lateClient) UpdateWorkflow(ctx context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	c.sent = append(c.sent, options)
	c.end()
	return nil, client.NewWorkflowUpdateServiceTimeoutOrCanceledError(ctx.Err())
}

// Who gets no answer learns that it may still be done, and the ID under which it is done once: for a
// message that of the Update, by which a run knows it again.
func TestWhatHasNoAnswer(t *testing.T) {
	t.Parallel()
	late := &lateClient{}
	send := func(does func(context.Context, sender) error) error {
		ctx, interrupt := context.WithCancel(t.Context())
		late.end = interrupt
		return does(ctx, sender{connection: late})
	}
	for _, id := range []string{"", "mine"} {
		err := send(func(ctx context.Context, s sender) error {
			_, err := s.operation(ctx, "o-1", engine.Operation{Op: "skip", Step: "a", ID: id})
			return err
		})
		sent := late.sent[len(late.sent)-1]
		operation := sent.Args[0].(engine.Operation)
		assert.Regexp(t, `^(skip-[0-9a-f]{16}|mine)$`, operation.ID)
		assert.Empty(t, sent.UpdateID, "an operation has an ID of its own")
		assert.EqualError(t, err, "o-1 has not answered yet: it may still be done, as soon as a Worker answers; with --id "+operation.ID+" it can be sent again, and is done once")
		assert.Equal(t, typeUnanswered, err.(*refusal).Type)

		err = send(func(ctx context.Context, s sender) error {
			_, err := s.message(ctx, "o-1", id, engine.NewMessage("go", 1))
			return err
		})
		sent = late.sent[len(late.sent)-1]
		assert.Regexp(t, `^(message-[0-9a-f]{16}|mine)$`, sent.UpdateID)
		assert.ErrorContains(t, err, "with --id "+sent.UpdateID+" it can be sent again")
	}
	assert.ErrorContains(t, unanswered("o-1", "x", false), "o-1 has not answered for 1m0s: it may still be done")
}
