package messagepassing

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrinterPrintsOneAtATimeInOrderOfArrival(t *testing.T) {
	r := newRun(t)
	r.takeTime(PrintDocument)
	r.signalAt(0, PrintSignal, "a")
	b := r.updateAt(time.Second, PrintAndWaitUpdate, "", "b")
	r.signalAt(2*time.Second, PrintSignal, "c")
	d := r.updateAt(3*time.Second, PrintAndWaitUpdate, "", "d")
	r.signalAt(time.Minute, CloseSignal, nil)
	r.ExecuteWorkflow(Printer)

	assert.Equal(t, []string{`PrintDocument "a"`, `PrintDocument "b"`, `PrintDocument "c"`, `PrintDocument "d"`}, r.started)
	assert.Equal(t, 1, r.mostAtOnce)
	assert.Equal(t, &reply{accepted: 1, completed: 1, result: 2}, b)
	assert.Equal(t, &reply{accepted: 1, completed: 1, result: 4}, d)
	assert.Equal(t, PrinterStatus{Printed: []string{"a", "b", "c", "d"}}, result[PrinterStatus](r))
}

func TestPrinterFinishesItsQueueBeforeItEnds(t *testing.T) {
	r := newRun(t)
	r.takeTime(PrintDocument)
	waiting := r.updateAt(time.Second, PrintAndWaitUpdate, "", "a")
	r.at(2*time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(CloseSignal, nil)
		r.SignalWorkflow(PrintSignal, "b")
	})
	late := r.updateAt(time.Second+activityTime+time.Second, PrintAndWaitUpdate, "", "late")
	r.ExecuteWorkflow(Printer)

	assert.Equal(t, []string{"a", "b"}, result[PrinterStatus](r).Printed, "what came with the closing is printed")
	assert.Equal(t, 1, waiting.result)
	assertFailure(t, late.rejection, PrinterStopped, "the printer is closed")
}

func TestPrinterGoesOnAfterAFailure(t *testing.T) {
	r := newRun(t)
	r.OnActivity(PrintDocument, anyArgument, "a").Return(failure("PaperJam", "paper jam"))
	r.OnActivity(PrintDocument, anyArgument, "b").Return(nil)
	a := r.updateAt(time.Second, PrintAndWaitUpdate, "", "a")
	b := r.updateAt(time.Second, PrintAndWaitUpdate, "", "b")
	r.signalAt(time.Minute, CloseSignal, nil)
	r.ExecuteWorkflow(Printer)

	assertFailure(t, a.failure, "PaperJam", "paper jam")
	assert.Equal(t, 1, b.result)
	assert.Equal(t, []string{"b"}, result[PrinterStatus](r).Printed)
}

func TestCancelledPrinterAnswersEveryCaller(t *testing.T) {
	r := newRun(t)
	r.takeTime(PrintDocument)
	a := r.updateAt(time.Second, PrintAndWaitUpdate, "", "a")
	b := r.updateAt(time.Second, PrintAndWaitUpdate, "", "b")
	r.cancelAt(2 * time.Second)
	r.ExecuteWorkflow(Printer)

	assertCanceled(t, r.GetWorkflowError())
	assertFailure(t, a.failure, PrinterStopped, `the printer stopped before it came to "a"`)
	assertFailure(t, b.failure, PrinterStopped, `the printer stopped before it came to "b"`)
	assert.Len(t, r.started, 1)
}

func TestPrinterStartsNothingAfterItsCancellation(t *testing.T) {
	r := newRun(t)
	r.takeTime(PrintDocument)
	r.at(time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(PrintSignal, "a")
		r.CancelWorkflow()
	})
	r.ExecuteWorkflow(Printer)

	assertCanceled(t, r.GetWorkflowError())
	assert.Empty(t, r.started)
	assert.Zero(t, r.cancelledActivities)
}

func TestPrinterIsBounded(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		for i := range MaxDocuments + 2 {
			r.SignalWorkflow(PrintSignal, fmt.Sprint(i))
		}
		r.SignalWorkflow(PrintSignal, "")
	})
	full := r.updateAt(2*time.Second, PrintAndWaitUpdate, "", "one more")
	r.signalAt(time.Minute, CloseSignal, nil)
	r.ExecuteWorkflow(Printer)

	assertFailure(t, full.rejection, PrinterStopped, "the printer has taken on 200 documents and takes no more")
	status := query[PrinterStatus](r, PrinterQuery)
	require.Len(t, status.Printed, MaxDocuments)
	assert.Equal(t, 3, status.Refused)
	assert.Len(t, r.started, MaxDocuments)
}
