package engine_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

func interpreterOf(t *testing.T, catalog *engine.Catalog, documents ...string) *engine.Interpreter {
	t.Helper()
	interpreter, err := engine.New(catalog, engine.Options{Definitions: files(documents...), EventsPerRun: 1})
	require.NoError(t, err)
	return interpreter
}

// Guarantee 8: a run keeps the definition that it was started with, what that calls and
// how, and the blueprints that it starts.
func TestARunKeepsItsDefinition(t *testing.T) {
	t.Parallel()
	parent := func(steps string) string {
		return "blueprint: parent\nversion: 1.0.0\nsteps: [" + steps + "]"
	}
	child := func(id string) string {
		return "blueprint: child\nversion: 1.0.0\nsteps: [{id: " + id + ", activity: plain}]"
	}
	old := parent(`{id: a, activity: plain}, {id: s, sleep: 1s}, {id: b, activity: plain}, {id: c, workflow: child@1.0.0}`)
	catalog := func(queue, heartbeat string) *engine.Catalog {
		made := engine.NewCatalog()
		made.Activity("plain", func(context.Context) error { return nil }, engine.ActivityOptions{
			TaskQueue: queue, Options: language.Options{Heartbeat: language.Duration(heartbeat)},
		})
		return made
	}
	for name, later := range map[string]*engine.Interpreter{
		"edited":          interpreterOf(t, catalog("new", "9s"), parent(`{id: a, activity: plain}, {id: never, activity: plain}`), child("new")),
		"removed":         interpreterOf(t, catalog("new", "9s")),
		"another catalog": interpreterOf(t, engine.NewCatalog()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stageOf(t, interpreterOf(t, catalog("old", "3s"), old, child("old")))
			s.between = func(s *stage) { s.interpreter = later }
			s.run("parent", nil)
			require.NoError(t, s.err)
			assert.Greater(t, s.runs, 1)
			assert.Equal(t, []string{"a", "b", "c"}, s.paths())
			assert.Equal(t, "old", s.call("b").Activity.TaskQueue)
			assert.Equal(t, secondsOf(3), s.call("b").Activity.HeartbeatTimeout)
			started := s.call("c")
			assert.Equal(t, "child@1.0.0", started.Name)
			assert.Contains(t, compact(started.Arguments[1]), `"id":"old"`)
			assert.NotContains(t, compact(started.Arguments[1]), `"id":"new"`)
			assert.Equal(t, "parent@1.0.0", s.status().Blueprint)
		})
	}
}

// A child blueprint is resolved once: a plan that names it later gets what the run began
// with.
func TestAPlanDoesNotReplaceAChild(t *testing.T) {
	t.Parallel()
	parent := `
blueprint: parent
version: 1.0.0
steps:
  - {id: a, workflow: child@1.0.0}
  - {id: s, sleep: 1s}
  - {id: p, plan: work, with: {output: {steps: [{id: b, workflow: child@1.0.0}, {id: d, activity: work}]}}}
  - {id: c, workflow: child@1.0.0}
  - {id: e, activity: work}
`
	child := func(id string) string {
		return "blueprint: child\nversion: 1.0.0\nsteps: [{id: " + id + ", activity: plain}]"
	}
	s := stageOf(t, interpreterOf(t, newCatalog(), parent, child("old")))
	other := engine.NewCatalog()
	other.Activity("work", func(context.Context, any) (any, error) { return nil, nil }, engine.ActivityOptions{TaskQueue: "new"})
	other.Activity("plain", func(context.Context) error { return nil }, engine.ActivityOptions{TaskQueue: "new"})
	later := interpreterOf(t, other, child("new"))
	s.between = func(s *stage) { s.interpreter = later }
	s.run("parent", nil)
	require.NoError(t, s.err)
	for _, each := range s.calls() {
		if each.Kind == "child" {
			assert.Contains(t, compact(each.Arguments[1]), `"id":"old"`, each.Path)
			assert.NotContains(t, compact(each.Arguments[1]), `"id":"new"`, each.Path)
			continue
		}
		assert.NotEqual(t, "new", each.Activity.TaskQueue, each.Path)
	}
	assert.Len(t, s.calls(), 6)
}

// A child gets all that it needs: its own definition, those of its children, and what
// they call.
func TestAChildGetsAllItNeeds(t *testing.T) {
	t.Parallel()
	interpreter := interpreterOf(t, newCatalog(),
		"blueprint: one\nversion: 1.0.0\nsteps: [{id: s, workflow: two@1.0.0}]",
		"blueprint: two\nversion: 1.0.0\nsteps: [{id: s, workflow: three@1.0.0}]",
		"blueprint: three\nversion: 1.0.0\nsteps: [{id: s, activity: work, undo: {activity: echo, with: 1}}, {id: p, plan: plan}]",
		"blueprint: other\nversion: 1.0.0\nsteps: [{id: s, activity: plain}]",
	)
	s := stageOf(t, interpreter).run("one", nil)
	require.NoError(t, s.err)
	two := s.call("s")
	assert.Equal(t, "two@1.0.0", two.Name)
	require.Len(t, two.Arguments, 2)
	assert.Nil(t, two.Arguments[0], "it has no input")
	record := two.Arguments[1].(object)["record"].(object)
	assert.Equal(t, "two@1.0.0", record["name"])
	calls := record["calls"].(object)
	assert.ElementsMatch(t, []string{"two@1.0.0", "three@1.0.0"}, keys(calls["blueprints"]))
	assert.ElementsMatch(t, []string{"work", "echo", "plan"}, keys(calls["activities"]))
}

func keys(of any) []string {
	var found []string
	for name := range of.(object) {
		found = append(found, name)
	}
	return found
}

// The bare name is the newest version, by numbers, and a version is exact.
func TestVersions(t *testing.T) {
	t.Parallel()
	version := func(number string) string {
		return "blueprint: b\nversion: " + number + "\nsteps: [{id: s, set: {v: " + number + "}}]"
	}
	interpreter := interpreterOf(t, newCatalog(), version("1.9.0"), version("1.10.0"), version("1.2.11"), version("0.99.99"))
	assert.Equal(t, object{"v": "1.10.0"}, stageOf(t, interpreter).run("b", nil).output())
	assert.Equal(t, object{"v": "1.2.11"}, stageOf(t, interpreter).run("b@1.2.11", nil).output())
	unknown := stageOf(t, interpreter).run("b@3.0.0", nil)
	assert.Equal(t, engine.FailureUnknownBlueprint, unknown.failure().Type())
	assert.Contains(t, unknown.failure().Message(), `"b@3.0.0"`)
	assert.Contains(t, unknown.failure().Message(), "did you mean")
}

// What is wrong with the definitions is told all at once, and before any run.
func TestNewTellsWhatIsWrongWithTheDefinitions(t *testing.T) {
	t.Parallel()
	_, err := engine.New(newCatalog(), engine.Options{Definitions: fstest.MapFS{
		"a.yaml":       {Data: []byte("blueprint: a\nversion: 1.0.0\nsteps: [{id: s, activity: wrok}]")},
		"sub/b.json":   {Data: []byte(`{"blueprint": "b", "version": "1.0.0", "steps": [{"id": "s", "activty": "work"}]}`)},
		"notes.txt":    {Data: []byte("no blueprint")},
		"sub/fine.yml": {Data: []byte("blueprint: c\nversion: 1.0.0\nsteps: [{id: s, workflow: a@1.0.0}]")},
	}})
	require.Error(t, err)
	assert.ErrorContains(t, err, "a.yaml")
	assert.ErrorContains(t, err, "wrok")
	assert.ErrorContains(t, err, "sub/b.json")
	assert.ErrorContains(t, err, "activty")
	assert.NotContains(t, err.Error(), "notes.txt")
	assert.NotContains(t, err.Error(), "fine.yml")

	_, err = engine.New(newCatalog(), engine.Options{Definitions: files(
		"blueprint: a\nversion: 1.0.0\nsteps: [{id: s, set: {x: 1}}]", "blueprint: a\nversion: 1.0.0\nsteps: [{id: s, set: {x: 2}}]")})
	assert.ErrorContains(t, err, "a@1.0.0")
}

func TestInputs(t *testing.T) {
	t.Parallel()
	typed := `
blueprint: typed
version: 1.0.0
input: {type: object, required: [amount], properties: {amount: {type: number}}}
steps: [{id: s, set: {double: "${input.amount * 2}"}}]
`
	free := "blueprint: free\nversion: 1.0.0\nsteps: [{id: s, set: {got: \"${input}\"}}]"
	interpreter := interpreterOf(t, newCatalog(), typed, free)
	assert.Equal(t, object{"double": 5.0}, stageOf(t, interpreter).run("typed", object{"amount": 2.5}).output())
	for _, input := range []any{object{"amount": "2"}, object{}, 5} {
		s := stageOf(t, interpreter).run("typed", input)
		assert.Equal(t, engine.FailureInvalidInput, s.failure().Type())
		s = stageOf(t, interpreter).run(engine.InlineWorkflow, typed, input)
		assert.Equal(t, engine.FailureInvalidInput, s.failure().Type())
	}
	assert.Equal(t, object{"got": nil}, stageOf(t, interpreter).run("free").output())
	assert.Equal(t, object{"got": nil}, stageOf(t, interpreter).run("free", nil).output())
	assert.Equal(t, object{"got": "text"}, stageOf(t, interpreter).run("free", "text").output())
}

// A document can also come as an object.
func TestADocumentAsAnObject(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{EventsPerRun: 1}).run(engine.InlineWorkflow, object{
		"blueprint": "b", "version": "1.0.0", "steps": []any{
			object{"id": "a", "sleep": "1s"}, object{"id": "b", "sleep": "1s"}, object{"id": "c", "set": object{"x": "${input}"}},
		},
	}, 7)
	assert.Equal(t, object{"x": 7.0}, s.output())
	assert.Greater(t, s.runs, 1)
}

// A document with problems is told all of them, and is never tried again.
func TestInvalidDocuments(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`
steps:
  - {id: a, activity: wrok}
  - {id: a, activity: work, wiht: 1}
`), nil)
	failure := s.failure()
	assert.Equal(t, engine.FailureInvalidDocument, failure.Type())
	assert.True(t, failure.NonRetryable())
	assert.Contains(t, detailsIn(failure), "wrok")
	assert.Contains(t, detailsIn(failure), "wiht")
	assert.Contains(t, failure.Message(), "4:23")
	for _, document := range []any{nil, 5, "", "{", strings.Repeat("[", 10_000), "- 1"} {
		s := newStage(t, engine.Options{}).run(engine.InlineWorkflow, document, nil)
		assert.Equal(t, engine.FailureInvalidDocument, s.failure().Type(), "%.20v", document)
	}
}
