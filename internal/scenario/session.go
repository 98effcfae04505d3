package scenario

import (
	"context"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/internal/connect"
)

// pollInterval is the time between two looks of Poll.
const pollInterval = 20 * time.Millisecond

// Session is a scenario's connection to the server. It names the Workflow Executions
// that the scenario starts, remembers them, and collects what the scenario prints. It
// is not safe for concurrent use.
type Session struct {
	Client client.Client

	web                   connect.WebUI
	prefix, unique, input string
	runs                  []Run
	lines                 []string
	// watch, unless it is nil, says that no Worker takes the first Workflow Task.
	watch func(taskQueue, workflowID string) (stop func())
	stop  func()
}

// Start starts a workflow on the Task Queue under a readable Workflow ID of its own.
// The workflow is a Workflow Type's name or a workflow function.
func (s *Session) Start(ctx context.Context, taskQueue string, workflow any, args ...any) (client.WorkflowRun, error) {
	options := s.StartOptions(taskQueue)
	run, err := s.Client.ExecuteWorkflow(ctx, options, workflow, args...)
	if err != nil {
		return nil, fmt.Errorf("start workflow %s: %w", options.ID, err)
	}
	s.Remember(run)
	return run, nil
}

// StartOptions returns the options with which Start would start the next workflow,
// for a scenario that starts it in another way. What it starts it has to remember.
func (s *Session) StartOptions(taskQueue string) client.StartWorkflowOptions {
	options := client.StartWorkflowOptions{
		ID:                       s.nextID(),
		TaskQueue:                taskQueue,
		WorkflowExecutionTimeout: Timeout,
		StaticSummary:            s.input,
	}
	if s.watch != nil && s.stop == nil {
		s.stop = s.watch(taskQueue, options.ID)
	}
	return options
}

func (s *Session) stopWatching() {
	if s.stop != nil {
		s.stop()
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

// nextID tells the runs of one scenario apart by number, and those of two processes
// by a part that no other has.
func (s *Session) nextID() string {
	if len(s.runs) == 0 {
		return s.prefix + "-" + s.unique
	}
	return fmt.Sprintf("%s-%d-%s", s.prefix, len(s.runs)+1, s.unique)
}

// Printf adds a line, or several, to the scenario's result.
func (s *Session) Printf(format string, values ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, values...))
}

func (s *Session) printed() string { return strings.Join(s.lines, "\n") }

// Getter is what can be waited for: a client.WorkflowRun or a
// client.WorkflowUpdateHandle.
type Getter interface {
	Get(ctx context.Context, valuePtr any) error
}

// PrintResult waits for the result and prints it as JSON. A typed failure, a
// cancellation, a termination and a workflow's timeout are results; any other error is
// returned. The label, unless it is "", stands before the result.
func (s *Session) PrintResult(ctx context.Context, label string, getter Getter) error {
	var value converter.RawValue
	err := getter.Get(ctx, &value)
	return s.print(label, value, err)
}

// PrintAnswer prints what a call such as client.Client.QueryWorkflow has returned, as
// PrintResult does.
func (s *Session) PrintAnswer(label string, answer converter.EncodedValue, err error) error {
	var value converter.RawValue
	if err == nil && answer.HasValue() {
		err = answer.Get(&value)
	}
	return s.print(label, value, err)
}

// PrintError prints the failure as PrintResult does, and returns any other error, or an
// error if there is none.
func (s *Session) PrintError(label string, err error) error {
	if err == nil {
		return fmt.Errorf("%s: expected a failure", label)
	}
	return s.print(label, converter.RawValue{}, err)
}

func (s *Session) print(label string, value converter.RawValue, err error) error {
	text, err := Describe(value, err)
	if err != nil {
		return err
	}
	if label != "" {
		text = label + ": " + text
	}
	s.Printf("%s", text)
	return nil
}

// Poll calls check until it returns true or an error, or ctx ends. What is waited for
// stands in the error.
func (s *Session) Poll(ctx context.Context, what string, check func() (bool, error)) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		done, err := check()
		if err != nil {
			return fmt.Errorf("wait for %s: %w", what, err)
		}
		if done {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, context.Cause(ctx))
		case <-ticker.C:
		}
	}
}
