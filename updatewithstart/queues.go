package updatewithstart

import (
	"context"
	"hash/maphash"

	"golang.org/x/sync/semaphore"
)

// MaxConcurrentRequests bounds the updates that one Shop has under way at one workflow.
// The server takes 10 from all clients together, and what goes beyond costs more than
// its refusal: the server then drops the others that are under way, too, and everybody
// tries again. A crowd that is not held back brings its workflow to a halt.
const MaxConcurrentRequests = 2

// queues lets a few callers at a time through to each workflow, and the others wait
// for their turn on this side of the network.
type queues struct {
	seed maphash.Seed
	// turns has a fixed length, so that it does not grow with the workflows that have
	// ever been called. Two workflows may share a queue.
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
