package engine_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing/fstest"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// person is what greet is given: documents are checked against its JSON tags.
type person struct {
	Name string `json:"name"`
}

func greet(_ context.Context, who person) (string, error) { return "Hello, " + who.Name + "!", nil }

// newGreeter makes an interpreter whose documents may call one Activity.
func newGreeter(definitions fstest.MapFS) (*engine.Interpreter, error) {
	catalog := engine.NewCatalog()
	catalog.Activity("greet", greet, engine.ActivityOptions{})
	return engine.New(catalog, engine.Options{Definitions: definitions})
}

// newEnvironment stands in for a Worker.
func newEnvironment() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	return suite.NewTestWorkflowEnvironment()
}

// Each definition is a Workflow Type of its own on the Worker that the interpreter is
// registered on.
func Example() {
	interpreter, err := newGreeter(fstest.MapFS{"greeting.yaml": {Data: []byte(`
blueprint: greeting
version: 1.0.0
input: {type: object, properties: {names: {type: array, items: {type: string}}}, required: [names]}
output: ${steps.each.output}
steps:
  - {id: each, map: [{id: greet, activity: greet, with: {name: "${item}"}}], over: "${input.names}"}
`)}})
	if err != nil {
		fmt.Println(err) // everything that is wrong with the catalog and with each document
		return
	}
	environment := newEnvironment() // in a service: worker.New(client, taskQueue, options)
	interpreter.Register(environment)

	environment.ExecuteWorkflow("greeting", map[string]any{"names": []string{"Ana", "Bo"}})
	var greetings []string
	fmt.Println(environment.GetWorkflowResult(&greetings), greetings)
	// Output: <nil> [Hello, Ana! Hello, Bo!]
}

// A document can come with the start of its run; it may call no more than the catalog has.
func ExampleInterpreter_Register() {
	interpreter, err := newGreeter(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	const document = "blueprint: own\nversion: 1.0.0\nsteps: [{id: greet, activity: greet, with: {name: \"${input}\"}}]\n"
	environment := newEnvironment()
	interpreter.Register(environment)

	environment.ExecuteWorkflow(engine.InlineWorkflow, document, "Cy")
	var greeting string
	fmt.Println(environment.GetWorkflowResult(&greeting), greeting)
	// Output: <nil> Hello, Cy!
}

// A document is checked against the catalog without a Worker, a server or a run.
func ExampleInterpreter_Catalog() {
	interpreter, err := newGreeter(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	const document = "blueprint: own\nversion: 1.0.0\nsteps: [{id: greet, activity: great, with: {nmae: Cy}}]\n"
	_, problems := language.Read("own.yaml", []byte(document), interpreter.Catalog(), language.DefaultBudget(), 0)
	for _, problem := range problems {
		fmt.Println(problem)
	}
	// Output: own.yaml:3:31: /steps/0/activity: there is no activity "great" in the catalog; did you mean "greet"? (unknown-activity)
}
