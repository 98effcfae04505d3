package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// holds lets somebody ask for a hold.
func holds(seconds float64, hold engine.Operation) event {
	hold.Op = "hold"
	return operates(seconds, fmt.Sprint("hold at ", seconds), hold)
}

// Somebody holds some failures, for a time, in the place of an earlier hold, and takes it back: what
// is held by then stays held.
func TestHoldsByHand(t *testing.T) {
	t.Parallel()
	const steps = `
steps: [{id: a, activity: work, with: {takes: 1, fail: Bad}}]
output: 1`
	tell(t, []storyCase{
		{name: "of some types", events: []event{holds(0.5, engine.Operation{Types: []string{"Other"}})}, steps: steps, story: `
0-1 a failed
1 failed Bad: step a: as told`},
		{name: "for a time", events: []event{holds(0.5, engine.Operation{Step: "a", Types: []string{"Bad"}, Timeout: "3s"})}, steps: steps, story: `
0-1 a failed
4 failed Bad: step a: as told`},
		{name: "in the place of an earlier one", events: []event{holds(0.5, engine.Operation{Timeout: "3s"}), holds(0.6, engine.Operation{Timeout: "5s"})}, steps: steps, story: `
0-1 a failed
6 failed Bad: step a: as told`},
		{name: "taken back", events: []event{holds(0.5, engine.Operation{}), holds(0.6, engine.Operation{Off: true})}, steps: steps, story: `
0-1 a failed
1 failed Bad: step a: as told`},
		{name: "taken back when it is held", events: []event{holds(0.5, engine.Operation{}), holds(2, engine.Operation{Off: true}), asks(5, "skip", "a", "")}, steps: steps, story: `
0-1 a failed
5 1`},
		{name: "taken back before an undo fails", events: []event{holds(0.5, engine.Operation{}), holds(2, engine.Operation{Off: true}), asks(3, "fail", "b", "")}, steps: `
steps: [{id: a, activity: work, with: {takes: 1}, undo: {activity: work, with: {fail: Worse}}}, {id: b, hold: true, activity: work, with: {fail: Bad}}]`, story: `
0-1 a
1-1 b failed
3-3 a/undo failed
3 failed Bad: step b: as told; a/undo failed: Worse: as told`},
	})
}

func TestHoldsByHandThatAreRefused(t *testing.T) {
	t.Parallel()
	many := func(count int) []string { return strings.Split(strings.Repeat("T,", count-1)+"T", ",") }
	for _, each := range []struct {
		operation any
		want      string
	}{
		{engine.Operation{Op: "hold", Types: many(50), Timeout: "1ms"}, ""},
		{engine.Operation{Op: "hold", Types: []string{strings.Repeat("T", 1000)}}, ""},
		{engine.Operation{Op: "hold", Types: many(51)}, "InvalidOperation: types must be at most 50, got 51"},
		{engine.Operation{Op: "hold", Types: []string{strings.Repeat("T", 1001)}}, "InvalidOperation: each of the types must have at most 1000 bytes, got 1001"},
		{engine.Operation{Op: "hold", Types: []string{"Canceled"}}, `InvalidOperation: types has "Canceled", which is no failure that can be held`},
		{engine.Operation{Op: "hold", Types: []string{""}}, `InvalidOperation: types has "", which is no failure that can be held`},
		{engine.Operation{Op: "hold", Timeout: "soon"}, `InvalidOperation: timeout: "soon" is no duration such as "30s", "1h30m" or "2d": it is a number with a unit, of ms, s, m, h and d`},
		{engine.Operation{Op: "hold", Timeout: "0s"}, "InvalidOperation: timeout must be longer than nothing: leave it out to hold failures for any time"},
		{engine.Operation{Op: "hold", Timeout: "0000000000000000000000000000001s"}, "InvalidOperation: timeout must have at most 30 bytes, got 32"},
		{engine.Operation{Op: "hold", Off: true, Timeout: "1s"}, "InvalidOperation: a hold that is taken back has neither types nor a timeout: leave out off, or these"},
		{engine.Operation{Op: "hold", Off: true}, "OperationRefused: nobody has asked to hold the failures of the run: there is nothing to take back"},
		{engine.Operation{Op: "pause", Timeout: "1s"}, "InvalidOperation: timeout is for hold, not for pause"},
		{map[string]any{"op": "hold", "types": "Bad"}, "InvalidOperation: an operation is an object {op, id, step, by, note, input, output, type, message, vars, types, timeout, off, document, dryRun}: types must be a list of texts, not a JSON string"},
	} {
		s := newStage(t, engine.Options{}, operates(1, "o", each.operation), cancels(3)).inline(document("steps: [{id: z, sleep: 1h}]"), nil)
		if each.want == "" {
			assert.NoError(t, s.replies["o"].rejected)
			continue
		}
		assert.Equal(t, each.want, refusalOf(t, s.replies["o"]))
	}
}
