package blueprint

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/scenario"
)

// Commands returns the starter's commands for running blueprints by hand.
func Commands() []*cobra.Command {
	return []*cobra.Command{newStart(), newStatus(), newMessage(), newResult()}
}

func newStart() *cobra.Command {
	var id, input, file string
	command := byHand("start [NAME]", "Start a blueprint of the worker's, NAME or NAME@VERSION, or the document in a file", cobra.MaximumNArgs(1),
		func(ctx context.Context, connection client.Client, out io.Writer, arguments []string) error {
			workflowType, started, err := whatToStart(arguments, file, input)
			if err != nil {
				return err
			}
			run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
				ID: id, TaskQueue: TaskQueue, WorkflowExecutionErrorWhenAlreadyStarted: true,
			}, workflowType, started...)
			if err != nil {
				return fmt.Errorf("start %s: %w", workflowType, err)
			}
			fmt.Fprintf(out, "started %s\n", run.GetID())
			return nil
		})
	command.Flags().StringVar(&id, "id", "", "the workflow's `ID`, unique unless given")
	command.Flags().StringVarP(&input, "input", "i", "null", "the input, as `JSON`")
	command.Flags().StringVarP(&file, "file", "f", "", "a `FILE` with a document")
	return command
}

// whatToStart is a workflow type with its arguments.
func whatToStart(names []string, file, input string) (string, []any, error) {
	if !json.Valid([]byte(input)) {
		return "", nil, fmt.Errorf("the input is no JSON: %s", input)
	}
	switch {
	case (len(names) == 1) == (file != ""):
		return "", nil, errors.New("either the name of a blueprint or a file is needed")
	case file == "":
		return names[0], []any{json.RawMessage(input)}, nil
	}
	document, err := os.ReadFile(file)
	if err != nil {
		return "", nil, fmt.Errorf("read the document: %w", err)
	}
	return engine.InlineWorkflow, []any{string(document), json.RawMessage(input)}, nil
}

func newStatus() *cobra.Command {
	var running string
	command := byHand("status ID", "Show where a run stands, step by step", cobra.ExactArgs(1),
		func(ctx context.Context, connection client.Client, out io.Writer, arguments []string) error {
			var status engine.Status
			err := poll(ctx, "the step "+running, func() (bool, error) {
				var err error
				status, err = statusOf(ctx, connection, arguments[0])
				return running == "" || isRunning(status.Steps, running), err
			})
			if err != nil {
				return err
			}
			fmt.Fprintln(out, asTree(status))
			return nil
		})
	command.Flags().StringVar(&running, "running", "", "wait until the step of this `ID` is running")
	return command
}

func newMessage() *cobra.Command {
	return byHand("message ID NAME JSON", "Bring a message to a run, and tell whether it was taken", cobra.ExactArgs(3),
		func(ctx context.Context, connection client.Client, out io.Writer, arguments []string) error {
			id, name, content := arguments[0], arguments[1], arguments[2]
			if !json.Valid([]byte(content)) {
				return fmt.Errorf("the message is no JSON: %s", content)
			}
			receipt, err := bring(ctx, connection, id, engine.NewMessage(name, json.RawMessage(content)))
			var refused *temporal.ApplicationError
			if errors.As(err, &refused) {
				return fmt.Errorf("%s: %s", refused.Type(), refused.Message())
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(out, inWords(receipt))
			return nil
		})
}

func newResult() *cobra.Command {
	return byHand("result ID", "Wait for the end of a run", cobra.ExactArgs(1),
		func(ctx context.Context, connection client.Client, out io.Writer, arguments []string) error {
			ended, err := outcomeOf(ctx, connection.GetWorkflow(ctx, arguments[0], ""))
			if err != nil {
				return err
			}
			fmt.Fprintln(out, ended)
			return nil
		})
}

// byHand makes a command that does something on the server for at most scenario.Timeout.
func byHand(use, short string, arguments cobra.PositionalArgs, do func(context.Context, client.Client, io.Writer, []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: arguments, SilenceErrors: true, SilenceUsage: true,
		RunE: func(command *cobra.Command, arguments []string) error {
			ctx, cancel := context.WithTimeout(command.Context(), scenario.Timeout)
			defer cancel()
			return connect.Run(ctx, slog.LevelWarn, func(ctx context.Context, connection client.Client, _ client.Options) error {
				return do(ctx, connection, command.OutOrStdout(), arguments)
			})
		},
	}
}
