package command

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

// messageTimeout bounds the wait for the answer to a message.
const messageTimeout = time.Minute

func (c *commands) newMessage() *cobra.Command {
	var flags asker
	command := &cobra.Command{
		Use:   "message ID NAME JSON",
		Short: "Send a message to a run, and report whether it was taken",
		Long: `Send a message to a run by the Update "message", and report which step has taken it. A
message that no step can take is refused, and the exit status is 1.`,
		Example: c.examples(`message o-1 approve '{"approved": true, "by": "Mei"}'`),
		Args:    usage(cobra.ExactArgs(3)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, arguments []string) error {
			id, name, content := arguments[0], arguments[1], arguments[2]
			if !json.Valid([]byte(content)) {
				return &usageError{fmt.Errorf("message: the message is no JSON: %s", content)}
			}
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
				receipt, err := c.sender(connection, command.ErrOrStderr()).message(ctx, id, flags.id, engine.NewMessage(name, json.RawMessage(content)))
				if err != nil {
					return c.refused(command, flags.asJSON, id, "", err)
				}
				if flags.asJSON {
					return writeJSON(command.OutOrStdout(), receipt)
				}
				if receipt.Step == "" {
					fmt.Fprintln(command.OutOrStdout(), "kept for a step that has not begun")
					return nil
				}
				fmt.Fprintln(command.OutOrStdout(), "taken by", receipt.Step)
				return nil
			})
		},
	}
	flags.addJSON(command, "the receipt")
	flags.addID(command)
	return command
}

func newResult() *cobra.Command {
	var runID string
	var asJSON bool
	command := &cobra.Command{
		Use:   "result ID",
		Short: "Wait for the end of a run, and print its output",
		Long: `Wait for the end of a run, following Continue-As-New, and print the output. What is held
or paused in it meanwhile is told on standard error. The exit status is 1 unless the run has completed.`,
		Args: usage(cobra.ExactArgs(1)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, ids []string) error {
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, web connect.WebUI) error {
				id, err := findRun(ctx, connection, ids[0], runID)
				if err != nil {
					return err
				}
				output, err := awaitEnd(ctx, connection, connection.GetWorkflow(ctx, ids[0], id), newHolds(command.ErrOrStderr()))
				ended, err := resultOf(output, err)
				if err != nil {
					return fmt.Errorf("waiting for %s: %w", ids[0], err)
				}
				ended.WorkflowID, ended.RunID, ended.URL = ids[0], id, web.HistoryURL(ids[0], id)
				return ended.report(command, asJSON)
			})
		},
	}
	addRunFlag(command, &runID)
	command.Flags().BoolVar(&asJSON, "json", false, "print the outcome of the run as JSON")
	return command
}

// awaitEnd waits for the end of a run, and tells what holds it up.
func awaitEnd(ctx context.Context, connection client.Client, run client.WorkflowRun, holds *holds) (converter.RawValue, error) {
	var output converter.RawValue
	end := make(chan error, 1)
	go func() { end <- run.Get(ctx, &output) }()
	ticker := time.NewTicker(holdsPatience)
	defer ticker.Stop()
	for {
		select {
		case err := <-end:
			return output, err
		case <-ticker.C:
			// That nobody answers is no news of the run.
			if status, err := follow.Ask(ctx, connection, run.GetID(), ""); err == nil {
				holds.tell(status)
			}
		}
	}
}
