package blueprint_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing/fstest"

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"dynamicsamples/blueprint"
)

// greet is an activity of yours; with JSON tags on a struct for more arguments.
func greet(_ context.Context, name string) (string, error) { return "Hello, " + name + "!", nil }

func Example() {
	catalog := blueprint.NewCatalog()
	catalog.Activity("greet", greet, blueprint.ActivityOptions{})

	// Or os.DirFS, or embed.FS.
	definitions := fstest.MapFS{"greeting.yaml": {Data: []byte(`
blueprint: greeting
version: 1.0.0
steps:
  - {id: greet, activity: greet, with: "${input.name}"}
`)}}
	interpreter, err := blueprint.New(catalog, blueprint.Options{Definitions: definitions})
	if err != nil {
		fmt.Println(err) // all that is wrong with the catalog and with each file
		return
	}

	// The same line registers everything on a worker.
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	environment := suite.NewTestWorkflowEnvironment()
	interpreter.Register(environment)

	environment.ExecuteWorkflow("greeting", map[string]string{"name": "Ana"})
	var output string
	err = environment.GetWorkflowResult(&output)
	fmt.Println(output, err)
	// Output: Hello, Ana! <nil>
}
