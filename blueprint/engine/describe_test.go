package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// describedCatalog has one of everything that a description tells.
func describedCatalog() *engine.Catalog {
	catalog := engine.NewCatalog()
	catalog.Activity("greet", func(_ context.Context, _ struct {
		Name string `json:"name"`
	}) (string, error) {
		return "", nil
	}, engine.ActivityOptions{Description: "Greet somebody.", Local: true, Options: language.Options{StartToClose: "3s"}})
	catalog.Activity("leave", func(context.Context) error { return nil }, engine.ActivityOptions{Remote: true, TaskQueue: "doors"})
	catalog.Workflow("visit", func(workflow.Context, []int) (any, error) { return nil, nil }, engine.WorkflowOptions{Description: "Visit rooms.", TaskQueue: "rooms"})
	return catalog
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	interpreter, err := engine.New(describedCatalog(), engine.Options{
		Definitions:  files("blueprint: hello\nversion: 1.2.3\nsummary: Say hello.\ninput: {type: object}\nsteps: [{id: a, activity: leave}]\n"),
		Budget:       language.Budget{Steps: 7},
		EventsPerRun: 50,
	})
	require.NoError(t, err)
	encoded, err := json.Marshal(interpreter.Describe())
	require.NoError(t, err)
	budget, err := json.Marshal(language.Budget{Steps: 7}.Or(language.DefaultBudget()))
	require.NoError(t, err)
	definition, _, _ := language.Load("", []byte("blueprint: hello\nversion: 1.2.3\nsummary: Say hello.\ninput: {type: object}\nsteps: [{id: a, activity: leave}]\n"), 0)
	canonical, err := language.Canonical(definition)
	require.NoError(t, err)
	assert.JSONEq(t, fmt.Sprintf(`{
		"catalog": 1, "interpreter": %d,
		"activities": {
			"greet": {
				"description": "Greet somebody.", "local": true, "options": {"startToClose": "3s"},
				"input": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}, "additionalProperties": false},
				"output": {"type": "string"}
			},
			"leave": {"noInput": true, "output": {"type": "null"}, "remote": true, "taskQueue": "doors"}
		},
		"workflows": {"visit": {"description": "Visit rooms.", "input": {"type": ["null", "array"], "items": {"type": "integer"}}, "output": true, "taskQueue": "rooms"}},
		"blueprints": {"hello@1.2.3": {"hash": %q, "summary": "Say hello.", "input": {"type": "object"}}},
		"budget": %s, "eventsPerRun": 50, "payloadBytes": 2097152
	}`, engine.Version, language.Hash(canonical), budget), string(encoded))
}

// A worker tells it to any client, in parts that fit a payload, with nothing left out and
// nothing told twice.
func TestTheCatalogWorkflowTellsInParts(t *testing.T) {
	t.Parallel()
	catalog := describedCatalog()
	for number := range 3000 {
		catalog.Activity(fmt.Sprintf("numbered_%04d", number), func(context.Context, language.Budget) error { return nil }, engine.ActivityOptions{})
	}
	interpreter, err := engine.New(catalog, engine.Options{Definitions: files(
		"blueprint: hello\nversion: 1.0.0\nsteps: [{id: a, activity: leave}]\n", "blueprint: hello\nversion: 1.1.0\nsteps: [{id: a, activity: leave}]\n",
	)})
	require.NoError(t, err)
	whole := interpreter.Describe()
	assert.Empty(t, whole.Next)

	var suite testsuite.WorkflowTestSuite
	activities, workflows, blueprints := 0, 0, 0
	parts, next := 0, ""
	for parts == 0 || next != "" {
		environment := suite.NewTestWorkflowEnvironment()
		environment.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Minute}) // the machine may be busy
		interpreter.Register(environment)
		if parts == 0 {
			// Other clients leave the argument out.
			environment.ExecuteWorkflow(engine.CatalogWorkflow)
		} else {
			environment.ExecuteWorkflow(engine.CatalogWorkflow, next)
		}
		require.NoError(t, environment.GetWorkflowError())
		var encoded json.RawMessage
		require.NoError(t, environment.GetWorkflowResult(&encoded))
		assert.Less(t, len(encoded), 300<<10)
		var part engine.Description
		require.NoError(t, json.Unmarshal(encoded, &part))
		assert.Equal(t, whole.Budget, part.Budget)
		for name := range part.Activities {
			assert.Contains(t, whole.Activities, name)
		}
		activities, workflows, blueprints = activities+len(part.Activities), workflows+len(part.Workflows), blueprints+len(part.Blueprints)
		parts, next = parts+1, part.Next
	}
	assert.Greater(t, parts, 2)
	assert.Equal(t, []int{3002, 1, 2}, []int{activities, workflows, blueprints})
	assert.Equal(t, []string{"hello@1.0.0", "hello@1.1.0"}, slices.Sorted(maps.Keys(whole.Blueprints)))
}

// What was described can be checked by its description alone, and described again.
func TestADescriptionDescribesItself(t *testing.T) {
	t.Parallel()
	original, err := engine.New(describedCatalog(), engine.Options{})
	require.NoError(t, err)
	encoded, err := json.Marshal(original.Describe())
	require.NoError(t, err)
	var read engine.Description
	require.NoError(t, json.Unmarshal(encoded, &read))
	catalog := engine.NewCatalog()
	catalog.AddDescribed(read)
	copied, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	again := copied.Describe()
	leave := again.Activities["leave"]
	assert.False(t, leave.Remote, "a stand-in for it is here")
	leave.Remote = true
	again.Activities["leave"] = leave
	same, err := json.Marshal(again)
	require.NoError(t, err)
	assert.JSONEq(t, string(encoded), string(same))

	catalog.AddDescribed(read)
	_, err = engine.New(catalog, engine.Options{})
	assert.ErrorContains(t, err, `activity "greet" is in the catalog twice`)
}

// A call of what is only described fails at once, and says why.
func TestWhatIsOnlyDescribedIsNotCalled(t *testing.T) {
	t.Parallel()
	catalog := engine.NewCatalog()
	catalog.AddDescribed(engine.Description{
		Activities: map[string]engine.DescribedFunction{"with": {}, "without": {NoInput: true}},
		Workflows:  map[string]engine.DescribedFunction{"child": {}, "childless": {NoInput: true}},
	})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	for name, step := range map[string]string{
		"with": "activity: with, with: 1", "without": "activity: without", "child": "workflow: child, with: 1", "childless": "workflow: childless",
	} {
		var suite testsuite.WorkflowTestSuite
		environment := suite.NewTestWorkflowEnvironment()
		interpreter.Register(environment)
		attempts := 0
		environment.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { attempts++ })
		environment.ExecuteWorkflow(engine.InlineWorkflow, "blueprint: x\nversion: 1.0.0\nsteps: [{id: a, "+step+"}]\n", nil)
		assert.ErrorContains(t, environment.GetWorkflowError(), fmt.Sprintf("there is no function %q here: give it an outcome", name))
		assert.ErrorContains(t, environment.GetWorkflowError(), engine.FailureNotInCatalog)
		assert.LessOrEqual(t, attempts, 1, name)
	}
}

// The names of the interpreter's own workflows are its own.
func TestReservedWorkflowTypes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{engine.InlineWorkflow, engine.CatalogWorkflow} {
		catalog := engine.NewCatalog()
		catalog.Workflow(name, func(workflow.Context) error { return nil }, engine.WorkflowOptions{})
		_, err := engine.New(catalog, engine.Options{})
		assert.ErrorContains(t, err, fmt.Sprintf("workflow %q: the interpreter has a Workflow Type of this name", name))
	}
}

// The test cases beside a document are none themselves.
func TestCasesAreNoDefinitions(t *testing.T) {
	t.Parallel()
	folder := files("blueprint: hello\nversion: 1.0.0\nsteps: [{id: a, activity: leave}]\n")
	folder["0.cases.yaml"] = &fstest.MapFile{Data: []byte("cases: []\n")}
	interpreter, err := engine.New(describedCatalog(), engine.Options{Definitions: folder})
	require.NoError(t, err)
	assert.Len(t, interpreter.Describe().Blueprints, 1)
}
