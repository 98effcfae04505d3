package updatewithstart

import (
	"context"
	"hash/maphash"

	"golang.org/x/sync/semaphore"
)

// MaxConcurrentRequests bounds the Updates that one Shop has in flight at one Workflow
// Execution. The server takes 10 from all clients together, and refusing the eleventh
// has a price: the server then drops the others that are in flight, too, and all callers
// try again. A crowd that is not held back brings its Workflow Execution to a halt.
const MaxConcurrentRequests = 2

// queues lets a few callers at a time through to each Workflow Execution; the others
// wait for their turn on this side of the network.
type queues struct {
	seed maphash.Seed
	// turns has a fixed length, so that it does not grow with the Workflow IDs that have
	// ever been called. Two Workflow IDs may share a queue.
	turns [64]*semaphore.Weighted
}

func newQueues() *queues {
	q := &queues{seed: maphash.MakeSeed()}
	for i := range q.turns {
		q.turns[i] = semaphore.NewWeighted(MaxConcurrentRequests)
	}
	return q
}

// wait returns when it is the caller's turn, or with an error when ctx ends before.
// The caller says when its turn is over.
func (q *queues) wait(ctx context.Context, workflowID string) (over func(), err error) {
	turn := q.turns[maphash.String(q.seed, workflowID)%uint64(len(q.turns))]
	if err := turn.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	return func() { turn.Release(1) }, nil
}
