//go:build e2e

package engine_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"dynamicsamples/blueprint/engine"
)

// account is how a run ended, and what it did in all the runs of its chain.
type account struct {
	result string
	// completed are how often each step completed, by its path, and children how often
	// each child was started.
	completed, children map[string]int
}

func (h *hall) account(id string) account {
	h.t.Helper()
	run := h.lastOf(id)
	run.took()
	got := account{result: run.ending(), completed: map[string]int{}, children: map[string]int{}}
	for _, history := range historiesOf(h.t, h.connection, id, run.first) {
		for path, count := range completedIn(history) {
			got.completed[path] += count
		}
		for _, event := range history.Events {
			if child := event.GetStartChildWorkflowExecutionInitiatedEventAttributes(); child != nil {
				got.children[strings.TrimPrefix(child.GetWorkflowId(), id)]++
			}
			if event.EventType == enumspb.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT {
				h.givenUp++
			}
		}
		// A killed worker takes its tasks along, and what it knew of its runs.
		troubled := troubleIn(history, func(string) bool { return true })
		assert.Empty(h.t, slices.DeleteFunc(troubled, isOfForgetting), id)
	}
	return got
}

// undisturbed are the accounts of the jobs while nothing is killed: that is what is right.
func (h *hall) undisturbed() map[string]account {
	h.t.Helper()
	h.each(len(jobs()), 0, func(i int, _ string) { h.run(jobs()[i].name, jobs()[i]) }).Wait()
	wants := map[string]account{}
	for _, each := range jobs() {
		wants[each.name] = h.account(each.name)
	}
	return wants
}

// agree compares so many runs of the jobs with what is right: each comes to its right end, and each of
// its steps completes once.
func (h *hall) agree(count int, wants map[string]account) {
	h.t.Helper()
	for i := range count {
		job := jobOf(i)
		got, want := h.account(idOf(i)), wants[job.name]
		assert.Equal(h.t, want.result, got.result, job.name)
		for path, times := range got.completed {
			assert.Equal(h.t, 1, times, "%s of %s", path, idOf(i))
		}
		if !job.loose {
			assert.Equal(h.t, want.completed, got.completed, job.name)
			assert.Equal(h.t, want.children, got.children, job.name)
		}
	}
}

// lastOf is the last run of the id, with the first one of its chain.
func (h *hall) lastOf(id string) *ran {
	h.t.Helper()
	described, err := h.connection.DescribeWorkflow(h.t.Context(), id, "")
	require.NoError(h.t, err)
	return &ran{h.connection.GetWorkflow(h.t.Context(), id, ""), h.plant, described.RawResponse.GetWorkflowExecutionInfo().GetFirstRunId()}
}

// completedIn counts how often each activity, local activity and child completed in the
// history, by the path of its step.
func completedIn(history *historypb.History) map[string]int {
	found, paths := map[string]int{}, map[int64]string{}
	for _, event := range history.Events {
		switch event.EventType {
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, enumspb.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
			paths[event.EventId] = summaryIn(event)
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			found[paths[event.GetActivityTaskCompletedEventAttributes().GetScheduledEventId()]]++
		case enumspb.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED:
			found[paths[event.GetChildWorkflowExecutionCompletedEventAttributes().GetInitiatedEventId()]]++
		case enumspb.EVENT_TYPE_MARKER_RECORDED:
			if summary := summaryIn(event); summary != "" {
				found[summary]++
			}
		}
	}
	return byPath(found)
}

// byPath leaves the author's words out of the summaries; that a child is watched is the
// completion of its step.
func byPath(summaries map[string]int) map[string]int {
	found := map[string]int{}
	for _, summary := range slices.Sorted(maps.Keys(summaries)) {
		found[pathIn(summary)] += summaries[summary]
	}
	return found
}

// called are the steps that the last chain of the id has called, in order.
func (h *hall) called(id string) []string {
	h.t.Helper()
	return h.steps(h.t, h.lastOf(id))
}

// operated are the operations that a run lists, each as it was done.
func (h *hall) operated(id string) []string {
	h.t.Helper()
	var status engine.Status
	eventually(h.t, func() bool {
		status = h.status(h.t, id)
		return status.Blueprint != ""
	})
	var ops []string
	for _, each := range status.Operations {
		ops = append(ops, each.Op+each.Refused)
	}
	return ops
}
