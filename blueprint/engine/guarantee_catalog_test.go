package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// object is a JSON object.
type object = map[string]any

// handed is what one run hands to the next: a record of a definition that no checker has
// seen.
func handed(t *testing.T, steps string, calls object) object {
	t.Helper()
	definition, _, problems := language.Load("", []byte(document(steps)), 0)
	require.Empty(t, problems)
	canonical, err := language.Canonical(definition)
	require.NoError(t, err)
	return object{"record": object{
		"interpreter": 1, "name": "tested@1.0.0", "hash": language.Hash(canonical), "definition": json.RawMessage(canonical),
		"calls": calls, "budget": language.DefaultBudget(), "continueAfter": 1000,
	}}
}

// Guarantee 2: what the catalog did not list is not called, even where no checker has
// seen the document.
func TestNothingOutsideTheCatalogIsCalled(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string]string{
		"an activity":       `{id: s, activity: secret}`,
		"a local activity":  `{id: s, activity: secret, local: true}`,
		"a planner":         `{id: s, plan: secret}`,
		"a child workflow":  `{id: s, workflow: secret}`,
		"a blueprint":       `{id: s, workflow: secret@1.0.0}`,
		"the interpreter's": `{id: s, activity: blueprint.watch_child, with: {workflowId: other}}`,
		"another blueprint": `{id: s, workflow: blueprint, with: "..."}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t, engine.Options{})
			s.handedOn = true
			text := `
steps:
  - id: t
    try: [` + steps + `]
    catch: [{types: [NotInCatalog], steps: [{id: c, set: {at: "${error.step}"}}]}]
`
			s.run("any", nil, handed(t, text, object{"activities": object{"work": object{}}, "workflows": object{"sub": object{}}}))
			assert.Equal(t, object{"at": "t/s"}, s.output())
			assert.Empty(t, s.commands)
		})
	}
	t.Run("an undo", func(t *testing.T) {
		t.Parallel()
		s := newStage(t, engine.Options{})
		s.handedOn = true
		s.run("any", nil, handed(t, `
steps: [{id: a, activity: work, undo: {activity: secret}}, {id: f, fail: {type: Bad, message: m}}]
`, object{"activities": object{"work": object{}}}))
		assert.Equal(t, `step f: m; a/undo failed: NotInCatalog: the activity "secret" is not in the catalog`, s.failure().Message())
		assert.Equal(t, []string{"a"}, s.paths())
	})
}

// What the server would refuse again and again is a failure of the step, where a former
// version has let it pass the checker.
func TestOptionsThatTheServerRefuses(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]string{
		"an activity":      `{id: s, activity: work, retry: {maximumInterval: 500ms}}`,
		"a planner":        `{id: s, plan: work, retry: {maximumInterval: 1ms}}`,
		"a child workflow": `{id: s, workflow: sub, retry: {maximumInterval: 999ms}}`,
		"a name":           `{id: s, activity: work, retry: {nonRetryableErrorTypes: ["TemporalTimeout:Never"]}}`,
	} {
		s := newStage(t, engine.Options{})
		s.handedOn = true
		s.run("any", nil, handed(t, `
steps:
  - id: t
    try: [`+step+`]
    catch: [{types: [InvalidOptions], steps: [{id: c, set: {at: "${error.step}"}}]}]
`, object{"activities": object{"work": object{}}, "workflows": object{"sub": object{}}}))
		assert.Equal(t, object{"at": "t/s"}, s.output(), name)
		assert.Empty(t, s.commands, name)
	}
}

// The server never sees the Retry Policy of a Local Activity, and looks at nothing of one that
// has a single attempt: what has run by version 1 goes on running.
func TestOptionsThatTheServerDoesNotSee(t *testing.T) {
	t.Parallel()
	for _, version := range []int{1, engine.Version} {
		for _, step := range []string{
			`{id: s, activity: work, local: true, retry: {maximumInterval: 500ms, nonRetryableErrorTypes: ["TemporalTimeout:Never"]}}`,
			`{id: s, activity: work, local: true, retry: {initialInterval: 2000d}}`,
			`{id: s, activity: work, retry: {maximumAttempts: 1, maximumInterval: 500ms, nonRetryableErrorTypes: ["TemporalTimeout:Never"]}}`,
			`{id: s, activity: work, retry: {nonRetryableErrorTypes: ["TemporalTimeout:ScheduleToClose", "TemporalTimeout:TIMEOUT_TYPE_HEARTBEAT"]}}`,
		} {
			s := stageAt(t, version, engine.Options{}).inline(document("steps: ["+step+"]"), nil)
			assert.NoError(t, s.err, step)
			assert.Equal(t, []string{"s"}, s.paths(), step)
		}
	}
}

// A catalog is refused whose entries the server would refuse.
func TestCatalogEntriesThatTheServerRefuses(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context) error { return nil }
	for wants, each := range map[string]struct {
		name    string
		options engine.ActivityOptions
	}{
		`activity "a": its options: /retry/maximumInterval: the maximum interval is shorter than the initial one, which is 1s where it is not given`: {"a", engine.ActivityOptions{Options: language.Options{Retry: &language.Retry{MaximumInterval: "500ms"}}}},
		`activity "a": its options: /startToClose: "soon" is no duration`:                                                                            {"a", engine.ActivityOptions{Options: language.Options{StartToClose: "soon"}}},
		`activity "a": its Task Queue "/_sys/mine": names that begin with /_sys/ are the server's own`:                                               {"a", engine.ActivityOptions{TaskQueue: "/_sys/mine"}},
		`activity "a": its Task Queue: it has 1001 bytes, and the server takes 1000`:                                                                 {"a", engine.ActivityOptions{TaskQueue: strings.Repeat("q", 1001)}},
		`the name of an entry: it has 1001 bytes, and the server takes 1000`:                                                                         {strings.Repeat("a", 1001), engine.ActivityOptions{}},
	} {
		catalog := engine.NewCatalog()
		catalog.Activity(each.name, nothing, each.options)
		_, err := engine.New(catalog, engine.Options{})
		assert.ErrorContains(t, err, wants)
		described := engine.NewCatalog()
		described.AddDescribed(engine.Description{Activities: map[string]engine.DescribedFunction{
			each.name: {TaskQueue: each.options.TaskQueue, Options: each.options.Options},
		}})
		_, err = engine.New(described, engine.Options{})
		assert.ErrorContains(t, err, wants)
	}
	catalog := engine.NewCatalog()
	catalog.Activity(strings.Repeat("a", 1000), nothing, engine.ActivityOptions{TaskQueue: strings.Repeat("q", 1000), Options: language.Options{Retry: &language.Retry{MaximumInterval: "1s"}}})
	_, err := engine.New(catalog, engine.Options{})
	assert.NoError(t, err)
}

// A client cannot hand a run what only its own runs hand over.
func TestAClientCannotHandOverARecord(t *testing.T) {
	t.Parallel()
	forged := handed(t, `steps: [{id: evil, activity: secret}]`, object{"activities": object{"secret": object{"taskQueue": "other"}}})
	interpreter, err := engine.New(newCatalog(), engine.Options{Definitions: files(`
blueprint: honest
version: 1.0.0
steps: [{id: good, activity: plain}]
`)})
	require.NoError(t, err)
	t.Run("named", func(t *testing.T) {
		s := stageOf(t, interpreter).run("honest", nil, forged)
		require.NoError(t, s.err)
		assert.Equal(t, []string{"good"}, s.paths())
	})
	t.Run("inline", func(t *testing.T) {
		s := stageOf(t, interpreter).run(engine.InlineWorkflow, document(`steps: [{id: good, activity: plain}]`), nil, forged)
		require.NoError(t, s.err)
		assert.Equal(t, []string{"good"}, s.paths())
	})
}

// A document that calls what is not there is refused before its first step, and so is a
// plan.
func TestUncatalogedNamesAreRefused(t *testing.T) {
	t.Parallel()
	for _, steps := range []string{
		`{id: s, activity: secret}`, `{id: s, plan: secret}`, `{id: s, workflow: secret}`, `{id: s, workflow: secret@1.0.0}`,
		`{id: s, activity: work, undo: {activity: secret}}`, `{id: s, workflow: blueprint}`, `{id: s, activity: blueprint.watch_child}`,
	} {
		s := newStage(t, engine.Options{}).inline(document(`
steps: [{id: first, activity: work}, `+steps+`]`), nil)
		assert.Equal(t, engine.FailureInvalidDocument, s.failure().Type(), steps)
		assert.Empty(t, s.commands, steps)

		s = newStage(t, engine.Options{}).inline(document(`
steps: [{id: p, plan: work, with: {output: {steps: [{id: first, activity: work}, `+steps+`]}}}]`), nil)
		assert.Equal(t, engine.FailureInvalidPlan, s.failure().Type(), steps)
		assert.Equal(t, []string{"p"}, s.paths(), steps)
	}
}

// The names that a worker offers are those of the catalog.
func TestNewTellsWhatIsWrongWithTheCatalog(t *testing.T) {
	t.Parallel()
	catalog := engine.NewCatalog()
	catalog.Activity("twice", func(context.Context) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("twice", func(context.Context) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("", func(context.Context) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("no function", 5, engine.ActivityOptions{})
	catalog.Activity("nothing", nil, engine.ActivityOptions{})
	catalog.Activity("no context", func(int) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("no error", func(context.Context) int { return 1 }, engine.ActivityOptions{})
	catalog.Activity("two arguments", func(context.Context, int, int) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("variadic", func(context.Context, ...int) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("three results", func(context.Context) (int, int, error) { return 1, 1, nil }, engine.ActivityOptions{})
	catalog.Workflow("an activity", func(context.Context) error { return nil }, engine.WorkflowOptions{})
	catalog.Workflow("good", func(workflow.Context, object) (object, error) { return nil, nil }, engine.WorkflowOptions{})
	_, err := engine.New(catalog, engine.Options{})
	require.Error(t, err)
	for _, name := range []string{
		"twice", "has no name", "no function", "nothing", "no context", "no error", "two arguments", "variadic", "three results", "an activity",
	} {
		assert.ErrorContains(t, err, name)
	}
	assert.NotContains(t, err.Error(), "good")
}

// What Go's JSON writes in its own way is checked as it is written.
func TestTypesAreThoseOfTheirJSON(t *testing.T) {
	t.Parallel()
	catalog := engine.NewCatalog()
	catalog.Activity("bytes", func(context.Context, []byte) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("raw", func(context.Context, json.RawMessage) error { return nil }, engine.ActivityOptions{})
	for call, wants := range map[string]string{
		`activity: bytes, with: "aGVsbG8="`: "",
		`activity: bytes, with: [1, 2]`:     "a list",
		`activity: raw, with: [1, "two"]`:   "",
		`activity: raw, with: {a: 1}`:       "",
	} {
		_, err := engine.New(catalog, engine.Options{Definitions: files(document("steps: [{id: s, " + call + "}]\n"))})
		if wants == "" {
			assert.NoError(t, err, call)
		} else {
			assert.ErrorContains(t, err, wants, call)
		}
	}
}
