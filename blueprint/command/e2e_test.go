//go:build e2e

package command

import (
	"bytes"
	"context"
	"encoding/json"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/scenarios"
	"dynamicsamples/internal/e2etest"
)

// connected starts a server that the commands talk to.
func connected(t *testing.T) client.Client {
	server := e2etest.StartServer(t)
	t.Setenv("TEMPORAL_ADDRESS", server.Address())
	t.Setenv("TEMPORAL_NAMESPACE", server.Namespace())
	t.Setenv("TEMPORAL_UI_URL", "http://web")
	t.Chdir("testdata")
	return server.Dial(t)
}

var (
	runIDs  = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	times   = regexp.MustCompile(`\d{4}-\d{2}-\d{2}T[0-9:.]+Z`)
	lengths = regexp.MustCompile(`\b[0-9.]+(ms|s)\b`)
	spans   = regexp.MustCompile(`"(seconds|longest)": [0-9.e-]+`)
	sizes   = regexp.MustCompile(`"stateBytes": \d+`)
	columns = regexp.MustCompile(` {2,}`)
	// A test on a running server has a namespace of its own.
	namespaces = regexp.MustCompile(`/namespaces/e2e-[a-z0-9]+/`)
)

// runWorker runs the worker until the test ends, and returns when it polls.
func runWorker(t *testing.T, connection client.Client) {
	e2etest.RunWorker(t, connection, scenarios.Sample().Work)
	require.Eventually(t, func() bool {
		return follow.Polled(t.Context(), connection, blueprint.TaskQueue)
	}, time.Minute, 20*time.Millisecond)
}

// masked is an output without what differs from run to run.
func masked(output string) string {
	for pattern, mask := range map[*regexp.Regexp]string{runIDs: "RUN", times: "TIME", spans: `"$1": 0`, sizes: `"stateBytes": 0`, namespaces: "/namespaces/default/"} {
		output = pattern.ReplaceAllString(output, mask)
	}
	return output
}

func TestRunWatchAndExplain(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)

	code, out, problems := execute(t, t.Context(), "", "run", "order.yaml", "--id", "small", "--input", smallOrder)
	assert.Equal(t, exitOK, code)
	assertGolden(t, "e2e-run", masked(out+"---\n"+problems))

	code, out, problems = execute(t, t.Context(), "", "run", "order.yaml", "--id", "bad", "--input", "{}")
	assert.Equal(t, exitProblem, code)
	assertGolden(t, "e2e-run-failure", masked(out+"---\n"+problems))

	code, out, problems = execute(t, t.Context(), "", "run", "order.yaml", "--id", "json", "--json", "--input", smallOrder)
	assert.Equal(t, exitOK, code)
	assertGolden(t, "e2e-run-json", masked(out+"---\n"+problems))

	code, out, problems = execute(t, t.Context(), "", "watch", "small")
	assert.Equal(t, exitOK, code)
	assertGolden(t, "e2e-watch", masked(out+"---\n"+problems))

	code, out, problems = execute(t, t.Context(), "", "watch", "bad", "--json")
	assert.Equal(t, exitProblem, code)
	assertGolden(t, "e2e-watch-failure-json", masked(out+"---\n"+problems))

	code, out, problems = execute(t, t.Context(), "", "explain", "small")
	assert.Equal(t, exitOK, code)
	assertGolden(t, "e2e-explain", columns.ReplaceAllString(lengths.ReplaceAllString(masked(out+"---\n"+problems), "LENGTH"), "  "))

	code, out, problems = execute(t, t.Context(), "", "explain", "small", "--json", "--each")
	assert.Equal(t, exitOK, code)
	assertGolden(t, "e2e-explain-json", masked(out+"---\n"+problems))

	code, _, problems = execute(t, t.Context(), "", "run", "order.yaml", "--id", "small", "--input", smallOrder)
	assert.Equal(t, exitOK, code, "a closed run's id may be used again: %s", problems)
	for _, command := range []string{"watch", "explain"} {
		code, _, problems = execute(t, t.Context(), "", command, "nobody")
		assert.Equal(t, exitProblem, code)
		assert.Equal(t, "error: the server has no workflow nobody\n", problems)
		code, _, problems = execute(t, t.Context(), "", command, "small", "--run", "01a20136-4ff3-767e-87ac-c8433a755198")
		assert.Equal(t, exitProblem, code)
		assert.Contains(t, problems, "the server has no run 01a20136")
	}
}

// All the runs of a chain are explained, whichever of them is named.
func TestExplainChain(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	run, err := connection.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "pages", TaskQueue: blueprint.TaskQueue},
		"read-pages", map[string]any{"pages": 45})
	require.NoError(t, err)
	first := run.GetRunID()
	require.NoError(t, run.Get(t.Context(), nil))

	var reports []map[string]any
	for _, arguments := range [][]string{{"explain", "pages", "--json"}, {"explain", "pages", "--json", "--run", first}} {
		code, out, problems := execute(t, t.Context(), "", arguments...)
		require.Equal(t, exitOK, code, problems)
		var report map[string]any
		require.NoError(t, json.Unmarshal([]byte(out), &report))
		reports = append(reports, report)
	}
	assert.Equal(t, reports[0], reports[1])
	assert.Greater(t, len(reports[0]["runs"].([]any)), 1)
	steps := reports[0]["steps"].([]any)
	require.Len(t, steps, 1)
	assert.EqualValues(t, 45, steps[0].(map[string]any)["calls"])
	assert.Equal(t, "completed", reports[0]["outcome"])
}

// shared is a buffer that a test reads while a command writes.
type shared struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (s *shared) Write(data []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.Write(data)
}

func (s *shared) String() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.text.String()
}

// interrupted runs a command until it has told what the regular expression finds, and then
// interrupts it.
func interrupted(t *testing.T, tells string, arguments ...string) (out, problems string) {
	t.Helper()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	root := New(exampleOptions())
	var told, complained shared
	root.SetOut(&told)
	root.SetErr(&complained)
	root.SetArgs(arguments)
	ended := make(chan int, 1)
	go func() { ended <- exitCode(ctx, root.ExecuteContext(ctx), &complained) }()
	expected := regexp.MustCompile(tells)
	assert.Eventually(t, func() bool { return expected.MatchString(complained.String()) }, time.Minute, 20*time.Millisecond)
	interrupt()
	assert.Equal(t, exitInterrupted, <-ended)
	return told.String(), complained.String()
}

// Without a Worker the command says so; Ctrl-C leaves the run, which goes on when there is
// a worker, and can be watched again.
func TestDetachAndWatchAgain(t *testing.T) {
	connection := connected(t)
	out, problems := interrupted(t, "go run ./blueprint/worker", "run", "order.yaml", "--id", "detached", "--input", smallOrder)
	assert.Empty(t, out)
	assert.Contains(t, problems, "detached; the run goes on. Watch it again with\n  go run ./cmd/blueprint watch detached\n")
	assert.Equal(t, 1, strings.Count(problems, "no worker polls"))

	code, text, _ := execute(t, t.Context(), "", "explain", "detached")
	assert.Equal(t, exitOK, code, "no worker is needed")
	assert.Contains(t, text, "running for")

	runWorker(t, connection)
	code, text, watched := execute(t, t.Context(), "", "watch", "detached")
	assert.Equal(t, exitOK, code, watched)
	assert.JSONEq(t, `{"order": "o-1", "status": "shipped"}`, text)
}
