//go:build e2e

package engine_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/e2etest"
)

// The program that the README shows is a module of its own. It needs nothing but what this
// module needs, and serves the documents inside it, or those in a folder.
func TestEmbedding(t *testing.T) {
	program := buildGreeter(t)
	server := e2etest.StartServer(t)
	connection := server.Dial(t)
	greet := func(kind string, arguments ...any) any {
		var output any
		run, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: "greeter"}, kind, arguments...)
		require.NoError(t, err)
		require.NoError(t, run.Get(t.Context(), &output))
		return output
	}
	stop := startGreeter(t, program, server)
	assert.Equal(t, []any{"Hello, Ana!", "Hello, Bo!"}, greet("greeting", map[string]any{"names": []string{"Ana", "Bo"}}))
	started, err := greeter(t.Context(), program, server, "blueprint", "start", "greeting", "--id", "by-command", "--input", `{"names": ["Di"]}`).CombinedOutput()
	assert.NoError(t, err)
	assert.Equal(t, "started by-command\n", string(started))
	ended, err := greeter(t.Context(), program, server, "blueprint", "result", "by-command").CombinedOutput()
	assert.NoError(t, err)
	assert.JSONEq(t, `["Hello, Di!"]`, string(ended))
	document := "blueprint: own\nversion: 1.0.0\nsteps: [{id: greet, activity: greet, with: {name: Cy}}]\n"
	assert.Equal(t, "Hello, Cy!", greet(engine.InlineWorkflow, document, nil))
	stop()

	folder := t.TempDir()
	file := filepath.Join(folder, "own.yaml")
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(document, "activity: greet", "activity: great", 1)), 0o600))
	stop = startGreeter(t, program, server, "--library", folder)
	assert.Equal(t, []any{"Hello, Ana!"}, greet("greeting", map[string]any{"names": []string{"Ana"}}))
	served := func() string {
		output, _ := greeter(t.Context(), program, server, "blueprint", "catalog", "--task-queue", "greeter").CombinedOutput()
		return string(output)
	}
	assert.Contains(t, served(), `not served: own.yaml:3:31: /steps/0/activity: there is no activity "great" in the catalog; did you mean "greet"?`)
	require.NoError(t, os.WriteFile(file, []byte(document), 0o600))
	require.Eventually(t, func() bool { return strings.Contains(served(), "blueprint own@1.0.0") }, 30*time.Second, 100*time.Millisecond)
	assert.Equal(t, "Hello, Cy!", greet("own", nil))
	stop()
}

// The program has the commands, with its own functions and names; they need no server.
func TestEmbeddedCommands(t *testing.T) {
	program := buildGreeter(t)
	run := func(arguments ...string) (string, error) {
		command := exec.CommandContext(t.Context(), program, arguments...)
		command.Dir = filepath.Join("testdata", "embedding")
		output, err := command.CombinedOutput()
		return string(output), err
	}
	output, err := run("blueprint", "test", "definitions/greeting.yaml")
	assert.NoError(t, err)
	assert.Equal(t, "ok   definitions/greeting.yaml 2 cases\n", output)
	output, err = run("blueprint", "catalog")
	assert.NoError(t, err)
	assert.Contains(t, output, "activity greet            {name: string} -> string  Greet somebody.\n")
	output, err = run("__complete", "blueprint", "start", "gr")
	assert.NoError(t, err)
	assert.Contains(t, output, "greeting\n")
	output, err = run("blueprint", "chek")
	assert.Error(t, err)
	assert.Equal(t, "error: unknown command \"chek\"; did you mean check?\n", output)
	output, err = run("blueprint", "start", "--help")
	assert.NoError(t, err)
	assert.Contains(t, output, "  greeter blueprint start order.yaml\n")
}

// The quick start of the commands' README does what it says, in an empty folder.
func TestQuickStart(t *testing.T) {
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	readme, err := os.ReadFile(filepath.Join(root, "blueprint", "command", "README.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(readme), "## Quick start with a service of your own\n")
	require.True(t, found)
	_, block, _ := strings.Cut(section, "```sh\n")
	script, _, _ := strings.Cut(block, "```")
	lines := strings.Split(strings.TrimSpace(script), "\n")
	assert.Len(t, lines, 10)
	server := e2etest.StartServer(t)
	for at, line := range lines {
		if strings.HasPrefix(line, "temporal server") {
			// The test has one of its own.
			lines[at] = "true"
		}
	}
	command := exec.CommandContext(t.Context(), "bash", "-eux", "-c", "trap 'kill -INT $(jobs -p); wait' EXIT\n"+strings.Join(lines, "\n"))
	command.Dir = t.TempDir()
	command.Env = append(append(os.Environ(), server.Environment()...), "SAMPLES="+root, "GOPROXY=off", "GOWORK=off")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	assert.Contains(t, string(output), "no problems in 1 file")
	assert.Contains(t, string(output), "--- PASS: all goes well")
	assert.Equal(t, 2, strings.Count(string(output), "\"Hello, Ana!\""), "%s", output)
}

// buildGreeter builds the program from a copy of its folder, without the network.
func buildGreeter(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	folder := t.TempDir()
	require.NoError(t, os.CopyFS(folder, os.DirFS(filepath.Join("testdata", "embedding"))))
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, "go.sum"), sums, 0o600))
	program := filepath.Join(folder, "greeter.exe")
	for _, arguments := range [][]string{
		{"mod", "edit", "-replace=dynamicsamples=" + root},
		{"vet", "./..."},
		{"build", "-o", program, "."},
	} {
		command := exec.CommandContext(t.Context(), "go", arguments...)
		command.Dir = folder
		command.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
		output, err := command.CombinedOutput()
		require.NoError(t, err, "go %v: %s", arguments, output)
	}
	return program
}

func greeter(ctx context.Context, program string, server e2etest.Server, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, program, arguments...)
	command.Env = append(os.Environ(), server.Environment()...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 30 * time.Second
	return command
}

// startGreeter starts the program; stop ends it as Ctrl-C does.
func startGreeter(t *testing.T, program string, server e2etest.Server, arguments ...string) (stop func()) {
	t.Helper()
	ctx, interrupt := context.WithCancel(context.WithoutCancel(t.Context()))
	command := greeter(ctx, program, server, arguments...)
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	require.NoError(t, command.Start())
	stop = sync.OnceFunc(func() {
		interrupt()
		// Wait reports that it was interrupted; the program itself ends well.
		_ = command.Wait()
		assert.Zero(t, command.ProcessState.ExitCode(), "%s", &output)
	})
	t.Cleanup(stop)
	return stop
}
