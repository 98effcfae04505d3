package scenarios

import (
	"context"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/messagepassing"
)

// startGreeting starts a Greeting in english.
func startGreeting(ctx context.Context, s *scenario.Session) (client.WorkflowRun, error) {
	return s.Start(ctx, messagepassing.TaskQueue, messagepassing.Greeting, messagepassing.GreetingInput{})
}

// startUpdate returns when the Update is accepted, or rejected: then Get says so.
func startUpdate(ctx context.Context, s *scenario.Session, run client.WorkflowRun, name string, argument any) (client.WorkflowUpdateHandle, error) {
	return s.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   run.GetID(),
		UpdateName:   name,
		Args:         []any{argument},
		WaitForStage: client.WorkflowUpdateStageAccepted,
	})
}

// update sends an Update, waits for its result and prints it.
func update(ctx context.Context, s *scenario.Session, label string, run client.WorkflowRun, name string, argument any) error {
	handle, err := startUpdate(ctx, s, run, name, argument)
	if err != nil {
		return err
	}
	return s.PrintResult(ctx, label, handle)
}

// approveAs lets a Greeting end and waits for that.
func approveAs(ctx context.Context, s *scenario.Session, name string, run client.WorkflowRun) error {
	err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ApproveSignal, messagepassing.Approval{Name: name})
	if err != nil {
		return err
	}
	return run.Get(ctx, nil)
}

// count counts the Events of a type in the Event History.
func count(ctx context.Context, s *scenario.Session, run client.WorkflowRun, eventType enumspb.EventType) (int, error) {
	count := 0
	events := s.Client.GetWorkflowHistory(ctx, run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return 0, fmt.Errorf("read the Event History of %s: %w", run.GetID(), err)
		}
		if event.GetEventType() == eventType {
			count++
		}
	}
	return count, nil
}

func printUpdateCounts(ctx context.Context, s *scenario.Session, run client.WorkflowRun) error {
	accepted, err := count(ctx, s, run, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED)
	if err != nil {
		return err
	}
	completed, err := count(ctx, s, run, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED)
	if err != nil {
		return err
	}
	s.Printf("Updates in the Event History: %d accepted, %d completed", accepted, completed)
	return nil
}
