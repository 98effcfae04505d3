package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/connect"
)

// decision is a command that sends an operation on a step that is held, or waits at a gate.
type decision struct {
	op, use, short, long string
	examples             []string
	// asks is what is asked before it is done; "" is nothing.
	asks string
	// flags adds what the operation is given.
	flags func(command *cobra.Command, given *givenFlags)
	done  string
}

// givenFlags is what an operation is given, as it is typed.
type givenFlags struct {
	input, output, vars, failureType, message, timeout string
	types                                              []string
	off                                                bool
}

// decisions are the commands about failures that wait for people.
func decisions() []decision {
	return []decision{
		{
			op: "hold", use: "hold ID [STEP]", short: "Hold the failures of a run, or of a step, from now on", done: "failures are held from now on in",
			long: `Hold the failures of a run, or of the step of the path STEP and of what is in it, that
nothing takes: they wait in their step until somebody says what is to be done. A path
without the numbers of rounds, items and visits is that of each of them. A later hold of
the same step takes the place of this one, and --off takes it back: what is held by then
stays held.`,
			examples: []string{`hold o-1 --by Mei --note "a new carrier"`, "hold o-1 lines/ship --types CarrierDown --timeout 2h", "hold o-1 --off"},
			flags: func(command *cobra.Command, given *givenFlags) {
				command.Flags().StringSliceVar(&given.types, "types", nil, "the `TYPES` of the failures; all unless given")
				command.Flags().StringVar(&given.timeout, "timeout", "", "the `TIME` after which a failure is held no longer, as 2h; any time unless given")
				command.Flags().BoolVar(&given.off, "off", false, "hold no further failures")
				completeNothingFor(command, "types", "timeout")
			},
		},
		{
			op: "retry", use: "retry ID STEP", short: "Try a step again that is held, or whose Activity is under way", done: "tried again:",
			long: `Try the step of the path STEP again: one whose failure is held, after what had completed in
it is undone; one whose Activity is under way or waits for its next attempt, which is
canceled first; or with --with, one that waits at a gate before its beginning. The undo of a
step is STEP/undo. --with gives an argument in place of the step's own.`,
			examples: []string{"retry o-1 ship", `retry o-1 ship --with '{"carrier": "other"}'`},
			flags: func(command *cobra.Command, given *givenFlags) {
				command.Flags().StringVar(&given.input, "with", "", "another argument, as `JSON`")
				completeNothingFor(command, "with")
			},
		},
		{
			op: "complete", use: "complete ID STEP --output JSON", short: "Complete a step by hand", done: "completed",
			asks: "Complete %s of %s by hand",
			long: `Complete the step of the path STEP, which is held or waits at a gate before its beginning, as if
it had given the output. Its undo is registered. The interpreter must allow it.`,
			examples: []string{`complete o-1 ship --output '"parcel-7"' --note "sent by hand"`},
			flags: func(command *cobra.Command, given *givenFlags) {
				command.Flags().StringVar(&given.output, "output", "", "the output, as `JSON`")
				completeNothingFor(command, "output")
			},
		},
		{
			op: "skip", use: "skip ID STEP", short: "Go on without a step", done: "skipped", asks: "Skip %s of %s",
			long: `Go on without the step of the path STEP, which is held or waits at a gate before its beginning:
its output is null, and nothing is undone for it. The interpreter must allow it.`,
			examples: []string{"skip o-1 label"},
		},
		{
			op: "fail", use: "fail ID STEP", short: "Let a step fail", done: "failed", asks: "Let %s of %s fail",
			long: `Let the step of the path STEP fail: with the failure that is held, or the one of --type and
--message. A step that has not failed needs a type: one that waits at a gate before its
beginning, or whose Activity is under way, which is canceled first.`,
			examples: []string{"fail o-1 ship", `fail o-1 ship --type CarrierDown --message "for good"`},
			flags: func(command *cobra.Command, given *givenFlags) {
				command.Flags().StringVar(&given.failureType, "type", "", "the type of the failure")
				command.Flags().StringVar(&given.message, "message", "", "what is wrong")
				completeNothingFor(command, "type", "message")
			},
		},
		{
			op: "set", use: "set ID STEP --vars JSON", short: "Set variables where a step waits", done: "set variables at",
			long: `Set variables, as a set step in the place of the step of the path STEP would, which is held or
waits at a gate before its beginning. The interpreter must allow it.`,
			examples: []string{`set o-1 ship --vars '{"carrier": "other"}'`},
			flags: func(command *cobra.Command, given *givenFlags) {
				command.Flags().StringVar(&given.vars, "vars", "", "the variables with their values, as a `JSON` object")
				completeNothingFor(command, "vars")
			},
		},
	}
}

// newDecisions are the commands.
func (c *commands) newDecisions() []*cobra.Command {
	var all []*cobra.Command
	for _, each := range decisions() {
		all = append(all, c.newDecision(each))
	}
	return all
}

func (c *commands) newDecision(made decision) *cobra.Command {
	var given givenFlags
	var flags asker
	command := &cobra.Command{
		Use: made.use, Short: made.short, Long: made.long, Example: c.examples(made.examples...),
		Args: usage(cobra.ExactArgs(2)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, arguments []string) error {
			operation := flags.operation(made.op)
			operation.Type, operation.Message = given.failureType, given.message
			operation.Types, operation.Timeout, operation.Off = given.types, language.Duration(given.timeout), given.off
			done := made.done
			if given.off {
				done = "failures are held no longer in"
			}
			if len(arguments) > 1 {
				operation.Step = arguments[1]
			}
			if err := given.read(command, &operation); err != nil {
				return err
			}
			id, question := arguments[0], ""
			if made.asks != "" {
				question = fmt.Sprintf(made.asks, operation.Step, id) + follow.Given(operation) + "?"
			}
			return c.decide(command, id, decided{operation, question, done}, flags)
		},
	}
	if made.op == "hold" {
		command.Args = usage(cobra.RangeArgs(1, 2))
	}
	if made.flags != nil {
		made.flags(command, &given)
	}
	flags.addTo(command, "how the run stands then")
	flags.addID(command)
	if made.asks != "" {
		flags.addYes(command)
	}
	return command
}

// read gives the operation the values that were typed, which are JSON.
func (g givenFlags) read(command *cobra.Command, operation *engine.Operation) error {
	for _, each := range []struct {
		flag, text string
		into       *json.RawMessage
		needed     bool
	}{
		{"with", g.input, &operation.Input, false},
		{"output", g.output, &operation.Output, operation.Op == "complete"},
		{"vars", g.vars, &operation.Vars, operation.Op == "set"},
	} {
		switch {
		case each.text == "" && each.needed:
			return &usageError{fmt.Errorf("%s: --%s is missing", operation.Op, each.flag)}
		case each.text == "":
		case !json.Valid([]byte(each.text)):
			return &usageError{fmt.Errorf("%s: --%s is no JSON: %s", operation.Op, each.flag, each.text)}
		default:
			*each.into = json.RawMessage(each.text)
		}
	}
	return nil
}

// decided is an operation, what is asked before it is sent, and what is said when it is done.
type decided struct {
	operation      engine.Operation
	question, done string
}

// decide asks, sends the operation, and says how the run stands then.
func (c *commands) decide(command *cobra.Command, id string, made decided, flags asker) error {
	return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
		if err := c.ask(ctx, command, connection, id, made, flags); err != nil {
			return c.refused(command, flags.asJSON, id, made.operation.Step, err)
		}
		answer, err := c.sender(connection, command.ErrOrStderr()).operation(ctx, id, made.operation)
		if err != nil {
			return c.refused(command, flags.asJSON, id, made.operation.Step, err)
		}
		out := command.OutOrStdout()
		if flags.asJSON {
			return writeJSON(out, operated{WorkflowID: id, OperationAnswer: answer})
		}
		fmt.Fprintf(out, "%s %s\n", made.done, strings.TrimPrefix(answer.Step+" of "+id, " of "))
		for _, each := range answer.Held {
			fmt.Fprintf(out, "  still held: %s — %s\n", each.Step, cmp.Or(each.Error, "failed"))
		}
		return nil
	})
}

// ask shows how the run stands, and asks whether the operation is meant.
func (c *commands) ask(ctx context.Context, command *cobra.Command, connection client.Client, id string, made decided, flags asker) error {
	if made.question == "" || flags.yes {
		return nil
	}
	if _, err := findRun(ctx, connection, id, ""); err != nil {
		return err
	}
	if ended(ctx, connection, id, "") {
		return hasEnded(id)
	}
	problems, step := command.ErrOrStderr(), made.operation.Step
	status, err := follow.Ask(ctx, connection, id, "")
	switch {
	case err != nil:
		fmt.Fprintf(problems, "how %s stands is not known: %s\n", id, follow.WhyUnanswered(err))
	case step == "":
		fmt.Fprintf(problems, "%s runs %s\n", id, status.Blueprint)
	case len(follow.Found(status, step)) == 0:
		return unknownStep(id, step, status)
	}
	for _, each := range follow.Standing(status, step) {
		fmt.Fprintln(problems, each)
	}
	return flags.agrees(command, made.question)
}

// unknownStep says that a run has no such step, and which was probably meant.
func unknownStep(id, step string, status engine.Status) *refusal {
	paths := follow.Paths(status)
	near := didYouMean(follow.Unnumbered(step), append(idsOf(status.Steps), paths...))
	text := fmt.Sprintf("%s has no step %q%s; there are: %s", id, step, near, someOf(paths))
	return &refusal{failure{Type: engine.ErrUnknownStep, Message: text}, text}
}
