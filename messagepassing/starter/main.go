// Command starter sends messages to the Workflows of the messagepassing sample and
// prints what comes back. It needs a Worker: go run ./messagepassing/worker.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
	"dynamicsamples/messagepassing"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return fmt.Errorf("read the client options from the environment: %w", err)
	}
	options.Logger = log.NewStructuredLogger(slog.Default()) // standard error: standard output is the starter's
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return connect.Explain(err, options)
	}
	defer connection.Close()
	for _, talk := range []func(context.Context, client.Client) error{greet, bookTrip, signalWithStart, manageCluster} {
		if err := talk(ctx, connection); err != nil {
			return connect.Explain(err, options)
		}
	}
	return nil
}

// uniqueID makes a readable Workflow ID that no other run of this program has.
func uniqueID(name string) string { return fmt.Sprintf("%s-%08x", name, rand.Uint32()) }

// greet starts a Greeting and sends it a Query, Updates and a Signal.
func greet(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	id := uniqueID("greeting")
	defer connect.WatchWorker(ctx, connection, messagepassing.TaskQueue, id, "go run ./messagepassing/worker", os.Stderr)()
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: messagepassing.TaskQueue},
		messagepassing.Greeting, messagepassing.GreetingInput{Language: "english"})
	if err != nil {
		return fmt.Errorf("start %s: %w", id, err)
	}
	fmt.Println("started", id)
	if err := queryLanguages(ctx, connection, id); err != nil {
		return err
	}
	if err := setLanguage(ctx, connection, id, "chinese"); err != nil {
		return err
	}
	if err := setLanguage(ctx, connection, id, "klingon"); err != nil {
		return err
	}
	return approve(ctx, connection, run)
}

// queryLanguages reads the state, also when the Workflow has closed.
func queryLanguages(ctx context.Context, connection client.Client, id string) error {
	answer, err := connection.QueryWorkflow(ctx, id, "", messagepassing.LanguagesQuery, messagepassing.LanguagesInput{})
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

// setLanguage changes the state and gets an answer, which can be a typed error.
func setLanguage(ctx context.Context, connection client.Client, id, language string) error {
	update, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   id,
		UpdateName:   messagepassing.SetLanguageUpdate,
		Args:         []any{language},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return fmt.Errorf("set the language: %w", err)
	}
	var previous string
	err = update.Get(ctx, &previous)
	var rejection *temporal.ApplicationError
	if errors.As(err, &rejection) && rejection.Type() == messagepassing.UnsupportedLanguage {
		fmt.Println("rejected:", rejection.Message())
		return nil
	}
	if err != nil {
		return fmt.Errorf("set the language: %w", err)
	}
	fmt.Printf("set %s, was %s\n", language, previous)
	return nil
}

// approve changes the state and gets no answer: the Signal is in the Event History,
// whatever the Workflow makes of it. A closed Workflow takes no Signal and no Update.
func approve(ctx context.Context, connection client.Client, run client.WorkflowRun) error {
	approval := messagepassing.Approval{Name: "Ana"}
	if err := connection.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ApproveSignal, approval); err != nil {
		return fmt.Errorf("approve: %w", err)
	}
	var text string
	if err := run.Get(ctx, &text); err != nil {
		return fmt.Errorf("wait for the greeting: %w", err)
	}
	fmt.Println("result:", text)
	err := connection.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ApproveSignal, approval)
	var closed *serviceerror.NotFound
	if !errors.As(err, &closed) {
		return fmt.Errorf("approve a closed greeting: expected %T, got %w", closed, err)
	}
	fmt.Println("approve again:", closed.Message)
	return nil
}
