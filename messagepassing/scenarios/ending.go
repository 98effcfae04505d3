package scenarios

import (
	"context"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/messagepassing"
)

func mainLoop(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.Printer)
	if err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.PrintSignal, "a"); err != nil {
		return err
	}
	b, err := startUpdate(ctx, s, run, messagepassing.PrintAndWaitUpdate, "b")
	if err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.PrintSignal, "c"); err != nil {
		return err
	}
	d, err := startUpdate(ctx, s, run, messagepassing.PrintAndWaitUpdate, "d")
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "b", b); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "d", d); err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ClosePrinterSignal, nil); err != nil {
		return err
	}
	return s.PrintResult(ctx, "workflow", run)
}

func tripConfirmed(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.Trip)
	if err != nil {
		return err
	}
	hotel, err := startUpdate(ctx, s, run, messagepassing.BookUpdate, "hotel")
	if err != nil {
		return err
	}
	flight, err := startUpdate(ctx, s, run, messagepassing.BookUpdate, "flight")
	if err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.NoteSignal, "pack an umbrella"); err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ConfirmSignal, nil); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "hotel", hotel); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "flight", flight); err != nil {
		return err
	}
	return s.PrintResult(ctx, "workflow", run)
}

func tripAbandoned(ctx context.Context, s *scenario.Session) error {
	return tripThatEnds(ctx, s, func(workflowID string) error {
		return s.Client.SignalWorkflow(ctx, workflowID, "", messagepassing.AbandonSignal, "rain")
	})
}

func tripCanceled(ctx context.Context, s *scenario.Session) error {
	return tripThatEnds(ctx, s, func(workflowID string) error {
		return s.Client.CancelWorkflow(ctx, workflowID, "")
	})
}

// tripThatEnds books a hotel, ends the trip, and prints what becomes of both.
func tripThatEnds(ctx context.Context, s *scenario.Session, end func(workflowID string) error) error {
	run, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.Trip)
	if err != nil {
		return err
	}
	hotel, err := startUpdate(ctx, s, run, messagepassing.BookUpdate, "hotel")
	if err != nil {
		return err
	}
	if err := end(run.GetID()); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "hotel", hotel); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "workflow", run); err != nil {
		return err
	}
	report, err := s.Client.QueryWorkflow(ctx, run.GetID(), "", messagepassing.TripQuery)
	return s.PrintAnswer("report", report, err)
}

func handlerAbandoned(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.Bulletin)
	if err != nil {
		return err
	}
	headline, err := startUpdate(ctx, s, run, messagepassing.NextHeadlineUpdate, 0)
	if err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.CloseBulletinSignal, nil); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "update", headline); err != nil {
		return err
	}
	return s.PrintResult(ctx, "workflow", run)
}
