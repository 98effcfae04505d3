package engine_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
)

// registry is an Activity that notes which steps it is called for, and what it is given.
type registry struct {
	mutex sync.Mutex
	steps map[string]engine.StepInfo
	given map[string]any
	fails map[string]int
	tries map[string][]string // the keys of all attempts, by the path
}

func (r *registry) note(ctx context.Context, argument any) (any, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	info, found := engine.StepOf(ctx)
	if !found {
		return nil, errors.New("nobody says for which step")
	}
	r.steps[info.Path], r.given[info.Path] = info, argument
	r.tries[info.Path] = append(r.tries[info.Path], info.Key)
	if r.fails[info.Path] > 0 {
		r.fails[info.Path]--
		return nil, errors.New("again")
	}
	return argument, nil
}

func newRegistry() *registry {
	return &registry{steps: map[string]engine.StepInfo{}, given: map[string]any{}, fails: map[string]int{}, tries: map[string][]string{}}
}

func (r *registry) catalog() *engine.Catalog {
	catalog := engine.NewCatalog()
	catalog.Activity("note", r.note, engine.ActivityOptions{Local: true})
	return catalog
}

// stage runs the document, with the Activity for real.
func (r *registry) stage(t *testing.T, events int, document string, info func(*workflow.Info)) *stage {
	interpreter, err := engine.New(r.catalog(), engine.Options{EventsPerRun: events})
	require.NoError(t, err)
	s := stageOf(t, interpreter)
	s.real, s.info = true, info
	s.inline(document, nil)
	require.NoError(t, s.err)
	return s
}

const manyKeys = `
vars: {of: "${uuid()}"}
steps:
  - {id: a, activity: note, with: "${step.key}", undo: {activity: note, with: "${step.key}"}}
  - {id: here, local: true, activity: note, with: "${step.key}"}
  - {id: l, times: 2, loop: [{id: m, over: [1, 2], map: [{id: a, activity: note, with: "${step.key}"}]}]}
  - {id: p, plan: note, with: {steps: [{id: a, activity: note, with: "$${step.key}"}]}}
  - id: t
    try:
      - {id: u, activity: note, with: "${step.key}", undo: {activity: note, with: "${step.key}"}}
      - {id: f, fail: {type: Bad, details: ["${step.key}"]}}
    catch: [{steps: [{id: c, activity: note, with: "${step.key}"}]}]
`

// The key that a document sees is that which its Activities see: of a path, and the same in
// each run of the chain. An undo sees a key of its own, and may be given that of its step.
func TestKeys(t *testing.T) {
	t.Parallel()
	var before map[string]engine.StepInfo
	for _, events := range []int{0, 1, 9} {
		r := newRegistry()
		r.stage(t, events, document(manyKeys), nil)
		keys := map[string]bool{}
		for path, step := range r.steps {
			assert.Equal(t, engine.StepInfo{Path: path, Key: engine.KeyIn(testRunID, path), Blueprint: "tested", Version: "1.0.0"}, step)
			keys[step.Key] = true
			switch path {
			case "p":
			case "t/u/undo":
				assert.Equal(t, r.steps["t/u"].Key, r.given[path])
			default:
				assert.Equal(t, step.Key, r.given[path], path)
			}
		}
		assert.Len(t, keys, len(r.steps), "each step has its own")
		paths := slices.Sorted(maps.Keys(r.steps))
		assert.Equal(t, []string{"a", "here", "l[0]/m[0]/a", "l[0]/m[1]/a", "l[1]/m[0]/a", "l[1]/m[1]/a", "p", "p/plan:" + planIn(paths) + "/a", "t/catch/c", "t/u", "t/u/undo"}, paths)
		if before != nil {
			assert.Equal(t, before, r.steps, "%d events a run", events)
		}
		before = r.steps
	}
}

// planIn is the hash of the plan in the paths.
func planIn(paths []string) string {
	for _, each := range paths {
		if rest, is := strings.CutPrefix(each, "p/plan:"); is {
			return strings.TrimSuffix(rest, "/a")
		}
	}
	return ""
}

// All attempts of an Activity have one key.
func TestAttemptsHaveOneKey(t *testing.T) {
	t.Parallel()
	r := newRegistry()
	r.fails["a"] = 2
	r.stage(t, 0, document(`
steps: [{id: a, activity: note, with: "${step.key}", retry: {initialInterval: 1s}}]`), nil)
	key := engine.KeyIn(testRunID, "a")
	assert.Equal(t, []string{key, key, key}, r.tries["a"])
}

// uuid() is another one for each place in a document, each call, and each step, and the same
// whenever it is evaluated again.
func TestUUIDs(t *testing.T) {
	t.Parallel()
	steps := document(`
vars: {v: "${uuid()}", w: ["${uuid()}", "${uuid()}"]}
steps:
  - {id: s, set: {x: "${uuid()}", y: "${uuid() + ' ' + uuid()}", z: "${[1, 2, 3].map(i, uuid())}"}}
  - {id: l, times: 3, loop: [{id: a, activity: note, with: "${uuid()}"}]}
  - {id: m, over: [1, 2], map: [{id: a, activity: note, with: "${uuid()}"}]}
  - {id: t, try: [{id: f, fail: {type: A, message: "${uuid()}", details: ["${uuid()}"]}}], catch: [{steps: [{id: e, set: {e: [ "${error.message}", "${error.details[0]}" ]}}]}]}
output: ["${vars}", "${steps.l.output}", "${steps.m.output}", "${uuid()}"]`)
	var before any
	for _, events := range []int{0, 1} {
		r := newRegistry()
		output := r.stage(t, events, steps, nil).output()
		seen := textsIn(output)
		distinct := map[string]bool{}
		for _, each := range seen {
			assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, each)
			distinct[each] = true
		}
		assert.Len(t, distinct, len(seen))
		assert.Greater(t, len(seen), 12)
		if before != nil {
			assert.Equal(t, before, output)
		}
		before = output
	}
}

// What begins after a reset has another key; what began before has kept its own, so that the
// run does again what it did. Each reset makes another one.
func TestKeysAfterAReset(t *testing.T) {
	t.Parallel()
	of := func(runID, original string) map[string]engine.StepInfo {
		r := newRegistry()
		r.stage(t, 0, document(`steps: [{id: a, activity: note}]`), func(info *workflow.Info) {
			info.WorkflowExecution.RunID, info.OriginalRunID = runID, original
		})
		return r.steps
	}
	fresh := of("one", "one")["a"].Key
	assert.Equal(t, engine.KeyIn("one", "a"), fresh)
	assert.Equal(t, fresh, of("one", "")["a"].Key)
	assert.NotEqual(t, fresh, of("two", "two")["a"].Key, "a retry, or the next run of a cron schedule")
	reset, again := of("two", "one")["a"].Key, of("three", "one")["a"].Key
	assert.NotEqual(t, fresh, reset)
	assert.NotEqual(t, reset, again)
	assert.NotEqual(t, fresh, again)
}

// A run of version 1 tells its Activities nothing, as before.
func TestVersionOneHasNoKeys(t *testing.T) {
	t.Parallel()
	told := true
	catalog := engine.NewCatalog()
	catalog.Activity("note", func(ctx context.Context) error {
		_, told = engine.StepOf(ctx)
		return nil
	}, engine.ActivityOptions{})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	s := stageOf(t, interpreter.AtVersion(1))
	s.real = true
	require.NoError(t, s.inline(document(`steps: [{id: a, activity: note}]`), nil).err)
	assert.False(t, told)
}

// Nor has it a key for a plan that comes from a newer planner: one that is not unique does harm.
func TestPlansOfVersionOneHaveNoKeys(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"step.key": `there is no name "step"`, "uuid()": "uuid() has no value here"} {
		s := stageAt(t, 1, engine.Options{})
		s.answers = map[string]any{"p": plainYAML(t, "steps: [{id: a, activity: echo, with: '${"+text+"}'}]")}
		s.inline(document(`steps: [{id: p, plan: work}]`), nil)
		assert.Contains(t, s.ending(), "failed ExpressionError: step p/plan:")
		assert.Contains(t, s.ending(), want)
	}
}

// textsIn are the texts of a value that are UUIDs, as long as nothing else is.
func textsIn(value any) []string {
	switch value := value.(type) {
	case string:
		var found []string
		for len(value) >= 36 {
			found, value = append(found, value[:36]), value[min(len(value), 37):]
		}
		return found
	case []any:
		var found []string
		for _, each := range value {
			found = append(found, textsIn(each)...)
		}
		return found
	case map[string]any:
		var found []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			found = append(found, textsIn(value[name])...)
		}
		return found
	}
	return nil
}

// The keys go along when the run continues as new, also where a retry, a cron schedule or a
// reset has begun the chain anew.
func TestKeysOverContinueAsNew(t *testing.T) {
	t.Parallel()
	for first, original := range map[string]string{"first": "second", testRunID: testRunID, "zero": "first"} {
		var keys [2]map[string]engine.StepInfo
		for i, events := range []int{0, 1} {
			r := newRegistry()
			r.stage(t, events, document(`steps: [{id: l, times: 5, loop: [{id: a, activity: note}]}, {id: b, activity: note}]`), func(info *workflow.Info) {
				info.FirstRunID, info.WorkflowExecution.RunID, info.OriginalRunID = first, "second", original
				if info.ContinuedExecutionRunID != "" {
					info.ContinuedExecutionRunID, info.OriginalRunID = "second", "second"
				}
			})
			keys[i] = r.steps
		}
		assert.Equal(t, keys[0], keys[1])
		assert.Len(t, keys[0], 6)
	}
}
