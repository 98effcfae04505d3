package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

// How long things may take.
const (
	patience     = 10 * time.Second // of a caller who expects an answer
	noPatience   = 2 * time.Second  // of one who is not going to get any
	effectsTake  = 30 * time.Second // for an effect to show at last
	pollInterval = 200 * time.Millisecond
	lifeTime     = 2 * time.Minute // of a workflow, which ends it if nothing else does
)

// bench is where rows are provoked. Its rows can run at the same time: each has a
// workflow of its own, and those that need to stop a Worker a Task Queue of their
// own.
type bench struct {
	connection client.Client
	namespace  string
	unique     string
	workflows  atomic.Int64
	workers    sync.WaitGroup // those that stop with the row that they belong to
}

// healthyQueue is where a Worker listens all the time.
func (b *bench) healthyQueue() string { return "troubleshoot-" + b.unique }

func newBench(connection client.Client, namespace string) *bench {
	return &bench{connection: connection, namespace: namespace, unique: fmt.Sprintf("%08x", rand.Uint32())}
}

// work starts a Worker, and returns what stops it.
func (b *bench) work(queue string, on patient) (stop func(), err error) {
	w := worker.New(b.connection, queue, worker.Options{
		DisableRegistrationAliasing: true,
		// A busy machine may need more than the usual second to decode what is too large.
		DeadlockDetectionTimeout: patience,
	})
	on.register(w)
	if err := w.Start(); err != nil {
		return nil, fmt.Errorf("start a worker on %s: %w", queue, err)
	}
	return w.Stop, nil
}

func (b *bench) start(ctx context.Context, queue string) (client.WorkflowRun, error) {
	return b.startWith(ctx, client.StartWorkflowOptions{TaskQueue: queue})
}

func (b *bench) startWith(ctx context.Context, options client.StartWorkflowOptions) (client.WorkflowRun, error) {
	options.ID = fmt.Sprintf("troubleshoot-%d-%s", b.workflows.Add(1), b.unique)
	options.WorkflowExecutionTimeout = lifeTime
	run, err := b.connection.ExecuteWorkflow(ctx, options, "Patient")
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", options.ID, err)
	}
	return run, nil
}

// situation is what a message is sent to: it calls try with a workflow's id, and
// makes it possible at last for what was sent to take effect.
type situation func(ctx context.Context, b *bench, try func(workflowID string)) (workflowID string, err error)

// missing is a workflow that never was.
func missing(_ context.Context, _ *bench, try func(string)) (string, error) {
	try("troubleshoot-missing")
	return "", nil
}

// running is a healthy workflow.
func running(ctx context.Context, b *bench, try func(string)) (string, error) {
	run, err := b.start(ctx, b.healthyQueue())
	if err != nil {
		return "", err
	}
	// A run that is closed before its first Workflow Task has completed answers no Query anymore.
	if _, err := b.noted(ctx, run.GetID(), "", false); err != nil {
		return "", fmt.Errorf("waiting for its first Workflow Task: %w", err)
	}
	try(run.GetID())
	return run.GetID(), nil
}

// delayed is a Workflow whose first Workflow Task is not scheduled before the delay is
// over.
func delayed(delay time.Duration) situation {
	return startedWith(client.StartWorkflowOptions{StartDelay: delay})
}

// shortLived is a Workflow that times out soon.
func shortLived(timeout time.Duration) situation {
	return startedWith(client.StartWorkflowOptions{WorkflowRunTimeout: timeout})
}

func startedWith(options client.StartWorkflowOptions) situation {
	return func(ctx context.Context, b *bench, try func(string)) (string, error) {
		options := options
		options.TaskQueue = b.healthyQueue()
		run, err := b.startWith(ctx, options)
		if err != nil {
			return "", err
		}
		try(run.GetID())
		return run.GetID(), nil
	}
}

// closed is a workflow that has completed.
func closed(ctx context.Context, b *bench, try func(string)) (string, error) {
	run, err := b.start(ctx, b.healthyQueue())
	if err != nil {
		return "", err
	}
	err = errors.Join(b.end(ctx, run.GetID(), "complete"), run.Get(ctx, nil))
	try(run.GetID())
	return run.GetID(), err
}

// crowded is a workflow with ten updates in flight, which is the server's limit.
func crowded(ctx context.Context, b *bench, try func(string)) (string, error) {
	run, err := b.start(ctx, b.healthyQueue())
	if err != nil {
		return "", err
	}
	for range 10 {
		_, problem := b.startUpdate(ctx, run.GetID(), "", noteUpdate, takeTooLong)
		err = errors.Join(err, problem)
	}
	try(run.GetID())
	return run.GetID(), err
}

// workerless is a workflow without a Worker, which comes later.
func workerless(ctx context.Context, b *bench, try func(string)) (string, error) {
	queue := b.healthyQueue() + fmt.Sprintf("-own-%d", b.workflows.Add(1))
	run, err := b.start(ctx, queue)
	if err != nil {
		return "", err
	}
	try(run.GetID())
	return run.GetID(), b.workUntilDone(ctx, queue, patient{cured: true})
}

// sick is a workflow whose worker panics in the handler, until a new one is deployed.
func sick(ctx context.Context, b *bench, try func(string)) (string, error) {
	queue := b.healthyQueue() + fmt.Sprintf("-own-%d", b.workflows.Add(1))
	stop, err := b.work(queue, patient{})
	if err != nil {
		return "", err
	}
	run, err := b.start(ctx, queue)
	if err != nil {
		stop()
		return "", err
	}
	try(run.GetID())
	stop()
	return run.GetID(), b.workUntilDone(ctx, queue, patient{cured: true})
}

// terminatedAfterSignal is a Workflow that is terminated before its Worker, which comes
// back, has taken the Signal.
func terminatedAfterSignal(text string) situation {
	return func(ctx context.Context, b *bench, try func(string)) (string, error) {
		queue := b.healthyQueue() + fmt.Sprintf("-own-%d", b.workflows.Add(1))
		stop, err := b.work(queue, patient{})
		if err != nil {
			return "", err
		}
		run, err := b.start(ctx, queue)
		if err != nil {
			stop()
			return "", err
		}
		_, err = b.noted(ctx, run.GetID(), text, false) // The first Workflow Task is done.
		stop()
		err = errors.Join(err,
			b.connection.SignalWorkflow(ctx, run.GetID(), "", noteSignal, text),
			terminateIt(ctx, b, run.GetID()),
			b.workUntilDone(ctx, queue, patient{}))
		try(run.GetID())
		return run.GetID(), err
	}
}

// tellsLimits reports whether the server tells Workers how large a payload can be.
func (b *bench) tellsLimits(ctx context.Context) (bool, error) {
	request := &workflowservice.DescribeNamespaceRequest{Namespace: b.namespace}
	described, err := b.connection.WorkflowService().DescribeNamespace(ctx, request)
	if err != nil {
		return false, fmt.Errorf("describe the namespace: %w", err)
	}
	return described.GetNamespaceInfo().GetLimits().GetBlobSizeLimitError() > 0, nil
}

// workUntilDone runs a Worker until ctx ends.
func (b *bench) workUntilDone(ctx context.Context, queue string, on patient) error {
	stop, err := b.work(queue, on)
	if err != nil {
		return err
	}
	b.workers.Add(1)
	context.AfterFunc(ctx, func() {
		defer b.workers.Done()
		stop()
	})
	return nil
}

func (b *bench) end(ctx context.Context, workflowID, how string) error {
	return b.connection.SignalWorkflow(ctx, workflowID, "", endSignal, how)
}

func (b *bench) startUpdate(ctx context.Context, workflowID, updateID, name string, argument any) (client.WorkflowUpdateHandle, error) {
	return b.connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   workflowID,
		UpdateID:     updateID,
		UpdateName:   name,
		Args:         []any{argument},
		WaitForStage: client.WorkflowUpdateStageAccepted,
	})
}

// noted tells whether the workflow has taken the text in, at last where it is
// expected to and now where it is not.
func (b *bench) noted(ctx context.Context, workflowID, text string, expected bool) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, effectsTake)
	defer cancel()
	for {
		encoded, err := b.connection.QueryWorkflow(ctx, workflowID, "", notesQuery)
		var notes []string
		if err == nil {
			err = encoded.Get(&notes)
		}
		if err == nil && (!expected || slices.Contains(notes, text)) {
			return slices.Contains(notes, text), nil
		}
		select {
		case <-ctx.Done():
			return false, err
		case <-time.After(pollInterval):
		}
	}
}

func tooLarge() string { return strings.Repeat("x", 3<<20) }
