package main

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Messages of Patient.
const (
	noteSignal   = "note"   // text: notes it
	endSignal    = "end"    // complete, fail or continue: ends the run so, whatever is running
	notesQuery   = "notes"  // returns all that was noted
	brokenQuery  = "broken" // text: fails or panics
	noteUpdate   = "note"   // text: notes it, or does what the text says
	pickyUpdate  = "picky"  // text: rejects it
	echoUpdate   = "echo"   // text: returns it
	signalUpdate = "signal" // workflow id: signals that workflow, and tells whether it was found
)

// What the texts of noteUpdate and brokenQuery ask for.
const (
	rejectIt       = "reject"
	panicInCheck   = "panic-in-validator"
	failIt         = "fail"
	failItWrapped  = "fail-wrapped"
	panicInHandler = "panic"
	continueIt     = "continue-as-new"
	takeLong       = "take-long" // some seconds
	takeTooLong    = "take-too-long"
	answerTooMuch  = "answer-too-much" // 3 MiB
)

// refused is the type of the ApplicationErrors of Patient.
const refused = "Refused"

func refusal() error {
	return temporal.NewNonRetryableApplicationError("the answer is no", refused, nil)
}

// patient is a Workflow that has every disease, on purpose.
type patient struct {
	// cured stands for a deployment that no longer panics in the handler.
	cured bool
}

func (p patient) register(registry worker.Registry) {
	registry.RegisterWorkflowWithOptions(p.Patient, workflow.RegisterOptions{Name: "Patient"})
}

// Patient notes what it is sent until a Signal says how to end.
func (p patient) Patient(ctx workflow.Context) error {
	noted := []string{}
	err := errors.Join(
		workflow.SetQueryHandlerWithOptions(ctx, notesQuery, func() ([]string, error) { return noted, nil },
			workflow.QueryHandlerOptions{Description: "All that was noted"}),
		workflow.SetQueryHandlerWithOptions(ctx, brokenQuery, answerBroken,
			workflow.QueryHandlerOptions{Description: "Fail, or panic"}),
		workflow.SetUpdateHandlerWithOptions(ctx, signalUpdate, signalAnother,
			workflow.UpdateHandlerOptions{Description: "Signal another workflow"}),
		workflow.SetUpdateHandlerWithOptions(ctx, pickyUpdate,
			func(workflow.Context, string) error { return nil },
			workflow.UpdateHandlerOptions{Validator: func(string) error { return refusal() }, Description: "Reject a text"}),
		workflow.SetUpdateHandlerWithOptions(ctx, echoUpdate, func(_ workflow.Context, text string) (string, error) { return text, nil },
			workflow.UpdateHandlerOptions{Description: "Return a text"}),
		workflow.SetUpdateHandlerWithOptions(ctx, noteUpdate,
			func(ctx workflow.Context, text string) (string, error) {
				if err := p.beforeNoting(ctx, text); err != nil {
					return "", err
				}
				noted = append(noted, text)
				if text == answerTooMuch {
					return tooLarge(), nil
				}
				return fmt.Sprintf("noted %.20s", text), nil
			},
			workflow.UpdateHandlerOptions{
				Validator: validateNote, UnfinishedPolicy: workflow.HandlerUnfinishedPolicyAbandon,
				Description: "Note a text, or do what it says",
			}),
	)
	if err != nil {
		return err
	}
	notes := workflow.GetSignalChannelWithOptions(ctx, noteSignal, workflow.SignalChannelOptions{Description: "Note a text"})
	ends := workflow.GetSignalChannelWithOptions(ctx, endSignal, workflow.SignalChannelOptions{Description: "End the run as the text says"})
	for {
		if err := workflow.Await(ctx, func() bool { return notes.Len() > 0 || ends.Len() > 0 }); err != nil {
			return waitForHandlers(ctx, err)
		}
		var text string
		if notes.ReceiveAsync(&text) {
			noted = append(noted, text)
		}
		if ends.ReceiveAsync(&text) {
			return p.end(ctx, text)
		}
	}
}

// waitForHandlers lets the handlers, whose contexts are canceled too, answer first.
func waitForHandlers(ctx workflow.Context, outcome error) error {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	_ = workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }) // never canceled
	return outcome
}

func (p patient) end(ctx workflow.Context, how string) error {
	switch how {
	case "fail":
		return refusal()
	case "continue":
		return workflow.NewContinueAsNewError(ctx, "Patient")
	default:
		return nil
	}
}

func validateNote(text string) error {
	switch text {
	case rejectIt:
		return refusal()
	case panicInCheck:
		panic("in the validator")
	default:
		return nil
	}
}

func (p patient) beforeNoting(ctx workflow.Context, text string) error {
	switch {
	case text == failIt:
		return refusal()
	case text == failItWrapped:
		return fmt.Errorf("note it: %w", refusal())
	case text == continueIt:
		return workflow.NewContinueAsNewError(ctx, "Patient")
	case text == panicInHandler && !p.cured:
		panic("in the handler")
	case text == takeLong:
		return workflow.Sleep(ctx, 3*time.Second)
	case text == takeTooLong:
		return workflow.Sleep(ctx, time.Hour)
	default:
		return nil
	}
}

func answerBroken(text string) (string, error) {
	if text == panicInHandler {
		panic("in the query")
	}
	return "", refusal()
}

// signalAnother matches an error that workflow code gets and no client sees.
func signalAnother(ctx workflow.Context, workflowID string) (found bool, err error) {
	err = workflow.SignalExternalWorkflow(ctx, workflowID, "", noteSignal, "from a workflow").Get(ctx, nil)
	var notFound *temporal.UnknownExternalWorkflowExecutionError
	if errors.As(err, &notFound) {
		return false, nil
	}
	return err == nil, err
}
