package scenarios

import (
	"context"

	enumspb "go.temporal.io/api/enums/v1"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/messagepassing"
)

func approve(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	if err := approveAs(ctx, s, "Ana", run); err != nil {
		return err
	}
	return s.PrintResult(ctx, "", run)
}

func queryLanguages(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	known, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", messagepassing.LanguagesQuery, messagepassing.LanguagesInput{})
	if err := s.PrintAnswer("known", known, err); err != nil {
		return err
	}
	all, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", messagepassing.LanguagesQuery, messagepassing.LanguagesInput{IncludeUnsupported: true})
	if err := s.PrintAnswer("all", all, err); err != nil {
		return err
	}
	return approveAs(ctx, s, "Ana", run)
}

func setLanguage(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	if err := update(ctx, s, "update", run, messagepassing.SetLanguageUpdate, "chinese"); err != nil {
		return err
	}
	if err := approveAs(ctx, s, "Ana", run); err != nil {
		return err
	}
	return s.PrintResult(ctx, "workflow", run)
}

func rejectUpdate(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	if err := update(ctx, s, "update", run, messagepassing.SetLanguageUpdate, "french"); err != nil {
		return err
	}
	if err := printUpdateCounts(ctx, s, run); err != nil {
		return err
	}
	return approveAs(ctx, s, "Ana", run)
}

func learnLanguage(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	first, err := startUpdate(ctx, s, run, messagepassing.LearnLanguageUpdate, "french")
	if err != nil {
		return err
	}
	second, err := startUpdate(ctx, s, run, messagepassing.LearnLanguageUpdate, "french")
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "first", first); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "second", second); err != nil {
		return err
	}
	activities, err := count(ctx, s, run, enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
	if err != nil {
		return err
	}
	s.Printf("Activities in the Event History: %d", activities)
	if err := approveAs(ctx, s, "Ana", run); err != nil {
		return err
	}
	return s.PrintResult(ctx, "workflow", run)
}

func failAfterAcceptance(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	if err := update(ctx, s, "update", run, messagepassing.LearnLanguageUpdate, "klingon"); err != nil {
		return err
	}
	if err := printUpdateCounts(ctx, s, run); err != nil {
		return err
	}
	return approveAs(ctx, s, "Ana", run)
}

func queryAfterCompletion(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	if err := approveAs(ctx, s, "Ana", run); err != nil {
		return err
	}
	language, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", messagepassing.LanguageQuery)
	return s.PrintAnswer("", language, err)
}

func cancelWhileWaiting(ctx context.Context, s *scenario.Session) error {
	run, err := startGreeting(ctx, s)
	if err != nil {
		return err
	}
	// The answer to a Query shows that the Workflow waits.
	if _, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", messagepassing.LanguageQuery); err != nil {
		return err
	}
	if err := s.Client.CancelWorkflow(ctx, run.GetID(), ""); err != nil {
		return err
	}
	return s.PrintResult(ctx, "workflow", run)
}
