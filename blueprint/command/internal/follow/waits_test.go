package follow_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

func treeOf(view follow.View) []string { return follow.Tree(view, *at(10), 0, 0, false) }

// What a run waits for is shown: messages, plans that wait until they are approved, and children;
// and the messages that wait for it.
func TestWhatIsWaitedForIsShown(t *testing.T) {
	seen := engine.Status{
		Approvals:      []engine.Approval{{Step: "work", Message: "release", Plan: "8ad6c0ffee"}},
		Awaited:        []engine.Awaited{{Step: "m[0]/w", Message: "go"}},
		ChildRuns:      map[string]string{"child": "pa-1/child"},
		Messages:       map[string]int{"bell": 2, "alarm": 1},
		DroppedSignals: 3,
	}
	assert.Equal(t, []string{
		"⌛ work waits until its plan is approved, by the message release with the hash 8ad6c0ff",
		"⌛ m[0]/w waits for the message go",
		"⌛ child waits for the child pa-1/child",
		"✉ messages kept for steps that have not begun: alarm (1), bell (2)",
		"✉ signals dropped, as no step could take them: 3",
	}, treeOf(follow.View{Status: seen}))
	assert.Equal(t, []string{
		"✉ messages that no step has taken: alarm (1), bell (2)",
		"✉ signals dropped, as no step could take them: 3",
	}, treeOf(follow.View{Status: seen, Ended: "failed"}))
}

// A run that waits in very many places, and keeps very many messages, stays readable.
func TestWhatIsWaitedForIsBounded(t *testing.T) {
	for count, want := range map[int]string{
		10: "s8 (1), s9 (1)",
		11: "s8 (1), s9 (1), and 1 more names",
	} {
		seen := engine.Status{Messages: map[string]int{}}
		for i := range count {
			seen.Awaited = append(seen.Awaited, engine.Awaited{Step: fmt.Sprint("s", i)})
			seen.Messages[fmt.Sprint("s", i)] = 1
		}
		delete(seen.Messages, "s10")
		if count > 10 {
			seen.Messages["t"] = 1
		}
		lines := treeOf(follow.View{Status: seen})
		assert.Len(t, lines, count+1)
		assert.Contains(t, lines[count], want)
	}
}

// Failures that somebody has asked to hold are shown, however long ago that was.
func TestHoldsAreShown(t *testing.T) {
	seen := engine.Status{Holds: []engine.Paused{{Since: *at(1), By: "Mei", Note: "why"}, {Step: "ship", Since: *at(2)}}}
	assert.Equal(t, []string{
		"✋ failures of the run are held from 2026-01-01T00:00:01Z by Mei: why",
		"✋ failures of ship are held from 2026-01-01T00:00:02Z",
	}, treeOf(follow.View{Status: seen}))
}

// A run that has ended waits for nobody.
func TestNothingIsPausedInWhatHasEnded(t *testing.T) {
	seen := engine.Status{
		Paused: []engine.Paused{{Since: *at(1)}}, AtGates: []engine.AtGate{{Step: "a"}},
		Held: []engine.HeldStep{{Step: "b"}}, Holds: []engine.Paused{{Since: *at(1)}},
	}
	assert.Len(t, treeOf(follow.View{Status: seen}), 4)
	assert.Empty(t, treeOf(follow.View{Status: seen, Ended: "terminated"}))
}

// A step that was taken back is not shown as one that is done.
func TestUndoneIsShown(t *testing.T) {
	assert.Equal(t, []string{"↶ a activity 2s, undone"}, treeOf(follow.View{Status: status(
		engine.StepStatus{ID: "a", Kind: "activity", State: engine.StateSucceeded, Attempts: 1, Started: at(0), Ended: at(2), Undone: true},
	)}))
}
