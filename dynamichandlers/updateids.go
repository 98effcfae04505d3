package dynamichandlers

import (
	"fmt"
	"slices"

	"go.temporal.io/sdk/workflow"
)

// Bounds of the IDs of handled Updates, which are carried over Continue-As-New.
const (
	// MaxUpdateIDs is how many are kept; of more, the last.
	MaxUpdateIDs = 100
	// MaxUpdateIDLength is in bytes.
	MaxUpdateIDLength = 100
)

// UpdateIDs are the IDs of the Updates that a chain of runs has handled. The server
// returns the first result to a caller that sends an Update again under its ID, but
// only within one run: an Update that is sent again after a failure whose outcome is
// unknown can reach the next run.
type UpdateIDs []string

// Repeated reports whether an earlier call had the ID of the current Update, and
// remembers the ID.
func (u *UpdateIDs) Repeated(ctx workflow.Context) bool {
	id := workflow.GetCurrentUpdateInfo(ctx).ID
	if slices.Contains(*u, id) {
		return true
	}
	*u = append(*u, id)
	*u = (*u)[max(0, len(*u)-MaxUpdateIDs):]
	return false
}

// checkUpdateID refuses an ID that is too long to be kept. It belongs in the validator:
// cut to the bound, two IDs could become one, and the second Update would be taken for
// a repetition of the first.
func checkUpdateID(ctx workflow.Context) error {
	if length := len(workflow.GetCurrentUpdateInfo(ctx).ID); length > MaxUpdateIDLength {
		return fmt.Errorf("the Update ID has %d bytes, at most %d are allowed", length, MaxUpdateIDLength)
	}
	return nil
}
