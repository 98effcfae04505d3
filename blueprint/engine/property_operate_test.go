package engine_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
)

// TestOperatorsAtRandom lets people who know nothing operate random blueprints: any operation, on any
// step, at any time, with any values. Each has one answer, what a status says that a step admits is
// done, and a run that is left alone at last ends.
func TestOperatorsAtRandom(t *testing.T) {
	t.Parallel()
	all := map[string]int{}
	for seed := range cases(50) {
		mode := generate.Timed
		if seed%2 == 1 {
			mode = generate.Calm
		}
		c := generate.New(seed, mode)
		if c.Definition.Defaults == nil {
			c.Definition.Defaults = &language.Defaults{}
		}
		c.Definition.Defaults.Hold = &language.Hold{}
		world := newFakeWorld(c.World())
		people := newOperators(t, c, seed, 60)
		world.operators, world.flaky = people, map[string]int{}
		_, _, runs := interpretIn(t, c, eventsOf(seed), world)
		for id, answers := range people.answers {
			require.Equal(t, 1, answers, "%s, in %d runs of %v", id, runs, c)
		}
		for op, count := range people.done {
			all[op] += count
		}
	}
	t.Log(all)
	for _, op := range operations() {
		assert.Greater(t, all[op], 3, op)
	}
}

// operations are all that there are.
func operations() []string {
	return []string{"pause", "resume", "hold", "retry", "complete", "skip", "fail", "set", "replace"}
}

// operators are people who operate a run without sense.
type operators struct {
	t      *testing.T
	c      generate.Case
	random *rand.Rand
	world  *fakeWorld
	// asked counts how often they came, and updates what they asked for. Answers are those of each that
	// came to the run: one that comes between two runs does not, here. Done counts those that were
	// done, by name.
	asked, updates, most int
	answers              map[string]int
	done                 map[string]int
}

// newOperators are people who come so often before they leave the run alone.
func newOperators(t *testing.T, c generate.Case, seed uint64, most int) *operators {
	return &operators{t: t, c: c, most: most, random: rand.New(rand.NewPCG(seed, 1)), answers: map[string]int{}, done: map[string]int{}}
}

// comeTo lets them come to the run again and again, and at last somebody who tidies up.
func (o *operators) comeTo(environment *testsuite.TestWorkflowEnvironment) {
	environment.RegisterDelayedCallback(func() {
		var status engine.Status
		answer, err := environment.QueryWorkflow(engine.StatusQuery)
		if err != nil || answer.Get(&status) != nil {
			return
		}
		for _, each := range o.next(status, o.world.called) {
			o.ask(environment, each)
		}
		o.comeTo(environment)
	}, o.pause())
}

// pause is some time, of any order up to what things take in the case; or as long as that.
func (o *operators) pause() time.Duration {
	orders := 26
	if o.c.Mode == generate.Timed {
		orders = 14
	}
	if o.asked > o.most {
		return time.Millisecond << (orders + 4)
	}
	return time.Millisecond << o.random.IntN(orders)
}

// wish is an operation that is to be asked for. Admitted says that the status tells that it can be.
type wish struct {
	operation engine.Operation
	admitted  bool
}

// next is what they ask for now: at last to resume what is paused, and to give up what is held.
func (o *operators) next(status engine.Status, called []reference.Call) []wish {
	if o.asked++; o.asked <= o.most {
		return []wish{o.any(status, called)}
	}
	var wishes []wish // The first may end what the next is about.
	for _, each := range status.Paused {
		wishes = append(wishes, wish{engine.Operation{Op: "resume", Step: each.Step}, len(wishes) == 0})
	}
	for _, each := range status.Held {
		wishes = append(wishes, wish{engine.Operation{Op: "fail", Step: each.Step}, len(wishes) == 0})
	}
	return wishes
}

func (o *operators) any(status engine.Status, called []reference.Call) wish {
	if len(status.Held) > 0 && o.random.IntN(3) == 0 {
		held := status.Held[o.random.IntN(len(status.Held))]
		if len(held.Admits) > 0 {
			operation := o.filled(engine.Operation{Op: o.oneOf(held.Admits), Step: held.Step})
			return wish{operation, operation.Op != "complete" && operation.Op != "set" && operation.Input == nil}
		}
	}
	operation := engine.Operation{Op: o.oneOf(append(operations(), "", "reset")), Step: o.step(status, called)}
	if len(status.Paused) > 0 && o.random.IntN(4) == 0 {
		operation = engine.Operation{Op: "replace"}
	}
	operation = o.filled(operation)
	switch o.random.IntN(20) {
	case 0, 1, 2, 3:
		operation.ID = fmt.Sprint("again ", o.random.IntN(3))
	case 4:
		operation.Output, operation.Message = json.RawMessage("1"), "mine"
	}
	return wish{operation, false}
}

func (o *operators) oneOf(texts []string) string { return texts[o.random.IntN(len(texts))] }

// step is the path of one, of a kind of them, or of none.
func (o *operators) step(status engine.Status, called []reference.Call) string {
	paths := []string{"", "nothing", "s1/"}
	for _, each := range status.Held {
		paths = append(paths, each.Step)
	}
	for _, each := range status.AtGates {
		paths = append(paths, each.Step, each.Step)
	}
	for _, each := range called {
		paths = append(paths, each.Path, strings.TrimSuffix(each.Path, "/undo"), each.Path[:strings.LastIndex("/"+each.Path, "/")])
	}
	for _, each := range status.Steps {
		paths = append(paths, each.ID)
	}
	return o.oneOf(paths)
}

// filled is the operation with values that it takes, most of the time.
func (o *operators) filled(operation engine.Operation) engine.Operation {
	value := json.RawMessage(o.oneOf([]string{"1", `"text"`, "null", "[]", `{"a": [true]}`}))
	switch operation.Op {
	case "retry":
		if o.random.IntN(2) == 0 {
			operation.Input = value
		}
	case "complete":
		operation.Output = value
	case "fail":
		operation.Type = o.oneOf([]string{"", "Given", "Up"})
	case "set":
		operation.Vars = json.RawMessage(o.oneOf([]string{`{"n0": 3}`, `{"n1": 1, "t0": "y"}`, `{"none": 1}`, "7"}))
	case "replace":
		operation.Document = moved(o.t, o.c.Definition)
		if o.random.IntN(4) == 0 {
			operation.Document = moved(o.t, generate.New(o.random.Uint64N(9), generate.Calm).Definition)
		}
		operation.DryRun = o.random.IntN(5) == 0
	}
	return operation
}

// ask asks for the operation, and counts its answers. One that is admitted is not refused.
func (o *operators) ask(environment *testsuite.TestWorkflowEnvironment, wish wish) {
	o.updates++
	id := fmt.Sprint("operation ", o.updates)
	what := fmt.Sprintf("%s: %s of %q", id, wish.operation.Op, wish.operation.Step)
	environment.UpdateWorkflow(engine.OperateUpdate, id, &testsuite.TestUpdateCallback{
		OnAccept: func() { o.answers[what] = 0 },
		OnReject: func(err error) {
			o.answers[what]++
			assert.False(o.t, wish.admitted, "%s: %v, of %v", what, err, o.c)
		},
		OnComplete: func(_ any, err error) {
			o.answers[what]++
			if err == nil && slices.Contains(operations(), wish.operation.Op) {
				o.done[wish.operation.Op]++
			}
		},
	}, wish.operation)
}
