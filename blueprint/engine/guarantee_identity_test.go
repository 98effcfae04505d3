package engine_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// Guarantee 7: a step's path names it, in every kind of block, and is the summary that the
// Web UI shows. It is the same when the run goes on in a new one.
func TestPaths(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, steps string
		events      []event
		paths       []string
	}{
		{name: "a step", steps: `
steps: [{id: a, activity: plain}, {id: s, sleep: 1s}, {id: c, workflow: sub}]`,
			paths: []string{"a", "s", "c"}},
		{name: "with what its author says", steps: `
steps: [{id: a, summary: "for ${input}", activity: plain}, {id: s, summary: rest, sleep: 1s}, {id: c, summary: "${1 + 1}", workflow: sub}, {id: l, summary: local, local: true, activity: echo, with: 1}, {id: p, summary: think, plan: work, with: {output: {steps: [{id: a, set: {x: 1}}]}}}]`,
			paths: []string{"a: for 7", "s: rest", "c: 2", "l: local", "p: think"}},
		{name: "a summary that cannot be evaluated", steps: `
steps: [{id: a, summary: "for ${input.x}", activity: plain}]`,
			paths: []string{"a: for ${input.x}"}},
		{name: "a group", steps: `
steps: [{id: g, steps: [{id: a, activity: plain}, {id: h, steps: [{id: a, activity: plain}]}]}]`,
			paths: []string{"g/a", "g/h/a"}},
		{name: "branches", steps: `
steps:
  - {id: p, parallel: {x: [{id: a, activity: plain}], y: [{id: a, activity: plain}]}}
  - {id: r, race: {x: [{id: a, activity: plain}], y: [{id: s, sleep: 1h}]}}`,
			paths: []string{"p/x/a", "p/y/a", "r/x/a", "r/y/s"}},
		{name: "a switch", steps: `
steps:
  - {id: s, switch: [{when: "${false}", steps: [{id: a, activity: plain}]}, {when: "${true}", steps: [{id: b, activity: plain}]}]}
  - {id: t, switch: [{when: "${false}", steps: [{id: a, activity: plain}]}], else: [{id: c, activity: plain}]}`,
			paths: []string{"s/b", "t/c"}},
		{name: "rounds and items", steps: `
steps: [{id: l, loop: [{id: m, map: [{id: a, activity: plain}], over: [7, 8]}], times: 2}]`,
			paths: []string{"l[0]/m[0]/a", "l[0]/m[1]/a", "l[1]/m[0]/a", "l[1]/m[1]/a"}},
		{name: "nodes", steps: `
steps:
  - {id: d, dag: [{id: a, activity: plain}, {id: b, needs: [a], steps: [{id: c, activity: plain}]}]}
  - {id: g, graph: [{id: a, activity: plain, next: b}, {id: b, steps: [{id: c, activity: plain}]}]}`,
			paths: []string{"d/a", "d/b/c", "g[0]/a", "g[1]/b/c"}},
		{name: "a plan, and a plan in it", steps: `
steps:
  - id: p
    plan: work
    with:
      output:
        steps:
          - {id: a, activity: plain}
          - {id: q, plan: work, with: {output: {steps: [{id: b, activity: plain}]}}}
          - {id: g, steps: [{id: c, workflow: sub}]}`,
			paths: []string{"p", "p/plan:fb560fd2/a", "p/plan:fb560fd2/q", "p/plan:fb560fd2/q/plan:90231347/b", "p/plan:fb560fd2/g/c"}},
		{name: "a try", steps: `
steps:
  - id: t
    try: [{id: a, activity: work, with: {fail: Bad}}]
    catch: [{types: [Other], steps: [{id: b, activity: plain}]}, {steps: [{id: c, activity: plain}]}]
    finally: [{id: d, activity: plain}]`,
			paths: []string{"t/a", "t/catch/c", "t/finally/d"}},
		{name: "a wait", steps: `
steps: [{id: w, summary: patience, wait: go, timeout: 1s, on_timeout: [{id: a, activity: plain}]}]`,
			paths: []string{"w: patience", "w/on_timeout/a"}},
		{name: "undo", steps: `
steps:
  - id: t
    try:
      - {id: l, loop: [{id: a, summary: bold, activity: work, undo: {activity: plain}}], times: 2}
      - {id: f, fail: {type: Bad}}
    catch: [{steps: [{id: b, activity: plain}]}]`,
			paths: []string{"t/l[0]/a: bold", "t/l[1]/a: bold", "t/l[1]/a/undo", "t/l[0]/a/undo", "t/catch/b"}},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			for _, events := range []int{0, 1, 12} {
				s := newStage(t, engine.Options{EventsPerRun: events}, each.events...).inline(document(each.steps), 7)
				require.NoError(t, s.err)
				var paths []string
				for _, each := range s.commands {
					if each.Name != watchesChild && each.Path != isPatient && !slices.Contains(paths, each.Path) {
						paths = append(paths, each.Path)
					}
				}
				slices.Sort(paths)
				wanted := slices.Sorted(slices.Values(each.paths))
				assert.Equal(t, wanted, paths, "%d events a run", events)
			}
		})
	}
}

// A child's workflow id is its parent's, and the path.
func TestChildrenAreNamedAfterTheirSteps(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
steps: [{id: m, map: [{id: c, workflow: sub}], over: [1, 2]}]`), nil)
	assert.Equal(t, "run/m[0]/c", s.call("m[0]/c").ID)
	assert.Equal(t, "run/m[1]/c", s.call("m[1]/c").ID)
}

// Long names are cut where people see them, and stay different where they must.
func TestLongPaths(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("l", 90)
	s := newStage(t, engine.Options{}).inline(document(`
steps:
  - id: `+long+`
    steps:
      - id: `+long+`
        map: [{id: `+long+`, workflow: sub, summary: "für ${item}"}]
        over: [ä, ö]`), nil)
	require.NoError(t, s.err)
	ids := map[string]bool{}
	for _, each := range s.calls() {
		ids[each.ID] = true
		assert.LessOrEqual(t, len(each.ID), 240)
		assert.LessOrEqual(t, len(each.Path), 203)
		assert.Regexp(t, `^…l+/l+\[[01]\]/l+: für [äö]$`, each.Path)
	}
	assert.Len(t, ids, 2)
}

// The Activity ID is the path, in every kind of block: the server's description of a run, and
// what is done to an Activity from outside, name its step.
func TestActivityIDsArePaths(t *testing.T) {
	t.Parallel()
	steps := document(`
steps:
  - id: t
    try:
      - {id: l, times: 2, loop: [{id: m, over: [1, 2], map: [{id: a, summary: bold, activity: plain, undo: {activity: plain}}]}]}
      - {id: p, plan: work, with: {output: {steps: [{id: a, activity: plain}]}}}
      - {id: here, local: true, activity: echo, with: 1}
      - {id: f, fail: {type: Bad}}
    catch: [{steps: [{id: b, activity: plain}]}]
    finally: [{id: d, activity: plain}]`)
	want := []string{
		"t/l[0]/m[0]/a", "t/l[0]/m[1]/a", "t/l[1]/m[0]/a", "t/l[1]/m[1]/a", "t/p", "t/p/plan:ff82bbbb/a",
		"t/l[1]/m[1]/a/undo", "t/l[1]/m[0]/a/undo", "t/l[0]/m[1]/a/undo", "t/l[0]/m[0]/a/undo", "t/catch/b", "t/finally/d",
	}
	for _, events := range []int{0, 1} {
		assert.ElementsMatch(t, want, newStage(t, engine.Options{EventsPerRun: events}).inline(steps, nil).activityIDs(), "%d events a run", events)
	}
	assert.Equal(t, make([]string, len(want)), stageAt(t, 1, engine.Options{}).inline(steps, nil).activityIDs(), "runs of version 1 keep their numbers")
}

// activityIDs are those of the Activities, in the order in which they were called.
func (s *stage) activityIDs() []string {
	var ids []string
	for _, each := range s.commands {
		if each.Kind == "activity" {
			ids = append(ids, each.Activity.ActivityID)
		}
	}
	return ids
}

// What a run does for a child has an ID of its own.
func TestActivityIDsOfWhatIsDoneForAChild(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}, cancels(2)).inline(document(`
steps: [{id: p, parallel: {x: [{id: c, workflow: sub, with: {takes: 5, ack: 1}}], y: [{id: a, activity: plain}, {id: s, sleep: 9s}]}}]`), nil)
	ids := slices.Sorted(slices.Values(s.activityIDs()))
	assert.Equal(t, []string{"p/x/c/cancel", "p/x/c/watch", "p/y/a"}, slices.Compact(ids))
}

// Long IDs are shortened, stay different, and have room for what a repetition adds.
func TestLongActivityIDs(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("l", 90)
	s := newStage(t, engine.Options{}).inline(document("steps: [{id: "+long+", steps: [{id: "+long+", over: [1, 2], map: [{id: "+long+", activity: plain}]}]}]"), nil)
	ids := s.activityIDs()
	require.Len(t, ids, 2)
	assert.NotEqual(t, ids[0], ids[1])
	for _, each := range ids {
		assert.LessOrEqual(t, len(each), 240)
		assert.True(t, strings.HasPrefix(each, long+"/"))
	}
}
