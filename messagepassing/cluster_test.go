package messagepassing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"
)

// newClusterRun has activities that take time, so that messages come while one is
// under way.
func newClusterRun(t *testing.T) *run {
	r := newRun(t)
	r.takeTime(MoveNodes)
	r.takeTime(RepairNode)
	return r
}

// startedRun is that of a cluster that is started at once and shut down after an
// hour.
func startedRun(t *testing.T) *run {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	r.signalAt(time.Hour, ShutDownSignal, nil)
	return r
}

func nextInput(t *testing.T, err error) ClusterInput {
	t.Helper()
	var continued *workflow.ContinueAsNewError
	require.ErrorAs(t, err, &continued)
	require.Equal(t, "ClusterManager", continued.WorkflowType.Name)
	var input ClusterInput
	require.NoError(t, json.Unmarshal(continued.Input.GetPayloads()[0].GetData(), &input))
	return input
}

func jobs(state ClusterState) []string {
	var jobs []string
	for _, node := range state.Nodes {
		jobs = append(jobs, node.Job)
	}
	return jobs
}

func TestAssignmentsDoNotOverlap(t *testing.T) {
	r := startedRun(t)
	first := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 2})
	second := r.updateAt(2*time.Second, AssignNodesUpdate, "", Assignment{"blue", 2})
	third := r.updateAt(3*time.Second, AssignNodesUpdate, "", Assignment{"green", 1})
	freed := r.updateAt(4*time.Second, ReleaseNodesUpdate, "", "red")
	fourth := r.updateAt(5*time.Second, AssignNodesUpdate, "", Assignment{"gray", 1})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 4})

	assert.Equal(t, []string{"node-01", "node-02"}, first.result)
	assert.Equal(t, []string{"node-03", "node-04"}, second.result)
	assertFailure(t, third.failure, NotEnoughNodes, `job "green" wants 1 nodes, 0 are free`)
	assert.Equal(t, []string{"node-01", "node-02"}, freed.result)
	assert.Equal(t, []string{"node-01"}, fourth.result)
	assert.Equal(t, []string{"gray", "", "blue", "blue"}, jobs(result[ClusterState](r)))
	assert.Equal(t, 1, r.mostAtOnce)
}

func TestRepairsTakeTheLockToo(t *testing.T) {
	r := startedRun(t)
	r.signalAt(time.Second, RepairSignal, Repair{"1", "node-01"})
	assigned := r.updateAt(2*time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	r.signalAt(3*time.Second, RepairSignal, Repair{"2", "node-02"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	assert.Equal(t, 1, assigned.completed)
	assert.Equal(t, []string{"RepairNode", "MoveNodes", "RepairNode"}, r.ended)
	assert.Equal(t, 1, r.mostAtOnce)
}

func TestMessagesWaitForTheStart(t *testing.T) {
	r := newClusterRun(t)
	first := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	second := r.updateAt(2*time.Second, AssignNodesUpdate, "", Assignment{"blue", 1})
	r.signalAt(3*time.Second, RepairSignal, Repair{"1", "node-01"})
	r.at(time.Minute, func() {
		assert.Equal(t, 1, first.accepted)
		assert.Empty(t, r.started)
	})
	r.signalAt(time.Minute, StartClusterSignal, nil)
	r.signalAt(time.Hour, ShutDownSignal, nil)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	assert.Equal(t, []string{"node-01"}, first.result, "who came first is served first")
	assert.Equal(t, []string{"node-02"}, second.result)
	assert.Equal(t, 1, result[ClusterState](r).Nodes[0].Repairs)
}

func TestClusterThatIsShutDownBeforeItsStart(t *testing.T) {
	r := newClusterRun(t)
	waiting := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	r.signalAt(2*time.Second, RepairSignal, Repair{"1", "node-01"})
	r.signalAt(3*time.Second, ShutDownSignal, nil)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	assertFailure(t, waiting.failure, ClusterShutDown, "the cluster has been shut down")
	assert.Equal(t, 1, result[ClusterState](r).Nodes[0].Repairs)
	assert.Equal(t, []string{"", ""}, jobs(result[ClusterState](r)))
}

func TestShutDownWaitsForHandlersAndRepairs(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	first := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	second := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"blue", 1})
	r.at(2*time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(ShutDownSignal, nil)
		r.SignalWorkflow(RepairSignal, Repair{"1", "node-01"})
	})
	r.signalAt(3*time.Second, RepairSignal, Repair{"2", "node-02"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	state := result[ClusterState](r)
	assert.Equal(t, 1, first.completed)
	assert.Equal(t, 1, second.completed)
	assert.Equal(t, []Node{{Name: "node-01", Job: "red", Repairs: 1}, {Name: "node-02", Job: "blue", Repairs: 1}}, state.Nodes)
}

func TestShutDownWaitsForHandlers(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	first := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	second := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"blue", 1})
	r.signalAt(2*time.Second, ShutDownSignal, nil)
	late := r.updateAt(3*time.Second, AssignNodesUpdate, "", Assignment{"green", 1})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 3})

	assert.Equal(t, 1, first.completed)
	assert.Equal(t, 1, second.completed, "it was accepted before the shutdown")
	assertFailure(t, late.failure, ClusterShutDown, "the cluster has been shut down")
	assert.Equal(t, []string{"red", "blue", ""}, jobs(result[ClusterState](r)))
}

func TestCanceledClusterWaitsForItsHandlers(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	holder := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	waiter := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"blue", 1})
	r.signalAt(2*time.Second, RepairSignal, Repair{"1", "node-01"})
	r.cancelAt(3 * time.Second)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	assertCanceled(t, r.GetWorkflowError())
	assertCanceled(t, holder.failure)
	assertCanceled(t, waiter.failure)
	assert.Len(t, r.started, 1)
	assert.Empty(t, r.warnings)
}

func TestClusterRefusals(t *testing.T) {
	r := startedRun(t)
	r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	cases := []struct {
		name               string
		argument           any
		errorType, message string
	}{
		{AssignNodesUpdate, Assignment{"red", 1}, JobExists, `job "red" already has nodes`},
		{AssignNodesUpdate, Assignment{"", 1}, InvalidMessage, "job must not be empty (at most 100 bytes)"},
		{AssignNodesUpdate, Assignment{"blue", 0}, InvalidMessage, "a job must have 1 to 50 nodes, got 0"},
		{AssignNodesUpdate, Assignment{"blue", 51}, InvalidMessage, "a job must have 1 to 50 nodes, got 51"},
		{ReleaseNodesUpdate, "blue", UnknownJob, `no node is assigned to job "blue"`},
		{ReleaseNodesUpdate, "", InvalidMessage, "job must not be empty (at most 100 bytes)"},
	}
	var replies []*reply
	for _, c := range cases {
		replies = append(replies, r.updateAt(2*time.Second, c.name, "", c.argument))
	}
	longID := r.updateAt(2*time.Second, ReleaseNodesUpdate, strings.Repeat("x", 101), "red")
	longJob := r.updateAt(2*time.Second, ReleaseNodesUpdate, "", strings.Repeat("x", 101))
	longest := r.updateAt(2*time.Second, ReleaseNodesUpdate, strings.Repeat("x", 100), strings.Repeat("y", 100))
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	for i, c := range cases {
		assertFailure(t, replies[i].err(), c.errorType, c.message)
	}
	assertFailure(t, longID.rejection, InvalidMessage, "update id must have at most 100 bytes, got 101")
	assertFailure(t, longJob.rejection, InvalidMessage, "job must have at most 100 bytes, got 101")
	assertFailure(t, longest.failure, UnknownJob, fmt.Sprintf("no node is assigned to job %q", strings.Repeat("y", 100)))
	assert.Equal(t, []string{"red", ""}, jobs(result[ClusterState](r)))
}

func TestClusterSize(t *testing.T) {
	for _, input := range []ClusterInput{{}, {Nodes: 51}, {Nodes: 1, MessagesPerRun: -1}} {
		r := newRun(t)
		r.ExecuteWorkflow(ClusterManager, input)
		assertFailure(t, r.GetWorkflowError(), InvalidMessage,
			fmt.Sprintf("a cluster must have 1 to 50 nodes and 0 or more messages a run, got %d and %d", input.Nodes, input.MessagesPerRun))
	}
}

func TestFailedMoveChangesNothing(t *testing.T) {
	r := newRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	r.signalAt(time.Hour, ShutDownSignal, nil)
	r.OnActivity(MoveNodes, anyArgument, anyArgument).Return(errors.New("connection lost"))
	r.OnActivity(RepairNode, anyArgument, anyArgument).Return(errors.New("connection lost"))
	got := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	r.signalAt(2*time.Second, RepairSignal, Repair{"1", "node-01"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	assertFailure(t, got.failure, MoveFailed, "the nodes could not be moved")
	assert.Equal(t, []Node{{Name: "node-01", FailedRepairs: 1}}, result[ClusterState](r).Nodes)
}

func TestRepairCountsOnce(t *testing.T) {
	r := startedRun(t)
	for _, repair := range []Repair{{"1", "node-01"}, {"1", "node-01"}, {"2", "node-01"}, {"", "node-01"}, {"3", "node-09"}} {
		r.signalAt(time.Second, RepairSignal, repair)
	}
	r.signalAt(time.Minute, RepairSignal, Repair{"2", "node-01"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	state := result[ClusterState](r)
	assert.Equal(t, 2, state.Nodes[0].Repairs)
	assert.Equal(t, 2, state.Refused, "no id, and no such node")
	assert.Equal(t, []string{
		"Signal ignored Signal repair Reason repair id must not be empty (at most 100 bytes) (type: InvalidMessage, retryable: false)",
		`Signal ignored Signal repair Reason node must be one of the cluster's, got "node-09" (type: InvalidMessage, retryable: false)`,
	}, r.warnings)
}

// A run continues after exactly as many messages as it may have.
func TestMessagesPerRun(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	second := r.updateAt(time.Second, AssignNodesUpdate, "second", Assignment{"red", 1})
	r.signalAt(2*time.Minute, RepairSignal, Repair{"third", "node-01"})
	open := false
	r.at(3*time.Minute, func() { open = !r.IsWorkflowCompleted() })
	r.signalAt(3*time.Minute, RepairSignal, Repair{"fourth", "node-01"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1, MessagesPerRun: 4})

	assert.True(t, open, "one less than the run may have")
	assert.Equal(t, 1, second.completed)
	next := nextInput(t, r.GetWorkflowError())
	assert.Equal(t, 1, next.Carried.Nodes[0].Repairs)
	assert.Equal(t, []Repair{{"fourth", "node-01"}}, next.Carried.Repairs, "which the next run does")
}

func TestClusterOfLargestSize(t *testing.T) {
	r := startedRun(t)
	all := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", MaxNodes})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: MaxNodes})

	assert.Len(t, all.result, MaxNodes)
}

func TestRepairQueueIsBounded(t *testing.T) {
	r := startedRun(t)
	r.at(time.Second, func() {
		for i := range MaxWaitingRepairs {
			r.SignalWorkflowSkippingWorkflowTask(RepairSignal, Repair{fmt.Sprint(i), "node-01"})
		}
		r.SignalWorkflow(RepairSignal, Repair{"one more", "node-01"})
	})
	var got ClusterState
	r.at(2*time.Second, func() { got = query[ClusterState](r, ClusterQuery) })
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	assert.Len(t, got.Repairs, MaxWaitingRepairs)
	assert.Equal(t, 1, got.Refused)
	assert.Equal(t, MaxWaitingRepairs, result[ClusterState](r).Nodes[0].Repairs)
	require.Len(t, r.warnings, 1)
	assert.Contains(t, r.warnings[0], "250 repairs are waiting, which is all that may")
}

// The oldest answer that is remembered is repeated; the one before it counts as new.
func TestAnswersAreRememberedUpToTheBound(t *testing.T) {
	carried := ClusterState{Started: true, Run: 1, Nodes: []Node{{Name: "node-01", Job: "red"}}}
	for i := range MaxRemembered {
		carried.Answers = append(carried.Answers, Answer{UpdateID: fmt.Sprint(i), Nodes: []string{"remembered"}})
		carried.RepairIDs = append(carried.RepairIDs, fmt.Sprint(i))
	}
	r := newClusterRun(t)
	r.updateAt(time.Second, ReleaseNodesUpdate, "another", "blue")
	oldest := r.updateAt(2*time.Second, ReleaseNodesUpdate, "1", "blue")
	forgotten := r.updateAt(3*time.Second, ReleaseNodesUpdate, "0", "blue")
	r.signalAt(time.Second, RepairSignal, Repair{"0", "node-01"})
	r.signalAt(2*time.Second, RepairSignal, Repair{"another", "node-01"})
	r.signalAt(time.Minute, RepairSignal, Repair{"0", "node-01"})
	r.signalAt(time.Hour, ShutDownSignal, nil)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1, Carried: &carried})

	assert.Equal(t, []string{"remembered"}, oldest.result)
	assertFailure(t, forgotten.failure, UnknownJob, `no node is assigned to job "blue"`)
	state := result[ClusterState](r)
	assert.Len(t, state.Answers, MaxRemembered)
	assert.Equal(t, "2", state.Answers[0].UpdateID)
	assert.Equal(t, 2, state.Nodes[0].Repairs, "another, and 0 once it was forgotten")
}

// An Update handler cannot continue as new itself: the main loop does, after the handler
// has answered.
func TestClusterContinuesWhenAnUpdateAsksForIt(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	assigned := r.updateAt(time.Second, AssignNodesUpdate, "assign", Assignment{"red", 1})
	got := r.updateAt(2*time.Second, ContinueUpdate, "continue", nil)
	again := r.updateAt(3*time.Second, ContinueUpdate, "again", nil)
	refused := r.updateAt(3*time.Second, AssignNodesUpdate, "refused", Assignment{"blue", 1})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	assert.Equal(t, &reply{accepted: 1, completed: 1, result: 1}, got, "its caller gets an answer")
	assert.Equal(t, 1, assigned.completed, "and so does who came before")
	for _, later := range []*reply{again, refused} {
		assertFailure(t, later.rejection, ClusterContinuing, "the run continues as new; send the same update, with the same id, again")
	}
	next := nextInput(t, r.GetWorkflowError())
	assert.Equal(t, []string{"red", ""}, jobs(*next.Carried))
}

func TestClusterThatIsShutDownDoesNotContinue(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, ShutDownSignal, nil)
	r.signalAt(0, RepairSignal, Repair{"1", "node-01"})
	got := r.updateAt(time.Second, ContinueUpdate, "", nil)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	assertFailure(t, got.rejection, ClusterShutDown, "the cluster has been shut down")
	assert.Equal(t, 1, result[ClusterState](r).Run)
}

func TestRepairAndCancellationInOneTask(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	r.at(time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(RepairSignal, Repair{"1", "node-01"})
		r.CancelWorkflow()
	})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	assertCanceled(t, r.GetWorkflowError())
	assert.Empty(t, r.started, "nothing is scheduled after a cancellation")
}

// What waits for the start when the cluster is canceled is not looked at anymore.
func TestCancellationBeforeTheStart(t *testing.T) {
	r := newClusterRun(t)
	impossible := r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 2})
	r.cancelAt(2 * time.Second)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	assertCanceled(t, r.GetWorkflowError())
	assertCanceled(t, impossible.failure)
}

// A repair that was cut short has not failed: it stays in the queue.
func TestCanceledRepairIsNotCounted(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	r.signalAt(time.Second, RepairSignal, Repair{"1", "node-01"})
	r.cancelAt(2 * time.Second)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	assertCanceled(t, r.GetWorkflowError())
	state := query[ClusterState](r, ClusterQuery)
	assert.Equal(t, []Node{{Name: "node-01"}}, state.Nodes)
	assert.Equal(t, []Repair{{"1", "node-01"}}, state.Repairs)
}

func TestContinuesWhenTheServerSuggestsIt(t *testing.T) {
	r := newClusterRun(t)
	r.signalAt(0, StartClusterSignal, nil)
	first := r.updateAt(time.Second, AssignNodesUpdate, "first", Assignment{"red", 1})
	r.at(2*time.Second, func() { r.SetContinueAsNewSuggested(true) })
	refused := r.updateAt(3*time.Second, AssignNodesUpdate, "refused", Assignment{"blue", 1})
	r.signalAt(4*time.Second, RepairSignal, Repair{"1", "node-01"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2})

	assert.Equal(t, 1, first.completed, "the run waits for its handlers")
	assertFailure(t, refused.rejection, ClusterContinuing, "the run continues as new; send the same update, with the same id, again")
	assert.Equal(t, &ClusterState{
		Started:   true,
		Nodes:     []Node{{Name: "node-01", Job: "red"}, {Name: "node-02"}},
		Repairs:   []Repair{{"1", "node-01"}},
		RepairIDs: []string{"1"},
		Answers:   []Answer{{UpdateID: "first", Nodes: []string{"node-01"}}},
		Run:       1,
	}, nextInput(t, r.GetWorkflowError()).Carried)
	assert.Empty(t, r.warnings)
}

func TestRunThatEndsDoesNotWaitForTheStart(t *testing.T) {
	r := newClusterRun(t)
	waiting := r.updateAt(time.Second, AssignNodesUpdate, "a", Assignment{"red", 1})
	r.signalAt(2*time.Second, RepairSignal, Repair{"1", "node-01"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2, MessagesPerRun: 1})

	next := nextInput(t, r.GetWorkflowError())
	assertFailure(t, waiting.failure, ClusterContinuing, "the run continues as new; send the same update, with the same id, again")
	assert.Empty(t, next.Carried.Answers, "which is no answer to remember")
	assert.Equal(t, 1, next.MessagesPerRun, "the next run is bounded, too")
	assert.Equal(t, 2, next.Nodes)
}

func TestNextRunRepeatsAnswersAndFailures(t *testing.T) {
	carried := ClusterState{
		Started: true,
		Run:     3,
		Nodes:   []Node{{Name: "node-01", Job: "red"}},
		Answers: []Answer{
			{UpdateID: "a", Nodes: []string{"node-01"}},
			{UpdateID: "b", FailureType: NotEnoughNodes, FailureMessage: "too many"},
		},
	}
	r := newClusterRun(t)
	a := r.updateAt(0, AssignNodesUpdate, "a", Assignment{"red", 1})
	b := r.updateAt(0, AssignNodesUpdate, "b", Assignment{"blue", 7})
	r.signalAt(time.Hour, ShutDownSignal, nil)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1, Carried: &carried})

	assert.Equal(t, []string{"node-01"}, a.result)
	assertFailure(t, b.failure, NotEnoughNodes, "too many")
	assert.Empty(t, r.started)
	assert.Equal(t, 4, result[ClusterState](r).Run)
}

func TestMemoryIsBounded(t *testing.T) {
	r := newRun(t)
	r.OnActivity(MoveNodes, anyArgument, anyArgument).Return(nil)
	r.OnActivity(RepairNode, anyArgument, anyArgument).Return(func(context.Context, Repair) error { return nil }).After(time.Minute)
	longest := func(i int) string { return fmt.Sprintf("%03d", i) + strings.Repeat("\x01", MaxTextLength-3) }
	r.signalAt(0, StartClusterSignal, nil)
	r.updateAt(0, AssignNodesUpdate, longest(0), Assignment{longest(0), MaxNodes})
	for i := range MaxRemembered + 1 {
		r.updateAt(time.Second, AssignNodesUpdate, longest(i+1), Assignment{longest(i), 1})
	}
	for i := range MaxWaitingRepairs + 3 {
		r.signalAt(time.Minute, RepairSignal, Repair{longest(i), "node-01"})
	}
	r.at(time.Minute+time.Second, func() { r.SetContinueAsNewSuggested(true) })
	r.signalAt(time.Minute+time.Second, RepairSignal, Repair{longest(0), "node-01"})
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: MaxNodes})

	next := nextInput(t, r.GetWorkflowError())
	assert.Len(t, next.Carried.Answers, MaxRemembered)
	assert.Equal(t, longest(2), next.Carried.Answers[0].UpdateID, "the oldest are forgotten")
	assert.Len(t, next.Carried.RepairIDs, MaxRemembered)
	assert.NotZero(t, next.Carried.Refused)
	data, err := json.Marshal(next)
	require.NoError(t, err)
	assert.Less(t, len(data), 1<<20)
}
