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
	if err := makeMistake(ctx, connection, "greet-couple", payload.InvalidArguments); err != nil {
		return connect.Explain(err, options)
	}
	return connect.Explain(makeMistake(ctx, connection, "payroll", dynamicworkflow.UnknownWorkflowType), options)
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
	if greeting != "Hello, Ana!" {
		return fmt.Errorf("greet-anyone: expected another greeting than %q", greeting)
	}

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
	if greeting != "Hello, Ana and Luis!" {
		return fmt.Errorf("greet-couple: expected another greeting than %q", greeting)
	}
	return nil
}
