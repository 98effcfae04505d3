package dynamicworkflow

import (
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// invite is a workflow of another team: it calls a type that only the catch-all serves.
func invite(ctx workflow.Context, guests []string) (string, error) {
	invitation := "Come at eight."
	for _, guest := range guests {
		var greeting string
		if err := workflow.ExecuteChildWorkflow(ctx, "greet-spanish", guest).Get(ctx, &greeting); err != nil {
			return "", err
		}
		invitation += " " + greeting
	}
	return invitation, nil
}

// The catch-all is tested under the names that clients use, with a table of the test's
// own. Its Activities are registered, and mocked as usual.
func TestCatchAllWithAnotherTable(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	RegisterPolicy(environment, Policy{Types: map[string]Definition{"greet-basque": {Greeting: "Kaixo", Names: 1}}})
	environment.OnActivity(DefaultGreeting, mock.Anything, Greeting{"Kaixo", "Ana"}).Return("Kaixo!", nil)
	environment.ExecuteWorkflow("greet-basque", "Ana")

	var greeting string
	require.NoError(t, environment.GetWorkflowResult(&greeting))
	assert.Equal(t, "Kaixo!", greeting)
	environment.AssertExpectations(t)
}

// A caller is tested with a stand-in that is registered under the child's name. It wins
// over the catch-all, and can be mocked.
func TestCallerWithAStandIn(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(invite)
	standIn := func(_ workflow.Context, guest string) (string, error) { return guest + "!", nil }
	environment.RegisterWorkflowWithOptions(standIn, workflow.RegisterOptions{Name: "greet-spanish"})
	environment.OnWorkflow("greet-spanish", mock.Anything, "Ana").Return("¡Hola!", nil)
	environment.OnWorkflow("greet-spanish", mock.Anything, mock.Anything).Return(standIn)
	environment.ExecuteWorkflow(invite, []string{"Ana", "Luis"})

	var invitation string
	require.NoError(t, environment.GetWorkflowResult(&invitation))
	assert.Equal(t, "Come at eight. ¡Hola! Luis!", invitation)
	environment.AssertExpectations(t)
}

// A mock of the catch-all's function is accepted, but the real catch-all runs.
func TestMockOfTheCatchAllIsIgnored(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	Register(environment)
	environment.RegisterWorkflow(invite)
	environment.OnWorkflow(DefaultPolicy().GreetAny, mock.Anything, mock.Anything).Return("mocked", nil)
	environment.ExecuteWorkflow(invite, []string{"Ana"})

	var invitation string
	require.NoError(t, environment.GetWorkflowResult(&invitation))
	assert.Equal(t, "Come at eight. Hola, Ana!", invitation)
}

// A mock of a child's name without a stand-in ends the whole test program in a panic,
// whether a catch-all serves the name or nobody does. So this test starts another one.
func TestMockWithoutAStandInEndsTheTestProgram(t *testing.T) {
	const selected = "MOCK_WITHOUT_A_STAND_IN"
	register := map[string]func(*testsuite.TestWorkflowEnvironment){
		"catch-all": func(environment *testsuite.TestWorkflowEnvironment) { Register(environment) },
		"nobody":    func(*testsuite.TestWorkflowEnvironment) {},
	}
	if each := register[os.Getenv(selected)]; each != nil {
		var suite testsuite.WorkflowTestSuite
		environment := suite.NewTestWorkflowEnvironment()
		each(environment)
		environment.RegisterWorkflow(invite)
		environment.OnWorkflow("greet-spanish", mock.Anything, mock.Anything).Return("mocked", nil)
		environment.ExecuteWorkflow(invite, []string{"Ana"})
		return
	}
	for name, message := range map[string]string{
		"catch-all": "panic: Decode error: ",
		"nobody":    "panic: unable to find workflow type: greet-spanish.",
	} {
		program := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
		program.Env = append(os.Environ(), selected+"="+name)
		output, err := program.CombinedOutput()
		assert.Error(t, err, name)
		assert.Contains(t, string(output), message, name)
	}
}
