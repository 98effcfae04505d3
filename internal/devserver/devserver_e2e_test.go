//go:build e2e

package devserver_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/devserver"
	"dynamicsamples/internal/e2etest"
)

func startReal(t *testing.T, options devserver.Options) *devserver.Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	options.CLI = e2etest.CLI(t)
	server, err := devserver.Start(ctx, options)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.Stop() })
	return server
}

func dial(t *testing.T, server *devserver.Server, namespace string) client.Client {
	t.Helper()
	temporal, err := client.DialContext(t.Context(), client.Options{HostPort: server.Address(), Namespace: namespace})
	require.NoError(t, err)
	t.Cleanup(temporal.Close)
	return temporal
}

func startWorkflow(t *testing.T, temporal client.Client) client.WorkflowRun {
	t.Helper()
	options := client.StartWorkflowOptions{ID: "kept", TaskQueue: "nobody's"}
	run, err := temporal.ExecuteWorkflow(t.Context(), options, "Kept")
	require.NoError(t, err)
	return run
}

func TestRealServerStops(t *testing.T) {
	server := startReal(t, devserver.Options{Namespace: "mine"})
	require.Empty(t, server.WebURL())
	startWorkflow(t, dial(t, server, "mine"))

	require.NoError(t, server.Stop())

	_, err := net.Dial("tcp", server.Address())
	require.Error(t, err, "the server is still listening")
	require.NoError(t, server.Stop())
}

func TestRealServerStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, err := devserver.Start(ctx, devserver.Options{CLI: e2etest.CLI(t)})
	require.NoError(t, err)

	cancel()
	<-server.Done()
	require.NoError(t, server.Stop())
}

func TestRealServerReportsItsEnd(t *testing.T) {
	server := startReal(t, devserver.Options{})
	server.Kill()
	<-server.Done()
	require.ErrorContains(t, server.Stop(), "ended by itself")
}

func TestRealServerHasWebUI(t *testing.T) {
	server := startReal(t, devserver.Options{WebUI: true})
	response, err := http.Get(server.WebURL())
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
}

func TestRealServerWithBadDatabase(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	database := filepath.Join(t.TempDir(), "database")
	require.NoError(t, os.WriteFile(database, []byte("This is no database."), 0o600))

	_, err := devserver.Start(ctx, devserver.Options{CLI: e2etest.CLI(t), Database: database})
	require.ErrorContains(t, err, "file is not a database")
}

// The second server is kept from seeing the taken port before it starts.
func TestRealServerReportsTakenPort(t *testing.T) {
	_, taken, err := net.SplitHostPort(startReal(t, devserver.Options{}).Address())
	require.NoError(t, err)

	_, err = devserver.Start(t.Context(), devserver.Options{CLI: e2etest.CLI(t), ExtraArguments: []string{"--port", taken}})
	require.ErrorContains(t, err, "ended by itself: exit status 1: ")
	require.True(t, devserver.IsAddressInUse(err), err)
}

func TestRealServerKeepsItsDatabase(t *testing.T) {
	options := devserver.Options{Database: filepath.Join(t.TempDir(), "database")}
	first := startReal(t, options)
	run := startWorkflow(t, dial(t, first, ""))
	require.NoError(t, first.Stop())

	second := startReal(t, options)
	description, err := dial(t, second, "").DescribeWorkflow(t.Context(), run.GetID(), run.GetRunID())
	require.NoError(t, err)
	require.Equal(t, "Kept", description.WorkflowType.Name)
}
