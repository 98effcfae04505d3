package command

import (
	"context"
	"fmt"
	"slices"
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
--until STEP=STATE wait first until a step with that ID is in that state:
` + strings.Join(stateNames(), ", ") + `. What is held
has a path as well: order/charge, or order/charge/undo.`,
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
				ctx, stop := context.WithTimeout(ctx, timeout)
				defer stop()
				status, err := awaitStatus(ctx, connection, ids[0], id, wanted)
				if err != nil && wanted.id == "" {
					err = c.whyUnanswered(ctx, connection, ids[0], id, err)
				}
				if err != nil {
					return err
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
	command.Flags().DurationVar(&timeout, "timeout", time.Minute, "how long to wait at most")
	command.Flags().BoolVar(&asJSON, "json", false, "print the status as JSON")
	_ = command.RegisterFlagCompletionFunc("until", completeNothing)
	_ = command.RegisterFlagCompletionFunc("timeout", completeNothing)
	return command
}

// wantedStep is a step with the state that it is to be in; the zero value is none.
type wantedStep struct {
	id    string
	state engine.State
}

// What a step can be besides, while it is running or pending: held, or waiting at a gate.
const (
	isHeld    engine.State = "held"
	isWaiting engine.State = "waiting"
)

// states are those that a step can be in.
func states() []engine.State {
	return []engine.State{
		engine.StatePending, engine.StateRunning, engine.StateSucceeded, engine.StateFailed,
		engine.StateCanceled, engine.StateStopped, engine.StateSkipped, isHeld, isWaiting,
	}
}

func stateNames() []string {
	var names []string
	for _, each := range states() {
		names = append(names, string(each))
	}
	return names
}

func parseUntil(text string) (wantedStep, error) {
	if text == "" {
		return wantedStep{}, nil
	}
	id, state, found := strings.Cut(text, "=")
	switch {
	case !found || id == "":
		return wantedStep{}, &usageError{fmt.Errorf("status: --until must be STEP=STATE, got %q", text)}
	case !slices.Contains(stateNames(), state):
		return wantedStep{}, &usageError{fmt.Errorf("status: there is no state %q%s", state, didYouMean(state, stateNames()))}
	}
	return wantedStep{id, engine.State(state)}, nil
}

// awaitStatus asks for the status until the step is as wanted.
func awaitStatus(ctx context.Context, connection client.Client, workflowID, runID string, wanted wantedStep) (engine.Status, error) {
	ticker := time.NewTicker(startPause)
	defer ticker.Stop()
	for {
		over := wanted.id != "" && ended(ctx, connection, workflowID, runID)
		status, err := follow.Status(ctx, connection, workflowID, runID)
		switch {
		case err == nil && wanted.met(status):
			return status, nil
		case err != nil && (wanted.id == "" || !follow.IsLate(err)):
			return status, err
		case err == nil && over:
			return status, fmt.Errorf("%s has ended, and no step %s is %s%s", workflowID, wanted.id, wanted.state, meantStep(wanted.id, status.Steps))
		}
		select {
		case <-ctx.Done():
			return status, fmt.Errorf("waiting for %s=%s in %s: %w", wanted.id, wanted.state, workflowID, context.Cause(ctx))
		case <-ticker.C:
		}
	}
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

// meantStep is what was probably meant by the id of a step that does not exist.
func meantStep(id string, steps []engine.StepStatus) string {
	ids := idsOf(steps)
	if slices.Contains(ids, id) {
		return ""
	}
	return didYouMean(id, ids)
}

func idsOf(steps []engine.StepStatus) []string {
	var ids []string
	for _, step := range steps {
		ids = append(append(ids, step.ID), idsOf(step.Steps)...)
	}
	return ids
}

// met reports whether the step is as wanted. The undo of a step, and its path, are told only of what is held.
func (w wantedStep) met(status engine.Status) bool {
	return w.in(status.Steps) || w.state == isHeld && slices.ContainsFunc(status.Held, func(each engine.HeldStep) bool {
		return slices.Contains([]string{each.Step, follow.Unnumbered(each.Step)}, w.id)
	})
}

func (w wantedStep) in(steps []engine.StepStatus) bool {
	return w.id == "" || slices.ContainsFunc(steps, func(step engine.StepStatus) bool {
		return step.ID == w.id && w.is(step) || w.in(step.Steps)
	})
}

func (w wantedStep) is(step engine.StepStatus) bool {
	switch w.state {
	case isHeld:
		return step.Held > 0
	case isWaiting:
		return step.Waiting > 0
	}
	return step.State == w.state
}

func (c *commands) writeView(command *cobra.Command, id string, view follow.View, asJSON bool) error {
	out := command.OutOrStdout()
	if asJSON {
		return writeJSON(out, view)
	}
	fmt.Fprintln(out, view.Blueprint)
	if view.Ended != "" {
		fmt.Fprintln(out, "  ended:", view.Ended)
	}
	if view.Fork != nil {
		fmt.Fprintln(out, "  "+follow.Origin(*view.Fork))
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
