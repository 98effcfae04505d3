package messagepassing

import (
	"fmt"
	"strings"
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
	r.signalAt(time.Minute, ClosePrinterSignal, nil)
	r.ExecuteWorkflow(Printer)

	assert.Equal(t, []string{`PrintDocument "a"`, `PrintDocument "b"`, `PrintDocument "c"`, `PrintDocument "d"`}, r.started)
	assert.Equal(t, 1, r.mostAtOnce)
	assert.Equal(t, &reply{accepted: 1, completed: 1, result: 2}, b)
	assert.Equal(t, &reply{accepted: 1, completed: 1, result: 4}, d)
	assert.Equal(t, PrinterStatus{Printed: []string{"a", "b", "c", "d"}}, result[PrinterStatus](r))
}

// Work that waits for nothing else is done at once.
func TestEachMessageWakesThePrinter(t *testing.T) {
	r := newRun(t)
	var printed []string
	look := func() { printed = query[PrinterStatus](r, PrinterQuery).Printed }
	r.signalAt(time.Second, PrintSignal, "a")
	r.at(2*time.Second, look)
	r.signalAt(3*time.Second, ClosePrinterSignal, nil)
	begin := r.Now()
	r.ExecuteWorkflow(Printer)

	assert.Equal(t, []string{"a"}, printed)
	assert.Equal(t, 3*time.Second, r.Now().Sub(begin))
	assert.Equal(t, []string{"a"}, result[PrinterStatus](r).Printed)
}

func TestPrinterFinishesItsQueueBeforeItEnds(t *testing.T) {
	r := newRun(t)
	r.takeTime(PrintDocument)
	waiting := r.updateAt(time.Second, PrintAndWaitUpdate, "", "a")
	r.at(2*time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(ClosePrinterSignal, nil)
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
	r.signalAt(time.Minute, ClosePrinterSignal, nil)
	r.ExecuteWorkflow(Printer)

	assertFailure(t, a.failure, "PaperJam", "paper jam")
	assert.Equal(t, 1, b.result)
	assert.Equal(t, []string{"b"}, result[PrinterStatus](r).Printed)
}

func TestCanceledPrinterAnswersEveryCaller(t *testing.T) {
	r := newRun(t)
	r.takeTime(PrintDocument)
	a := r.updateAt(time.Second, PrintAndWaitUpdate, "", "a")
	b := r.updateAt(time.Second, PrintAndWaitUpdate, "", "b")
	r.cancelAt(2 * time.Second)
	r.ExecuteWorkflow(Printer)

	assertCanceled(t, r.GetWorkflowError())
	assertFailure(t, a.failure, PrinterStopped, `the printer stopped before "a" was printed`)
	assertFailure(t, b.failure, PrinterStopped, `the printer stopped before "b" was printed`)
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
	assert.Zero(t, r.canceledActivities)
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
	r.signalAt(time.Minute, ClosePrinterSignal, nil)
	r.ExecuteWorkflow(Printer)

	assertFailure(t, full.rejection, PrinterStopped, "the printer has accepted 200 documents, which is all it may")
	status := query[PrinterStatus](r, PrinterQuery)
	require.Len(t, status.Printed, MaxDocuments)
	assert.Equal(t, 3, status.Refused)
	assert.Len(t, r.started, MaxDocuments)
	assert.Len(t, r.warnings, 3, "who reads the log learns of the documents that were ignored")
}

// A validator runs before the main loop and its handler has read Signals, so the handler
// must decide again.
func TestPrinterValidatesAgainAfterItReadSignals(t *testing.T) {
	cases := map[string]struct {
		signals func(*run)
		message string
	}{
		"closed": {func(r *run) { r.SignalWorkflowSkippingWorkflowTask(ClosePrinterSignal, nil) }, "the printer is closed"},
		"full": {func(r *run) {
			for i := range MaxDocuments {
				r.SignalWorkflowSkippingWorkflowTask(PrintSignal, fmt.Sprint(i))
			}
		}, "the printer has accepted 200 documents, which is all it may"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			late := &reply{}
			r.at(time.Second, func() {
				c.signals(r)
				r.update(late, PrintAndWaitUpdate, "", "late")
			})
			r.signalAt(time.Minute, ClosePrinterSignal, nil)
			r.ExecuteWorkflow(Printer)

			assert.NotContains(t, result[PrinterStatus](r).Printed, "late")
			assert.Equal(t, 1, late.accepted, "the validator did not know")
			assertFailure(t, late.failure, PrinterStopped, c.message)
		})
	}
}

func TestLastDocumentOfAPrinter(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		for i := range MaxDocuments - 1 {
			r.SignalWorkflow(PrintSignal, fmt.Sprint(i))
		}
	})
	last := r.updateAt(2*time.Second, PrintAndWaitUpdate, "", strings.Repeat("x", MaxTextLength))
	tooLong := r.updateAt(time.Second, PrintAndWaitUpdate, "", strings.Repeat("x", MaxTextLength+1))
	r.signalAt(time.Minute, ClosePrinterSignal, nil)
	r.ExecuteWorkflow(Printer)

	assert.Equal(t, MaxDocuments, last.result)
	assertFailure(t, tooLong.rejection, InvalidMessage, "document must have at most 100 bytes, got 101")
	assert.Zero(t, result[PrinterStatus](r).Refused)
}

func TestIdlePrinterCanBeCanceled(t *testing.T) {
	r := newRun(t)
	r.cancelAt(time.Second)
	r.ExecuteWorkflow(Printer)

	assertCanceled(t, r.GetWorkflowError())
}

func TestPrinterTellsHowManyWait(t *testing.T) {
	r := newRun(t)
	r.takeTime(PrintDocument)
	r.signalAt(time.Second, PrintSignal, "a")
	r.updateAt(time.Second, PrintAndWaitUpdate, "", "b")
	var during PrinterStatus
	r.at(2*time.Second, func() { during = query[PrinterStatus](r, PrinterQuery) })
	r.signalAt(time.Minute, ClosePrinterSignal, nil)
	r.ExecuteWorkflow(Printer)

	assert.Equal(t, PrinterStatus{Printed: []string{}, Waiting: 2}, during)
}
