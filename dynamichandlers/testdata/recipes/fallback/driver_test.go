package dynamichandlers

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// colors is a workflow of the copier's own: it ends when it knows two colors.
func colors(ctx workflow.Context) error {
	known := map[string]string{}
	fallback := Fallback{
		Answer: func(name string) (any, error) { return known[name], nil },
		Validate: func(_ workflow.Context, name string, _ converter.RawValue) error {
			if name == "" {
				return invalidValue("the name is missing")
			}
			return nil
		},
		Apply: func(_ workflow.Context, name string, argument converter.RawValue) (any, error) {
			known[name] = string(argument.Payload().GetData())
			return len(known), nil
		},
	}
	if err := fallback.Register(ctx); err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return len(known) == 2 })
}

type completed struct{ err error }

func (c *completed) Accept()                   {}
func (c *completed) Reject(err error)          { c.err = err }
func (c *completed) Complete(_ any, err error) { c.err = err }

func TestFallback(t *testing.T) {
	environment := new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(colors)
	var sky, nameless, grass completed
	environment.RegisterDelayedCallback(func() {
		environment.UpdateWorkflow(AnyUpdate, "1", &sky, Envelope{"sky", []json.RawMessage{[]byte(`"blue"`)}})
		environment.UpdateWorkflow(AnyUpdate, "2", &nameless, Envelope{})
		environment.UpdateWorkflow(AnyUpdate, "3", &grass, Envelope{"grass", []json.RawMessage{[]byte(`"green"`)}})
	}, 0)
	environment.ExecuteWorkflow(colors)
	require.NoError(t, environment.GetWorkflowError())
	require.NoError(t, sky.err)
	require.ErrorContains(t, nameless.err, "the name is missing")
	require.NoError(t, grass.err)
	answer, err := environment.QueryWorkflow(AnyQuery, Envelope{Name: "sky"})
	require.NoError(t, err)
	var color string
	require.NoError(t, answer.Get(&color))
	require.Equal(t, `"blue"`, color)
}
