package messagepassing

import (
	"fmt"
	"strings"
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
	r.signalAt(time.Minute, CloseBulletinSignal, nil)
	r.ExecuteWorkflow(Bulletin)

	assert.Equal(t, 2, result[int](r))
	assert.Equal(t, &reply{accepted: 1, completed: 1, result: "rain"}, first)
	assert.Equal(t, "rain", again.result)
	assert.Equal(t, "sun", next.result)
	assertFailure(t, impossible.rejection, InvalidMessage, "the number of headlines seen must be 0 to 2, got 3")
}

func TestBulletinAbandonsItsHandlersWithoutAWarning(t *testing.T) {
	r := newRun(t)
	poll := r.updateAt(time.Second, NextHeadlineUpdate, "", 0)
	r.signalAt(2*time.Second, CloseBulletinSignal, nil)
	r.ExecuteWorkflow(Bulletin)

	assert.Equal(t, 0, result[int](r))
	assert.Equal(t, &reply{accepted: 1}, poll, "the workflow has not waited")
	assert.Empty(t, r.warnings)
}

func TestBulletinPublishesWhatCameWithTheClosing(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(CloseBulletinSignal, nil)
		r.SignalWorkflowSkippingWorkflowTask(PublishSignal, "")
		r.SignalWorkflow(PublishSignal, "rain")
	})
	r.ExecuteWorkflow(Bulletin)

	assert.Equal(t, 1, result[int](r))
}

func TestCanceledBulletin(t *testing.T) {
	r := newRun(t)
	poll := r.updateAt(time.Second, NextHeadlineUpdate, "", 0)
	r.cancelAt(2 * time.Second)
	r.ExecuteWorkflow(Bulletin)

	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, 1, poll.accepted)
	assertCanceled(t, poll.failure)
}

func TestBulletinIsBounded(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		for i := range MaxHeadlines - 1 {
			r.SignalWorkflow(PublishSignal, fmt.Sprint(i))
		}
		r.SignalWorkflow(PublishSignal, strings.Repeat("x", MaxTextLength+1))
	})
	open := false
	r.at(time.Minute, func() {
		open = !r.IsWorkflowCompleted()
		r.SignalWorkflowSkippingWorkflowTask(PublishSignal, strings.Repeat("x", MaxTextLength))
		r.SignalWorkflow(PublishSignal, "one more")
	})
	last := r.updateAt(time.Minute-time.Second, NextHeadlineUpdate, "", MaxHeadlines-1)
	impossible := r.updateAt(time.Minute-time.Second, NextHeadlineUpdate, "", MaxHeadlines)
	negative := r.updateAt(time.Second, NextHeadlineUpdate, "", -1)
	r.ExecuteWorkflow(Bulletin)

	assert.True(t, open, "one less than all")
	assert.Equal(t, MaxHeadlines, result[int](r), "it ends with the last, and one more is ignored")
	assert.Equal(t, 1, last.accepted)
	assertFailure(t, impossible.rejection, InvalidMessage, "the number of headlines seen must be 0 to 99, got 100")
	assertFailure(t, negative.rejection, InvalidMessage, "the number of headlines seen must be 0 to 99, got -1")
	assert.Equal(t, []string{
		"Signal ignored Signal publish Reason headline must have at most 100 bytes, got 101 (type: InvalidMessage, retryable: false)",
		"Signal ignored Signal publish Reason the bulletin has 100 headlines, which is all it may (type: InvalidMessage, retryable: false)",
	}, r.warnings)
}
