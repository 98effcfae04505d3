package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// typeEnded is the type of a refusal by a run that has ended.
const typeEnded = "RunEnded"

// refusal is why a run has not done what was asked of it.
type refusal struct {
	failure
	text string
}

func (r *refusal) Error() string { return r.text }

// refused is what is printed of a refusal as JSON.
type refused struct {
	WorkflowID string   `json:"workflowId"`
	Failure    *failure `json:"failure"`
}

// refused says that a run has refused what was asked of a step: as JSON where that is wanted. A
// run that has ended can be forked.
func (c *commands) refused(command *cobra.Command, asJSON bool, id, step string, err error) error {
	var why *refusal
	if !errors.As(err, &why) {
		return err
	}
	if why.Type == typeEnded {
		step = strings.TrimSuffix(step, "/undo")
		if step == "" {
			step = "STEP"
		}
		hint := fmt.Sprintf("; go on from a step of it, in a new run, by\n  %s fork %s --at %s", c.options.Program, inShell(id), inShell(step))
		why.Message, why.text = why.Message+hint, why.text+hint
	}
	if !asJSON {
		return why
	}
	if err := writeJSON(command.OutOrStdout(), refused{id, &why.failure}); err != nil {
		return err
	}
	return errTold
}

// hasEnded is the refusal of a run that has ended.
func hasEnded(id string) *refusal {
	text := id + " has ended: nothing can be asked of it"
	return &refusal{failure{Type: typeEnded, Message: text}, text}
}

// inShell is a word as a shell takes it.
func inShell(word string) string {
	if !strings.ContainsAny(word, " []*?#~$&|;<>(){}\"'\\`!\t\n") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// didYouMean is what was probably meant, of what there is.
func didYouMean(wrong string, known []string) string {
	if meant := language.Suggest(wrong, known); meant != "" {
		return fmt.Sprintf("; did you mean %q?", meant)
	}
	return ""
}

// sendOperation sends an operation to a run, under an ID by which it can be sent again.
func sendOperation(ctx context.Context, connection client.Client, id string, operation engine.Operation) (engine.OperationAnswer, error) {
	var answer engine.OperationAnswer
	if operation.ID == "" {
		operation.ID = fmt.Sprintf("%s-%016x", operation.Op, rand.Uint64())
	}
	err := sendUpdate(ctx, connection, id, engine.OperateUpdate, operation, &answer)
	if errors.Is(err, errLate) {
		err = fmt.Errorf("%w It may do it later: ask again with --id %s, and it is done once", err, operation.ID)
	}
	return answer, err
}

// errLate is the error of a run that does not answer.
var errLate = errors.New("is a Worker running?")

// sendUpdate sends an Update to the run, and waits for its answer.
func sendUpdate(ctx context.Context, connection client.Client, id, name string, argument, answer any) error {
	ctx, stop := context.WithTimeout(ctx, messageTimeout)
	defer stop()
	handle, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: name, Args: []any{argument}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var raw json.RawMessage
	if err == nil {
		err = handle.Get(ctx, &raw)
	}
	var told *temporal.ApplicationError
	var late *client.WorkflowUpdateServiceTimeoutOrCanceledError
	var over *serviceerror.NotFound
	switch {
	case err == nil:
		return json.Unmarshal(raw, answer)
	case errors.As(err, &told) && strings.HasPrefix(told.Message(), "unknown update "):
		return fmt.Errorf("%s does not know the Update %s: it is no blueprint, or was started by version 1 of the interpreter", id, name)
	case errors.As(err, &told):
		return &refusal{failure{Type: told.Type(), Message: told.Message()}, told.Type() + ": " + told.Message()}
	case errors.As(err, &over):
		return hasEnded(id)
	case errors.As(err, &late):
		return fmt.Errorf("%s has not answered for %s: %w", id, messageTimeout, errLate)
	default:
		return fmt.Errorf("sending the Update %s to %s: %w", name, id, err)
	}
}
