package childdispatch

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/replaytest"
)

// parentID is the workflow id of the parent in every test.
const parentID = "parent"

// environment is a test environment that notes what the parent does with its children.
type environment struct {
	*testsuite.TestWorkflowEnvironment
	recorder replaytest.Recorder
	children []startedChild
	// activityOptions are those of the last Activity of each type.
	activityOptions map[string]workflow.ActivityOptions
	// contexts are those with which the children were started.
	contexts []workflow.Context
	// confirmed counts the children of which the parent was told that they run.
	confirmed          int
	underWay, mostEver int
	canceled           int
	// reports are what the children have sent, by the id and the run of the receiver.
	reports  map[string][]Report
	warnings *warnings
	// startErrors are, by their IDs, what children cannot start with.
	startErrors map[string]error
	// onChild is called when the parent asks for a child.
	onChild func()
	// onEnd is called when the parent returns.
	onEnd func()
}

// warnings is a logger that keeps the messages of warnings.
type warnings struct{ messages []string }

func (w *warnings) Debug(string, ...any)          {}
func (w *warnings) Info(string, ...any)           {}
func (w *warnings) Warn(message string, _ ...any) { w.messages = append(w.messages, message) }
func (w *warnings) Error(string, ...any)          {}

// startedChild is one child that a workflow asked for.
type startedChild struct {
	Type    string
	ID      string
	Reuse   enumspb.WorkflowIdReusePolicy
	Policy  enumspb.ParentClosePolicy
	Waits   bool
	Timeout time.Duration
}

func newEnvironment(t *testing.T) *environment {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	logged := &warnings{}
	suite.SetLogger(logged)
	e := &environment{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), warnings: logged, reports: map[string][]Report{}, activityOptions: map[string]workflow.ActivityOptions{}, onChild: func() {}, onEnd: func() {}}
	Register(e)
	e.SetStartWorkflowOptions(startOptions())
	e.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&e.recorder, &optionsRecorder{environment: e}}})
	e.SetOnChildWorkflowStartedListener(func(*workflow.Info, workflow.Context, converter.EncodedValues) {
		e.confirmed++
		e.underWay++
		e.mostEver = max(e.mostEver, e.underWay)
	})
	e.SetOnChildWorkflowCompletedListener(func(_ *workflow.Info, _ converter.EncodedValue, err error) {
		e.underWay--
		if temporal.IsCanceledError(err) {
			e.canceled++
		}
	})
	t.Cleanup(func() { e.AssertExpectations(t) })
	return e
}

func startOptions() client.StartWorkflowOptions {
	return client.StartWorkflowOptions{ID: parentID, TaskQueue: TaskQueue}
}

// tasks are the inputs of the children that process items, in the order of their start.
func (e *environment) tasks(t *testing.T) []Task {
	var tasks []Task
	for _, scheduled := range e.recorder.Scheduled {
		if !strings.HasPrefix(scheduled.Name, "Process") {
			continue
		}
		var task Task
		require.NoError(t, json.Unmarshal([]byte(scheduled.Input[0]), &task))
		tasks = append(tasks, task)
	}
	return tasks
}

// count counts the activities and children of that type that were asked for.
func (e *environment) count(name string) int {
	count := 0
	for _, scheduled := range e.recorder.Scheduled {
		if scheduled.Name == name {
			count++
		}
	}
	return count
}

func (e *environment) childIDs() []string {
	var ids []string
	for _, child := range e.children {
		ids = append(ids, child.ID)
	}
	return ids
}

func assertRefused(t *testing.T, err error, errorType, message string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, errorType, failure.Type())
	assert.Equal(t, message, failure.Message())
	assert.True(t, failure.NonRetryable())
}

// optionsRecorder notes the options of each child, which no listener shows.
type optionsRecorder struct {
	interceptor.WorkerInterceptorBase
	environment *environment
}

func (r *optionsRecorder) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &optionsInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, r.environment}
}

type optionsInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	environment *environment
}

func (i *optionsInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&optionsOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, i.environment})
}

func (i *optionsInbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := i.Next.ExecuteWorkflow(ctx, in)
	if workflow.GetInfo(ctx).WorkflowExecution.ID == parentID {
		i.environment.onEnd()
	}
	return result, err
}

type optionsOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	environment *environment
}

func (o *optionsOutbound) ExecuteChildWorkflow(ctx workflow.Context, childType string, args ...any) workflow.ChildWorkflowFuture {
	options := workflow.GetChildWorkflowOptions(ctx)
	o.environment.children = append(o.environment.children, startedChild{
		Type: childType, ID: options.WorkflowID, Reuse: options.WorkflowIDReusePolicy, Policy: options.ParentClosePolicy,
		Waits: options.WaitForCancellation, Timeout: options.WorkflowExecutionTimeout,
	})
	o.environment.contexts = append(o.environment.contexts, ctx)
	o.environment.onChild()
	if err := o.environment.startErrors[options.WorkflowID]; err != nil {
		return cannotStart(ctx, err)
	}
	return o.Next.ExecuteChildWorkflow(ctx, childType, args...)
}

// notStarted is a child that cannot start, as a server tells it. The test environment has
// another error for an ID that is in use.
type notStarted struct {
	workflow.ChildWorkflowFuture
	ended workflow.Future
}

func cannotStart(ctx workflow.Context, err error) workflow.ChildWorkflowFuture {
	future, settable := workflow.NewFuture(ctx)
	settable.SetError(err)
	return notStarted{ended: future}
}

func (n notStarted) Get(ctx workflow.Context, value any) error { return n.ended.Get(ctx, value) }

func (n notStarted) IsReady() bool { return n.ended.IsReady() }

func (n notStarted) GetChildWorkflowExecution() workflow.Future { return n.ended }

func (o *optionsOutbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.environment.activityOptions[activityType] = workflow.GetActivityOptions(ctx)
	return o.Next.ExecuteActivity(ctx, activityType, args...)
}

func (o *optionsOutbound) SignalExternalWorkflow(ctx workflow.Context, workflowID, runID, name string, arg any) workflow.Future {
	if name == ReportSignal {
		receiver := workflowID + runID
		o.environment.reports[receiver] = append(o.environment.reports[receiver], arg.(Report))
	}
	return o.Next.SignalExternalWorkflow(ctx, workflowID, runID, name, arg)
}
