package command

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

func (c *commands) newPause() *cobra.Command {
	return c.newOperate("pause", &cobra.Command{
		Use:   "pause ID [STEP]",
		Short: "Pause a run, or a step of it, where things begin",
		Long: `Pause a run, or the step of the path STEP, at the gates where steps, rounds, items and
undos begin. What is under way goes on and ends; a failure waits until the run is resumed.
A path without the numbers of rounds, items and visits is that of each of them.

Sleeps go on, and so do the waits' own timeouts; the timeout of a step or of the document
stands still. The server begins no further attempt of an Activity that is under way, if it
can pause Activities. Child runs go on, unless --deep pauses those of blueprints as well.`,
		Example: c.examples(`pause o-1 --by Mei --note "the carrier is down"`, "pause o-1 lines/ship"),
	})
}

func (c *commands) newResume() *cobra.Command {
	return c.newOperate("resume", &cobra.Command{
		Use:   "resume ID [STEP]",
		Short: "Resume a run, or a step of it, that is paused",
		Long: `Resume a run, or the step of the path STEP, that is paused. What waits at the gates goes on
in the order in which it was due. The server begins further attempts of the Activities
that the command pause has paused. --deep resumes the runs of child blueprints as well.`,
		Example: c.examples("resume o-1", "resume o-1 lines/ship"),
	})
}

// newOperate completes a command that sends an operation on a run or a step.
func (c *commands) newOperate(op string, command *cobra.Command) *cobra.Command {
	var flags asker
	var deep bool
	command.Args, command.ValidArgsFunction = usage(cobra.RangeArgs(1, 2)), completeNothing
	command.RunE = func(command *cobra.Command, arguments []string) error {
		id, operation := arguments[0], flags.operation(op)
		if len(arguments) > 1 {
			operation.Step = arguments[1]
		}
		return onServer(command.Context(), func(ctx context.Context, connection client.Client, web connect.WebUI) error {
			done, err := operator{c.sender(connection, command.ErrOrStderr()), web.Namespace, deep}.operate(ctx, id, operation)
			if err != nil {
				return c.refused(command, flags.asJSON, id, operation.Step, err)
			}
			if flags.asJSON {
				return writeJSON(command.OutOrStdout(), done)
			}
			done.write(command.OutOrStdout())
			return nil
		})
	}
	flags.addTo(command, "what has been done")
	flags.addID(command)
	command.Flags().BoolVar(&deep, "deep", false, "the runs of child blueprints as well")
	return command
}

// operated is what has been done to a run.
type operated struct {
	WorkflowID string `json:"workflowId"`
	engine.OperationAnswer
	// Refused is why the run has refused it, where that of a child, or its children were to do it as well.
	Refused string `json:"refused,omitempty"`
	// Stopped are the Activities of which the server begins no further attempt, Started those of
	// which it does again, and Retried those under way that it goes on trying, all the same.
	Stopped []string `json:"pausedActivities,omitempty"`
	Started []string `json:"unpausedActivities,omitempty"`
	Retried []string `json:"retriedActivities,omitempty"`
	// NotFound counts those that could not be told apart from those of other steps.
	NotFound int `json:"activitiesNotFound,omitempty"`
	// Unable is why no Activity could be paused or unpaused.
	Unable string `json:"cannotPauseActivities,omitempty"`
	// Expires is when the server ends the run, paused or not.
	Expires *time.Time `json:"expires,omitempty"`
	// Runs are those of children, with --deep.
	Runs []operated `json:"childRuns,omitempty"`
}

// operator sends operations to runs.
type operator struct {
	sender
	namespace string
	deep      bool
}

// operate sends an operation to a run, and, where that is wanted, to those of its children.
func (o operator) operate(ctx context.Context, id string, operation engine.Operation) (operated, error) {
	answer, err := o.operation(ctx, id, operation)
	if err != nil {
		return o.below(ctx, id, operation, err)
	}
	done := operated{WorkflowID: id, OperationAnswer: answer}
	if err := o.activities(ctx, &done); err != nil {
		text := fmt.Sprintf("%s is done for %s, but not for all its Activities, which the server may try again: %v", operation.Op, id, err)
		return operated{}, &refusal{failure{Type: typePartly, Message: text}, text}
	}
	if o.deep {
		done.Runs = o.children(ctx, done.Children, operation)
	}
	return done, nil
}

// children sends the operation to the runs of children.
func (o operator) children(ctx context.Context, ids []string, operation engine.Operation) []operated {
	var runs []operated
	operation.Step = ""
	for _, child := range ids {
		done, err := o.operate(ctx, child, operation)
		if err != nil {
			done = operated{WorkflowID: child, Refused: err.Error()}
		}
		runs = append(runs, done)
	}
	return runs
}

// below goes on to the children of a run that has refused, if it stands as it was to stand.
func (o operator) below(ctx context.Context, id string, operation engine.Operation, why error) (operated, error) {
	var refused *refusal
	if !o.deep || !errors.As(why, &refused) || refused.Type != engine.ErrOperationRefused {
		return operated{}, why
	}
	status, err := follow.Status(ctx, o.connection, id, "")
	isPaused := slices.ContainsFunc(status.Paused, func(each engine.Paused) bool { return each.Step == operation.Step })
	if err != nil || isPaused != (operation.Op == "pause") {
		return operated{}, why
	}
	var children []string
	for _, step := range slices.Sorted(maps.Keys(status.ChildRuns)) {
		if (engine.Paused{Step: operation.Step}).Covers(step) {
			children = append(children, status.ChildRuns[step])
		}
	}
	if len(children) == 0 {
		return operated{}, why
	}
	return operated{WorkflowID: id, Refused: why.Error(), Runs: o.children(ctx, children, operation)}, nil
}

// write says what has been done, for people.
func (d operated) write(out io.Writer) {
	if d.Refused != "" {
		fmt.Fprintf(out, "%s: %s\n", d.WorkflowID, d.Refused)
		for _, each := range d.Runs {
			each.write(out)
		}
		return
	}
	what := d.WorkflowID
	if d.Step != "" {
		what = d.Step + " of " + what
	}
	fmt.Fprintf(out, "%s %s\n", map[string]string{"pause": "paused", "resume": "resumed"}[d.Op], what)
	list := func(text string, names []string) {
		if len(names) > 0 {
			fmt.Fprintf(out, "  %s: %s\n", text, someOf(names))
		}
	}
	if d.Op == "resume" {
		var paused []string
		for _, each := range d.Paused {
			paused = append(paused, cmp.Or(each.Step, "the run"))
		}
		list("still paused", paused)
	}
	list("Activities under way, whose next attempt is paused", d.Stopped)
	list("Activities whose next attempt is not paused anymore", d.Started)
	list("Activities under way, which the server tries again all the same", d.Retried)
	if d.NotFound > 0 {
		fmt.Fprintf(out, "  Activities under way that were not found, as their paths are too long to be IDs, and which the server tries again: %d; pause the whole run to reach them\n", d.NotFound)
	}
	if d.Unable != "" {
		fmt.Fprintf(out, "  %s\n", d.Unable)
	}
	if len(d.Runs) == 0 && d.Op == "pause" {
		list("child runs, which go on without --deep", d.Children)
	}
	if d.Expires != nil {
		fmt.Fprintf(out, "  the server ends the run at %s, paused or not\n", d.Expires.UTC().Format(time.RFC3339))
	}
	for _, each := range d.Runs {
		each.write(out)
	}
}

// someOf are the first of some names, and how many more there are.
func someOf(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}
