package scenarios

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/scenario"
)

func windowScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "sliding-window",
			Input: "process a catalogue of 60 items, at most 8 at a time, in runs of about 100 events",
			Expected: `{
  "completed": 56,
  "bytes": 1660,
  "failed": {
    "EmptyItem": 3,
    "UnknownType": 1
  },
  "first_failures": [
    {
      "number": 19,
      "failure": {
        "type": "EmptyItem",
        "reason": "item-19 is empty"
      }
    },
    {
      "number": 39,
      "failure": {
        "type": "EmptyItem",
        "reason": "item-39 is empty"
      }
    },
    {
      "number": 49,
      "failure": {
        "type": "UnknownType",
        "reason": "no child workflow for type \"audio\"; known are document, image, video"
      }
    },
    {
      "number": 59,
      "failure": {
        "type": "EmptyItem",
        "reason": "item-59 is empty"
      }
    }
  ]
}
the first run: ContinuedAsNew`,
			LookFor: "the run has continued as new while children ran, which a run after it settled",
			Run:     window60,
		},
		{
			Name:  "child-closes-without-report",
			Input: "process 6 items in runs of about 20 events, and terminate the third one's child",
			Expected: `{
  "completed": 5,
  "bytes": 18,
  "failed": {
    "ChildTerminated": 1
  },
  "first_failures": [
    {
      "number": 2,
      "failure": {
        "type": "ChildTerminated",
        "reason": "the child was terminated"
      }
    }
  ]
}`,
			LookFor: "the last run has an InspectChildren Activity, which found out what became of the child",
			Run:     terminateAChild,
		},
		{
			Name:  "canceled-window",
			Input: "cancel a job with 4 slow children in flight",
			Expected: `the parent: Canceled, with 0 completed and failed map[ChildCanceled:4]
item-000000: Canceled
item-000001: Canceled
item-000002: Canceled
item-000003: Canceled`,
			LookFor: "each child has reported that it was canceled, and the job has waited for that",
			Run:     cancelAWindow,
		},
		{
			Name:  "invalid-window",
			Input: "process a catalogue with a window for 501 children",
			Expected: `failed with InvalidJob (not retryable)
the window has 1 to 500 children, got 501`,
			Run: execute(childdispatch.ProcessCatalogue, childdispatch.Job{Catalogue: childdispatch.Catalogue{Items: 1}, Window: childdispatch.MaxWindow + 1}),
		},
		{
			Name:  "reset-window",
			Input: "reset a job to its first task while its two children run",
			Expected: `{"completed":4,"bytes":10}
item-000000: Completed, the run that was started first
item-000001: Completed, the run that was started first`,
			LookFor: "the second run has StartChildWorkflowExecutionFailed, and waits for the reports of the children of the first",
			Run:     resetWindow,
		},
	}
}

// itemID is the Workflow ID of the child for the item of that number.
func itemID(jobID string, number int) string { return fmt.Sprintf("%s.item-%06d", jobID, number) }

func window60(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.ProcessCatalogue, childdispatch.Job{
		Catalogue:    childdispatch.Catalogue{Items: 60, EmptyEvery: 20, UnknownEvery: 50, SlowEvery: 7, Slowness: 300 * time.Millisecond},
		Window:       8,
		EventsPerRun: 100,
	})
	if err != nil {
		return err
	}
	// After Get, the run is the last one of its chain.
	firstRunID := run.GetRunID()
	if err := s.PrintResult(ctx, "", run); err != nil {
		return err
	}
	first, err := status(ctx, s, run.GetID(), firstRunID)
	if err != nil {
		return err
	}
	s.Printf("the first run: %s", first)
	return nil
}

// terminateAChild terminates a slow child after the run that has started it.
func terminateAChild(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.ProcessCatalogue, childdispatch.Job{
		Catalogue: childdispatch.Catalogue{Items: 6, SlowEvery: 3, Slowness: 3 * time.Second},
		Window:    3,
		// Long enough for a child on a busy machine.
		ChildTimeout: 8 * time.Second,
		EventsPerRun: childdispatch.MinEventsPerRun,
	})
	if err != nil {
		return err
	}
	err = s.Poll(ctx, "the first run to continue as new", func() (bool, error) {
		first, err := status(ctx, s, run.GetID(), run.GetRunID())
		return first == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW.String(), err
	})
	if err != nil {
		return err
	}
	if err := s.Client.TerminateWorkflow(ctx, itemID(run.GetID(), 2), "", "to show what becomes of its job"); err != nil {
		return err
	}
	return s.PrintResult(ctx, "", run)
}

// cancelAWindow cancels a job whose children would take a minute each.
func cancelAWindow(ctx context.Context, s *scenario.Session) error {
	job := childdispatch.Job{Catalogue: childdispatch.Catalogue{Items: 100, SlowEvery: 1, Slowness: time.Minute}, Window: 4}
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.ProcessCatalogue, job)
	if err != nil {
		return err
	}
	var ids []string
	for number := range job.Window {
		ids = append(ids, itemID(run.GetID(), number))
	}
	if err := awaitRunning(ctx, s, ids...); err != nil {
		return err
	}
	if err := s.Client.CancelWorkflow(ctx, run.GetID(), ""); err != nil {
		return err
	}
	err = run.Get(ctx, nil)
	var canceled *temporal.CanceledError
	if !errors.As(err, &canceled) {
		return fmt.Errorf("the job ended with %v, expected it to be canceled", err)
	}
	var totals childdispatch.Totals
	if err := canceled.Details(&totals); err != nil {
		return err
	}
	s.Printf("the parent: Canceled, with %d completed and failed %v", totals.Completed, totals.Failed)
	for _, id := range ids {
		// A child that has reported has still to end. How it ends is in its status.
		_ = s.Client.GetWorkflow(ctx, id, "").Get(ctx, nil)
	}
	return printStatuses(ctx, s, ids)
}

func resetWindow(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.ProcessCatalogue, childdispatch.Job{
		Catalogue: childdispatch.Catalogue{Items: 4, SlowEvery: 1, Slowness: 2 * time.Second}, Window: 2,
	})
	if err != nil {
		return err
	}
	var firstRunIDs []string
	for number := range 2 {
		runID, err := runningID(ctx, s, itemID(run.GetID(), number))
		if err != nil {
			return err
		}
		firstRunIDs = append(firstRunIDs, runID)
	}
	again, err := resetToFirstTask(ctx, s, run)
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "", again); err != nil {
		return err
	}
	for number, firstRunID := range firstRunIDs {
		description, err := s.Client.DescribeWorkflow(ctx, itemID(run.GetID(), number), "")
		if err != nil {
			return err
		}
		which := "a run that was started anew"
		if description.WorkflowExecution.RunID == firstRunID {
			which = "the run that was started first"
		}
		s.Printf("item-%06d: %s, %s", number, description.Status, which)
	}
	return nil
}
