// Package follow watches a run of a blueprint: it asks the run's status query again and
// again and waits for the end at the same time. What is seen of the steps is reported as
// changes, for plain output, or as a tree, for a terminal.
package follow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/blueprint/engine"
)

const (
	// pause is between two questions, and patience how long an answer may take.
	pause    = 300 * time.Millisecond
	patience = 5 * time.Second
)

// Run follows a run, and the runs in which it goes on, until it ends. What is seen of it is
// given to show again and again; noWorker is called once when nobody polls the run's task
// queue. The error is that of the run, or of the context.
func Run(ctx context.Context, connection client.Client, decode Decoder, run client.WorkflowRun, show func(View), noWorker func(queue string)) (converter.RawValue, error) {
	ended := make(chan error, 1)
	var output converter.RawValue
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	go func() { ended <- run.Get(waiting, &output) }()

	var unreadable error
	ask := func() bool {
		status, err := Status(ctx, connection, run.GetID(), run.GetRunID())
		if err == nil {
			// Without them there is still the status.
			activities, _ := Activities(ctx, connection, decode, run.GetID(), run.GetRunID())
			show(View{Status: status, Activities: activities})
		}
		if errors.Is(err, ErrUnreadable) {
			unreadable = err
		}
		return err == nil
	}
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	told := false
	tell := func() {
		if queue, missing := WorkerMissing(ctx, connection, run.GetID(), run.GetRunID()); missing && !told {
			noWorker(queue)
			told = true
		}
	}
	tell()
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return output, ctx.Err()
			}
			ask()
			return output, err
		case <-ctx.Done():
			return output, ctx.Err()
		case <-ticker.C:
			if !ask() {
				tell()
			}
			if unreadable != nil {
				return output, unreadable
			}
		}
	}
}

// Status asks a run for its status.
func Status(ctx context.Context, connection client.Client, workflowID, runID string) (engine.Status, error) {
	var status engine.Status
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	answer, err := connection.QueryWorkflow(ctx, workflowID, runID, engine.StatusQuery)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // The server's words for it tell nobody anything.
	}
	if err != nil {
		return status, fmt.Errorf("asking %s for its status: %w", workflowID, err)
	}
	var raw converter.RawValue
	if err := answer.Get(&raw); err != nil {
		return status, fmt.Errorf("reading the status of %s: %w (%w)", workflowID, ErrUnreadable, err)
	}
	if err := json.Unmarshal(raw.Payload().GetData(), &status); err != nil {
		return status, fmt.Errorf("reading the status of %s: %w", workflowID, Unreadable(raw.Payload()))
	}
	return status, nil
}

// NoWorker is why a run has not answered whose Worker is down, or too slow.
const NoWorker = "no worker answers"

// Ask asks a run for its status, unless nobody polls its Task Queue.
func Ask(ctx context.Context, connection client.Client, workflowID, runID string) (engine.Status, error) {
	if _, missing := WorkerMissing(ctx, connection, workflowID, runID); missing {
		return engine.Status{}, errors.New(NoWorker)
	}
	return Status(ctx, connection, workflowID, runID)
}

// WhyUnanswered says why a run has not told its status.
func WhyUnanswered(err error) string {
	var failed *serviceerror.QueryFailed
	switch {
	case IsLate(err):
		return NoWorker
	case errors.As(err, &failed):
		return "it cannot tell: " + failed.Message
	default:
		return err.Error()
	}
}

// IsLate reports whether nobody has answered.
func IsLate(err error) bool {
	var late *serviceerror.DeadlineExceeded
	var nobody *serviceerror.FailedPrecondition
	return errors.As(err, &late) || errors.As(err, &nobody) || errors.Is(err, context.DeadlineExceeded)
}

// ErrUnreadable is the error of a value that is there and cannot be read.
var ErrUnreadable = errors.New("it cannot be read here")

// Unreadable says what is wrong with a value that is no JSON, and what to do.
func Unreadable(payload *commonpb.Payload) error {
	return UnreadableEncoding(string(payload.GetMetadata()["encoding"]))
}

// UnreadableEncoding does so for a value of the encoding.
func UnreadableEncoding(encoding string) error {
	return fmt.Errorf("%w, its encoding is %q: name the codec server of its Worker in TEMPORAL_CODEC_ENDPOINT", ErrUnreadable, encoding)
}

// WorkerMissing returns the run's Task Queue, and whether nobody polls it.
func WorkerMissing(ctx context.Context, connection client.Client, workflowID, runID string) (string, bool) {
	described, err := connection.DescribeWorkflow(ctx, workflowID, runID)
	if err != nil || described.Status != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		return "", false
	}
	return described.TaskQueueName, !Polled(ctx, connection, described.TaskQueueName)
}

// Polled reports whether a Worker polls the Task Queue, or may do so: where the server
// does not tell, nobody is told that there is none.
func Polled(ctx context.Context, connection client.Client, queue string) bool {
	described, err := connection.DescribeTaskQueue(ctx, queue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	return err != nil || len(described.GetPollers()) > 0
}
