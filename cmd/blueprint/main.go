// Command blueprint is for people who write blueprints: it checks, formats and draws a
// document, runs it, here in virtual time or on a server, watches a run, and tells from
// its history what it did. The commands know the catalog and the definitions of the
// examples; a sample with a catalog of its own needs only another catalog.go.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit codes. A problem is one of the document, of the run, or of a test case.
const (
	exitOK          = 0
	exitProblem     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// run runs the command line until it ends or Ctrl-C is pressed, and returns the exit
// code.
func run(arguments []string, out, problems io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(arguments)
	root.SetOut(out)
	root.SetErr(problems)
	return exitCode(ctx, root.ExecuteContext(ctx), problems)
}

func exitCode(ctx context.Context, err error, problems io.Writer) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintln(problems, "error:", err)
		return exitUsage
	case errors.Is(err, errDetached):
		return exitInterrupted
	case ctx.Err() != nil:
		fmt.Fprintln(problems, "interrupted")
		return exitInterrupted
	case errors.Is(err, errTold):
		return exitProblem
	default:
		fmt.Fprintln(problems, "error:", err)
		return exitProblem
	}
}

// errTold is the error of a command that has already said what is wrong.
var errTold = errors.New("there are problems")

// usageError is a command line that cannot be understood.
type usageError struct{ cause error }

func (e *usageError) Error() string { return e.cause.Error() }

func (e *usageError) Unwrap() error { return e.cause }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "blueprint",
		Short: "Check, draw, run and explain blueprints",
		Long: `Check, draw, run and explain blueprints: workflows that are YAML or JSON documents.

The commands that talk to a server use the one that the environment names
(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables and profiles of
envconfig), else localhost:7233.

The exit status is 0, or 1 where there are problems, 2 where the command line is
wrong, and 130 after Ctrl-C.`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       unknownCommand,
		SuggestionsMinimumDistance: 2,
		RunE:                       func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	root.SetFlagErrorFunc(func(command *cobra.Command, err error) error {
		return &usageError{fmt.Errorf("%w; see %s --help", err, command.CommandPath())}
	})
	root.AddCommand(newCheck(), newSchema(), newFormat(), newGraph(), newRun(), newTest(),
		newStart(), newStatus(), newMessage(), newResult(), newWatch(), newExplain())
	return root
}

func unknownCommand(command *cobra.Command, arguments []string) error {
	if len(arguments) == 0 {
		return nil
	}
	hint := ""
	if near := command.SuggestionsFor(arguments[0]); len(near) > 0 {
		hint = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return &usageError{fmt.Errorf("unknown command %q%s", arguments[0], hint)}
}

// usage makes the errors of arguments errors of usage.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		if err := check(command, arguments); err != nil {
			return &usageError{fmt.Errorf("%s: %w; see %s --help", command.Name(), err, command.CommandPath())}
		}
		return nil
	}
}

// completeDocuments completes the names of documents.
func completeDocuments(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeNothing is for ids: no shell knows them.
func completeNothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}
