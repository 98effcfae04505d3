package engine

import (
	"cmp"
	"errors"
	"time"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/storage"
)

// payloadBytes is what one payload may have; 0 is what the server takes.
type payloadBytes int

func (p payloadBytes) most() int { return int(cmp.Or(p, 2<<20)) }

// document is what a document or a plan may have.
func (p payloadBytes) document() int { return p.most() / 8 }

// record bounds the definitions that a run hands on with its state: both have to fit one
// payload.
func (p payloadBytes) record() int { return p.most() / 8 * 3 }

// carried is what the next run can be given.
func (p payloadBytes) carried() int { return p.most() - 100<<10 }

// promptBytes is how long a document may be to be read on the workflow's own thread.
const promptBytes = 256 << 10

// aside computes something that depends on nothing that could change meanwhile. What
// takes long is done beside the workflow's thread, which gives way again and again: a
// long document takes longer than a thread may go without being taken for a deadlock.
func aside(ctx workflow.Context, bytes int, compute func()) {
	if bytes <= promptBytes {
		compute()
		return
	}
	// Whatever else can go on does so now, and so in a replay, however long that takes.
	giveWay(ctx)
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
			giveWay(ctx)
		}
	}
}

// The versions of the marker of a loss.
const (
	lossOfMissing workflow.Version = 1
	lossOfDamaged workflow.Version = 2
)

// lossOf is the error where what came in is lost, or was when it came in: the run has gone
// on without it, and has to do so in a replay, too, when it has been found again. That is
// recorded as a version: a marker that only runs with a loss have. What is lost only now
// was used by the run; nobody can tell what came of it, and the run ends.
func (r *run) lossOf(ctx workflow.Context, what string, err error) error {
	var lost *storage.LostError
	isLost, replaying := errors.As(err, &lost), workflow.IsReplaying(ctx)
	if !isLost && !replaying {
		return nil
	}
	version := lossOfDamaged
	if isLost && !replaying {
		r.logger.Error("A stored value is lost.", "what", what, "object", lost.Object, "type", lost.Type)
		if lost.Type == storage.Missing {
			version = lossOfMissing
		}
	}
	switch workflow.GetVersion(ctx, what+" is lost", workflow.DefaultVersion, version) {
	case lossOfMissing:
		return &storage.LostError{Type: storage.Missing, Object: "for " + what}
	case lossOfDamaged:
		return &storage.LostError{Type: storage.Damaged, Object: "for " + what}
	}
	if !isLost {
		return nil
	}
	r.giveUpIfLost(err)
	return lost
}

func outputAt(path string) string { return "the output of " + path }

// giveUpIfLost ends the run, without undo or finally, where the error is a loss: what the
// run has done until now depends on a value that there is not any more.
func (r *run) giveUpIfLost(err error) {
	var lost *storage.LostError
	if errors.As(err, &lost) {
		r.lost = failureOf(lost)
	}
}
