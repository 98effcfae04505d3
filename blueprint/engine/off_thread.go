package engine

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// promptBytes is how long a document may be to be read on the workflow's own thread.
const promptBytes = 256 << 10

// aside computes something that depends on nothing that could change meanwhile. What
// takes long is done beside the workflow's thread, which gives way again and again: a
// long document takes longer than a thread may go without being taken for a deadlock.
func offThread(ctx workflow.Context, bytes int, compute func()) {
	if bytes <= promptBytes {
		compute()
		return
	}
	// Whatever else can go on does so now, and so in a replay, however long that takes.
	yield(ctx)
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
			yield(ctx)
		}
	}
}
