package e2etest

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/types/known/durationpb"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/devserver"
)

// SkippedVariable is the environment variable with the path of a file to which the
// name of each test is added that is skipped because it needs what is not there: a server
// of its own, or a program.
const SkippedVariable = "E2E_SKIPPED"

const (
	// A server deletes the histories of a namespace that outlives its test, because
	// the test was killed, after this time.
	retention = 24 * time.Hour
	// namespaceLimit is how long a namespace takes to be known to all of a cluster.
	namespaceLimit    = time.Minute
	namespaceInterval = 50 * time.Millisecond
)

// Server is a Temporal server with a namespace that no other test uses.
type Server struct {
	address   string
	namespace string
}

// Address is the server's host:port.
func (s Server) Address() string { return s.address }

// Namespace is the test's own namespace.
func (s Server) Namespace() string { return s.namespace }

// Environment is what a program that the test starts needs in its environment to reach
// the server.
func (s Server) Environment() []string {
	return []string{"TEMPORAL_ADDRESS=" + s.address, "TEMPORAL_NAMESPACE=" + s.namespace}
}

// Dial returns a client of the test's namespace, which is closed when the test ends.
func (s Server) Dial(t testing.TB) client.Client {
	t.Helper()
	connection, err := connect.Dial(t.Context(), client.Options{
		HostPort:  s.address,
		Namespace: s.namespace,
		// Many scenarios fail on purpose, and the SDK logs each failure.
		Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err)
	t.Cleanup(connection.Close)
	return connection
}

// Connect starts a dev server as StartServer does and returns a client of it.
func Connect(t testing.TB, extraArguments ...string) client.Client {
	t.Helper()
	return StartServer(t, extraArguments...).Dial(t)
}

// StartServer starts a dev server that ends with the test. Extra arguments go to the
// server.
//
// Where the environment chooses a running server (see [devserver.ChoiceVariable]), the
// test gets a namespace of its own there, which is deleted when the test ends, and is
// skipped if it has extra arguments.
func StartServer(t testing.TB, extraArguments ...string) Server {
	t.Helper()
	choice, err := devserver.ReadChoice()
	require.NoError(t, err)
	if choice.Address != "" && len(extraArguments) == 0 {
		return Server{address: choice.Address, namespace: registerNamespace(t, choice.Address)}
	}
	program := CLI(t)
	server, err := devserver.Start(context.WithoutCancel(t.Context()), devserver.Options{CLI: program, ExtraArguments: extraArguments})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, server.Stop()) })
	return Server{address: server.Address(), namespace: client.DefaultNamespace}
}

// CLI returns the path of the temporal program, for a test that needs a server of its
// own. It skips the test where the environment chooses a running server.
func CLI(t testing.TB) string {
	t.Helper()
	choice, err := devserver.ReadChoice()
	require.NoError(t, err)
	if choice.Address != "" {
		skip(t, fmt.Sprintf("needs a server of its own, and %s is a running one", choice.Address))
	}
	program, err := devserver.ProvideCLI(t.Context(), os.Stderr)
	require.NoError(t, err)
	return program
}

// Need skips the test where a program is not on the PATH.
func Need(t testing.TB, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			skip(t, fmt.Sprintf("needs the program %s, which is not on the PATH", program))
		}
	}
}

func skip(t testing.TB, reason string) {
	t.Helper()
	require.NoError(t, noteSkipped(t.Name(), reason))
	t.Skip("this test " + reason)
}

// noteSkipped adds the test's folder, its name and the reason to the file that the
// environment names.
func noteSkipped(name, reason string) error {
	path := os.Getenv(SkippedVariable)
	if path == "" {
		return nil
	}
	folder, err := packageFolder()
	if err != nil {
		return err
	}
	// Packages are tested at a time: each line is written at once, to the end.
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("note the skipped test: %w", err)
	}
	defer file.Close()
	_, err = fmt.Fprintf(file, "%s %s %s\n", folder, name, reason)
	return err
}

// packageFolder is the tested package's folder below the module's root: go test runs a
// package's tests there.
func packageFolder() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	root, err := devserver.ModuleRoot(folder)
	if err != nil {
		return "", err
	}
	folder, err = filepath.Rel(root, folder)
	return filepath.ToSlash(folder), err
}

// registerNamespace registers a namespace for the test alone: tests use the same
// workflow IDs and Task Queues as each other.
func registerNamespace(t testing.TB, address string) string {
	t.Helper()
	connection, err := client.DialContext(t.Context(), client.Options{
		HostPort: address, Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	require.NoError(t, err, "connect to the server that %s chooses", devserver.ChoiceVariable)
	t.Cleanup(connection.Close)
	namespace := "e2e-" + strings.ToLower(rand.Text())
	_, err = connection.WorkflowService().RegisterNamespace(t.Context(), &workflowservice.RegisterNamespaceRequest{
		Namespace:                        namespace,
		Description:                      "of the test " + t.Name(),
		WorkflowExecutionRetentionPeriod: durationpb.New(retention),
	})
	require.NoError(t, err, "register a namespace for the test")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), namespaceLimit)
		defer cancel()
		_, err := connection.OperatorService().DeleteNamespace(ctx, &operatorservice.DeleteNamespaceRequest{Namespace: namespace})
		assert.NoError(t, err, "delete the test's namespace")
	})
	awaitNamespace(t, connection, namespace)
	return namespace
}

// awaitNamespace waits until the server, which caches its namespaces, takes requests
// for the new one.
func awaitNamespace(t testing.TB, connection client.Client, namespace string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), namespaceLimit)
	defer cancel()
	ticker := time.NewTicker(namespaceInterval)
	defer ticker.Stop()
	for {
		_, err := connection.WorkflowService().CountWorkflowExecutions(ctx, &workflowservice.CountWorkflowExecutionsRequest{Namespace: namespace})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			require.NoError(t, err, "the server has not come to know the namespace %s within %v", namespace, namespaceLimit)
		case <-ticker.C:
		}
	}
}
