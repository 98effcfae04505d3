package updatewithstart

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/optionstest"
)

// lookupTime is how long a price lookup takes, so that requests come while one is
// under way.
const lookupTime = 10 * time.Second

// testRun is one workflow run in a test environment, and what is seen of it.
type testRun struct {
	*testsuite.TestWorkflowEnvironment
	t *testing.T
	// events are the activities that began, and the answers, in order.
	events               []string
	enquiries            []Enquiry
	underWay, mostAtOnce int
	// answerTime is how long an update handler goes on after it has decided its answer.
	answerTime time.Duration
	began      time.Time
	// options are those of what the workflow schedules.
	options optionstest.Recorder
}

func newTestRun(t *testing.T) *testRun {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	r := &testRun{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment(), t: t}
	r.began = r.Now()
	// The detector goes by the clock on the wall, and a busy machine may stand still.
	r.SetWorkerOptions(worker.Options{
		DeadlockDetectionTimeout: time.Minute,
		Interceptors:             []interceptor.WorkerInterceptor{&serverLike{run: r}, &r.options},
	})
	Register(r)
	r.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		r.events = append(r.events, info.ActivityType.Name)
		if info.ActivityType.Name == "LookUpPrice" {
			var enquiry Enquiry
			assert.NoError(t, args.Get(&enquiry))
			r.enquiries = append(r.enquiries, enquiry)
		}
		r.underWay++
		r.mostAtOnce = max(r.mostAtOnce, r.underWay)
	})
	r.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { r.underWay-- })
	return r
}

// elapsed is how long the workflow has run, to the second.
func (r *testRun) elapsed() time.Duration { return r.Now().Sub(r.began).Truncate(time.Second) }

// newSlowRun has lookups that take lookupTime.
func newSlowRun(t *testing.T) *testRun {
	r := newTestRun(t)
	r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).Return(DefaultCatalog().LookUpPrice).After(lookupTime)
	return r
}

// answer is what the caller of one update got.
type answer struct {
	accepted, completed int
	rejection, failure  error
	value               any
}

func (a *answer) err() error { return errors.Join(a.rejection, a.failure) }

// updateAt sends an update at a time after the start.
func (r *testRun) updateAt(when time.Duration, name, updateID string, args ...any) *answer {
	got := &answer{}
	r.RegisterDelayedCallback(func() {
		r.UpdateWorkflow(name, updateID, &testsuite.TestUpdateCallback{
			OnAccept: func() { got.accepted++ },
			OnReject: func(err error) { got.rejection = err },
			OnComplete: func(value any, err error) {
				r.events = append(r.events, name)
				got.completed++
				got.value, got.failure = value, err
			},
		}, args...)
	}, when)
	return got
}

func (r *testRun) addAt(when time.Duration, updateID string, quantity int, item string) *answer {
	return r.updateAt(when, AddItemUpdate, updateID, AddItem{item, quantity})
}

func (r *testRun) checkOutAt(when time.Duration) *answer {
	return r.updateAt(when, CheckOutUpdate, "check-out")
}

func (r *testRun) content() Cart {
	r.t.Helper()
	encoded, err := r.QueryWorkflow(ContentQuery)
	require.NoError(r.t, err)
	var content Cart
	require.NoError(r.t, encoded.Get(&content))
	return content
}

func (r *testRun) receipt() Receipt {
	r.t.Helper()
	require.NoError(r.t, r.GetWorkflowError())
	var receipt Receipt
	require.NoError(r.t, r.GetWorkflowResult(&receipt))
	return receipt
}

// handedOver is the input of the run in which the cart goes on.
func (r *testRun) handedOver() Cart {
	r.t.Helper()
	var continued *workflow.ContinueAsNewError
	require.ErrorAs(r.t, r.GetWorkflowError(), &continued)
	require.Equal(r.t, "ShoppingCart", continued.WorkflowType.Name)
	var next Cart
	require.NoError(r.t, json.Unmarshal(continued.Input.GetPayloads()[0].GetData(), &next))
	return next
}

// assertPrice asserts that the update was accepted once and answered once.
func assertPrice(t *testing.T, want Price, got *answer) {
	t.Helper()
	require.NoError(t, got.err())
	assert.Equal(t, 1, got.accepted)
	assert.Equal(t, 1, got.completed)
	assert.Equal(t, want, got.value)
}

// assertFailed asserts that the update was accepted and then failed.
func assertFailed(t *testing.T, failureType, message string, got *answer) {
	t.Helper()
	assert.Equal(t, 1, got.accepted)
	assert.Equal(t, 1, got.completed)
	assertRefusal(t, failureType, message, got.failure)
}

// assertRejected asserts that the validator turned the update away.
func assertRejected(t *testing.T, failureType, message string, got *answer) {
	t.Helper()
	assert.Zero(t, got.accepted)
	assert.Zero(t, got.completed)
	assertRefusal(t, failureType, message, got.rejection)
}

func assertRefusal(t *testing.T, failureType, message string, err error) {
	t.Helper()
	var refused *temporal.ApplicationError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, failureType, refused.Type())
	assert.Equal(t, message, refused.Message())
	assert.Equal(t, failureType != PriceUnavailable && failureType != CartBusy, refused.NonRetryable())
}

func assertCanceled(t *testing.T, err error) {
	t.Helper()
	var canceled *temporal.CanceledError
	assert.ErrorAs(t, err, &canceled)
}

// serverLike makes the test environment wait for a canceled activity where it is asked
// to, as the server does; by itself it reports the cancellation at once.
type serverLike struct {
	interceptor.WorkerInterceptorBase
	run *testRun
}

func (s *serverLike) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &serverLikeInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, s}
}

type serverLikeInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	*serverLike
}

func (i *serverLikeInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&serverLikeOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: next}})
}

func (i *serverLikeInbound) ExecuteUpdate(ctx workflow.Context, in *interceptor.UpdateInput) (any, error) {
	value, err := i.Next.ExecuteUpdate(ctx, in)
	if i.run.answerTime > 0 {
		_ = workflow.Sleep(ctx, i.run.answerTime)
	}
	return value, err
}

type serverLikeOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (o *serverLikeOutbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	if workflow.GetActivityOptions(ctx).WaitForCancellation {
		ctx, _ = workflow.NewDisconnectedContext(ctx)
	}
	return o.Next.ExecuteActivity(ctx, activityType, args...)
}
