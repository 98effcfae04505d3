package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// sender sends Updates to runs.
type sender struct {
	connection client.Client
	// noWorker is told the Task Queue of a run which nobody polls; what is sent waits until somebody does.
	noWorker func(queue string)
}

func (c *commands) sender(connection client.Client, problems io.Writer) sender {
	return sender{connection, func(queue string) { c.adviseWorker(problems, queue) }}
}

// operation sends an operation to a run, under an ID by which it can be sent again.
func (s sender) operation(ctx context.Context, workflowID string, operation engine.Operation) (engine.OperationAnswer, error) {
	var answer engine.OperationAnswer
	operation.ID = cmp.Or(operation.ID, newID(operation.Op))
	options := client.UpdateWorkflowOptions{WorkflowID: workflowID, UpdateName: engine.OperateUpdate, Args: []any{operation}}
	return answer, s.send(ctx, options, operation.ID, &answer)
}

// message sends a message to a run, under an ID by which it can be sent again; "" is a new one.
func (s sender) message(ctx context.Context, workflowID, id string, message engine.Message) (engine.Receipt, error) {
	var receipt engine.Receipt
	id = cmp.Or(id, newID("message"))
	options := client.UpdateWorkflowOptions{WorkflowID: workflowID, UpdateName: engine.MessageUpdate, UpdateID: id, Args: []any{message}}
	return receipt, s.send(ctx, options, id, &receipt)
}

func newID(what string) string { return fmt.Sprintf("%s-%016x", what, rand.Uint64()) }

// send sends an Update, and waits for its answer. What has none may still be done; sent again under
// the same ID it is done once.
func (s sender) send(ctx context.Context, options client.UpdateWorkflowOptions, id string, answer any) error {
	run := options.WorkflowID
	if _, err := findRun(ctx, s.connection, run, ""); err != nil {
		return err
	}
	if queue, missing := follow.WorkerMissing(ctx, s.connection, run, ""); missing {
		s.noWorker(queue)
	}
	waiting, stop := context.WithTimeout(ctx, messageTimeout)
	defer stop()
	options.WaitForStage = client.WorkflowUpdateStageCompleted
	handle, err := s.connection.UpdateWorkflow(waiting, options)
	var raw json.RawMessage
	if err == nil {
		err = handle.Get(waiting, &raw)
	}
	var told *temporal.ApplicationError
	var over *serviceerror.NotFound
	switch {
	case err == nil:
		return json.Unmarshal(raw, answer)
	case errors.As(err, &told) && strings.HasPrefix(told.Message(), "unknown update "):
		return fmt.Errorf("%s does not know the Update %s: it is no blueprint, or was started by version 1 of the interpreter", run, options.UpdateName)
	case errors.As(err, &told):
		return &refusal{failure{Type: told.Type(), Message: told.Message()}, told.Type() + ": " + told.Message()}
	case errors.As(err, &over):
		return hasEnded(run)
	case waiting.Err() != nil:
		return unanswered(run, id, ctx.Err() != nil)
	default:
		return fmt.Errorf("sending the Update %s to %s: %w", options.UpdateName, run, err)
	}
}

// unanswered says that what was sent has no answer.
func unanswered(workflowID, id string, interrupted bool) *refusal {
	late := fmt.Sprintf("has not answered for %s", messageTimeout)
	if interrupted {
		late = "has not answered yet"
	}
	text := fmt.Sprintf("%s %s: it may still be done, as soon as a Worker answers; with --id %s it can be sent again, and is done once", workflowID, late, id)
	return &refusal{failure{Type: typeUnanswered, Message: text}, text}
}
