package messagepassing

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/scenario"
)

// HandID is the workflow that the starter's commands drive where no other is named.
const HandID = "messagepassing-by-hand"

// hand holds what the commands share.
type hand struct {
	workflowID, input, name string
}

// Commands returns the starter's commands for driving a workflow by hand. They know
// names and JSON only, and so work for any workflow.
func Commands() []*cobra.Command {
	h := &hand{}
	return []*cobra.Command{h.start(), h.signal(), h.query(), h.update(), h.result()}
}

func (h *hand) start() *cobra.Command {
	return h.command("start [WORKFLOW]", "Start a workflow, Greeting where none is named", cobra.MaximumNArgs(1),
		func(ctx context.Context, connection client.Client, out io.Writer, names []string) error {
			workflow := strings.Join(append(names, "Greeting")[:1], "")
			options := client.StartWorkflowOptions{
				ID: h.workflowID, TaskQueue: TaskQueue, WorkflowExecutionErrorWhenAlreadyStarted: true,
			}
			run, err := connection.ExecuteWorkflow(ctx, options, workflow, h.arguments()...)
			if err != nil {
				return fmt.Errorf("start %s: %w", workflow, err)
			}
			fmt.Fprintf(out, "started %s as %s\n", workflow, run.GetID())
			return nil
		})
}

func (h *hand) signal() *cobra.Command {
	command := h.command("signal NAME", "Send a signal", cobra.ExactArgs(1),
		func(ctx context.Context, connection client.Client, out io.Writer, names []string) error {
			if err := connection.SignalWorkflow(ctx, h.workflowID, "", names[0], h.argument()); err != nil {
				return fmt.Errorf("signal %s: %w", names[0], err)
			}
			fmt.Fprintf(out, "sent %s to %s\n", names[0], h.workflowID)
			return nil
		})
	command.Flags().StringVar(&h.name, "name", "", `short for --input '{"name": "`+"`NAME`"+`"}'`)
	return command
}

func (h *hand) query() *cobra.Command {
	return h.command("query NAME", "Ask a query", cobra.ExactArgs(1),
		func(ctx context.Context, connection client.Client, out io.Writer, names []string) error {
			encoded, err := connection.QueryWorkflow(ctx, h.workflowID, "", names[0], h.arguments()...)
			if err != nil {
				return fmt.Errorf("query %s: %w", names[0], err)
			}
			var value converter.RawValue
			return printAnswer(out, value, encoded.Get(&value))
		})
}

func (h *hand) update() *cobra.Command {
	var id string
	command := h.command("update NAME", "Send an update and wait for its answer", cobra.ExactArgs(1),
		func(ctx context.Context, connection client.Client, out io.Writer, names []string) error {
			handle, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
				WorkflowID: h.workflowID, UpdateID: id, UpdateName: names[0], Args: h.arguments(),
				WaitForStage: client.WorkflowUpdateStageCompleted,
			})
			if err != nil {
				return fmt.Errorf("update %s: %w", names[0], err)
			}
			var value converter.RawValue
			err = handle.Get(ctx, &value)
			return printAnswer(out, value, err)
		})
	command.Flags().StringVar(&id, "update-id", "", "the update's `ID`; another call with it gets the same answer")
	return command
}

func (h *hand) result() *cobra.Command {
	return h.command("result", "Wait for the workflow's result", cobra.NoArgs,
		func(ctx context.Context, connection client.Client, out io.Writer, _ []string) error {
			var value converter.RawValue
			err := connection.GetWorkflow(ctx, h.workflowID, "").Get(ctx, &value)
			return printAnswer(out, value, err)
		})
}

// command makes a command that works on the workflow for at most scenario.Timeout.
func (h *hand) command(use, short string, args cobra.PositionalArgs, do func(context.Context, client.Client, io.Writer, []string) error) *cobra.Command {
	command := &cobra.Command{
		Use: use, Short: short, Args: args, SilenceErrors: true, SilenceUsage: true,
		RunE: func(command *cobra.Command, names []string) error {
			if h.input != "" && !json.Valid([]byte(h.input)) {
				return fmt.Errorf("--input is not JSON: %s", h.input)
			}
			ctx, cancel := context.WithTimeout(command.Context(), scenario.Timeout)
			defer cancel()
			return connect.Run(ctx, slog.LevelWarn, func(ctx context.Context, connection client.Client, _ client.Options) error {
				return do(ctx, connection, command.OutOrStdout(), names)
			})
		},
	}
	command.Flags().StringVarP(&h.workflowID, "workflow-id", "w", HandID, "the workflow's `ID`")
	command.Flags().StringVarP(&h.input, "input", "i", "", "the argument, as `JSON`")
	return command
}

// argument is what the flags say, or nil.
func (h *hand) argument() any {
	switch {
	case h.input != "":
		return json.RawMessage(h.input)
	case h.name != "":
		return map[string]string{"name": h.name}
	default:
		return nil
	}
}

func (h *hand) arguments() []any {
	if argument := h.argument(); argument != nil {
		return []any{argument}
	}
	return nil
}

func printAnswer(out io.Writer, value converter.RawValue, err error) error {
	text, err := scenario.Describe(value, err)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, text)
	return nil
}
