package command

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// A step is waited for by its path or its ID; what a status does not tell of one item is not waited for.
func TestWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	status := engine.Status{
		Steps: []engine.StepStatus{
			{ID: "each", Kind: "map", State: engine.StateRunning, Steps: []engine.StepStatus{{ID: "ship", Kind: "activity", State: engine.StateRunning, Held: 1, Waiting: 1}}},
			{ID: "a", Kind: "activity", State: engine.StateSucceeded},
		},
		Held: []engine.HeldStep{{Step: "each[1]/ship"}, {Step: "a/undo"}}, AtGates: []engine.AtGate{{Step: "each[2]/ship"}},
	}
	for text, want := range map[string]bool{
		"ship=held": true, "each/ship=held": true, "each[1]/ship=held": true, "each[2]/ship=held": false, "a/undo=held": true, "a=held": false,
		"each/ship=waiting": true, "each[2]/ship=waiting": true, "each[1]/ship=waiting": false,
		"each/ship=running": true, "each/ship=succeeded": false, "a=succeeded": true, "a/undo=succeeded": false,
	} {
		wanted, err := parseUntil(text)
		assert.NoError(t, err)
		assert.Equal(t, want, wanted.met(status), text)
		assert.True(t, wanted.exists(status), text)
	}
	_, err := parseUntil("each[1]/ship=succeeded")
	assert.EqualError(t, err, `status: whether one round or item is succeeded is not known: leave the numbers out of "each[1]/ship", for all of them together`)
	assert.False(t, wantedStep{"shp", isHeld}.exists(status))
	status.Steps = append(status.Steps, engine.StepStatus{ID: "work", Kind: "plan", State: engine.StatePending})
	assert.True(t, wantedStep{"shp", isHeld}.exists(status), "a plan may bring it")
}

// Who waits for a run learns what holds it up, once, and not of what passes at once.
func TestWhatHoldsARunUpIsTold(t *testing.T) {
	t.Parallel()
	var told strings.Builder
	waits := newHolds(&told)
	held := engine.Status{Held: []engine.HeldStep{{Step: "ship", Error: "Bad: no"}}}
	waits.tell(held)
	assert.Empty(t, told.String())
	waits.from = time.Time{}
	waits.tell(held)
	waits.tell(held)
	waits.tell(engine.Status{})
	assert.Equal(t, "held      ship — Bad: no\nreleased  ship\n", told.String())
}
