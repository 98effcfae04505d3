package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint"
	"dynamicsamples/internal/connect"
)

// program is the pattern's: steps as JSON.
const program = `{
  "data": {"source": "database"},
  "steps": [
    {"id": "fetch", "activity": "fetch_contact", "with": {"source": {"$ref": "source"}}},
    {"id": "save", "activity": "save_contact", "with": {"$ref": "fetch"}}
  ]
}`

// runPattern starts a workflow that builds itself from JSON, without the engine.
func runPattern(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("pattern-%08x", rand.Uint32()),
		TaskQueue:                blueprint.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	defer connect.WatchWorker(ctx, connection, start.TaskQueue, start.ID, "go run ./blueprint/worker", os.Stderr)()
	run, err := connection.ExecuteWorkflow(ctx, start, blueprint.RunStepsType, json.RawMessage(program))
	if err != nil {
		return fmt.Errorf("start %s: %w", blueprint.RunStepsType, err)
	}
	var results map[string]json.RawMessage
	err = run.Get(ctx, &results)
	var failure *temporal.ApplicationError
	switch {
	case errors.As(err, &failure) && failure.Type() == blueprint.InvalidProgram:
		return fmt.Errorf("mistakes in the program:\n%s", failure.Message())
	case err != nil:
		return fmt.Errorf("wait for %s: %w", blueprint.RunStepsType, err)
	}
	fmt.Printf("%s: %s\n", blueprint.RunStepsType, results["save"])
	if string(results["save"]) != `"saved c-1: Ana, ana@example.org"` {
		return fmt.Errorf("%s: expected another result than %s", blueprint.RunStepsType, results["save"])
	}
	return nil
}
