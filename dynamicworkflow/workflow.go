// Package dynamicworkflow shows one workflow function that serves every Workflow Type
// that nobody registered. The function reads the type's name at run time, looks up what
// the type means in a table, decodes the raw arguments to match, and refuses a type
// that no policy allows. What it looked up is recorded in the Event History, so that a
// later table changes later Workflow Executions only. A workflow registered by name on
// the same Worker always wins over it. Beside it, LettersInCommon shows a structure
// that is known only at run time, built in plain code.
package dynamicworkflow

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/payload"
)

// InvalidName is the type of the ApplicationError for a name that is empty or too long.
// It is not retryable: the same name would be refused again.
const InvalidName = "InvalidName"

// MaxNameLength bounds one name, in bytes. Activity inputs are built from names, and
// an input over the server's limit would leave the run stuck instead of failed.
const MaxNameLength = 200

// GreetAny is the catch-all: it runs for every Workflow Type that the Worker has not
// registered by name. Its arguments are as many names as the type's definition
// takes. It fails with an ApplicationError of type UnknownWorkflowType,
// payload.InvalidArguments or InvalidName, none of them retryable.
func (p Policy) GreetAny(ctx workflow.Context, args converter.EncodedValues) (string, error) {
	workflowType := workflow.GetInfo(ctx).WorkflowType.Name
	definition, err := p.pin(ctx, workflowType)
	if err != nil {
		return "", err
	}
	names, err := decodeNames(args, definition.Names)
	if err != nil {
		return "", err
	}
	return greet(ctx, definition.Greeting, names)
}

// pin resolves the type once and records the answer in the Event History. The table
// is Worker state: without the record, a Worker with another table would take another
// path on replay and leave the run stuck.
func (p Policy) pin(ctx workflow.Context, workflowType string) (Definition, error) {
	var resolved Resolution
	err := workflow.SideEffect(ctx, func(workflow.Context) any {
		return p.Resolve(workflowType)
	}).Get(&resolved)
	if err != nil {
		return Definition{}, fmt.Errorf("read the recorded definition of %q: %w", workflowType, err)
	}
	if resolved.Refusal != "" {
		return Definition{}, temporal.NewNonRetryableApplicationError(resolved.Refusal, UnknownWorkflowType, nil)
	}
	return resolved.Definition, nil
}

// decodeNames decodes exactly count names.
func decodeNames(args converter.EncodedValues, count int) ([]string, error) {
	names := make([]string, count)
	pointers := make([]any, count)
	for i := range names {
		pointers[i] = &names[i]
	}
	if err := payload.Decode(args, pointers...); err != nil {
		return nil, err
	}
	return names, checkNames(names...)
}

func checkNames(names ...string) error {
	for i, name := range names {
		if name == "" {
			return invalidName("name %d must not be empty (at most %d bytes)", i+1, MaxNameLength)
		}
		if len(name) > MaxNameLength {
			return invalidName("name %d has %d bytes, at most %d are allowed", i+1, len(name), MaxNameLength)
		}
	}
	return nil
}

func invalidName(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), InvalidName, nil)
}

// greet runs DefaultGreeting. The types differ in the data that it gets, not in code.
func greet(ctx workflow.Context, greeting string, names []string) (string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                "say " + greeting,
	})
	var text string
	input := Greeting{Greeting: greeting, Name: strings.Join(names, " and ")}
	// A failure is returned as it is: wrapped by fmt.Errorf, a workflow's failure
	// loses its type and becomes retryable for the caller.
	err := workflow.ExecuteActivity(ctx, DefaultGreeting, input).Get(ctx, &text)
	return text, err
}

// Greeting is the input of DefaultGreeting.
type Greeting struct {
	Greeting string `json:"greeting"`
	Name     string `json:"name"`
}

// DefaultGreeting is the Activity that puts the greeting before the name.
func DefaultGreeting(_ context.Context, input Greeting) (string, error) {
	return fmt.Sprintf("%s, %s!", input.Greeting, input.Name), nil
}

// GreetFormallyType is the Workflow Type under which GreetFormally is registered.
const GreetFormallyType = "greet-formally"

// GreetFormally is registered by name, as GreetFormallyType. The policy would allow
// that type too, but a registered workflow wins over the catch-all. The SDK gives it the
// zero value for a missing argument, so it checks the name as the catch-all does.
func GreetFormally(ctx workflow.Context, name string) (string, error) {
	if err := checkNames(name); err != nil {
		return "", err
	}
	return greet(ctx, "Good day", []string{name})
}
