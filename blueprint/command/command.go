// Package command is for people who write blueprints: its commands check, format and draw a
// document, run it, here in virtual time or on a server, watch a run, and explain from
// its Event History what it did. They know the catalog and the definitions of one service: give
// yours to [New], and your program has them with its own names.
package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/engine"
)

// Options are what the commands know of a service.
type Options struct {
	// Catalog is what documents may call.
	Catalog *engine.Catalog
	// Interpreter is what the service's interpreter is made with, with the definitions that
	// documents may start.
	Interpreter engine.Options
	// TaskQueue is the one that the service's Worker polls.
	TaskQueue string
	// Program is how a person calls the commands, for what they print; "" is "blueprint".
	Program string
	// Owner is whose catalog it is; "" is "this program".
	Owner string
	// Worker is the command that starts a Worker; "" where there is none to recommend.
	Worker string
}

// commands are those of one service, or of another one that the command line names.
type commands struct {
	options   Options
	catalogs  []string
	taskQueue string
}

// Exit codes. A problem is one of the document, of the run, or of a test case.
const (
	exitOK          = 0
	exitProblem     = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// Execute runs the program's command line until it ends or Ctrl-C is pressed, and returns
// the exit code. The root is what New has returned, or a command that holds it.
func Execute(root *cobra.Command) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetOut(os.Stdout)
	return exitCode(ctx, root.ExecuteContext(ctx), root.ErrOrStderr())
}

func exitCode(ctx context.Context, err error, problems io.Writer) int {
	var usage *usageError
	var open *refusal
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintln(problems, "error:", err)
		return exitUsage
	case errors.Is(err, errDetached):
		return exitInterrupted
	case ctx.Err() != nil && errors.As(err, &open):
		fmt.Fprintln(problems, "interrupted:", err)
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

// New makes the command "blueprint", which holds all others.
func New(options Options) *cobra.Command {
	options.Program = cmp.Or(options.Program, "blueprint")
	c := &commands{options: options}
	root := &cobra.Command{
		Use:   "blueprint",
		Short: "Check, draw, run and explain blueprints",
		Long: `Check, draw, run and explain blueprints: workflows that are YAML or JSON documents.

The commands that talk to a server use the one that the environment names
(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables and profiles of
envconfig), else localhost:7233. Where its Workers encrypt values, name their codec
server (TEMPORAL_CODEC_ENDPOINT).

The exit status is 0, or 1 where there are problems, 2 where the command line is
wrong, and 130 after Ctrl-C.

Documents are checked against the catalog of ` + cmp.Or(options.Owner, "this program") + `, of the files that --catalog
names, or of the Workers of --task-queue.`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       unknownCommand,
		SuggestionsMinimumDistance: 2,
		RunE:                       func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	root.SetFlagErrorFunc(func(command *cobra.Command, err error) error {
		return &usageError{fmt.Errorf("%w; see %s --help", err, command.CommandPath())}
	})
	c.addSources(root)
	root.AddCommand(c.newCatalog(), c.newNew(), c.newCheck(), c.newSchema(), newFormat(), c.newGraph(), c.newRun(), c.newTest(),
		c.newStart(), c.newStatus(), c.newMessage(), c.newApprove(), c.newFork(), c.newPause(), c.newResume(), c.newReplace(), newResult(), c.newList(), c.newWatch(), newExplain())
	root.AddCommand(c.newDecisions()...)
	return root
}

// examples are command lines for a help text.
func (c *commands) examples(lines ...string) string {
	return "  " + c.options.Program + " " + strings.Join(lines, "\n  "+c.options.Program+" ")
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

// usage makes the errors of arguments errors of usage, and refuses what is empty.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		err := check(command, arguments)
		if err == nil {
			err = refuseEmpty(command, arguments)
		}
		if err != nil {
			return &usageError{fmt.Errorf("%s: %w; see %s --help", command.Name(), err, command.CommandPath())}
		}
		return nil
	}
}

// completeDocuments completes the names of documents.
func completeDocuments(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return []string{"yaml", "yml", "json"}, cobra.ShellCompDirectiveFilterFileExt
}

// completeBlueprints completes the names of the service's blueprints, else of files.
func (c *commands) completeBlueprints(command *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(c.catalogs) == 0 && c.taskQueue != "" {
		// To ask a Worker takes too long for a shell.
		return completeDocuments(command, nil, typed)
	}
	described, err := c.describe(command)
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for exact := range described.Blueprints {
		if name, _, _ := strings.Cut(exact, "@"); strings.HasPrefix(name, typed) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), cobra.ShellCompDirectiveDefault
}

// completeNothing is for ids: no shell knows them.
func completeNothing(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}
