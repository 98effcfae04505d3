package engine

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// promptBytes is how long a document or value may be to be read on the workflow's own
// thread, and formerPromptBytes how long a plan may be in a run of version 1.
const (
	promptBytes       = 8 << 10
	formerPromptBytes = 256 << 10
)

// offThread computes something of so many bytes, beside the workflow's thread where that may
// take long.
func offThread(ctx workflow.Context, bytes int, compute func()) {
	if bytes > promptBytes {
		beside(ctx, compute)
		return
	}
	compute()
}

// offThread does the same once messages may come, by the rules of the run's version: what
// else goes on meanwhile must be the same in a replay.
func (r *run) offThread(ctx workflow.Context, bytes int, compute func()) {
	if !r.since(2) && bytes <= formerPromptBytes {
		compute()
		return
	}
	offThread(ctx, bytes, compute)
}

// beside computes something that depends on nothing that could change meanwhile, beside the
// workflow's thread, which yields again and again: a long document takes longer than a thread
// may go without being taken for a deadlock.
func beside(ctx workflow.Context, compute func()) {
	// Whatever else can go on does so now, and so in a replay, however long that takes.
	yieldAs(ctx, "beside")
	done := make(chan any, 1)
	go func() {
		defer func() { done <- recover() }()
		compute()
	}()
	const patience = 20 * time.Millisecond
	for {
		select {
		case panicked := <-done:
			if panicked != nil {
				panic(panicked)
			}
			return
		case <-time.After(patience):
			yieldAs(ctx, "beside")
		}
	}
}
