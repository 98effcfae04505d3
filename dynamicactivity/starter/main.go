// Command starter shows how a client sends records through a pipeline of Activities that
// are called by name, and which errors it must tell apart.
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

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/dynamicactivity"
	"dynamicsamples/internal/connect"
)

// timeout bounds each call, and each Workflow Execution, so that nothing stays open
// where no Worker runs.
const timeout = 30 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return fmt.Errorf("read the client options from the environment: %w", err)
	}
	options.Logger = log.NewStructuredLogger(slog.Default()) // on standard error
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return connect.Explain(err, options)
	}
	defer connection.Close()
	if err := processRecords(ctx, connection); err != nil {
		return connect.Explain(err, options)
	}
	if err := misspellAStep(ctx, connection); err != nil {
		return connect.Explain(err, options)
	}
	if err := callByName(ctx, connection, "enrich_calling", true); err != nil {
		return connect.Explain(err, options)
	}
	return connect.Explain(callByName(ctx, connection, "enrich_moon", false), options)
}

// processRecords sends two records through the pipeline of pipeline.json. A record that
// a step rejects is part of the result, and no error.
func processRecords(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	pipeline, err := dynamicactivity.ConfiguredPipeline()
	if err != nil {
		return err
	}
	job := dynamicactivity.Job{Pipeline: pipeline, Records: []dynamicactivity.Record{
		{"name": " Ana ", "email": "ana@example.com", "phone": "+34910000000", "country": "ES"},
		{"name": "Luis", "email": "luis at example", "phone": "910", "country": "ES"},
	}}
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("records-%08x", rand.Uint32()),
		TaskQueue:                dynamicactivity.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	defer connect.WatchWorker(ctx, connection, start.TaskQueue, start.ID, "go run ./dynamicactivity/worker", os.Stderr)()
	run, err := connection.ExecuteWorkflow(ctx, start, dynamicactivity.ProcessRecordsType, job)
	if err != nil {
		return fmt.Errorf("start ProcessRecords: %w", err)
	}
	var results []dynamicactivity.Result
	if err := run.Get(ctx, &results); err != nil {
		return fmt.Errorf("wait for ProcessRecords: %w", err)
	}
	if len(results) != 2 || len(results[0].Problems) != 0 || len(results[1].Problems) != 2 {
		return fmt.Errorf("ProcessRecords: expected a record and two problems, got %v", results)
	}
	for i, result := range results {
		for _, problem := range result.Problems {
			fmt.Printf("record %d: rejected by %s: %s\n", i+1, problem.Step, problem.Reason)
		}
		if len(result.Problems) == 0 {
			fmt.Printf("record %d: %s, %s, %s\n", i+1, result.Record["label"], result.Record["currency"], result.Record["calling"])
		}
	}
	return nil
}

// misspellAStep sends a pipeline that names an Activity that does not exist. The
// failure's type says whether the pipeline or the records are to be mended.
func misspellAStep(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("records-%08x", rand.Uint32()),
		TaskQueue:                dynamicactivity.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	run, err := connection.ExecuteWorkflow(ctx, start, dynamicactivity.ProcessRecordsType, dynamicactivity.Job{
		Pipeline: dynamicactivity.Pipeline{Validations: []string{"validate_emial"}},
		Records:  []dynamicactivity.Record{{"email": "ana@example.com"}},
	})
	if err != nil {
		return fmt.Errorf("start ProcessRecords: %w", err)
	}
	err = run.Get(ctx, nil)
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return fmt.Errorf("wait for ProcessRecords: expected a typed failure, got %v", err)
	}
	switch failure.Type() {
	case dynamicactivity.InvalidPipeline:
		fmt.Println("wrong pipeline:", failure.Message())
		return nil
	case dynamicactivity.InvalidRecords:
		return fmt.Errorf("the records must be mended, expected that the pipeline must: %w", err)
	default:
		return fmt.Errorf("wait for ProcessRecords: %w", err)
	}
}
