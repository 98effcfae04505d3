//go:build e2e

package command

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"dynamicsamples/blueprint"
)

// A run is started, asked, sent a message and waited for, each by a command of its own.
func TestStartStatusMessageResult(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	run := func(arguments ...string) (int, string, string) { return execute(t, t.Context(), "", arguments...) }

	code, out, problems := run("start", "order", "--id", "o-1", "--input", largeOrder)
	require.Equal(t, exitOK, code, problems)
	assert.Equal(t, "started o-1\n", out)
	code, _, problems = run("start", "order", "--id", "o-1", "--input", largeOrder)
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "a run with the ID o-1 is under way already", "the ID is taken")

	code, out, problems = run("status", "o-1", "--until", "approval=running")
	require.Equal(t, exitOK, code, problems)
	assert.Contains(t, out, "order@1.0.0\n")
	assert.Contains(t, out, "✓ reserve activity")
	assert.Contains(t, out, "▶ case 1: approval wait")
	code, out, _ = run("status", "o-1", "--json")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, `"state": "running"`)
	code, _, problems = run("status", "o-1", "--until", "ship=succeeded", "--timeout", "300ms")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: ship is not succeeded in o-1, after waiting for 300ms:\n  ship is pending\n", problems)
	code, _, problems = run("status", "o-1", "--until", "fulfil/large/approval=running")
	assert.Equal(t, exitOK, code, problems)
	code, out, problems = run("status", "o-1", "--until", "fulfil/large/aproval=running", "--json")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, out, "\"type\": \"UnknownStep\"", problems)
	assert.Contains(t, out, `o-1 has no step \"fulfil/large/aproval\"; did you mean \"fulfil/large/approval\"?; there are: fulfil, fulfil/reserve`)

	code, _, problems = run("message", "o-1", "aprove", "{}")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, `UnknownMessage: no step waits for a message "aprove"`)
	code, out, problems = run("message", "o-1", "approve", `{"approved": true, "by": "Mei"}`)
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "taken by fulfil/large/approval\n", out)

	code, out, problems = run("result", "o-1")
	assert.Equal(t, exitOK, code, problems)
	assert.JSONEq(t, `{"order": "o-1", "status": "shipped"}`, out)
	code, out, _ = run("result", "o-1", "--json")
	assert.Equal(t, exitOK, code)
	assert.Contains(t, out, `"outcome": "completed"`)

	code, _, problems = run("status", "o-1", "--until", "aproval=running")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "error: o-1 has no step \"aproval\"; did you mean \"approval\"?")
	code, _, problems = run("status", "o-1", "--until", "approval=running")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: o-1 has ended, and no step approval is running:\n  approval is succeeded\n", problems)
	code, _, problems = run("message", "o-1", "approve", "{}")
	assert.Equal(t, exitProblem, code)
	assert.Equal(t, "error: o-1 has ended: nothing can be asked of it; go on from a step of it, in a new run, by\n  go run ./cmd/blueprint fork o-1 --at STEP\n", problems)

	code, out, problems = run("start", "order.yaml", "--id", "file", "--input", smallOrder)
	assert.Equal(t, exitOK, code, problems)
	assert.Equal(t, "started file\n", out)
	code, _, problems = run("result", "file")
	assert.Equal(t, exitOK, code, problems)

	for _, arguments := range [][]string{{"status", "nobody"}, {"message", "nobody", "go", "1"}, {"result", "nobody"}} {
		code, _, problems = run(arguments...)
		assert.Equal(t, exitProblem, code)
		assert.Equal(t, "error: the server has no workflow nobody\n", problems)
	}
}

// What the Worker refuses is said by start itself, and leaves no run open.
func TestStartOfWhatIsRefused(t *testing.T) {
	connection := connected(t)
	runWorker(t, connection)
	for name, each := range map[string]struct {
		arguments []string
		want      string
	}{
		"unknown": {[]string{"ordre"}, `failed with UnknownBlueprint: there is no blueprint "ordre"; did you mean "order"?`},
		"version": {[]string{"order@9.0.0"}, `failed with UnknownBlueprint: there is no blueprint "order@9.0.0"`},
		"input":   {[]string{"order", "--input", "{}"}, "failed with InvalidInput: "},
	} {
		code, out, problems := execute(t, t.Context(), "", append([]string{"start", "--id", name}, each.arguments...)...)
		assert.Equal(t, exitProblem, code)
		assert.Empty(t, out)
		assert.Contains(t, problems, each.want)
		described, err := connection.DescribeWorkflow(t.Context(), name, "")
		require.NoError(t, err)
		assert.Equal(t, enumspb.WORKFLOW_EXECUTION_STATUS_FAILED, described.Status)
	}
}

// Where nobody polls, start says so at once and with the command that starts a Worker.
func TestStartWithoutAWorker(t *testing.T) {
	connection := connected(t)
	code, out, problems := execute(t, t.Context(), "", "start", "order", "--id", "early", "--task-queue", blueprint.TaskQueue)
	assert.Equal(t, exitOK, code)
	assert.Equal(t, "started early\n", out)
	assert.Contains(t, problems, `no worker polls the task queue "blueprint"`)
	assert.True(t, strings.HasSuffix(problems, "go run ./blueprint/worker\n"), problems)
	require.NoError(t, connection.TerminateWorkflow(t.Context(), "early", "", "the test is over"))
}

// A document that has mistakes is not started.
func TestStartOfADocumentWithMistakes(t *testing.T) {
	connection := connected(t)
	code, _, problems := execute(t, t.Context(), "blueprint: x\n", "start", "-", "--id", "wrong")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "stdin")
	_, err := connection.DescribeWorkflow(t.Context(), "wrong", "")
	assert.Error(t, err)
}
