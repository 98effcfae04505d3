// Package optionstest lists the options of every Activity, Child Workflow and Timer that
// workflows schedule, so that a test can compare them with a list of its own. No other
// test notices that a timeout, a Retry Policy or WaitForCancellation is gone: some of it
// is in no Event, and none of it shows as long as nothing goes wrong.
package optionstest

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/replaytest"
)

// Histories replays the golden histories of the calling package, with the workflows
// that register registers and the interceptors of their Worker, and returns what
// Recorder.Lines lists for all of them.
func Histories(t *testing.T, register func(worker.Registry), interceptors ...interceptor.WorkerInterceptor) []string {
	recorder := &Recorder{}
	for _, file := range replaytest.Files(t, replaytest.Folder) {
		replaytest.Replay(t, replaytest.Load(t, file), register, append(slices.Clone(interceptors), recorder)...)
	}
	return recorder.Lines()
}

// Recorder is an interceptor that notes the options of what is scheduled. Put it among
// the Interceptors of the Worker options, also in a test environment.
type Recorder struct {
	interceptor.WorkerInterceptorBase
	lines []string
}

// Lines lists each kind of command once, in alphabetical order, such as
//
//	Activity charge {ScheduleToCloseTimeout: 1m0s, StartToCloseTimeout: 10s, Summary: "order #"}
//
// Only what is set is listed. The workflow's own Task Queue is taken for not set, IDs are
// left out, and the numbers in a summary are replaced by #.
func (r *Recorder) Lines() []string {
	lines := slices.Clone(r.lines)
	slices.Sort(lines)
	return slices.Compact(lines)
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (r *Recorder) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &inbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, r}
}

func (r *Recorder) note(ctx workflow.Context, kind, name string, options any) {
	what := strings.TrimSpace(kind + " " + name)
	r.lines = append(r.lines, fmt.Sprintf("%s {%s}", what, describe(options, workflow.GetInfo(ctx).TaskQueueName)))
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	recorder *Recorder
}

func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&outbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}, i.recorder})
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	recorder *Recorder
}

func (o *outbound) ExecuteActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	o.recorder.note(ctx, "Activity", name, workflow.GetActivityOptions(ctx))
	return o.Next.ExecuteActivity(ctx, name, args...)
}

func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	o.recorder.note(ctx, "Local Activity", name, workflow.GetLocalActivityOptions(ctx))
	return o.Next.ExecuteLocalActivity(ctx, name, args...)
}

func (o *outbound) ExecuteChildWorkflow(ctx workflow.Context, name string, args ...any) workflow.ChildWorkflowFuture {
	o.recorder.note(ctx, "Child Workflow", name, workflow.GetChildWorkflowOptions(ctx))
	return o.Next.ExecuteChildWorkflow(ctx, name, args...)
}

// A Timer without options is not listed, nor is that of a workflow.Sleep.
func (o *outbound) NewTimerWithOptions(ctx workflow.Context, length time.Duration, options workflow.TimerOptions) workflow.Future {
	if options.Summary != "" && options.Summary != "Sleep" {
		o.recorder.note(ctx, "Timer", "", options)
	}
	return o.Next.NewTimerWithOptions(ctx, length, options)
}

var number = regexp.MustCompile(`[0-9]+`)

// describe lists the exported fields of the options that are set. It goes over all
// fields, so that those of a later SDK are listed, too.
func describe(options any, ownTaskQueue string) string {
	var fields []string
	value := reflect.ValueOf(options)
	for i := range value.NumField() {
		name, field := value.Type().Field(i).Name, value.Field(i)
		switch {
		case !value.Type().Field(i).IsExported(), field.IsZero(), name == "ActivityID", name == "WorkflowID":
		case name == "TaskQueue" && field.String() == ownTaskQueue, name == "Namespace":
		case name == "Summary", name == "StaticSummary":
			fields = append(fields, fmt.Sprintf("%s: %q", name, number.ReplaceAllString(field.String(), "#")))
		case name == "RetryPolicy":
			fields = append(fields, fmt.Sprintf("%s: {%s}", name, describe(field.Elem().Interface(), "")))
		default:
			fields = append(fields, fmt.Sprintf("%s: %v", name, field.Interface()))
		}
	}
	return strings.Join(fields, ", ")
}
