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
	generate int
	seed     uint64
	tags     []string
}

// newCommand makes a command that sets the status if a mutant was not killed,
// which the report on standard output has then said already.
func newCommand(status *int) *cobra.Command {
	var options options
	command := &cobra.Command{
		Use:   "mutants [NAME...]\n  mutants --generate COUNT [--seed SEED] PACKAGE...",
		Short: "Prove that the tests guard the lessons of the samples",
		Long: `Prove that the tests guard the lessons of the samples: remove each lesson
listed in a testdata/mutants.yaml and expect the tests named there to fail.
NAME is a folder or folder/name; without any, every mutant runs.

With --generate, make mechanical changes: negated conditions, swapped comparisons,
dropped statements, returns, errors and options, changed constants. A PACKAGE is
named as for the go command in the module's root. Of its changes that compile, COUNT
are drawn by the seed, and all tests of the package run against each. The survivors
are printed. A survivor shows a test that is missing, unless nobody could notice the
change; list such a change with its reason in the package's testdata/equivalent.yaml:

  - file: cart.go
    function: Cart.add      # as printed after "in"; left out outside of functions
    before: if total > max {
    after: if total >= max {
    reason: A cart at its limit was refused before.`,
		Args:          cobra.ArbitraryArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(command *cobra.Command, names []string) error {
			execute := options.execute
			if command.Flags().Changed("generate") {
				execute = options.executeGenerated
			}
			killed, err := execute(command.Context(), command.OutOrStdout(), names)
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
	flags.DurationVar(&options.timeout, "timeout", 2*time.Minute, "how long the tests of one mutant may run at most; usually 20s and 5 times what they take without it")
	flags.IntVar(&options.generate, "generate", 0, "generate and run so many mutants of each package")
	flags.Uint64Var(&options.seed, "seed", 1, "seed of the generated mutants: the same seed draws the same ones")
	flags.StringSliceVar(&options.tags, "tags", nil, "build tags of the tests of generated mutants, such as e2e")
	return command
}

// execute tells whether all mutants were killed.
func (o options) execute(ctx context.Context, out io.Writer, names []string) (bool, error) {
	runner, err := o.runner()
	if err != nil {
		return false, err
	}
	all, err := mutants.Load(os.DirFS(runner.Root))
	if err != nil {
		return false, err
	}
	if len(all) == 0 {
		return false, errors.New("no testdata/mutants.yaml below " + runner.Root)
	}
	selected, err := mutants.Select(all, names)
	if err != nil {
		return false, err
	}
	if o.list {
		return true, mutants.Print(out, selected)
	}
	report := mutants.Report{Out: out, Verbose: o.verbose}
	if err := runner.Run(ctx, selected, report.Add); err != nil {
		return false, err
	}
	return report.Finish(), nil
}

// runner makes a runner for the module of the current folder.
func (o options) runner() (mutants.Runner, error) {
	if o.parallel < 1 {
		return mutants.Runner{}, fmt.Errorf("--parallel is %d, but at least 1 mutant must run at a time", o.parallel)
	}
	folder, err := os.Getwd()
	if err != nil {
		return mutants.Runner{}, fmt.Errorf("finding the current folder: %w", err)
	}
	root, err := mutants.Root(folder)
	return mutants.Runner{Root: root, Parallel: o.parallel, Timeout: o.timeout}, err
}

// executeGenerated tells whether no mutant survived that could be noticed.
func (o options) executeGenerated(ctx context.Context, out io.Writer, packages []string) (bool, error) {
	runner, err := o.runner()
	if err != nil {
		return false, err
	}
	if o.generate < 1 || len(packages) == 0 {
		return false, errors.New("--generate needs a count of at least 1, and packages such as ./updatewithstart")
	}
	report := mutants.GeneratedReport{Out: out, Seed: o.seed, Verbose: o.verbose}
	sample := mutants.Sample{Patterns: packages, Count: o.generate, Seed: o.seed, Tags: o.tags}
	if err := runner.Generate(ctx, sample, report.Add); err != nil {
		return false, err
	}
	return report.Finish(), nil
}
