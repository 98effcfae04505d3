package command

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

func (c *commands) newStatus() *cobra.Command {
	var until, runID string
	var asJSON bool
	var timeout time.Duration
	command := &cobra.Command{
		Use:   "status ID",
		Short: "Show where a run stands, step by step",
		Long: `Show where a run stands, step by step, and the attempts of its Activities. With
--until STEP=STATE wait first until the step of the path or the ID STEP is in that state:
` + strings.Join(stateNames(), ", ") + `.

Running is what has begun and not ended, also a wait; held is what has a failure that waits
for people, and waiting what stands at a gate of what is paused. All rounds and items of a
step count together; what is held or waits has a path of its own, as each[3]/ship.`,
		Example: c.examples("status o-1 --until approval=running"),
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, ids []string) error {
			wanted, err := parseUntil(until)
			if err != nil {
				return err
			}
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
				id, err := findRun(ctx, connection, ids[0], runID)
				if err != nil {
					return err
				}
				if runID == "" && until != "" {
					// The run that is looked at may continue as new meanwhile.
					id = ""
				}
				status, err := awaitStatus(ctx, connection, ids[0], id, wanted, timeout, command.ErrOrStderr())
				if err != nil && until == "" {
					err = c.whyUnanswered(ctx, connection, ids[0], id, err)
				}
				if err != nil {
					return c.refused(command, asJSON, ids[0], "", err)
				}
				decode, err := decoder()
				if err != nil {
					return err
				}
				activities, err := follow.Activities(ctx, connection, decode, ids[0], id)
				if err != nil {
					return err
				}
				view := follow.View{Status: status, Activities: activities, Ended: outcomeOf(ctx, connection, ids[0], id)}
				return c.writeView(command, ids[0], view, asJSON)
			})
		},
	}
	addRunFlag(command, &runID)
	command.Flags().StringVar(&until, "until", "", "wait until a step is in a state: `STEP=STATE`")
	command.Flags().DurationVar(&timeout, "timeout", time.Minute, "with --until: how long to wait at most")
	command.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON")
	_ = command.RegisterFlagCompletionFunc("until", completeNothing)
	_ = command.RegisterFlagCompletionFunc("timeout", completeNothing)
	return command
}

// ended reports whether the run is over: what has not happened in it never does. Ask for
// the status afterwards, or it may be older than the end.
func ended(ctx context.Context, connection client.Client, workflowID, runID string) bool {
	return outcomeOf(ctx, connection, workflowID, runID) != ""
}

// outcomeOf is how the run has ended, if it has and the server says so.
func outcomeOf(ctx context.Context, connection client.Client, workflowID, runID string) string {
	described, err := connection.DescribeWorkflow(ctx, workflowID, runID)
	if err != nil {
		return ""
	}
	return endedAs(described.Status)
}

func idsOf(steps []engine.StepStatus) []string {
	var ids []string
	for _, step := range steps {
		ids = append(append(ids, step.ID), idsOf(step.Steps)...)
	}
	return ids
}

func (c *commands) writeView(command *cobra.Command, id string, view follow.View, asJSON bool) error {
	out := command.OutOrStdout()
	if asJSON {
		return writeJSON(out, view)
	}
	fmt.Fprintln(out, view.Blueprint)
	if view.Fork != nil {
		fmt.Fprintln(out, "  "+follow.Origin(*view.Fork))
	}
	if view.Ended != "" {
		fmt.Fprintln(out, "  ended:", view.Ended)
	}
	for _, line := range follow.Tree(view, time.Now(), 0, 0, false) {
		fmt.Fprintln(out, "  "+line)
	}
	for _, each := range follow.Operations(view.Status) {
		fmt.Fprintln(out, "  "+each)
	}
	if len(view.Approvals) > 0 && view.Ended == "" {
		fmt.Fprintf(out, "look at the plan, and approve it, by\n  %s approve %s %s\n", c.options.Program, inShell(id), inShell(view.Approvals[0].Step))
	}
	return nil
}
