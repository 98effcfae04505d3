package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
	"dynamicsamples/messagepassing"
)

// greet starts a Greeting and sends it Updates, a Query and a Signal.
func greet(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := startOptions("greeting")
	defer connect.WatchWorker(ctx, connection, start.TaskQueue, start.ID, "go run ./messagepassing/worker", os.Stderr)()
	run, err := connection.ExecuteWorkflow(ctx, start, messagepassing.Greeting, messagepassing.GreetingInput{Language: "english"})
	if err != nil {
		return fmt.Errorf("start %s: %w", start.ID, err)
	}
	fmt.Println("started", run.GetID())
	previous, err := setLanguage(ctx, connection, run.GetID(), "chinese")
	if err != nil {
		return fmt.Errorf("set chinese: %w", err)
	}
	fmt.Println("set chinese, was", previous)
	_, err = setLanguage(ctx, connection, run.GetID(), "klingon")
	var rejection *temporal.ApplicationError
	if !errors.As(err, &rejection) || rejection.Type() != messagepassing.UnsupportedLanguage {
		return fmt.Errorf("set klingon: expected %s, got %v", messagepassing.UnsupportedLanguage, err)
	}
	fmt.Println("set klingon:", rejection.Message())
	if err := queryLanguages(ctx, connection, run.GetID()); err != nil {
		return err
	}
	return approve(ctx, connection, run)
}

// setLanguage sends an Update, which changes the state and answers: with the previous
// language, or a typed error.
func setLanguage(ctx context.Context, connection client.Client, workflowID, language string) (string, error) {
	update, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   workflowID,
		UpdateName:   messagepassing.SetLanguageUpdate,
		Args:         []any{language},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return "", err // nobody has decided on the Update
	}
	var previous string
	err = update.Get(ctx, &previous)
	return previous, err
}

// queryLanguages sends a Query, which reads the state, also when the Workflow has closed.
func queryLanguages(ctx context.Context, connection client.Client, workflowID string) error {
	answer, err := connection.QueryWorkflow(ctx, workflowID, "", messagepassing.LanguagesQuery, messagepassing.LanguagesInput{})
	if err != nil {
		return fmt.Errorf("query the languages: %w", err)
	}
	var languages []string
	if err := answer.Get(&languages); err != nil {
		return fmt.Errorf("decode the languages: %w", err)
	}
	fmt.Println("languages:", languages)
	return nil
}

// approve sends a Signal, which has no answer. A closed Workflow takes none.
func approve(ctx context.Context, connection client.Client, run client.WorkflowRun) error {
	approval := messagepassing.Approval{Name: "Ana"}
	if err := connection.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ApproveSignal, approval); err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	if err := expectGreeting(ctx, run, "你好，世界 (approved by Ana)"); err != nil {
		return err
	}
	err := connection.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ApproveSignal, approval)
	var closed *serviceerror.NotFound
	if !errors.As(err, &closed) {
		return fmt.Errorf("approve a closed greeting: expected %T, got %v", closed, err)
	}
	fmt.Println("approve again:", closed.Message)
	return nil
}

func expectGreeting(ctx context.Context, run client.WorkflowRun, expected string) error {
	var text string
	if err := run.Get(ctx, &text); err != nil {
		return fmt.Errorf("wait for the greeting: %w", err)
	}
	fmt.Println("result:", text)
	if text != expected {
		return fmt.Errorf("expected the greeting %q", expected)
	}
	return nil
}
