// Command starter shows how a client starts workflows whose types nobody registered, and
// which errors it must tell apart.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"syscall"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/dynamicworkflow"
	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/payload"
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
	if err := greetAnyone(ctx, connection); err != nil {
		return connect.Explain(err, options)
	}
	if err := greetCouple(ctx, connection); err != nil {
		return connect.Explain(err, options)
	}
	for _, workflowType := range []string{"greet-couple", "payroll"} {
		if err := makeMistake(ctx, connection, workflowType); err != nil {
			return connect.Explain(err, options)
		}
	}
	return nil
}

// greetAnyone starts a type that nobody registered, by its name, and waits for the
// result.
func greetAnyone(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("greet-ana-%08x", rand.Uint32()),
		TaskQueue:                dynamicworkflow.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	defer connect.WatchWorker(ctx, connection, start.TaskQueue, start.ID, "go run ./dynamicworkflow/worker", os.Stderr)()
	run, err := connection.ExecuteWorkflow(ctx, start, "greet-anyone", "Ana")
	if err != nil {
		return fmt.Errorf("start greet-anyone: %w", err)
	}
	var greeting string
	if err := run.Get(ctx, &greeting); err != nil {
		return fmt.Errorf("wait for greet-anyone: %w", err)
	}
	fmt.Println("greet-anyone:", greeting)

	// A start that is sent again, as after a lost answer, must not greet twice.
	start.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
	start.WorkflowExecutionErrorWhenAlreadyStarted = true
	_, err = connection.ExecuteWorkflow(ctx, start, "greet-anyone", "Ana")
	var started *serviceerror.WorkflowExecutionAlreadyStarted
	if !errors.As(err, &started) {
		return fmt.Errorf("start greet-anyone again: expected WorkflowExecutionAlreadyStarted, got %v", err)
	}
	fmt.Println("started again under the same Workflow ID: refused, the first result stands")
	return nil
}

// greetCouple starts a type of the table with arguments that are JSON already, as a
// gateway or a configuration file has them.
func greetCouple(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("greet-couple-%08x", rand.Uint32()),
		TaskQueue:                dynamicworkflow.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	run, err := connection.ExecuteWorkflow(ctx, start, "greet-couple", json.RawMessage(`"Ana"`), json.RawMessage(`"Luis"`))
	if err != nil {
		return fmt.Errorf("start greet-couple: %w", err)
	}
	var greeting string
	if err := run.Get(ctx, &greeting); err != nil {
		return fmt.Errorf("wait for greet-couple: %w", err)
	}
	fmt.Println("greet-couple:", greeting)
	return nil
}

// makeMistake starts what the catch-all refuses. The start itself succeeds: the server
// knows no Workflow Types. The failure's type says whose mistake it is.
func makeMistake(ctx context.Context, connection client.Client, workflowType string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("mistake-%08x", rand.Uint32()),
		TaskQueue:                dynamicworkflow.TaskQueue,
		WorkflowExecutionTimeout: timeout,
	}
	run, err := connection.ExecuteWorkflow(ctx, start, workflowType, 7)
	if err != nil {
		return fmt.Errorf("start %s: %w", workflowType, err)
	}
	err = run.Get(ctx, nil)
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return fmt.Errorf("wait for %s: expected a typed failure, got %v", workflowType, err)
	}
	switch failure.Type() {
	case dynamicworkflow.UnknownWorkflowType:
		fmt.Printf("%s: no such type: %s\n", workflowType, failure.Message())
	case payload.InvalidArguments, dynamicworkflow.InvalidName:
		fmt.Printf("%s: wrong arguments: %s\n", workflowType, failure.Message())
	default:
		return fmt.Errorf("wait for %s: %w", workflowType, err)
	}
	return nil
}
