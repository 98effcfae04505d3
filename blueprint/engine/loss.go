package engine

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/storage"
)

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
// run has done until now depends on a value that there is not anymore.
func (r *run) giveUpIfLost(err error) {
	var lost *storage.LostError
	if errors.As(err, &lost) {
		r.lost = failureOf(lost)
	}
}
