//go:build e2e

package command

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

// older is a Worker of an interpreter that could not tell its catalog.
type older struct{ worker.Registry }

func (o older) RegisterWorkflowWithOptions(function any, options workflow.RegisterOptions) {
	if options.Name != engine.CatalogWorkflow {
		o.Registry.RegisterWorkflowWithOptions(function, options)
	}
}

// workOn runs a Worker of the Task Queue until the test ends.
func workOn(t *testing.T, connection client.Client, queue string, register func(worker.Registry)) {
	t.Helper()
	made := worker.New(connection, queue, worker.Options{DisableRegistrationAliasing: true})
	register(made)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- connect.RunUntilDone(ctx, made) }()
	t.Cleanup(func() {
		stop()
		assert.NoError(t, <-done)
	})
	require.Eventually(t, func() bool { return follow.Polled(t.Context(), connection, queue) }, time.Minute, 20*time.Millisecond)
}

func greetings(t *testing.T) *engine.Interpreter {
	t.Helper()
	catalog := engine.NewCatalog()
	catalog.Activity("greet", func(context.Context, string) (string, error) { return "Hi", nil }, engine.ActivityOptions{Description: "Greet somebody."})
	made, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	return made
}

// The Workers of a Task Queue are asked for their catalog.
func TestTheWorkersTellTheirCatalog(t *testing.T) {
	connection := connected(t)
	workOn(t, connection, "greeters", greetings(t).Register)
	code, out, problems := execute(t, t.Context(), "", "catalog", "--task-queue", "greeters")
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "activity greet  string -> string  Greet somebody.\n", out)
	code, out, problems = execute(t, t.Context(), "blueprint: hello\nversion: 1.0.0\nsteps: [{id: a, activity: greet, with: Ana}]\n", "check", "--task-queue", "greeters", "-")
	assert.Equal(t, exitOK, code, out+problems)
	code, out, _ = execute(t, t.Context(), "blueprint: hello\nversion: 1.0.0\nsteps: [{id: a, activity: greet, with: 3}]\n", "check", "--task-queue", "greeters", "-")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, out, "wrong-type")
	code, out, problems = execute(t, t.Context(), "blueprint: hello\nversion: 1.0.0\nsteps: [{id: a, activity: greet, with: Ana}]\n", "run", "--task-queue", "greeters", "-")
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "\"Hi\"\n", out)
}

// A queue without a catalog is distinguished from one without a Worker.
func TestQueuesWithoutACatalog(t *testing.T) {
	connection := connected(t)
	code, out, problems := execute(t, t.Context(), "", "check", "--task-queue", "nobody", "order.yaml")
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, out)
	assert.Equal(t, "error: no Worker polls the Task Queue \"nobody\": start one, or name a file with --catalog\n", problems)

	workOn(t, connection, "older", func(registry worker.Registry) { greetings(t).Register(older{registry}) })
	code, _, problems = execute(t, t.Context(), "", "catalog", "--task-queue", "older")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: the Workers of \"older\" have an older version of the interpreter, which cannot describe its catalog: deploy the newer one, or name a file with --catalog\n", problems)

	workOn(t, connection, "others", func(registry worker.Registry) {
		registry.RegisterWorkflowWithOptions(func(workflow.Context) error { return nil }, workflow.RegisterOptions{Name: "other"})
	})
	code, _, problems = execute(t, t.Context(), "", "catalog", "--task-queue", "others")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: no Worker of \"others\" has described its catalog within 10s: does one run blueprints? Else name a file with --catalog\n", problems)
}
