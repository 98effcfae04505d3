package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/scenario"
)

// silent is above every level, for workers whose scenarios fail on purpose and log
// it as errors.
const silent = slog.LevelError + 1

func newRun() *cobra.Command {
	var keep, verbose bool
	command := &cobra.Command{
		Use:   "run [NAME...]",
		Short: "Run the samples' workers and starters and show what happens",
		Long: `Run the samples' workers and starters in one process and show, for each
scenario, what was asked, what came back, and where to see it in the Web UI.

A NAME is a sample or one of its scenarios; without any, all are run. The exit
status is 1 if any result is not the expected one.`,
		Example: `  go run ./cmd/samples run
  go run ./cmd/samples run dynamicworkflow dynamicactivity/pipeline
  go run ./cmd/samples run --keep`,
		RunE: func(command *cobra.Command, names []string) error {
			level := silent
			if verbose {
				level = slog.LevelInfo
			}
			return run(command, names, level, keep)
		},
	}
	command.Flags().BoolVar(&keep, "keep", false, "at the end, keep the server that was started until Ctrl-C, to look at the histories")
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "show what the workers log")
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

// runSamples runs one sample's worker and scenarios after the other's.
func runSamples(ctx context.Context, on target, samples []scenario.Sample, out, progressTo io.Writer) ([]scenario.Outcome, error) {
	var all []scenario.Outcome
	for i, sample := range samples {
		if i > 0 {
			fmt.Fprintln(out)
		}
		err := withWorker(ctx, on.connection, sample, func(ctx context.Context) error {
			outcomes, err := sample.Execute(ctx, on.connection, on.web, out, progressTo)
			all = append(all, outcomes...)
			return err
		})
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// withWorker calls do while the sample's worker runs. When the worker fails, the
// context that do has got ends and the worker's error is returned.
func withWorker(ctx context.Context, connection client.Client, sample scenario.Sample, do func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	worker := make(chan error, 1)
	go func() {
		worker <- sample.RunWorker(ctx, connection)
		cancel()
	}()
	err := do(ctx)
	cancel()
	if workerErr := <-worker; workerErr != nil {
		return fmt.Errorf("%s: %w", sample.Name, workerErr)
	}
	return err
}
