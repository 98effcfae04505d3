package messagepassing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
)

// activityTime is how long each activity takes where a test wants messages to come
// while one is under way.
const activityTime = 10 * time.Second

// run is one workflow run in a test environment, and what is seen of it.
type run struct {
	*testsuite.TestWorkflowEnvironment
	t *testing.T
	// started and ended list activities as type and input, in order.
	started, ended       []string
	underWay, mostAtOnce int
	canceledActivities   int
	warnings             []string
}

func newRun(t *testing.T) *run {
	seen := &run{t: t}
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	suite.SetLogger(seen)
	seen.TestWorkflowEnvironment = suite.NewTestWorkflowEnvironment()
	Register(seen)
	seen.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		seen.started = append(seen.started, describe(info, args))
		seen.underWay++
		seen.mostAtOnce = max(seen.mostAtOnce, seen.underWay)
	})
	seen.SetOnActivityCompletedListener(func(info *activity.Info, _ converter.EncodedValue, err error) {
		seen.underWay--
		if err == nil {
			seen.ended = append(seen.ended, info.ActivityType.Name)
		}
	})
	seen.SetOnActivityCanceledListener(func(*activity.Info) { seen.underWay--; seen.canceledActivities++ })
	return seen
}

func describe(info *activity.Info, args converter.EncodedValues) string {
	data := string(converter.GetPayloads(args).GetPayloads()[0].GetData())
	return info.ActivityType.Name + " " + data
}

// takeTime makes an activity take activityTime and succeed.
func (r *run) takeTime(activityFunction any, result ...any) {
	r.take(activityTime, activityFunction, result...)
}

// take makes an activity take some time and succeed.
func (r *run) take(time time.Duration, activityFunction any, result ...any) {
	call := r.OnActivity(activityFunction, anyArgument, anyArgument)
	call.Return(append(result, nil)...).After(time)
}

const anyArgument = "mock.Anything"

// reply is what the caller of one update got.
type reply struct {
	accepted, completed int
	rejection           error
	result              any
	failure             error
}

// over tells whether the update was rejected or completed.
func (r *reply) over() bool { return r.rejection != nil || r.completed > 0 }

// err is the rejection or failure, if any.
func (r *reply) err() error { return errors.Join(r.rejection, r.failure) }

// at calls do at a time after the start.
func (r *run) at(when time.Duration, do func()) { r.RegisterDelayedCallback(do, when) }

// signalAt sends a signal at a time after the start.
func (r *run) signalAt(when time.Duration, name string, argument any) {
	r.at(when, func() { r.SignalWorkflow(name, argument) })
}

// updateAt sends an update at a time after the start, under an id of its own if id is
// "".
func (r *run) updateAt(when time.Duration, name, id string, argument any) *reply {
	got := &reply{}
	r.at(when, func() { r.update(got, name, id, argument) })
	return got
}

func (r *run) update(got *reply, name, id string, argument any) {
	r.UpdateWorkflow(name, id, &testsuite.TestUpdateCallback{
		OnAccept: func() { got.accepted++ },
		OnReject: func(err error) { got.rejection = err },
		OnComplete: func(result any, err error) {
			got.completed++
			got.result, got.failure = result, err
		},
	}, argument)
}

// cancelAt cancels the workflow at a time after the start.
func (r *run) cancelAt(when time.Duration) { r.at(when, r.CancelWorkflow) }

func result[T any](r *run) T {
	r.t.Helper()
	var value T
	require.True(r.t, r.IsWorkflowCompleted())
	require.NoError(r.t, r.GetWorkflowError())
	require.NoError(r.t, r.GetWorkflowResult(&value))
	return value
}

func query[T any](r *run, name string, arguments ...any) T {
	r.t.Helper()
	encoded, err := r.QueryWorkflow(name, arguments...)
	require.NoError(r.t, err)
	var value T
	require.NoError(r.t, encoded.Get(&value))
	return value
}

func assertFailure(t *testing.T, err error, errorType, message string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, errorType, failure.Type())
	assert.Equal(t, message, failure.Message())
	assert.True(t, failure.NonRetryable())
}

func assertCanceled(t *testing.T, err error) {
	t.Helper()
	var canceled *temporal.CanceledError
	assert.ErrorAs(t, err, &canceled)
}

// The run is a logger too: it keeps the warnings.

var _ log.Logger = (*run)(nil)

func (r *run) Debug(string, ...any) {}
func (r *run) Info(string, ...any)  {}
func (r *run) Warn(message string, details ...any) {
	r.warnings = append(r.warnings, strings.TrimSpace(fmt.Sprintln(append([]any{message}, details...)...)))
}
func (r *run) Error(string, ...any) {}
