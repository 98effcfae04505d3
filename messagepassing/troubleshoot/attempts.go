package main

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

func signal(name string, argument any) attempt {
	return func(ctx context.Context, b *bench, workflowID string) error {
		return b.connection.SignalWorkflow(ctx, workflowID, "", name, argument)
	}
}

// signalThatWaits returns an error if the Signal has had a Workflow Task scheduled.
func signalThatWaits(ctx context.Context, b *bench, workflowID string) error {
	if err := b.connection.SignalWorkflow(ctx, workflowID, "", noteSignal, "x"); err != nil {
		return err
	}
	events := b.connection.GetWorkflowHistory(ctx, workflowID, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return err
		}
		if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED {
			return errWoken
		}
	}
	return nil
}

// externalSignal is sent by a workflow. What that gets is an error of its own.
func externalSignal(ctx context.Context, b *bench, workflowID string) error {
	sender, err := b.start(ctx, b.healthyQueue())
	if err != nil {
		return err
	}
	handle, err := b.startUpdate(ctx, sender.GetID(), "", signalUpdate, workflowID)
	if err != nil {
		return err
	}
	var found bool
	if err := handle.Get(ctx, &found); err != nil || found {
		return err
	}
	return &temporal.UnknownExternalWorkflowExecutionError{}
}

func query(wait time.Duration, name string, arguments ...any) attempt {
	return func(ctx context.Context, b *bench, workflowID string) error {
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		_, err := b.connection.QueryWorkflow(ctx, workflowID, "", name, arguments...)
		return err
	}
}

func queryIntoWrongType(ctx context.Context, b *bench, workflowID string) error {
	encoded, err := b.connection.QueryWorkflow(ctx, workflowID, "", notesQuery)
	if err != nil {
		return err
	}
	var number int
	return encoded.Get(&number)
}

// rejectedQuery is refused by the server. That is no error: the response says so.
func rejectedQuery(ctx context.Context, b *bench, workflowID string) error {
	response, err := b.connection.QueryWorkflowWithOptions(ctx, &client.QueryWorkflowWithOptionsRequest{
		WorkflowID:           workflowID,
		QueryType:            notesQuery,
		QueryRejectCondition: enumspb.QUERY_REJECT_CONDITION_NOT_OPEN,
	})
	if err == nil && response.QueryRejected == nil {
		return errNotRejected
	}
	return err
}

// update sends an update and waits so long for its answer.
func update(wait time.Duration, name string, argument any) attempt {
	return func(ctx context.Context, b *bench, workflowID string) error {
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		handle, err := b.startUpdate(ctx, workflowID, "", name, argument)
		if err != nil {
			return err
		}
		return handle.Get(ctx, nil)
	}
}

// canceledUpdate is given up by its caller.
func canceledUpdate(ctx context.Context, b *bench, workflowID string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	handle, err := b.startUpdate(ctx, workflowID, "", noteUpdate, takeLong)
	if err != nil {
		return err
	}
	time.AfterFunc(time.Second, cancel)
	return handle.Get(ctx, nil)
}

// updateUntil sends an update, waits until it is accepted, and does something to the
// workflow before it is completed.
func updateUntil(end func(ctx context.Context, b *bench, workflowID string) error) attempt {
	return func(ctx context.Context, b *bench, workflowID string) error {
		handle, err := b.startUpdate(ctx, workflowID, "", noteUpdate, takeTooLong)
		if err != nil {
			return err
		}
		if err := end(ctx, b, workflowID); err != nil {
			return err
		}
		return handle.Get(ctx, nil)
	}
}

func untilTimeout(ctx context.Context, b *bench, workflowID string) error {
	err := b.connection.GetWorkflow(ctx, workflowID, "").Get(ctx, nil)
	if !temporal.IsTimeoutError(err) {
		return errNoTimeout
	}
	return nil
}

func endBy(how string) func(context.Context, *bench, string) error {
	return func(ctx context.Context, b *bench, workflowID string) error { return b.end(ctx, workflowID, how) }
}

func cancelIt(ctx context.Context, b *bench, workflowID string) error {
	return b.connection.CancelWorkflow(ctx, workflowID, "")
}

func terminateIt(ctx context.Context, b *bench, workflowID string) error {
	return b.connection.TerminateWorkflow(ctx, workflowID, "", "to see what an update gets")
}

// updateThatNobodySees is still waiting for a Worker when the workflow ends.
func updateThatNobodySees(ctx context.Context, b *bench, workflowID string) error {
	ended := make(chan error, 1)
	time.AfterFunc(time.Second, func() { ended <- terminateIt(ctx, b, workflowID) })
	err := update(patience, noteUpdate, "x")(ctx, b, workflowID)
	if problem := <-ended; problem != nil {
		return problem
	}
	return err
}

// updateOldRun names a run that has been continued as new.
func updateOldRun(ctx context.Context, b *bench, workflowID string) error {
	run := b.connection.GetWorkflow(ctx, workflowID, "")
	old := run.GetRunID()
	if err := b.end(ctx, workflowID, "continue"); err != nil {
		return err
	}
	for run.GetRunID() == old {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pollInterval):
			run = b.connection.GetWorkflow(ctx, workflowID, "")
		}
	}
	_, err := b.connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflowID, RunID: old, UpdateName: noteUpdate, Args: []any{"x"},
		WaitForStage: client.WorkflowUpdateStageAccepted,
	})
	return err
}

func updateWithoutStage(ctx context.Context, b *bench, workflowID string) error {
	_, err := b.connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateName: noteUpdate, Args: []any{"x"},
	})
	return err
}

// sameIDTwice sends another update under an id that was used before.
func sameIDTwice(ctx context.Context, b *bench, workflowID string) error {
	for _, text := range []string{"y", "x"} {
		handle, err := b.startUpdate(ctx, workflowID, "the-same", noteUpdate, text)
		if err != nil {
			return err
		}
		var answer string
		if err := handle.Get(ctx, &answer); err != nil {
			return err
		}
		if answer != "noted y" {
			return errOtherAnswer
		}
	}
	return nil
}

// repeatedWhenClosed sends an Update again, with the same id, after the Workflow has
// completed.
func repeatedWhenClosed(ctx context.Context, b *bench, workflowID string) error {
	if _, err := b.startUpdate(ctx, workflowID, "the-same", noteUpdate, "x"); err != nil {
		return err
	}
	if err := errors.Join(b.end(ctx, workflowID, "complete"), b.connection.GetWorkflow(ctx, workflowID, "").Get(ctx, nil)); err != nil {
		return err
	}
	handle, err := b.startUpdate(ctx, workflowID, "the-same", noteUpdate, "x")
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}

func unknownHandle(ctx context.Context, b *bench, workflowID string) error {
	return b.connection.GetWorkflowUpdateHandle(client.GetWorkflowUpdateHandleOptions{
		WorkflowID: workflowID, UpdateID: "never-sent",
	}).Get(ctx, nil)
}

// untilNotReady makes the workflow's task fail, and again and again, until the server
// says so at once instead of letting a caller wait.
func untilNotReady(try attempt) attempt {
	return func(ctx context.Context, b *bench, workflowID string) error {
		_ = update(noPatience, noteUpdate, panicInHandler)(ctx, b, workflowID)
		for {
			err := try(ctx, b, workflowID)
			if notReady().finds(err) || ctx.Err() != nil {
				return err
			}
		}
	}
}

// unreachable sends to an address where nobody listens.
func unreachable(send func(ctx context.Context, connection client.Client, workflowID string) error) attempt {
	return func(ctx context.Context, _ *bench, workflowID string) error {
		connection, err := client.NewLazyClient(client.Options{HostPort: "127.0.0.1:1"})
		if err != nil {
			return err
		}
		defer connection.Close()
		return send(ctx, connection, workflowID)
	}
}
