package messagepassing

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestHeadlinesAreWaitedFor(t *testing.T) {
	r := newRun(t)
	first := r.updateAt(time.Second, NextHeadlineUpdate, "", 0)
	r.signalAt(2*time.Second, PublishSignal, "rain")
	again := r.updateAt(3*time.Second, NextHeadlineUpdate, "", 0)
	next := r.updateAt(3*time.Second, NextHeadlineUpdate, "", 1)
	r.signalAt(4*time.Second, PublishSignal, "sun")
	impossible := r.updateAt(5*time.Second, NextHeadlineUpdate, "", 3)
	r.signalAt(time.Minute, CloseSignal, nil)
	r.ExecuteWorkflow(Bulletin)

	assert.Equal(t, 2, result[int](r))
	assert.Equal(t, &reply{accepted: 1, completed: 1, result: "rain"}, first)
	assert.Equal(t, "rain", again.result)
	assert.Equal(t, "sun", next.result)
	assertFailure(t, impossible.rejection, InvalidMessage, "there are 2 headlines, 3 cannot have been seen")
}

func TestBulletinAbandonsItsHandlersWithoutAWarning(t *testing.T) {
	r := newRun(t)
	poll := r.updateAt(time.Second, NextHeadlineUpdate, "", 0)
	r.signalAt(2*time.Second, CloseSignal, nil)
	r.ExecuteWorkflow(Bulletin)

	assert.Equal(t, 0, result[int](r))
	assert.Equal(t, &reply{accepted: 1}, poll, "the workflow has not waited")
	assert.Empty(t, r.warnings)
}

func TestBulletinPublishesWhatCameWithTheClosing(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(CloseSignal, nil)
		r.SignalWorkflowSkippingWorkflowTask(PublishSignal, "")
		r.SignalWorkflow(PublishSignal, "rain")
	})
	r.ExecuteWorkflow(Bulletin)

	assert.Equal(t, 1, result[int](r))
}

func TestCancelledBulletin(t *testing.T) {
	r := newRun(t)
	poll := r.updateAt(time.Second, NextHeadlineUpdate, "", 0)
	r.cancelAt(2 * time.Second)
	r.ExecuteWorkflow(Bulletin)

	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, 1, poll.accepted)
}
