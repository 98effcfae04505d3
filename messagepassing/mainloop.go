package messagepassing

import (
	"cmp"
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Messages of Printer.
const (
	// PrintSignal takes a document's name and prints it some time.
	PrintSignal = "print"
	// PrintAndWaitUpdate takes a document's name and returns its place in the order of
	// printing, counted from one, when it has been printed. It fails with
	// PrinterStopped, or as the printing did.
	PrintAndWaitUpdate = "print-and-wait"
	// PrinterQuery returns a PrinterStatus.
	PrinterQuery = "status"
	// ClosePrinterSignal lets the workflow end when everything is printed.
	ClosePrinterSignal = "close"
)

// PrinterStopped is the type of the ApplicationError for a document that was not
// printed. Send it to another printer.
const PrinterStopped = "PrinterStopped"

// MaxDocuments bounds what one printer accepts in its life, and with it the run's Event
// History. Updates beyond it are rejected, Signals are counted and ignored.
const MaxDocuments = 200

// PrinterStatus is what PrinterQuery returns, and at the end the Workflow.
type PrinterStatus struct {
	Printed []string `json:"printed"`
	Waiting int      `json:"waiting"`
	// Refused counts Signals that were ignored.
	Refused int `json:"refused"`
}

type printer struct {
	signals  workflow.ReceiveChannel
	closings workflow.ReceiveChannel
	closed   bool
	accepted int
	waiting  []*printJob
	printed  []string
	refused  int
}

type printJob struct {
	document string
	place    int
	over     bool
	err      error
}

// Printer prints documents one at a time. Its handlers do no work of their own: they
// queue a job for the main loop, and those that owe an answer wait until the loop has
// done it. One coroutine does all the work, so nothing has to be locked.
func Printer(ctx workflow.Context) (PrinterStatus, error) {
	state := &printer{
		signals:  workflow.GetSignalChannelWithOptions(ctx, PrintSignal, workflow.SignalChannelOptions{Description: "Print a document"}),
		closings: workflow.GetSignalChannelWithOptions(ctx, ClosePrinterSignal, workflow.SignalChannelOptions{Description: "Print what waits, and end"}),
		printed:  []string{},
	}
	err := cmp.Or(
		workflow.SetQueryHandlerWithOptions(ctx, PrinterQuery, func() (PrinterStatus, error) { return state.status(), nil }, workflow.QueryHandlerOptions{
			Description: "What is printed, how much waits, and how much was refused",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, PrintAndWaitUpdate, state.printAndWait, workflow.UpdateHandlerOptions{
			Validator:   state.validate,
			Description: "Print a document and return its place in the order of printing",
		}),
	)
	if err != nil {
		return PrinterStatus{}, err
	}
	err = state.run(ctx)
	waitForHandlers(ctx)
	return state.status(), err
}

// run prints until the printer is closed and nothing waits, or it is canceled.
func (p *printer) run(ctx workflow.Context) error {
	for {
		p.receiveSignals(ctx)
		if p.closed && len(p.waiting) == 0 {
			return nil
		}
		if err := workflow.Await(ctx, p.hasWork); err != nil {
			return err
		}
		if len(p.waiting) > 0 {
			if err := p.printNext(ctx); err != nil {
				return err
			}
		}
	}
}

func (p *printer) hasWork() bool {
	return len(p.waiting) > 0 || p.signals.Len() > 0 || p.closings.Len() > 0
}

func (p *printer) receiveSignals(ctx workflow.Context) {
	receiveAll(p.signals, func(document string) {
		if err := p.validate(document); err != nil {
			p.refused++
			ignoreSignal(ctx, PrintSignal, err)
			return
		}
		p.add(document)
	})
	receiveAll(p.closings, func(any) { p.closed = true })
}

func (p *printer) validate(document string) error {
	switch {
	case p.closed:
		return failure(PrinterStopped, "the printer is closed")
	case p.accepted >= MaxDocuments:
		return failure(PrinterStopped, "the printer has accepted %d documents, which is all it may", MaxDocuments)
	default:
		return checkText("document", document)
	}
}

func (p *printer) add(document string) *printJob {
	job := &printJob{document: document}
	p.accepted++
	p.waiting = append(p.waiting, job)
	return job
}

// printAndWait queues a job for the main loop and waits for it. Update handlers run
// before the main loop does, so it first receives the Signals that came before. They may
// have closed or filled the printer, so it validates again.
func (p *printer) printAndWait(ctx workflow.Context, document string) (int, error) {
	p.receiveSignals(ctx)
	if err := p.validate(document); err != nil {
		return 0, err
	}
	job := p.add(document)
	if err := workflow.Await(ctx, func() bool { return job.over }); err != nil {
		return 0, failure(PrinterStopped, "the printer stopped before %q was printed", document)
	}
	return job.place, job.err
}

// printNext prints the first document. A document that cannot be printed does not stop
// the others; the error is a CanceledError.
func (p *printer) printNext(ctx workflow.Context) error {
	// Await returns no error when there is work, even on a canceled context.
	if ctx.Err() != nil {
		return ctx.Err()
	}
	job := p.waiting[0]
	ctx = workflow.WithActivityOptions(ctx, activityOptions(job.document))
	job.err = workflow.ExecuteActivity(ctx, PrintDocument, job.document).Get(ctx, nil)
	if temporal.IsCanceledError(job.err) {
		return job.err
	}
	p.waiting = p.waiting[1:]
	if job.err == nil {
		p.printed = append(p.printed, job.document)
		job.place = len(p.printed)
	}
	job.over = true
	return nil
}

func (p *printer) status() PrinterStatus {
	return PrinterStatus{Printed: p.printed, Waiting: len(p.waiting), Refused: p.refused}
}

// PrintDocument stands for a printer.
func PrintDocument(ctx context.Context, document string) error {
	activity.GetLogger(ctx).Info("printing", "document", document)
	return nil
}
