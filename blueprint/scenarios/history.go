package scenarios

import (
	"context"
	"fmt"
	"slices"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/internal/scenario"
)

// printCalls prints what the run has called, in that order: Activities, timers and
// children, by the summaries that the Web UI shows.
func printCalls(ctx context.Context, s *scenario.Session, workflowID, runID string) error {
	return printCallsBelow(ctx, s, workflowID, runID, "")
}

// printCallsBelow prints the calls of the step at the path and of those below it.
func printCallsBelow(ctx context.Context, s *scenario.Session, workflowID, runID, path string) error {
	calls, err := callsOf(ctx, s, workflowID, runID)
	if err != nil {
		return err
	}
	printList(s, "did:", slices.DeleteFunc(calls, func(call string) bool {
		_, summary, _ := strings.Cut(call, " ")
		return !strings.HasPrefix(summary, path)
	}))
	return nil
}

func printList(s *scenario.Session, title string, calls []string) {
	if len(calls) == 0 {
		s.Printf("did nothing")
		return
	}
	s.Printf("%s\n  %s", title, strings.Join(calls, "\n  "))
}

// callsOf reads the calls of the run and of those in which it went on.
func callsOf(ctx context.Context, s *scenario.Session, workflowID, runID string) ([]string, error) {
	events, err := eventsOf(ctx, s, workflowID, runID)
	var calls []string
	for _, event := range events {
		if kind := kindOf(event); kind != "" {
			var summary string
			// An Event without a summary has none to decode.
			_ = converter.GetDefaultDataConverter().FromPayload(event.GetUserMetadata().GetSummary(), &summary)
			calls = append(calls, kind+" "+summary)
		}
	}
	return calls, err
}

// kindOf names what an Event calls, or "".
func kindOf(event *historypb.HistoryEvent) string {
	switch event.GetEventType() {
	case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
		return "activity"
	case enumspb.EVENT_TYPE_TIMER_STARTED:
		return "timer"
	case enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
		return "child"
	default:
		return ""
	}
}

// eventsOf reads the Events of the run and of those in which it went on.
func eventsOf(ctx context.Context, s *scenario.Session, workflowID, runID string) ([]*historypb.HistoryEvent, error) {
	var all []*historypb.HistoryEvent
	for runID != "" {
		events := s.Client.GetWorkflowHistory(ctx, workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
		runID = ""
		for events.HasNext() {
			event, err := events.Next()
			if err != nil {
				return nil, fmt.Errorf("read the history of %s: %w", workflowID, err)
			}
			all = append(all, event)
			runID = event.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
	}
	return all, nil
}

// printRuns prints how many runs it took.
func printRuns(ctx context.Context, s *scenario.Session, workflowID, runID string) error {
	events, err := eventsOf(ctx, s, workflowID, runID)
	runs := 1
	for _, event := range events {
		if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW {
			runs++
		}
	}
	s.Printf("in %d runs", runs)
	return err
}

// printSizes prints how large the first Activity's output was, and that the histories of
// all runs together are small.
func printSizes(ctx context.Context, s *scenario.Session, workflowID, runID string) error {
	events, err := eventsOf(ctx, s, workflowID, runID)
	if err != nil {
		return err
	}
	runIDs := []string{runID}
	var stored, history int64
	for _, event := range events {
		if output := event.GetActivityTaskCompletedEventAttributes().GetResult().GetPayloads(); stored == 0 && len(output) > 0 {
			for _, each := range output[0].GetExternalPayloads() {
				stored += each.GetSizeBytes()
			}
		}
		if next := event.GetWorkflowExecutionContinuedAsNewEventAttributes(); next != nil {
			runIDs = append(runIDs, next.GetNewExecutionRunId())
		}
	}
	for _, id := range runIDs {
		described, err := s.Client.DescribeWorkflow(ctx, workflowID, id)
		if err != nil {
			return fmt.Errorf("describe %s: %w", workflowID, err)
		}
		history += described.RawResponse.GetWorkflowExecutionInfo().GetHistorySizeBytes()
	}
	s.Printf("the first output has %.1f MiB, the histories together less than %d KiB", float64(stored)/(1<<20), (history/(100<<10)+1)*100)
	return nil
}
