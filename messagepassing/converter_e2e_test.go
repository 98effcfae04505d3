//go:build e2e

package messagepassing

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/convertertest"
	"dynamicsamples/internal/e2etest"
)

// With a codec, what a message brings is in no Event that the server keeps. The Activity
// that sends an Update has it from its Worker.
func TestEncryptedMessages(t *testing.T) {
	server := e2etest.StartServer(t)
	connection, err := connect.Dial(t.Context(), client.Options{
		HostPort: server.Address(), Namespace: server.Namespace(),
		DataConverter: converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), convertertest.AES()),
	})
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	e2etest.RunWorker(t, connection, func(ctx context.Context, connection client.Client) error {
		w := worker.New(connection, TaskQueue, Options())
		Register(w)
		return connect.RunUntilDone(ctx, w)
	})
	greeting, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "greeting", TaskQueue: TaskQueue}, Greeting, GreetingInput{})
	require.NoError(t, err)
	sender, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "sender", TaskQueue: TaskQueue}, LearnForAnother, "greeting", "french")
	require.NoError(t, err)
	require.NoError(t, sender.Get(t.Context(), nil))
	require.NoError(t, connection.SignalWorkflow(t.Context(), "greeting", "", ApproveSignal, Approval{Name: "Ana"}))
	var text string
	require.NoError(t, greeting.Get(t.Context(), &text))
	assert.Equal(t, "Bonjour, monde (approved by Ana)", text)
	answer, err := connection.QueryWorkflow(t.Context(), "greeting", "", LanguageQuery)
	require.NoError(t, err)
	require.NoError(t, answer.Get(&text))
	assert.Equal(t, "french", text)

	for _, run := range []client.WorkflowRun{greeting, sender} {
		for _, history := range chain(t, connection, run.GetID(), run.GetRunID()) {
			events, err := history.Marshal()
			require.NoError(t, err)
			assert.Contains(t, string(events), "binary/encrypted")
			for _, secret := range []string{"french", "Ana", "Bonjour"} {
				assert.NotContains(t, string(events), secret)
			}
		}
	}
}
