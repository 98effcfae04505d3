// Command mutants proves that the tests of this repository guard its lessons:
// it takes each lesson out of the code, one at a time, and expects the tests
// that the lists in testdata/mutants.yaml name to fail. Package
// dynamicsamples/cmd/mutants/internal/mutants does the work and describes the idea.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"dynamicsamples/cmd/mutants/internal/mutants"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// Exit statuses; 130 is what a shell reports for Ctrl-C.
const (
	allKilled   = 0
	failed      = 1
	interrupted = 130
)

func run(ctx context.Context, arguments []string, out, complaints io.Writer) int {
	status := allKilled
	command := newCommand(&status)
	command.SetArgs(arguments)
	command.SetOut(out)
	command.SetErr(complaints)
	err := command.ExecuteContext(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		fmt.Fprintln(complaints, "mutants: interrupted")
		return interrupted
	case err != nil:
		fmt.Fprintln(complaints, "mutants:", err)
		return failed
	default:
		return status
	}
}

type options struct {
	list     bool
	verbose  bool
	parallel int
	timeout  time.Duration
}

// newCommand makes a command that sets the status if a mutant was not killed,
// which the report on standard output has then said already.
func newCommand(status *int) *cobra.Command {
	var options options
	command := &cobra.Command{
		Use:   "mutants [NAME...]",
		Short: "Prove that the tests guard the lessons of the samples",
		Long: `Prove that the tests guard the lessons of the samples: remove each lesson
listed in a testdata/mutants.yaml and expect the tests named there to fail.
NAME is a folder or folder/name; without any, every mutant runs.`,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, names []string) error {
			killed, err := options.execute(command.Context(), command.OutOrStdout(), names)
			if !killed {
				*status = failed
			}
			return err
		},
	}
	flags := command.Flags()
	flags.BoolVar(&options.list, "list", false, "print the mutants without running them")
	flags.BoolVar(&options.verbose, "verbose", false, "print all output of go test for mutants that were not killed")
	flags.IntVar(&options.parallel, "parallel", runtime.GOMAXPROCS(0), "how many mutants to run at a time")
	flags.DurationVar(&options.timeout, "timeout", 2*time.Minute, "how long the tests of one mutant may run")
	return command
}

// execute tells whether all mutants were killed.
func (o options) execute(ctx context.Context, out io.Writer, names []string) (bool, error) {
	if o.parallel < 1 {
		return false, fmt.Errorf("--parallel is %d, but at least 1 mutant must run at a time", o.parallel)
	}
	folder, err := os.Getwd()
	if err != nil {
		return false, fmt.Errorf("finding the current folder: %w", err)
	}
	root, err := mutants.Root(folder)
	if err != nil {
		return false, err
	}
	all, err := mutants.Load(os.DirFS(root))
	if err != nil {
		return false, err
	}
	if len(all) == 0 {
		return false, errors.New("no testdata/mutants.yaml below " + root)
	}
	selected, err := mutants.Select(all, names)
	if err != nil {
		return false, err
	}
	if o.list {
		return true, mutants.Print(out, selected)
	}
	report := mutants.Report{Out: out, Verbose: o.verbose}
	runner := mutants.Runner{Root: root, Parallel: o.parallel, Timeout: o.timeout}
	if err := runner.Run(ctx, selected, report.Add); err != nil {
		return false, err
	}
	return report.Finish(), nil
}
