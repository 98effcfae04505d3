package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/scenario"
)

// silent is above every level, for Workers whose scenarios fail on purpose and log
// it as errors.
const silent = slog.LevelError + 1

// runningWorker is the value of --worker with which no Worker is started.
const runningWorker = "running"

func newRun() *cobra.Command {
	var keep, verbose bool
	var worker string
	command := &cobra.Command{
		Use:   "run [NAME...]",
		Short: "Run the samples' scenarios and show what happens",
		Long: `Run the samples' scenarios, each sample with a Worker of its own in this process,
and show for each scenario its input, its result, and where to see it in the Web UI.

A NAME is a sample or one of its scenarios; without any, all are run. The exit
status is 1 if any result is not the expected one.

With --worker=running the work is left to the Worker that runs already, such as
go run ./dynamicworkflow/worker in another terminal; only the scenarios are shown.`,
		Example: `  go run ./cmd/samples run
  go run ./cmd/samples run dynamicworkflow dynamicactivity/pipeline
  go run ./cmd/samples run --worker=running dynamicworkflow/unregistered
  go run ./cmd/samples run --keep`,
		RunE: func(command *cobra.Command, names []string) error {
			level := silent
			if verbose {
				level = slog.LevelInfo
			}
			if command.Flags().Changed("worker") {
				if worker != runningWorker {
					return fmt.Errorf("--worker must be %s, got %q; without it each sample gets a Worker of its own", runningWorker, worker)
				}
				return runOnRunningWorker(command, names, level)
			}
			return run(command, names, level, keep)
		},
	}
	command.Flags().StringVar(&worker, "worker", "", `"running": leave the work to the Worker that runs already`)
	command.Flags().BoolVar(&keep, "keep", false, "at the end, keep the server that was started until Ctrl-C, to look at the histories")
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "show what the Workers log")
	command.MarkFlagsMutuallyExclusive("worker", "keep")
	return command
}

func run(command *cobra.Command, names []string, level slog.Level, keep bool) (err error) {
	ctx, out := command.Context(), command.OutOrStdout()
	samples, err := selectSamples(names)
	if err != nil {
		return err
	}
	found, err := findTarget(ctx, level, command.ErrOrStderr())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, found.close()) }()
	fmt.Fprintf(out, "Temporal server: %s\nWeb UI: %s\n\n", found.description, found.web.BaseURL)

	outcomes, err := runSamples(ctx, found, samples, out, command.ErrOrStderr())
	if err != nil {
		return err
	}
	if err := scenario.Unexpected(outcomes); err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%[1]d of %[1]d scenarios as expected\n", len(outcomes))
	if found.own != nil {
		waitOrHint(ctx, out, keep)
	}
	return nil
}

// waitOrHint says what becomes of the histories on the command's own server.
func waitOrHint(ctx context.Context, out io.Writer, keep bool) {
	if !keep {
		fmt.Fprintln(out, "The server and its histories end here; add --keep to look at them in the Web UI.")
		return
	}
	fmt.Fprintln(out, "The server goes on until Ctrl-C.")
	<-ctx.Done()
}

// runOnRunningWorker runs the scenarios on a server that is there already, as a Worker
// must be, too.
func runOnRunningWorker(command *cobra.Command, names []string, level slog.Level) error {
	ctx, complaints := command.Context(), command.ErrOrStderr()
	samples, err := selectSamples(names)
	if err != nil {
		return err
	}
	options, err := connect.Options(level)
	if err != nil {
		return err
	}
	on, err := connectTo(ctx, options, "")
	if err != nil {
		return err
	}
	defer on.connection.Close()
	outcomes, err := eachSample(samples, command.OutOrStdout(), func(sample scenario.Sample) ([]scenario.Outcome, error) {
		return sample.Execute(ctx, on.connection, on.web, command.OutOrStdout(), complaints, complaints)
	})
	return errors.Join(err, scenario.Unexpected(outcomes))
}

// runSamples runs one sample's Worker and scenarios after the other's.
func runSamples(ctx context.Context, on target, samples []scenario.Sample, out, progressTo io.Writer) ([]scenario.Outcome, error) {
	return eachSample(samples, out, func(sample scenario.Sample) (outcomes []scenario.Outcome, err error) {
		err = withWorker(ctx, on.connection, sample, func(ctx context.Context) error {
			outcomes, err = sample.Execute(ctx, on.connection, on.web, out, progressTo, nil)
			return err
		})
		return outcomes, err
	})
}

// eachSample executes the samples up to the first that ends early, with an empty line
// between two.
func eachSample(samples []scenario.Sample, out io.Writer, execute func(scenario.Sample) ([]scenario.Outcome, error)) ([]scenario.Outcome, error) {
	var all []scenario.Outcome
	for i, sample := range samples {
		if i > 0 {
			fmt.Fprintln(out)
		}
		outcomes, err := execute(sample)
		all = append(all, outcomes...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// withWorker calls do while the sample's Worker runs. When the Worker fails, the
// context that do has got ends and the Worker's error is returned.
func withWorker(ctx context.Context, connection client.Client, sample scenario.Sample, do func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	worker := make(chan error, 1)
	go func() {
		worker <- sample.Work(ctx, connection)
		cancel()
	}()
	err := do(ctx)
	cancel()
	if workerErr := <-worker; workerErr != nil {
		return fmt.Errorf("%s: %w", sample.Name, workerErr)
	}
	return err
}
