package scenarios

import (
	"context"
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/messagepassing"
)

func signalFromWorkflow(ctx context.Context, s *scenario.Session) error {
	greeting, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	approval := messagepassing.Approval{Name: "Luis"}
	sender, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.ApproveAnother, greeting.GetID(), approval)
	if err != nil {
		return err
	}
	if err := sender.Get(ctx, nil); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "greeting", greeting); err != nil {
		return err
	}
	again, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.ApproveAnother, greeting.GetID(), approval)
	if err != nil {
		return err
	}
	text, err := scenario.Describe(converter.RawValue{}, again.Get(ctx, nil))
	if err != nil {
		return err
	}
	s.Printf("again: %s", strings.ReplaceAll(text, greeting.GetID(), "<greeting>"))
	var closed *serviceerror.NotFound
	err = s.Client.SignalWorkflow(ctx, greeting.GetID(), "", messagepassing.ApproveSignal, approval)
	if !errors.As(err, &closed) {
		return fmt.Errorf("signal a closed Workflow: expected %T, got %w", closed, err)
	}
	s.Printf("from a client: %T", closed)
	return nil
}

func updateFromWorkflow(ctx context.Context, s *scenario.Session) error {
	greeting, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	sender, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.LearnForAnother, greeting.GetID(), "french")
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "sender", sender); err != nil {
		return err
	}
	if err := approveAs(ctx, s, "Ana", greeting); err != nil {
		return err
	}
	return s.PrintResult(ctx, "greeting", greeting)
}

func startFromWorkflow(ctx context.Context, s *scenario.Session) error {
	id := s.StartOptions(messagepassing.TaskQueue).ID + "-greeting"
	var runIDs [2]string
	for i := range runIDs {
		sender, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.ApproveOrStart, id, messagepassing.Approval{Name: "Luis"})
		if err != nil {
			return err
		}
		if err := sender.Get(ctx, nil); err != nil {
			return err
		}
		greeting := s.Client.GetWorkflow(ctx, id, "")
		if err := greeting.Get(ctx, nil); err != nil {
			return err
		}
		runIDs[i] = greeting.GetRunID()
	}
	greeting := s.Client.GetWorkflow(ctx, id, "")
	s.Remember(greeting)
	if err := s.PrintResult(ctx, "greeting", greeting); err != nil {
		return err
	}
	s.Printf("the same run: %v", runIDs[0] == runIDs[1])
	return nil
}

func signalWithStart(ctx context.Context, s *scenario.Session) error {
	options := s.StartOptions(messagepassing.TaskQueue)
	// The first is no approval, so that the Workflow is still running at the second.
	first, err := s.Client.SignalWithStartWorkflow(ctx, options.ID, messagepassing.ApproveSignal, messagepassing.Approval{},
		options, messagepassing.Greeting, messagepassing.GreetingInput{})
	if err != nil {
		return err
	}
	s.Remember(first)
	second, err := s.Client.SignalWithStartWorkflow(ctx, options.ID, messagepassing.ApproveSignal, messagepassing.Approval{Name: "Ana"},
		options, messagepassing.Greeting, messagepassing.GreetingInput{})
	if err != nil {
		return err
	}
	s.Printf("the same run: %v", first.GetRunID() == second.GetRunID())
	return s.PrintResult(ctx, "workflow", second)
}

func fetchUpdateLater(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	_, err = s.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   run.GetID(),
		UpdateID:     "learn-french",
		UpdateName:   messagepassing.LearnLanguageUpdate,
		Args:         []any{"french"},
		WaitForStage: client.WorkflowUpdateStageAccepted,
	})
	if err != nil {
		return err
	}
	// Another process needs the two ids and nothing else.
	byID := client.GetWorkflowUpdateHandleOptions{WorkflowID: run.GetID(), UpdateID: "learn-french"}
	if err := s.PrintResult(ctx, "later", s.Client.GetWorkflowUpdateHandle(byID)); err != nil {
		return err
	}
	if err := approveAs(ctx, s, "Ana", run); err != nil {
		return err
	}
	return s.PrintResult(ctx, "again", s.Client.GetWorkflowUpdateHandle(byID)) // also of a closed Workflow
}

func waitStages(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.Trip)
	if err != nil {
		return err
	}
	hotel, err := startUpdate(ctx, s, run, messagepassing.BookUpdate, "hotel")
	if err != nil {
		return err
	}
	completed, err := count(ctx, s, run, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED)
	if err != nil {
		return err
	}
	s.Printf("accepted, with the trip still open: %v", completed == 0)
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ConfirmSignal, nil); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "completed", hotel); err != nil {
		return err
	}
	return run.Get(ctx, nil)
}

// sendByName uses none of the sample's Go types, as a program does that cannot import
// them.
func sendByName(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, "messagepassing", "Greeting", map[string]any{"language": "english"})
	if err != nil {
		return err
	}
	languages, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", "languages", map[string]any{"include_unsupported": false})
	if err := s.PrintAnswer("query", languages, err); err != nil {
		return err
	}
	if err := update(ctx, s, "update", run, "set-language", "chinese"); err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", "approve", map[string]any{"name": "Ana"}); err != nil {
		return err
	}
	return s.PrintResult(ctx, "workflow", run)
}

func sameUpdateID(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	for _, sent := range []struct{ label, language string }{{"first", "chinese"}, {"again", "english"}} {
		handle, err := s.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID:   run.GetID(),
			UpdateID:     "set-1",
			UpdateName:   messagepassing.SetLanguageUpdate,
			Args:         []any{sent.language},
			WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err != nil {
			return err
		}
		if err := s.PrintResult(ctx, sent.label, handle); err != nil {
			return err
		}
	}
	language, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", messagepassing.LanguageQuery)
	if err := s.PrintAnswer("language", language, err); err != nil {
		return err
	}
	return approveAs(ctx, s, "Ana", run)
}
