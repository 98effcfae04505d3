package scenario

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
)

// StarterMain is the main function of every sample's starter: it runs the scenarios
// named on the command line, or all of them, prints what happens, and returns the
// process's exit code, which is 1 when a result is not the expected one. A sample
// that a person can drive by hand adds commands of its own.
func StarterMain(sample Sample, commands ...*cobra.Command) int {
	starter := &cobra.Command{
		Use:           "starter [SCENARIO...]",
		Short:         sample.Idea,
		Long:          sample.Idea + "\n\nWithout a name, all of these scenarios are run:\n" + describeScenarios(sample),
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(command *cobra.Command, names []string) error {
			return runScenarios(command.Context(), sample, names)
		},
	}
	starter.AddCommand(commands...)
	return connect.Main(starter.ExecuteContext)
}

func describeScenarios(sample Sample) string {
	var lines strings.Builder
	for _, scenario := range sample.Scenarios {
		fmt.Fprintf(&lines, "  %-22s %s\n", scenario.Name, scenario.Asks)
	}
	return lines.String()
}

func runScenarios(ctx context.Context, sample Sample, names []string) error {
	scenarios, err := sample.Select(names)
	if err != nil {
		return err
	}
	sample.Scenarios = scenarios
	return connect.Run(ctx, slog.LevelWarn, func(ctx context.Context, connection client.Client, options client.Options) error {
		warnWithoutWorker(ctx, connection, sample)
		outcomes, err := sample.Execute(ctx, connection, connect.WebUIOf(options), os.Stdout, os.Stderr)
		return errors.Join(err, Unexpected(outcomes))
	})
}

// warnWithoutWorker tells a person why nothing happens, which is the commonest way
// to get stuck with a first sample. It only warns: the worker may be about to start.
func warnWithoutWorker(ctx context.Context, connection client.Client, sample Sample) {
	queue, err := connection.DescribeTaskQueue(ctx, sample.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err == nil && len(queue.GetPollers()) == 0 {
		fmt.Fprintf(os.Stderr, "no worker listens on task queue %q yet: start one with\n  go run ./%s/worker\n", sample.TaskQueue, sample.Name)
	}
}
