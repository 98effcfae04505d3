package follow_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// tree is a status with steps in steps.
func tree() engine.Status {
	leaf := func(block, id string, state engine.State) engine.StepStatus {
		return engine.StepStatus{Block: block, ID: id, Kind: "wait", State: state}
	}
	return engine.Status{Steps: []engine.StepStatus{
		{ID: "both", Kind: "parallel", State: engine.StateRunning, Steps: []engine.StepStatus{leaf("left", "ship", engine.StateRunning), leaf("right", "ship", engine.StateSucceeded)}},
		{ID: "which", Kind: "switch", State: engine.StatePending, Steps: []engine.StepStatus{leaf("case 1", "a", engine.StatePending), leaf("on_timeout", "b", engine.StatePending)}},
		{ID: "each", Kind: "map", State: engine.StateRunning, Steps: []engine.StepStatus{leaf("", "read", engine.StateRunning)}},
		{ID: "work", Kind: "plan", State: engine.StateSucceeded, Steps: []engine.StepStatus{leaf("", "errand", engine.StateSucceeded)}},
	}}
}

// A step is found by its path as the other commands take it, and by its ID.
func TestStepsAreFound(t *testing.T) {
	t.Parallel()
	for path, count := range map[string]int{
		"both/left/ship": 1, "ship": 2, "which/a": 1, "which/case 1/a": 0, "which/on_timeout/b": 1, "which/b": 0, "each[3]/read": 1, "each/read#2": 1,
		"work/plan:6d534c2d/errand": 1, "both/right/ship/undo": 1, "left/ship": 0, "shp": 0,
	} {
		assert.Len(t, follow.Found(tree(), path), count, path)
	}
	assert.Equal(t, []string{"both", "both/left/ship", "both/right/ship", "which", "which/a", "which/on_timeout/b", "each", "each/read", "work", "work/errand"}, follow.Paths(tree()))
	assert.False(t, follow.MayComeYet(tree().Steps))
	open := tree().Steps[3]
	open.State = engine.StatePending
	assert.True(t, follow.MayComeYet([]engine.StepStatus{{Kind: "steps", State: engine.StateRunning, Steps: []engine.StepStatus{open}}}))
}

// How a step stands is said with what is held there, or waits at a gate; else by its state.
func TestHowAStepStands(t *testing.T) {
	t.Parallel()
	seen := tree()
	assert.Equal(t, []string{"ship is running", "ship is succeeded"}, follow.Standing(seen, "ship"))
	seen.Held = []engine.HeldStep{{Step: "each[1]/read", Since: *at(1), Error: "Bad: no"}, {Step: "each[2]/read", Since: *at(2), Error: "Bad: no"}}
	seen.AtGates = []engine.AtGate{{Step: "both/left/ship", Waits: "begin"}}
	assert.Equal(t, []string{"✋ each[1]/read is held since 2026-01-01T00:00:01Z — Bad: no"}, follow.Standing(seen, "each[1]/read"))
	assert.Len(t, follow.Standing(seen, "each/read"), 2)
	assert.Equal(t, []string{"  ⏸ both/left/ship waits to begin"}, follow.Standing(seen, "both/left/ship"))
}
