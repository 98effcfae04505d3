package dynamichandlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
)

// Commands returns the starter's commands for driving one run by hand.
func Commands() []*cobra.Command {
	return []*cobra.Command{newStart(), newHandlers(), newSignal(), newQuery(), newUpdate()}
}

// byHand is the id of the run that the commands are for.
const byHand = "dynamichandlers"

// newCommand makes a command that works on a run, whose id is a flag.
func newCommand(use, short string, args cobra.PositionalArgs,
	do func(ctx context.Context, connection client.Client, id string, args []string) (string, error)) *cobra.Command {
	var id string
	command := &cobra.Command{
		Use: use, Short: short, Args: args,
		RunE: func(command *cobra.Command, args []string) error {
			return connect.Run(command.Context(), slog.LevelWarn, func(ctx context.Context, connection client.Client, _ client.Options) error {
				text, err := do(ctx, connection, id, args)
				if err == nil {
					fmt.Fprintln(command.OutOrStdout(), text)
				}
				return err
			})
		},
	}
	command.Flags().StringVar(&id, "id", byHand, "the workflow's id")
	return command
}

func newStart() *cobra.Command {
	var file string
	command := newCommand("start --config FILE", "Start a run that takes the messages of a configuration", cobra.NoArgs,
		func(ctx context.Context, connection client.Client, id string, _ []string) (string, error) {
			configuration, err := loadConfiguration(file)
			if err != nil {
				return "", err
			}
			options := client.StartWorkflowOptions{
				ID:            id,
				TaskQueue:     TaskQueue,
				StaticSummary: "configured by " + file,
				// Else a run that is under way would be taken for the new one, and the
				// file would change nothing.
				WorkflowExecutionErrorWhenAlreadyStarted: true,
			}
			run, err := connection.ExecuteWorkflow(ctx, options, "Configured", configuration)
			if err != nil {
				return "", fmt.Errorf("start workflow %s: %w", id, err)
			}
			return fmt.Sprintf("started workflow %s, run %s", run.GetID(), run.GetRunID()), nil
		})
	command.Flags().StringVar(&file, "config", "", "the file with the configuration")
	if err := command.MarkFlagRequired("config"); err != nil {
		panic(err)
	}
	return command
}

// loadConfiguration returns the file's content, which is a valid configuration.
func loadConfiguration(file string) (json.RawMessage, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("load the configuration: %w", err)
	}
	_, err = ReadConfiguration(data)
	var refusal *temporal.ApplicationError
	if errors.As(err, &refusal) {
		return nil, fmt.Errorf("the configuration %s is refused:\n%s", file, refusal.Message())
	}
	return data, err
}

func newHandlers() *cobra.Command {
	return newCommand("handlers", "List the messages that the run takes", cobra.NoArgs,
		func(ctx context.Context, connection client.Client, id string, _ []string) (string, error) {
			definition, err := Definition(ctx, connection, id)
			if err != nil {
				return "", err
			}
			return strings.Join(definitionLines(definition), "\n"), nil
		})
}

// definitionLines lists a run's messages without those of Temporal's own.
func definitionLines(definition *sdkpb.WorkflowDefinition) []string {
	var lines []string
	add := func(kind kind, definitions []*sdkpb.WorkflowInteractionDefinition) {
		for _, each := range definitions {
			if !strings.HasPrefix(each.GetName(), "__") {
				lines = append(lines, fmt.Sprintf("%s %s: %s", kind, each.GetName(), each.GetDescription()))
			}
		}
	}
	add(signalKind, definition.GetSignalDefinitions())
	add(queryKind, definition.GetQueryDefinitions())
	add(updateKind, definition.GetUpdateDefinitions())
	return lines
}

func newSignal() *cobra.Command {
	return newCommand("signal NAME [JSON]", "Send a signal, registered or not", cobra.RangeArgs(1, 2),
		func(ctx context.Context, connection client.Client, id string, args []string) (string, error) {
			arguments, err := jsonArguments(args[1:])
			if err != nil {
				return "", err
			}
			var argument any
			if len(arguments) > 0 {
				argument = arguments[0]
			}
			if err := connection.SignalWorkflow(ctx, id, "", args[0], argument); err != nil {
				return "", fmt.Errorf("signal %s of %s: %w", args[0], id, err)
			}
			return "sent " + args[0], nil
		})
}

func newQuery() *cobra.Command {
	return newCommand("query NAME", "Send a query, in an envelope if it is not registered", cobra.ExactArgs(1),
		func(ctx context.Context, connection client.Client, id string, args []string) (string, error) {
			return answerText(Ask(ctx, connection, id, args[0]))
		})
}

func newUpdate() *cobra.Command {
	return newCommand("update NAME [JSON]", "Send an update, in an envelope if it is not registered", cobra.RangeArgs(1, 2),
		func(ctx context.Context, connection client.Client, id string, args []string) (string, error) {
			arguments, err := jsonArguments(args[1:])
			if err != nil {
				return "", err
			}
			return answerText(Tell(ctx, connection, id, args[0], arguments...))
		})
}

func answerText(answer converter.RawValue, err error) (string, error) {
	return string(answer.Payload().GetData()), err
}

func jsonArguments(texts []string) ([]json.RawMessage, error) {
	var arguments []json.RawMessage
	for _, text := range texts {
		if !json.Valid([]byte(text)) {
			return nil, fmt.Errorf("argument %s is not JSON (a text needs its quotes: '\"like this\"')", text)
		}
		arguments = append(arguments, json.RawMessage(text))
	}
	return arguments, nil
}
