package generate_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// cases is how many seeds are tried.
func cases(standard uint64) uint64 {
	if number, err := strconv.ParseUint(os.Getenv("BLUEPRINT_CASES"), 10, 64); err == nil {
		return number
	}
	return standard
}

func TestDefinitionsAreValid(t *testing.T) {
	t.Parallel()
	for _, mode := range []generate.Mode{generate.Timed, generate.Calm, generate.Real} {
		for seed := range cases(20) {
			valid(t, generate.New(seed, mode))
			valid(t, generate.NewHeld(seed, mode))
		}
	}
}

func valid(t *testing.T, c generate.Case) {
	t.Helper()
	canonical, err := language.Canonical(c.Definition)
	require.NoError(t, err)
	definition, problems := language.Read("generated.json", canonical, generate.Catalog{}, language.DefaultBudget(), 0)
	require.NoError(t, problems.Err(), c)
	again, err := language.Canonical(definition)
	require.NoError(t, err)
	require.Equal(t, string(canonical), string(again), "a definition is the same after it was read")
}

func TestASeedSaysItAll(t *testing.T) {
	t.Parallel()
	for _, mode := range []generate.Mode{generate.Timed, generate.Calm} {
		assert.Equal(t, generate.New(7, mode).String(), generate.New(7, mode).String())
		assert.NotEqual(t, generate.New(7, mode).String(), generate.New(8, mode).String())
	}
}

// TestEverythingHappens keeps the generator from growing blind: what the cases do not do,
// no property sees.
func TestEverythingHappens(t *testing.T) {
	t.Parallel()
	happened := map[string]int{}
	for seed := range uint64(500) {
		c := generate.New(seed, generate.Timed)
		outcome := reference.Run(c.Definition, c.Input, c.World())
		happened[string(outcome.Ending)]++
		if outcome.Failure != nil {
			happened[outcome.Failure.Type]++
		}
		for _, each := range outcome.Executed {
			id := each.Path[strings.LastIndexByte(each.Path, '/')+1:]
			happened[kinds()[id[0]]+" "+string(each.Ending)]++
			for _, place := range []string{"/catch/", "/finally/", "/on_timeout/", "/plan:", "[2]/", "#2/", "#3/", "#2["} {
				if strings.Contains(each.Path, place) {
					happened[place]++
				}
			}
			if before, _, late := strings.Cut(each.Path, "/on_timeout/"); late && before[strings.LastIndexByte(before, '/')+1] != 'w' {
				happened["late step"]++
			}
		}
		for _, each := range outcome.Called {
			if strings.HasSuffix(each.Path, "/undo") {
				happened["undo"]++
			} else if c.Answer(each.Path, each.Name).Failure != nil {
				happened["call failed"]++
			}
		}
	}
	wanted := []string{
		"completed", "failed", "canceled", "/catch/", "/finally/", "/on_timeout/", "/plan:", "[2]/", "#2/", "#3/", "#2[", "undo", "Lost", "ExpressionError",
		"BudgetExceeded", "InvalidPlan", "WaitTimeout", "StepTimeout", "late step", "fail failed", "stop stopped", "set completed", "call failed", "activity failed", "workflow failed",
	}
	for _, kind := range []string{"activity", "workflow", "steps", "parallel", "race", "switch", "loop", "map", "dag", "graph", "plan", "wait", "sleep", "try"} {
		wanted = append(wanted, kind+" completed", kind+" canceled")
	}
	for _, kind := range []string{"steps", "parallel", "race", "switch", "loop", "map", "dag", "graph", "plan", "try"} {
		wanted = append(wanted, kind+" failed", kind+" stopped")
	}
	for _, each := range wanted {
		assert.Positive(t, happened[each], "%s never happens", each)
	}
}

// TestHoldsHappen does the same for cases in which failures are held.
func TestHoldsHappen(t *testing.T) {
	t.Parallel()
	happened := map[string]int{}
	for seed := range uint64(300) {
		c := generate.NewHeld(seed, generate.Timed)
		world := c.World()
		decide := world.Decide
		world.Decide = func(path string, times int) reference.Decision {
			decision := decide(path, times)
			id := path[strings.LastIndexByte(path, '/')+1:]
			happened[kinds()[id[0]]+" "+decision.Op]++
			happened[decision.Op+" of some type"] += len(decision.Type)
			happened["variables"] += len(decision.Vars)
			if decision.Input != nil {
				happened[decision.Op+" with an input"]++
			}
			for _, place := range []string{"/catch/", "/finally/", "/on_timeout/", "/plan:", "#2"} {
				if strings.Contains(path, place) {
					happened[place]++
				}
			}
			return decision
		}
		outcome := reference.Run(c.Definition, c.Input, world)
		happened[string(outcome.Ending)]++
		happened["asked for"] += len(c.Holds)
	}
	wanted := []string{
		"completed", "failed", "canceled", "asked for", "variables", "retry with an input", "fail of some type", "/catch/", "/finally/", "/on_timeout/", "/plan:", "#2",
		"fail retry", "loop retry", "map retry", "plan retry", "wait retry", "sleep retry", "switch retry",
	}
	for _, kind := range []string{"activity", "workflow", "undo"} {
		wanted = append(wanted, kind+" retry", kind+" complete", kind+" skip", kind+" fail")
	}
	for _, each := range wanted {
		assert.Positive(t, happened[each], "%s never happens: %v", each, happened)
	}
}

// kinds are the kinds of steps by the first letter of their generated ids.
func kinds() map[byte]string {
	return map[byte]string{
		'a': "activity", 'c': "workflow", 's': "set", 'z': "sleep", 'p': "pause", 'w': "wait", 'f': "fail", 'x': "stop", 'g': "steps", 'b': "parallel",
		'u': "undo", 'r': "race", 'h': "switch", 'l': "loop", 'm': "map", 'd': "dag", 'v': "node", 'o': "graph", 'k': "back", 'q': "plan", 't': "try",
	}
}
