package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/command/internal/diagram"
	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/connect"
)

func (c *commands) newApprove() *cobra.Command {
	var flags asker
	command := &cobra.Command{
		Use:   "approve ID STEP",
		Short: "Show the plan that a step waits with, and approve it",
		Long: `Show the plan that a step waits with, as JSON and as a Mermaid diagram, and approve it by
the message that the step waits for, with the hash of that plan. STEP is the path of the
step, or its ID where only one waits. Without --yes the command asks first.`,
		Example: c.examples(`approve o-1 think --by Mei --note "looks right"`),
		Args:    usage(cobra.ExactArgs(2)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, arguments []string) error {
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
				return c.approve(ctx, command, connection, arguments[0], arguments[1], flags)
			})
		},
	}
	flags.addTo(command, "the receipt")
	flags.addID(command)
	flags.addYes(command)
	return command
}

func (c *commands) approve(ctx context.Context, command *cobra.Command, connection client.Client, id, step string, flags asker) error {
	if _, err := findRun(ctx, connection, id, ""); err != nil {
		return err
	}
	status, err := follow.Status(ctx, connection, id, "")
	if err != nil {
		return c.whyUnanswered(ctx, connection, id, "", err)
	}
	approval, err := approvalOf(status.Approvals, step)
	if err != nil && ended(ctx, connection, id, "") {
		err = hasEnded(id)
	}
	if err != nil {
		return c.refused(command, flags.asJSON, id, step, err)
	}
	if err := showPlan(command.ErrOrStderr(), approval); err != nil {
		return err
	}
	if err := flags.agrees(command, "Approve this plan?"); err != nil {
		return err
	}
	receipt, err := c.sender(connection, command.ErrOrStderr()).message(ctx, id, flags.id, engine.NewMessage(approval.Message, approvalMessage(approval, flags.by, flags.note)))
	if err != nil {
		return c.refused(command, flags.asJSON, id, step, err)
	}
	if flags.asJSON {
		return writeJSON(command.OutOrStdout(), receipt)
	}
	fmt.Fprintln(command.OutOrStdout(), "approved the plan of", receipt.Step)
	return nil
}

// approvalOf is the plan of a step, by its path or its id.
func approvalOf(approvals []engine.Approval, step string) (engine.Approval, error) {
	var found []engine.Approval
	var paths, near []string
	for _, each := range approvals {
		paths = append(paths, each.Step)
		if each.Step == step {
			return each, nil
		}
		if strings.HasSuffix(each.Step, "/"+step) {
			found, near = append(found, each), append(near, each.Step)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return engine.Approval{}, fmt.Errorf("several plans wait that %s could be: %s", step, strings.Join(near, ", "))
	case len(paths) == 0:
		return engine.Approval{}, errors.New("no plan waits until somebody approves it")
	default:
		return engine.Approval{}, fmt.Errorf("no plan of %s waits until somebody approves it; there wait: %s", step, strings.Join(paths, ", "))
	}
}

func approvalMessage(approval engine.Approval, by, note string) map[string]string {
	message := map[string]string{"plan": approval.Plan}
	for name, text := range map[string]string{"by": by, "note": note} {
		if text != "" {
			message[name] = text
		}
	}
	return message
}

// showPlan prints the plan, and its picture.
func showPlan(out io.Writer, approval engine.Approval) error {
	definition, problems := loadToDraw(document{name: approval.Step, text: approval.Document}, true)
	if len(problems) > 0 {
		return fmt.Errorf("reading the plan of %s: %w", approval.Step, problems)
	}
	plan, err := language.CanonicalPlan(&language.Plan{Steps: definition.Steps, Output: definition.Output})
	if err != nil {
		return fmt.Errorf("showing the plan of %s: %w", approval.Step, err)
	}
	fmt.Fprintf(out, "the plan of %s, to be approved by the message %s with the hash %s:\n", approval.Step, approval.Message, approval.Plan)
	if err := writeJSON(out, json.RawMessage(plan)); err != nil {
		return err
	}
	fmt.Fprint(out, "as a Mermaid diagram:\n", diagram.Mermaid(definition))
	return nil
}
