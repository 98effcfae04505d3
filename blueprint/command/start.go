package command

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/connect"
)

const (
	// startPatience is how long start waits for a refusal: a run that is refused fails in
	// its first Workflow Task.
	startPatience = 10 * time.Second
	// startPause is the time between two looks.
	startPause = 50 * time.Millisecond
)

// startFlags are the flags of start.
type startFlags struct{ input, id string }

func (c *commands) newStart() *cobra.Command {
	var flags startFlags
	command := &cobra.Command{
		Use:   "start NAME|FILE",
		Short: "Start a blueprint, and leave it running",
		Long: `Start a blueprint that the Worker has, by NAME or NAME@VERSION, or the document in a
FILE (.yaml, .yml or .json), and print the Workflow ID. The run continues by itself: see
status, message, result and watch.

A run that the Worker refuses, because it has no blueprint of that name or because the
input does not fit, fails at once; the command says so, and exits with 1.`,
		Example: c.examples(`start order --id o-1 --input '{"id": "o-1"}'`, "start order.yaml"),
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: c.completeBlueprints,
		RunE: func(command *cobra.Command, names []string) error { return c.start(command, names[0], flags) },
	}
	command.Flags().StringVarP(&flags.input, "input", "i", "null", "the input, as `JSON`")
	command.Flags().StringVar(&flags.id, "id", "", "the Workflow `ID`; unique unless given")
	_ = command.RegisterFlagCompletionFunc("id", completeNothing)
	return command
}

// toStart is a Workflow Type with its arguments, and what its Workflow ID begins with.
type toStart struct {
	workflowType, name string
	arguments          []any
}

// whatToStart is the document in a file, or the blueprint of a name.
func whatToStart(command *cobra.Command, name, input string) (toStart, error) {
	if !json.Valid([]byte(input)) {
		return toStart{}, &usageError{fmt.Errorf("start: the input is no JSON: %s", input)}
	}
	if name != standardInput && !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(name)) {
		prefix, _, _ := strings.Cut(name, "@")
		return toStart{name, prefix, []any{json.RawMessage(input)}}, nil
	}
	read, err := readDocument(command, name)
	if err != nil {
		return toStart{}, err
	}
	definition, _, problems := language.Load(read.name, read.text, 0)
	if len(problems) > 0 {
		writeProblems(command.ErrOrStderr(), []document{read}, problems)
		return toStart{}, errTold
	}
	return toStart{engine.InlineWorkflow, definition.Blueprint, []any{string(read.text), json.RawMessage(input)}}, nil
}

func (c *commands) start(command *cobra.Command, name string, flags startFlags) error {
	what, err := whatToStart(command, name, flags.input)
	if err != nil {
		return err
	}
	id := cmp.Or(flags.id, fmt.Sprintf("%s-%08x", what.name, rand.Uint32()))
	return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
		run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
			ID: id, TaskQueue: c.queue(), WorkflowExecutionErrorWhenAlreadyStarted: true,
		}, what.workflowType, what.arguments...)
		if err != nil {
			return c.notStarted(id, err)
		}
		if !follow.Polled(ctx, connection, c.queue()) {
			c.adviseWorker(command.ErrOrStderr(), c.queue())
		} else if err := refusedStart(ctx, connection, run, startPatience); err != nil {
			return err
		}
		fmt.Fprintf(command.OutOrStdout(), "started %s\n", run.GetID())
		return nil
	})
}

// refusedStart is the error of a run that is refused before its first step. The first status
// tells that it is not.
func refusedStart(ctx context.Context, connection client.Client, run client.WorkflowRun, patience time.Duration) error {
	_, _, err := awaitFirst(ctx, connection, run, patience, func(_ engine.Status, err error) bool {
		return err == nil || errors.Is(err, follow.ErrUnreadable)
	})
	var failed *temporal.ApplicationError
	if errors.As(err, &failed) && slices.Contains(refusals(), failed.Type()) {
		return errors.New(failureOf(failed).String())
	}
	return nil
}

// awaitFirst asks a run for its status until it is what is waited for. A run that ends first has its
// own error, and so has one that takes too long.
func awaitFirst(ctx context.Context, connection client.Client, run client.WorkflowRun, patience time.Duration, is func(engine.Status, error) bool) (status engine.Status, ended bool, err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	end := make(chan error, 1)
	go func() {
		var output converter.RawValue
		end <- run.Get(ctx, &output)
	}()
	ticker := time.NewTicker(startPause)
	defer ticker.Stop()
	for {
		select {
		case err := <-end:
			return engine.Status{}, true, err
		case <-ticker.C:
			if status, err := follow.Status(ctx, connection, run.GetID(), ""); is(status, err) {
				return status, false, nil
			}
		}
	}
}

// refusals are the failures that come before the first step.
func refusals() []string {
	return []string{engine.FailureUnknownBlueprint, engine.FailureInvalidDocument, engine.FailureInvalidInput}
}
