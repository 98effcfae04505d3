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
	assert.Len(t, follow.Operations(engine.Status{Operations: seen.Operations[:10]}), 10)
	lines := follow.Operations(seen)
	assert.Len(t, lines, 11)
	assert.Equal(t, "operations before those that follow: 2; explain tells more", lines[0])
	assert.Equal(t, []string{
		"2026-01-01T00:00:09Z pause of s9",
		"2026-01-01T00:00:10Z pause of s10 by Mei: the bank is \ufffd[2Jdown",
		"2026-01-01T00:00:11Z pause of the run — refused: it is paused",
	}, lines[8:])
}

// What is held is shown, until when, and what can be done about it; and when that changes.
func TestHeldIsShown(t *testing.T) {
	ship := engine.StepStatus{ID: "ship", Kind: "activity", State: engine.StateRunning, Attempts: 1, Started: at(0), Held: 1}
	one := engine.HeldStep{Step: "m[0]/ship", Error: "CarrierDown: no\nluck", Since: *at(1), Until: *at(60), Admits: []string{"retry", "fail"}}
	two := engine.HeldStep{Step: "pay/undo", Error: "Refused: no", Since: *at(2)}
	seen := engine.Status{Steps: []engine.StepStatus{ship}, Held: []engine.HeldStep{one, two}, HeldCount: 5, NotHeld: 2}
	assert.Equal(t, []string{
		"▶ ship activity, 1 held 10s",
		"✋ m[0]/ship is held since 2026-01-01T00:00:01Z — CarrierDown: no luck, until 2026-01-01T00:01:00Z; it admits retry, fail",
		"✋ pay/undo is held since 2026-01-01T00:00:02Z — Refused: no",
		"✋ 3 more are held",
		"✋ 2 failures could not be held: there was no room",
	}, follow.Tree(follow.View{Status: seen}, *at(10), 0, 0, false))
	assert.Equal(t, []string{"held      m[0]/ship — CarrierDown: no luck; it admits retry, fail", "held      pay/undo — Refused: no"}, follow.Notes(engine.Status{}, seen))
	again := two
	again.Since = *at(5)
	assert.Equal(t, []string{"held      pay/undo — Refused: no", "released  m[0]/ship", "released  pay/undo"}, follow.Notes(seen, engine.Status{Held: []engine.HeldStep{again}}))
}

// A run of which very much is held stays readable.
func TestHeldIsBounded(t *testing.T) {
	for count, more := range map[int]string{10: "", 11: "✋ 1 more are held", 500: "✋ 490 more are held"} {
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
