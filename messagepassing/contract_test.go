package messagepassing

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// Callers in other languages have these names in their code, and open runs in their
// Event History. The other tests use the constants, and would not notice a change.
func TestNamesOnTheWireStay(t *testing.T) {
	assert.Equal(t, []string{
		"languages", "language", "approve", "set-language", "learn-language",
		"print", "print-and-wait", "status", "close",
		"book", "note", "confirm", "abandon", "trip",
		"publish", "next-headline", "close",
		"start", "repair", "shut-down", "assign-nodes", "release-nodes", "continue-as-new", "cluster",
	}, []string{
		LanguagesQuery, LanguageQuery, ApproveSignal, SetLanguageUpdate, LearnLanguageUpdate,
		PrintSignal, PrintAndWaitUpdate, PrinterQuery, ClosePrinterSignal,
		BookUpdate, NoteSignal, ConfirmSignal, AbandonSignal, TripQuery,
		PublishSignal, NextHeadlineUpdate, CloseBulletinSignal,
		StartClusterSignal, RepairSignal, ShutDownSignal, AssignNodesUpdate, ReleaseNodesUpdate, ContinueUpdate, ClusterQuery,
	})
	assert.Equal(t, []string{
		"InvalidMessage", "UnsupportedLanguage", "RecipientNotRunning", "PrinterStopped",
		"NoVacancy", "TripAbandoned", "TripEnded", "BookingNotUndone",
		"NotEnoughNodes", "UnknownJob", "JobExists", "MoveFailed", "ClusterShutDown", "ClusterContinuing",
	}, []string{
		InvalidMessage, UnsupportedLanguage, RecipientNotRunning, PrinterStopped,
		NoVacancy, TripAbandoned, TripEnded, BookingNotUndone,
		NotEnoughNodes, UnknownJob, JobExists, MoveFailed, ClusterShutDown, ClusterContinuing,
	})
	assert.Equal(t, []int{100, 200, 20, 100, 100, 50, 250, 250},
		[]int{MaxTextLength, MaxDocuments, MaxBookings, MaxNotes, MaxHeadlines, MaxNodes, MaxWaitingRepairs, MaxRemembered})
}
