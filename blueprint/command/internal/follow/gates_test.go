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

// What waits at gates is shown, and the last operations, with who asked for them. What they have
// written cannot drive the terminal.
func TestWhatWaitsAtGatesIsShown(t *testing.T) {
	seen := engine.Status{AtGates: []engine.AtGate{{Step: "m[0]/a", Waits: "begin"}, {Step: "b", Waits: "fail", Error: "Bad: no\nluck"}}}
	assert.Equal(t, []string{"  ⏸ m[0]/a waits to begin", "  ⏸ b waits to fail — Bad: no luck"}, follow.Tree(follow.View{Status: seen}, *at(10), 0, 0, false))

	for i := range 12 {
		seen.Operations = append(seen.Operations, engine.Operated{Operation: engine.Operation{Op: "pause", Step: fmt.Sprint("s", i)}, Time: *at(i)})
	}
	seen.Operations[10].By, seen.Operations[10].Note = "Mei", "the bank\nis \x1b[2Jdown"
	seen.Operations[11].Step, seen.Operations[11].Refused = "", "it is paused"
	lines := follow.Operations(seen)
	assert.Len(t, lines, 10)
	assert.Equal(t, []string{
		"2026-01-01T00:00:09Z pause of s9",
		"2026-01-01T00:00:10Z pause of s10 by Mei: the bank is \ufffd[2Jdown",
		"2026-01-01T00:00:11Z pause of the run — refused: it is paused",
	}, lines[7:])
}

// What is held is shown before everything else, with what can be done about it.
func TestHeldIsShown(t *testing.T) {
	step := engine.StepStatus{ID: "a", Kind: "activity", State: engine.StateRunning, Attempts: 1, Started: at(0), Held: 1}
	first := engine.HeldStep{Step: "a", Error: "Down: the\ncarrier is down\x1b[2J", Since: *at(1), Until: *at(61), Admits: []string{"retry", "fail"}}
	seen := engine.Status{Steps: []engine.StepStatus{step}, Held: []engine.HeldStep{first, {Step: "b[0]/c", Error: "Bad: luck", Since: *at(2)}}, HeldCount: 2, Paused: []engine.Paused{{Since: *at(3)}}}
	const a = "a is held since 2026-01-01T00:00:01Z until 2026-01-01T00:01:01Z — Down: the carrier is down\ufffd[2J; it admits retry, fail"
	assert.Equal(t, []string{
		"▶ a activity, 1 held 10s", "✋ " + a, "✋ b[0]/c is held since 2026-01-01T00:00:02Z — Bad: luck", "⏸ the run is paused since 2026-01-01T00:00:03Z",
	}, follow.Tree(follow.View{Status: seen}, *at(10), 0, 0, false))
	assert.Equal(t, []string{"held      " + a, "held      b[0]/c is held since 2026-01-01T00:00:02Z — Bad: luck", "paused    the run since 2026-01-01T00:00:03Z"}, follow.Notes(engine.Status{}, seen))
	assert.Empty(t, follow.Notes(seen, seen))
	again := seen
	again.Held = []engine.HeldStep{{Step: "a", Error: "Down", Since: *at(9)}}
	assert.Equal(t, []string{"held      a is held since 2026-01-01T00:00:09Z — Down"}, follow.Notes(seen, again))
}

// A run of which very much is held stays readable.
func TestHeldIsBounded(t *testing.T) {
	for count, more := range map[int]string{10: "", 11: "✋ and 1 more", 500: "✋ and 490 more"} {
		seen := engine.Status{HeldCount: count}
		for i := range min(count, 100) {
			seen.Held = append(seen.Held, engine.HeldStep{Step: fmt.Sprint("s", i)})
		}
		lines := follow.Tree(follow.View{Status: seen}, *at(1), 0, 0, false)
		if more != "" {
			assert.Equal(t, more, lines[len(lines)-1])
			lines = lines[:len(lines)-1]
		}
		assert.Len(t, lines, 10)
	}
}
