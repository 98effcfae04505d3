package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/connect"
)

// Session is a scenario's connection to the server. It names the workflows that the
// scenario starts and remembers them.
type Session struct {
	Client client.Client

	web                  connect.WebUI
	prefix, unique, asks string
	runs                 []Run
}

// Start starts a workflow on the task queue under a readable id of its own. The
// workflow type is a name or a workflow function.
func (s *Session) Start(ctx context.Context, taskQueue string, workflowType any, args ...any) (client.WorkflowRun, error) {
	options := s.StartOptions(taskQueue)
	run, err := s.Client.ExecuteWorkflow(ctx, options, workflowType, args...)
	if err != nil {
		return nil, fmt.Errorf("start workflow %s: %w", options.ID, err)
	}
	s.Remember(run)
	return run, nil
}

// StartOptions returns the options with which Start would start the next workflow,
// for a scenario that starts it in another way. What it starts it has to remember.
func (s *Session) StartOptions(taskQueue string) client.StartWorkflowOptions {
	return client.StartWorkflowOptions{
		ID:                       s.nextID(),
		TaskQueue:                taskQueue,
		WorkflowExecutionTimeout: Timeout,
		StaticSummary:            s.asks,
	}
}

// Remember adds a run to those that the scenario shows.
func (s *Session) Remember(run client.WorkflowRun) {
	s.runs = append(s.runs, Run{
		WorkflowID: run.GetID(),
		RunID:      run.GetRunID(),
		URL:        s.web.HistoryURL(run.GetID(), run.GetRunID()),
	})
}

// Execute starts a workflow as Start does, waits for it, and returns what came back
// as Describe words it.
func (s *Session) Execute(ctx context.Context, taskQueue string, workflowType any, args ...any) (string, error) {
	run, err := s.Start(ctx, taskQueue, workflowType, args...)
	if err != nil {
		return "", err
	}
	var result converter.RawValue
	err = run.Get(ctx, &result)
	return Describe(result, err)
}

// nextID tells the runs of one scenario apart by number, and those of two starters
// by a part that no other has.
func (s *Session) nextID() string {
	if len(s.runs) == 0 {
		return s.prefix + "-" + s.unique
	}
	return fmt.Sprintf("%s-%d-%s", s.prefix, len(s.runs)+1, s.unique)
}

// Describe words what came back from a workflow: its result as JSON, or the typed
// failure with which it ended. Any other error is returned as it is, because it says
// nothing about the workflow.
func Describe(result converter.RawValue, err error) (string, error) {
	var failure *temporal.ApplicationError
	switch {
	case err == nil:
		return formatJSON(result.Payload().GetData()), nil
	case errors.As(err, &failure):
		return describeFailure(failure), nil
	default:
		return "", err
	}
}

func describeFailure(failure *temporal.ApplicationError) string {
	retry := "may be retried"
	if failure.NonRetryable() {
		retry = "not retryable"
	}
	return fmt.Sprintf("failed with %s (%s)\n%s", failure.Type(), retry, failure.Message())
}

// lineWidth is how wide a result may be before it is broken into lines.
const lineWidth = 80

// formatJSON keeps the order of the fields, which is the order in which the result's
// Go type declares them.
func formatJSON(data []byte) string {
	if len(data) <= lineWidth {
		return string(data)
	}
	var lines bytes.Buffer
	if err := json.Indent(&lines, data, "", "  "); err != nil {
		return string(data)
	}
	return lines.String()
}
