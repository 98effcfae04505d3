package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
)

// greeting is a document that the Worker does not have.
const greeting = `
blueprint: greeting
version: 1.0.0
steps:
  - {id: print, activity: print_label, with: {lines: ["Hello ${input.name}"]}}
`

// mistaken calls an Activity that the catalog does not have.
const mistaken = `
blueprint: mistaken
version: 1.0.0
steps:
  - {id: print, activity: print_lable, with: {lines: []}}
`

// runInline brings the document along, as the first argument.
func runInline(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("greeting-%08x", rand.Uint32()),
		TaskQueue:                blueprint.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	run, err := connection.ExecuteWorkflow(ctx, start, engine.InlineWorkflow, greeting, map[string]string{"name": "Ana"})
	if err != nil {
		return fmt.Errorf("start the document: %w", err)
	}
	var label string
	if err := run.Get(ctx, &label); err != nil {
		return fmt.Errorf("wait for the document: %w", err)
	}
	fmt.Println("document:", label)
	if label != "[Hello Ana]" {
		return fmt.Errorf("expected another label than %q", label)
	}
	return nil
}

// makeMistakes makes one of each kind.
func makeMistakes(ctx context.Context, connection client.Client) error {
	if err := makeMistake(ctx, connection, engine.FailureInvalidDocument, engine.InlineWorkflow, mistaken); err != nil {
		return err
	}
	if err := makeMistake(ctx, connection, engine.FailureUnknownBlueprint, "lable"); err != nil {
		return err
	}
	return makeMistake(ctx, connection, engine.FailureInvalidInput, "order", map[string]string{"id": "7"})
}

// makeMistake starts what the engine refuses. The start itself succeeds; the failure's type
// says what the caller must change.
func makeMistake(ctx context.Context, connection client.Client, expected, workflowType string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("mistake-%08x", rand.Uint32()),
		TaskQueue:                blueprint.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	run, err := connection.ExecuteWorkflow(ctx, start, workflowType, args...)
	if err != nil {
		return fmt.Errorf("start %s: %w", workflowType, err)
	}
	err = run.Get(ctx, nil)
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return fmt.Errorf("wait for %s: expected a typed failure, got %v", workflowType, err)
	}
	switch failure.Type() {
	case engine.FailureInvalidDocument:
		fmt.Println("correct the document:", failure.Message())
	case engine.FailureUnknownBlueprint:
		fmt.Println("correct the name:", failure.Message())
	case engine.FailureInvalidInput:
		fmt.Println("correct the input:", failure.Message())
	default:
		return fmt.Errorf("wait for %s: %w", workflowType, err)
	}
	if failure.Type() != expected {
		return fmt.Errorf("wait for %s: expected a failure of type %s, got %s", workflowType, expected, failure.Type())
	}
	return nil
}
