package follow_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// What is paused is shown, with who did it and why, and when it is resumed.
func TestPausedIsShown(t *testing.T) {
	running := engine.StepStatus{ID: "a", Kind: "activity", State: engine.StateRunning, Attempts: 2, Started: at(0), Waiting: 2}
	whole := engine.Paused{Since: *at(1), By: "Mei", Note: "the bank\nis down"}
	seen := engine.Status{Steps: []engine.StepStatus{running}, Paused: []engine.Paused{whole, {Step: "b[0]/c", Since: *at(2)}}}
	assert.Equal(t, []string{
		"▶ a activity ×2, 2 at the gate 10s",
		"⏸ the run is paused since 2026-01-01T00:00:01Z by Mei: the bank is down",
		"⏸ b[0]/c is paused since 2026-01-01T00:00:02Z",
	}, follow.Tree(follow.View{Status: seen}, *at(10), 0, 0, false))
	assert.Equal(t, []string{
		"▶ a activity ×2, 2 at the gate 10s",
		"⏸ the run is paused since 2026-01-01T00:00:01Z by Mei: the bank is down",
	}, follow.Tree(follow.View{Status: seen}, *at(10), 0, 2, false))

	assert.Equal(t, []string{"paused    the run since 2026-01-01T00:00:01Z by Mei: the bank is down", "paused    b[0]/c since 2026-01-01T00:00:02Z"}, follow.Notes(engine.Status{}, seen))
	assert.Empty(t, follow.Notes(seen, seen))
	again := whole
	again.Since = *at(5)
	assert.Equal(t, []string{"paused    the run since 2026-01-01T00:00:05Z by Mei: the bank is down", "resumed   the run", "resumed   b[0]/c"},
		follow.Notes(seen, engine.Status{Paused: []engine.Paused{again}}))
}

// A run of which very much is paused stays readable.
func TestPausedIsBounded(t *testing.T) {
	for count, last := range map[int]string{20: "s19 is paused", 21: "… 1 more"} {
		var seen engine.Status
		for i := range count {
			seen.Paused = append(seen.Paused, engine.Paused{Step: fmt.Sprint("s", i), Since: *at(0)})
		}
		lines := follow.Tree(follow.View{Status: seen}, *at(1), 0, 0, false)
		assert.Len(t, lines, min(count, 20)+count/21)
		assert.Contains(t, strings.Join(lines[len(lines)-1:], ""), last)
	}
}
