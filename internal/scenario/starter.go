package scenario

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
)

// StarterMain is the main function of the starters of samples that have not moved: it runs the scenarios
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
		fmt.Fprintf(&lines, "  %-22s %s\n", scenario.Name, scenario.InputLine())
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
		outcomes, err := sample.Execute(ctx, connection, connect.WebUIOf(options), os.Stdout, os.Stderr, os.Stderr)
		return errors.Join(err, Unexpected(outcomes))
	})
}
