//go:build e2e

package command

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// An Activity that is retried is seen: its attempts, the last failure and the next attempt, by
// each of the commands, while the run itself knows of none.
func TestAttemptsAreSeen(t *testing.T) {
	connection := connected(t)
	catalog := engine.NewCatalog()
	catalog.Activity("flaky", func(_ context.Context, with struct {
		Failures int    `json:"failures"`
		Type     string `json:"type"`
		Message  string `json:"message"`
		Value    any    `json:"value"`
	}) (any, error) {
		return nil, temporal.NewApplicationError(with.Message, with.Type)
	}, engine.ActivityOptions{})
	interpreter, err := engine.New(catalog, engine.Options{})
	require.NoError(t, err)
	w := worker.New(connection, "retries", worker.Options{DisableRegistrationAliasing: true})
	interpreter.Register(w)
	require.NoError(t, w.Start())
	t.Cleanup(w.Stop)
	document, err := os.ReadFile("retries.yaml")
	require.NoError(t, err)
	_, err = connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "r-1", TaskQueue: "retries"}, engine.InlineWorkflow, string(document))
	require.NoError(t, err)

	var view follow.View
	require.Eventually(t, func() bool {
		code, out, _ := execute(t, t.Context(), "", "status", "r-1", "--json")
		return code == exitOK && json.Unmarshal([]byte(out), &view) == nil && len(view.Activities) == 1 && view.Activities[0].Attempt == 2
	}, time.Minute, 50*time.Millisecond)
	seen := view.Activities[0]
	assert.Equal(t, "two", seen.ID)
	assert.Equal(t, "flaky", seen.Name)
	assert.Equal(t, &follow.Failure{Type: "Down", Message: "the ledger is down"}, seen.LastFailure)
	require.NotNil(t, seen.NextAttempt)
	assert.WithinDuration(t, time.Now().Add(30*time.Second), *seen.NextAttempt, 15*time.Second)

	const told = `attempt 2 in [0-9.]+s — Down: the ledger is down\n`
	code, out, _ := execute(t, t.Context(), "", "status", "r-1")
	assert.Equal(t, exitOK, code)
	assert.Regexp(t, `▶ two activity .*\n  ↻ two flaky: `+told, out)
	code, out, _ = execute(t, t.Context(), "", "explain", "r-1")
	assert.Equal(t, exitOK, code)
	assert.Regexp(t, `waits for two: activity flaky, open for [0-9.m]+s, `+told, out)

	interrupted(t, `retrying  two \(flaky\): `+told, "watch", "r-1")
	require.NoError(t, connection.TerminateWorkflow(t.Context(), "r-1", "", "the test has ended"))
}
