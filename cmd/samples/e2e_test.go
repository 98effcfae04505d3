//go:build e2e

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	dynamicworkflow "dynamicsamples/dynamicworkflow/scenarios"
	"dynamicsamples/internal/e2etest"
)

// Every command that a README shows is run, beside every sample's worker as a
// process of its own, and must print what the README says.
func TestReadmesShowWhatHappens(t *testing.T) {
	e2etest.CLI(t) // The test needs a server of its own.
	out, err := execute(t, "readme", "--check")
	require.NoError(t, err, out)
}

// buildProgram builds the command once, because go run hides exit codes and signals.
var buildProgram = sync.OnceValue(func() error {
	out, err := exec.Command("go", "build", "-o", programFile(), ".").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
})

func programFile() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("samples-test-%d", os.Getpid()))
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.Remove(programFile())
	os.Exit(code)
}

func programCommand(t *testing.T, args ...string) *exec.Cmd {
	require.NoError(t, buildProgram())
	command := exec.Command(programFile(), args...)
	command.Env = withoutAddress(os.Environ())
	return command
}

// running is a started command whose output can be waited for.
type running struct {
	*exec.Cmd
	lines   *bufio.Scanner
	address string
}

func start(t *testing.T, args ...string) *running {
	e2etest.CLI(t) // The command starts a server.
	command := programCommand(t, args...)
	var problems bytes.Buffer
	command.Stderr = &problems
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Kill()
		if t.Failed() {
			t.Log(problems.String())
		}
	})
	return &running{Cmd: command, lines: bufio.NewScanner(out)}
}

func withoutAddress(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		if !strings.HasPrefix(variable, "TEMPORAL_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// awaitLine reads the output up to the line that has the text, and notes the address
// of the server on the way.
func (r *running) awaitLine(t *testing.T, text string) {
	address := regexp.MustCompile(`(?:TEMPORAL_ADDRESS=|Temporal server: )(127\.0\.0\.1:\d+)`)
	for r.lines.Scan() {
		if found := address.FindStringSubmatch(r.lines.Text()); found != nil {
			r.address = found[1]
		}
		if strings.Contains(r.lines.Text(), "found on the default address") {
			t.Skip("another Temporal server is running on the default address")
		}
		if strings.Contains(r.lines.Text(), text) {
			return
		}
	}
	require.Fail(t, "the output ended without "+text)
}

// interrupt does what Ctrl-C does and returns the exit code.
func (r *running) interrupt(t *testing.T) int {
	require.NoError(t, r.Process.Signal(os.Interrupt))
	for r.lines.Scan() {
	}
	_ = r.Wait()
	return r.ProcessState.ExitCode()
}

func assertGone(t *testing.T, address string) {
	t.Helper()
	require.NotEmpty(t, address)
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		_ = connection.Close()
	}
	assert.Error(t, err, "a server still listens on %s", address)
}

func TestInterruptedServerLeavesNothingBehind(t *testing.T) {
	server := start(t, "server")
	server.awaitLine(t, "TEMPORAL_ADDRESS=")
	assert.Equal(t, 0, server.interrupt(t))
	assertGone(t, server.address)
}

func TestServersBesideEachOther(t *testing.T) {
	first := start(t, "server")
	first.awaitLine(t, "TEMPORAL_ADDRESS=")
	second := start(t, "server")
	second.awaitLine(t, "TEMPORAL_ADDRESS=")
	assert.NotEqual(t, first.address, second.address)
	assert.Equal(t, 0, second.interrupt(t))
	assert.Equal(t, 0, first.interrupt(t))
}

func TestInterruptedRunLeavesNothingBehind(t *testing.T) {
	for _, stage := range []string{"Temporal server: ", "dynamicworkflow/letters-in-common", "dynamicactivity/"} {
		t.Run(stage, func(t *testing.T) {
			run := start(t, "run")
			run.awaitLine(t, stage)
			assert.Equal(t, 130, run.interrupt(t))
			assertGone(t, run.address)
		})
	}
}

func TestRunIsAsExpectedAndKeepsItsServerIfAsked(t *testing.T) {
	run := start(t, "run", "--keep", "dynamicworkflow", "dynamicactivity")
	run.awaitLine(t, "scenarios as expected")
	run.awaitLine(t, "goes on until Ctrl-C")
	connection, err := net.DialTimeout("tcp", run.address, time.Second)
	require.NoError(t, err)
	require.NoError(t, connection.Close())
	assert.Equal(t, 0, run.interrupt(t))
	assertGone(t, run.address)
}

func TestRunOnTheRunningWorker(t *testing.T) {
	server := e2etest.StartServer(t)
	t.Setenv("TEMPORAL_ADDRESS", server.Address())
	t.Setenv("TEMPORAL_NAMESPACE", server.Namespace())
	sample := dynamicworkflow.Sample()
	connection := server.Dial(t)
	e2etest.RunWorker(t, connection, sample.Work)
	require.Eventually(t, func() bool {
		queue, err := connection.DescribeTaskQueue(t.Context(), sample.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
		return err == nil && len(queue.GetPollers()) > 0
	}, 10*time.Second, 10*time.Millisecond)
	out, err := execute(t, "run", "--worker=running", "dynamicworkflow/unregistered", "dynamicworkflow/type-from-table")
	require.NoError(t, err, out)
	assert.True(t, strings.HasPrefix(out, "dynamicworkflow/unregistered\n  input    "), "only the scenarios are shown: %s", out)
	assert.Contains(t, out, "\n\ndynamicworkflow/type-from-table\n")
}

// Nobody waits for the scenario to end: what is said at once is enough.
func TestRunWithoutTheRunningWorker(t *testing.T) {
	run := programCommand(t, "run", "--worker=running", "dynamicworkflow/unregistered")
	run.Env = append(run.Env, e2etest.StartServer(t).Environment()...)
	problems, err := run.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, run.Start())
	lines := bufio.NewScanner(problems)
	said := ""
	for !strings.Contains(said, "go run ./dynamicworkflow/worker") && lines.Scan() {
		said += lines.Text() + "\n"
	}
	assert.Contains(t, said, `no Worker polls Task Queue "dynamicworkflow"; start one with`)
	require.NoError(t, run.Process.Signal(os.Interrupt))
	_, err = io.Copy(io.Discard, problems)
	require.NoError(t, err)
	_ = run.Wait()
	assert.Equal(t, 130, run.ProcessState.ExitCode())
}

func TestDatabaseKeepsTheServersData(t *testing.T) {
	database := filepath.Join(t.TempDir(), "temporal.db")
	server := start(t, "server", "--db", database)
	server.awaitLine(t, "TEMPORAL_ADDRESS=")
	assert.Equal(t, 0, server.interrupt(t))
	assert.FileExists(t, database)
}

func TestUnusableDatabase(t *testing.T) {
	e2etest.CLI(t) // The command starts a server.
	command := programCommand(t, "server", "--db", filepath.Join(t.TempDir(), "no folder", "temporal.db"))
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 1, exit.ExitCode())
	assert.Contains(t, string(out), "error: starting the development server")
}
