package messagepassing

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/optionstest"
)

func TestOptionsOfEveryCommand(t *testing.T) {
	recorder := &optionstest.Recorder{}
	r := newRun(t) // no golden history frees nodes
	r.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{recorder}})
	r.signalAt(0, StartClusterSignal, nil)
	r.updateAt(time.Second, AssignNodesUpdate, "", Assignment{"red", 1})
	r.updateAt(2*time.Second, ReleaseNodesUpdate, "", "red")
	r.signalAt(time.Minute, ShutDownSignal, nil)
	r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 1})

	lines := append(optionstest.Histories(t, Register), recorder.Lines()...)
	slices.Sort(lines)
	assert.Equal(t, []string{
		`Activity FetchGreeting {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "language french"}`,
		`Activity FetchGreeting {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "language klingon"}`,
		`Activity MoveNodes {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "free nodes"}`,
		`Activity MoveNodes {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "nodes for blue"}`,
		`Activity MoveNodes {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "nodes for job-#"}`,
		`Activity MoveNodes {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "nodes for red"}`,
		`Activity PrintDocument {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "a"}`,
		`Activity PrintDocument {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "b"}`,
		`Activity PrintDocument {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "c"}`,
		`Activity PrintDocument {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "d"}`,
		`Activity ReleaseBooking {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "release hotel"}`,
		`Activity RepairNode {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "repair node-#"}`,
		`Activity ReserveBooking {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, WaitForCancellation: true, Summary: "reserve flight"}`,
		`Activity ReserveBooking {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, WaitForCancellation: true, Summary: "reserve hotel"}`,
		`Activity SendApprovalWithStart {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "send approve with start"}`,
		`Activity SendLearnLanguage {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "send learn-language"}`,
		`Activity SendNote {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "note"}`,
	}, slices.Compact(lines))
}
