//go:build e2e

package messagepassing

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// losingAnswers lets the first attempt of each Activity that sends something fail after
// it has done its work, as a Worker does that dies then.
type losingAnswers struct {
	interceptor.WorkerInterceptorBase
	meanwhile func() // called before the second attempt
}

func (l *losingAnswers) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &losingInbound{interceptor.ActivityInboundInterceptorBase{Next: next}, l}
}

type losingInbound struct {
	interceptor.ActivityInboundInterceptorBase
	losing *losingAnswers
}

func (i *losingInbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	answer, err := i.Next.ExecuteActivity(ctx, in)
	info := activity.GetInfo(ctx)
	if err != nil || info.Attempt > 1 || info.ActivityType.Name == "FetchGreeting" {
		return answer, err
	}
	i.losing.meanwhile()
	return nil, errors.New("the Worker died before it could say so")
}

func connectLosingAnswers(t *testing.T, losing *losingAnswers) client.Client {
	connection := e2etest.Connect(t)
	e2etest.RunWorker(t, connection, func(ctx context.Context, connection client.Client) error {
		options := Options()
		options.Interceptors = append(options.Interceptors, losing)
		w := worker.New(connection, TaskQueue, options)
		Register(w)
		return connect.RunUntilDone(ctx, w)
	})
	return connection
}

// Also when the other Workflow has closed since, the server repeats the answer to an
// Update that it knows.
func TestUpdateFromAWorkflowCountsOnceThoughItsAnswerWasLost(t *testing.T) {
	losing := &losingAnswers{}
	connection := connectLosingAnswers(t, losing)
	greeting, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "greeting", TaskQueue: TaskQueue}, Greeting, GreetingInput{})
	require.NoError(t, err)
	losing.meanwhile = func() {
		assert.NoError(t, connection.SignalWorkflow(t.Context(), "greeting", "", ApproveSignal, Approval{Name: "Ana"}))
		assert.NoError(t, greeting.Get(t.Context(), nil))
	}
	sender, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "sender", TaskQueue: TaskQueue}, LearnForAnother, "greeting", "french")
	require.NoError(t, err)

	var previous string
	require.NoError(t, sender.Get(t.Context(), &previous))
	assert.Equal(t, "english", previous)
	accepted := 0
	events := connection.GetWorkflowHistory(t.Context(), "greeting", "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		require.NoError(t, err)
		if event.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED {
			accepted++
		}
	}
	assert.Equal(t, 1, accepted)
}

func TestApproveOrStartStartsOneGreetingThoughItsAnswerWasLost(t *testing.T) {
	losing := &losingAnswers{}
	connection := connectLosingAnswers(t, losing)
	var first string
	losing.meanwhile = func() {
		greeting := connection.GetWorkflow(t.Context(), "greeting", "")
		assert.NoError(t, greeting.Get(t.Context(), nil))
		first = greeting.GetRunID()
	}
	sender, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "sender", TaskQueue: TaskQueue}, ApproveOrStart, "greeting", Approval{Name: "Ana"})
	require.NoError(t, err)
	require.NoError(t, sender.Get(t.Context(), nil))

	greeting := connection.GetWorkflow(t.Context(), "greeting", "")
	var text string
	require.NoError(t, greeting.Get(t.Context(), &text))
	assert.Equal(t, "Hello, world (approved by Ana)", text)
	assert.Equal(t, first, greeting.GetRunID(), "no second run")
}
