package dynamicworkflow

import (
	"testing"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

func TestCopiedVersioning(t *testing.T) {
	if options := VersionedOptions(worker.Options{DisableRegistrationAliasing: true}); !options.DeploymentOptions.UseVersioning || !options.DisableRegistrationAliasing {
		t.Fatalf("got %+v", options)
	}
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterDynamicWorkflow(DefaultPolicy().GreetAny, workflow.DynamicRegisterOptions{
		LoadDynamicRuntimeOptions: DefaultPolicy().RuntimeOptions,
	})
	environment.RegisterActivity(DefaultGreeting)
	environment.ExecuteWorkflow("greet-couple", "Ana", "Luis")

	var greeting string
	if err := environment.GetWorkflowResult(&greeting); err != nil || greeting != "Hello, Ana and Luis!" {
		t.Fatalf("got %q, %v", greeting, err)
	}
}
