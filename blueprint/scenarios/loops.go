package scenarios

import (
	"context"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

func loopScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "poll-until-ready",
			Input: "run poll-until-ready.yaml on a job that is ready at the third look; two attempts at the second fail",
			Expected: `{"job":"j-1","looks":3}
did:
  timer poll[0]/pause
  activity poll[0]/ask: look 1
  timer poll[1]/pause
  activity poll[1]/ask: look 2
  timer poll[2]/pause
  activity poll[2]/ask: look 3`,
			LookFor: "the attempts of poll[1]/ask",
			Run:     startAndList("poll-until-ready", object{"job": "j-1", "pause": "10ms"}),
		},
		{
			Name:  "read-pages",
			Input: "run read-pages.yaml on a book of 50 pages, in runs of about 200 events",
			Expected: `1275
in 2 runs`,
			LookFor: "each run has continued as the next one, with its state; no page was read twice",
			Run:     readPages,
		},
		{
			Name:  "continue-as-new",
			Input: "run book.yaml: 50 pages, a child that lasts longer than the first run, and a message that comes too early",
			Expected: `message publish: kept for a step that has not begun
message approve to make/cover/cover: taken by approval
{"cover":"Numbers up to 50, approved by Mei","published":"in spring","sum":1275}
in 2 runs
did:
  child make/cover/cover
  activity make/cover/cover: watching the child`,
			LookFor: "the second run watches the child of the first one; the message is in its input",
			Run:     continueAsNew,
		},
		{
			Name:     "budget",
			Input:    "run runaway.yaml, which doubles a text until its budget says no",
			Expected: `{"doubled":13,"why":"the budget allows outputBytes: 10000"}`,
			LookFor:  "the failure was caught, and the run has completed",
			Run:      start("runaway"),
		},
	}
}

func readPages(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, blueprint.TaskQueue, "read-pages", object{"pages": 50})
	if err != nil {
		return err
	}
	runID := run.GetRunID() // that of the first run: Get goes on to the last one
	if err := s.PrintResult(ctx, "", run); err != nil {
		return err
	}
	return printRuns(ctx, s, run.GetID(), runID)
}

func continueAsNew(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, blueprint.TaskQueue, "book", object{"pages": 50})
	if err != nil {
		return err
	}
	runID := run.GetRunID()
	if err := sendMessage(ctx, s, run.GetID(), engine.NewMessage("publish", "in spring")); err != nil {
		return err
	}
	err = s.Poll(ctx, "a new run", func() (bool, error) {
		description, err := s.Client.DescribeWorkflow(ctx, run.GetID(), runID)
		return err == nil && description.Status == enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW, err
	})
	if err != nil {
		return err
	}
	if err := approveCover(ctx, s, run); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "", run); err != nil {
		return err
	}
	if err := printRuns(ctx, s, run.GetID(), runID); err != nil {
		return err
	}
	return printCallsBelow(ctx, s, run.GetID(), runID, "make/cover")
}

// approveCover sends a message to the child that a step of the book has started.
func approveCover(ctx context.Context, s *scenario.Session, book client.WorkflowRun) error {
	const path = "make/cover/cover"
	receipt, err := updateWithMessage(ctx, s, engine.ChildID(book.GetID(), path), engine.NewMessage("approve", "Mei"))
	if err != nil {
		return err
	}
	s.Printf("message approve to %s: %s", path, describeReceipt(receipt))
	return nil
}
