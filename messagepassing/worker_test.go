package messagepassing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
	"dynamicsamples/internal/replaytest"
)

func TestGoldenHistories(t *testing.T) { replaytest.Histories(t, Register) }

// Callers in other languages start these by name, and open runs schedule these Activities.
func TestWhatTheWorkerServes(t *testing.T) {
	assert.True(t, Options().DisableRegistrationAliasing, "what is registered under another name does not answer to its function's")
	assert.Equal(t, []string{
		"Activity FetchGreeting", "Activity MoveNodes", "Activity PrintDocument", "Activity ReleaseBooking", "Activity RepairNode",
		"Activity ReserveBooking", "Activity SendApprovalWithStart", "Activity SendLearnLanguage", "Activity SendNote", "Workflow ApproveAnother",
		"Workflow ApproveOrStart", "Workflow Bulletin", "Workflow ClusterManager", "Workflow Greeting", "Workflow LearnForAnother",
		"Workflow Printer", "Workflow Trip",
	}, optionstest.Registered(Register))
}
