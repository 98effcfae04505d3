//go:build e2e

package engine_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint"
	"dynamicsamples/internal/connect"
)

// workerVariable makes the test program a worker of the examples. While there is a file of the path in
// holdVariable, it does not end reading the origin of a fork.
const (
	workerVariable = "BLUEPRINT_TEST_WORKER"
	holdVariable   = "BLUEPRINT_TEST_HOLD"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerVariable) != "" {
		os.Exit(connect.Main(insistOnWorking))
	}
	os.Exit(m.Run())
}

// insistOnWorking starts the worker again where the server is away just when it begins, as
// what looks after a program would. Later on a worker waits for its server by itself.
func insistOnWorking(ctx context.Context) error {
	for {
		err := connect.Run(ctx, slog.LevelError+1, func(ctx context.Context, connection client.Client, _ client.Options) error {
			return runSlowWorker(ctx, connection)
		})
		var away *connect.ServerError
		if ctx.Err() != nil || !errors.As(err, &away) {
			return err
		}
		wait(ctx, 100*time.Millisecond)
	}
}

// runSlowWorker runs the sample's worker, with activities that take long enough to be hit.
func runSlowWorker(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, blueprint.TaskQueue, worker.Options{
		Interceptors:                 []interceptor.WorkerInterceptor{&slowness{}},
		DisableRegistrationAliasing:  true,
		WorkflowTaskPollerBehavior:   worker.NewPollerBehaviorAutoscaling(worker.PollerBehaviorAutoscalingOptions{}),
		StickyScheduleToStartTimeout: time.Second,
		MaxHeartbeatThrottleInterval: time.Second,
	})
	if err := blueprint.Register(w); err != nil {
		return err
	}
	return connect.RunUntilDone(ctx, w)
}

// slowness lets each activity take some time before and after what it does.
type slowness struct {
	interceptor.WorkerInterceptorBase
}

func (slowness) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &slowActivity{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

func (slowness) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &hastyWorkflow{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

type hastyWorkflow struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (w *hastyWorkflow) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return w.Next.Init(&hasty{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}})
}

type slowActivity struct {
	interceptor.ActivityInboundInterceptorBase
}

func (a *slowActivity) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	wait(ctx, 20*time.Millisecond)
	defer wait(ctx, 20*time.Millisecond)
	if activity.GetInfo(ctx).ActivityType.Name == readsOrigin {
		holdReading(ctx)
	}
	return a.Next.ExecuteActivity(ctx, in)
}

// readsOrigin is the Activity that reads the origin of a fork.
const readsOrigin = "blueprint.read_origin"

// holdReading waits, alive, while there is the file.
func holdReading(ctx context.Context) {
	for ctx.Err() == nil {
		if _, err := os.Stat(os.Getenv(holdVariable)); err != nil {
			return
		}
		activity.RecordHeartbeat(ctx)
		wait(ctx, 20*time.Millisecond)
	}
}

// hasty is the worker's call of that Activity: that it is lost is noted sooner.
type hasty struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (h *hasty) ExecuteActivity(ctx workflow.Context, activityType string, arguments ...any) workflow.Future {
	if activityType == readsOrigin {
		ctx = workflow.WithHeartbeatTimeout(ctx, 10*time.Second)
	}
	return h.Next.ExecuteActivity(ctx, activityType, arguments...)
}
