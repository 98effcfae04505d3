package follow_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

func at(second int) *time.Time {
	moment := time.Date(2026, 1, 1, 0, 0, second, 0, time.UTC)
	return &moment
}

func status(steps ...engine.StepStatus) engine.Status { return engine.Status{Steps: steps} }

func inLines(changes []follow.Change) string {
	var lines []string
	for _, each := range changes {
		lines = append(lines, each.String())
	}
	return strings.Join(lines, "\n")
}

func TestChangesTellWhatHappenedInBetween(t *testing.T) {
	before := status(
		engine.StepStatus{ID: "a", Kind: "activity", State: "running", Attempts: 1, Started: at(0)},
		engine.StepStatus{ID: "g", Kind: "steps", State: "pending", Steps: []engine.StepStatus{{ID: "b", Kind: "set", State: "pending"}}},
	)
	after := status(
		engine.StepStatus{ID: "a", Kind: "activity", State: "failed", Attempts: 1, Started: at(0), Ended: at(1), Error: "Bad: no\nluck"},
		engine.StepStatus{ID: "g", Kind: "steps", State: "running", Attempts: 1, Started: at(2), Steps: []engine.StepStatus{
			{ID: "b", Kind: "set", State: "succeeded", Attempts: 3, Started: at(2), Ended: at(4)},
		}},
	)
	assert.Equal(t, `failed    a (activity): Bad: no luck
running   g (steps)
running   g/b (set)
succeeded g/b (set) ×3`, inLines(follow.Changes(before, after)))
	assert.Empty(t, follow.Changes(after, after))
	// Seen from the beginning, nothing is missing.
	assert.Equal(t, `running   a (activity)
failed    a (activity): Bad: no luck
running   g (steps)
running   g/b (set)
succeeded g/b (set) ×3`, inLines(follow.Changes(engine.Status{}, after)))
}

func TestTree(t *testing.T) {
	tree := status(
		engine.StepStatus{ID: "done", Kind: "steps", State: "succeeded", Attempts: 1, Started: at(0), Ended: at(3), Steps: []engine.StepStatus{
			{ID: "in", Kind: "set", State: "succeeded", Attempts: 1, Started: at(0), Ended: at(0)},
		}},
		engine.StepStatus{ID: "now", Kind: "map", State: "running", Attempts: 1, Started: at(3), Steps: []engine.StepStatus{
			{ID: "work", Kind: "activity", State: "running", Attempts: 7, Running: 2, Started: at(3), Error: "Bad: last time"},
		}},
		engine.StepStatus{ID: "later", Kind: "try", State: "pending", Steps: []engine.StepStatus{{ID: "x", Kind: "sleep", State: "pending"}}},
	)
	lines := func(width, height int) string {
		return strings.Join(follow.Tree(follow.View{Status: tree}, *at(10), width, height, false), "\n")
	}
	assert.Equal(t, `✓ done steps 3s
  ✓ in set 0s
▶ now map 7s
  ▶ work activity ×7, 2 running 7s — Bad: last time
○ later try
  ○ x sleep`, lines(0, 0))
	assert.Equal(t, `✓ done steps 3s
  ✓ in set 0s
▶ now map 7s
  ▶ work activit…
○ later try`, lines(17, 5), "what has not begun is closed first")
	assert.Equal(t, `✓ done steps 3s
▶ now map 7s
  ▶ work activity ×7, 2 running 7s — Bad: last time
○ later try`, lines(0, 4))
	assert.Equal(t, "✓ done steps 3s\n… 3 more", lines(0, 2))
	assert.Contains(t, follow.Tree(follow.View{Status: tree}, *at(10), 0, 0, true)[0], "\x1b[32m✓\x1b[0m")
	assert.Equal(t, []string{"now/work (activity)"}, follow.Leaves(tree))
}

// The block is part of a path as it is in the run's history; what is skipped has not happened.
func TestBlocksOfSteps(t *testing.T) {
	ended := func(id, kind, block string, state engine.State, steps ...engine.StepStatus) engine.StepStatus {
		return engine.StepStatus{ID: id, Kind: kind, Block: block, State: state, Attempts: 1, Started: at(0), Ended: at(1), Steps: steps}
	}
	after := status(ended("order", "try", "", "running",
		ended("pick", "switch", "", "succeeded",
			ended("one", "set", "case 1", "succeeded"),
			engine.StepStatus{ID: "other", Kind: "steps", Block: "else", State: "skipped", Steps: []engine.StepStatus{{ID: "no", Kind: "set", State: "skipped"}}}),
		ended("tell", "activity", "catch", "running"),
	))
	assert.Equal(t, `running   order (try)
running   order/pick (switch)
running   order/pick/one (set)
running   order/catch/tell (activity)
succeeded order/pick/one (set)
succeeded order/pick (switch)`, inLines(follow.Changes(engine.Status{}, after)))
	assert.Equal(t, []string{"order/catch/tell (activity)"}, follow.Leaves(after))
	assert.Equal(t, []string{
		"▶ order try 10s",
		"  ✓ pick switch 1s",
		"    ✓ case 1: one set 1s",
		"    – else: other steps",
		"  ▶ catch: tell activity 10s",
	}, follow.Tree(follow.View{Status: after}, *at(10), 0, 5, false))
}

func TestScreenDrawsInPlace(t *testing.T) {
	var out bytes.Buffer
	screen := follow.Screen{Out: &out}
	screen.Draw([]string{"one", "two"})
	out.Reset()
	screen.Draw([]string{"three"})
	assert.Equal(t, "\x1b[2A\x1b[2Kthree\n\x1b[J", out.String())
}

func TestLength(t *testing.T) {
	for want, length := range map[string]time.Duration{
		"0s": 0, "12ms": 12345 * time.Microsecond, "1.2s": 1234 * time.Millisecond, "1m": time.Minute, "1m5s": 65 * time.Second,
		"1m30s": 90 * time.Second, "1h": time.Hour, "10h10m": 610 * time.Minute, "1h0m5s": time.Hour + 5*time.Second, "1h30m": 90 * time.Minute, "2d": 48 * time.Hour, "1d6h": 30 * time.Hour,
	} {
		assert.Equal(t, want, follow.Length(length))
	}
}
