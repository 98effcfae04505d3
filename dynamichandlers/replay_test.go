package dynamichandlers

import (
	"errors"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/replaytest"
)

// The replayer compares commands, not results, and none of these workflows has a
// command before its end. So the end is compared here: it shows everything that the
// run has kept, in its order.
func TestGoldenHistories(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(replaytest.Folder, "*.json"))
	require.NoError(t, err)
	require.Len(t, files, len(scenarios()), "record them with go run ./cmd/samples record dynamichandlers")
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			history := replaytest.Load(t, file)
			assert.Equal(t, recordedEnd(t, history), replay(t, history))
		})
	}
}

func TestAHundredReplaysHaveOneOrder(t *testing.T) {
	for _, name := range []string{"by-name", "in-order", "signal-with-start"} {
		history := replaytest.Load(t, filepath.Join(replaytest.Folder, name+".json"))
		recorded := recordedEnd(t, history)
		for range 100 {
			require.Equal(t, recorded, replay(t, history), name)
		}
	}
}

// end is how a run ended: its result, the input of the next run, or its failure.
type end struct {
	payloads []string
	failure  string
}

func recordedEnd(t *testing.T, history *historypb.History) end {
	t.Helper()
	events := history.GetEvents()
	last := events[len(events)-1]
	if failed := last.GetWorkflowExecutionFailedEventAttributes(); failed != nil {
		return end{failure: failed.GetFailure().GetApplicationFailureInfo().GetType() + ": " + failed.GetFailure().GetMessage()}
	}
	if continued := last.GetWorkflowExecutionContinuedAsNewEventAttributes(); continued != nil {
		return end{payloads: texts(continued.GetInput())}
	}
	require.NotNil(t, last.GetWorkflowExecutionCompletedEventAttributes(), "the history ends before its run")
	return end{payloads: texts(last.GetWorkflowExecutionCompletedEventAttributes().GetResult())}
}

func texts(payloads *commonpb.Payloads) []string {
	var texts []string
	for _, payload := range payloads.GetPayloads() {
		texts = append(texts, string(payload.GetData()))
	}
	return texts
}

// replay replays the history with the worker's own interceptor, without which there
// would be no order of arrival.
func replay(t *testing.T, history *historypb.History) end {
	t.Helper()
	watch := &endWatch{}
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors:                append(Options().Interceptors, watch),
		DisableRegistrationAliasing: true,
	})
	require.NoError(t, err)
	Register(replayer)
	require.NoError(t, replayer.ReplayWorkflowHistory(log.NewStructuredLogger(slog.New(slog.DiscardHandler)), history))
	return watch.end
}

// endWatch is an interceptor that notes how the replayed run ends.
type endWatch struct {
	interceptor.WorkerInterceptorBase
	end end
}

func (w *endWatch) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &watched{interceptor.WorkflowInboundInterceptorBase{Next: next}, w}
}

type watched struct {
	interceptor.WorkflowInboundInterceptorBase
	watch *endWatch
}

func (w *watched) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := w.Next.ExecuteWorkflow(ctx, in)
	var failure *temporal.ApplicationError
	var continued *workflow.ContinueAsNewError
	switch {
	case errors.As(err, &failure):
		w.watch.end = end{failure: failure.Type() + ": " + failure.Message()}
	case errors.As(err, &continued):
		w.watch.end = end{payloads: texts(continued.Input)}
	case err == nil:
		payloads, err := converter.GetDefaultDataConverter().ToPayloads(result)
		if err != nil {
			return nil, err
		}
		w.watch.end = end{payloads: texts(payloads)}
	}
	return result, err
}
