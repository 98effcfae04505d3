package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
)

func (c *commands) newWatch() *cobra.Command {
	var runID string
	var asJSON bool
	command := &cobra.Command{
		Use:   "watch ID",
		Short: "Show the progress of a run until it ends",
		Long: `Show the progress of a run until it ends, and print its output. Anybody may have
started it. When it continues as new, the next run is followed. Ctrl-C leaves it running.`,
		Args: usage(cobra.ExactArgs(1)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, ids []string) error {
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, web connect.WebUI) error {
				id, err := findRun(ctx, connection, ids[0], runID)
				if err != nil {
					return err
				}
				return c.followRun(command, connection, web, connection.GetWorkflow(ctx, ids[0], id), asJSON)
			})
		},
	}
	addRunFlag(command, &runID)
	command.Flags().BoolVar(&asJSON, "json", false, "print the outcome of the run as JSON")
	return command
}

func addRunFlag(command *cobra.Command, runID *string) {
	command.Flags().StringVar(runID, "run", "", "the Run ID `RUN`; the last run of the workflow unless given")
	_ = command.RegisterFlagCompletionFunc("run", completeNothing)
}

// findRun is the run's id; the last one of the workflow where none is given.
func findRun(ctx context.Context, connection client.Client, workflowID, runID string) (string, error) {
	described, err := connection.DescribeWorkflow(ctx, workflowID, runID)
	var missing *serviceerror.NotFound
	var invalid *serviceerror.InvalidArgument
	switch {
	case errors.As(err, &missing) && runID != "":
		return "", fmt.Errorf("the server has no run %s of the workflow %s", runID, workflowID)
	case errors.As(err, &missing):
		return "", fmt.Errorf("the server has no workflow %s", workflowID)
	case errors.As(err, &invalid) && runID != "":
		return "", fmt.Errorf("%q is no Run ID: it is a UUID, which explain and the Web UI show", runID)
	case err != nil:
		return "", fmt.Errorf("looking for %s: %w", workflowID, err)
	}
	return described.WorkflowExecution.RunID, nil
}
