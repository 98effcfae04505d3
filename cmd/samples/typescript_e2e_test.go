//go:build e2e

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	blueprint "dynamicsamples/blueprint/scenarios"
	dynamicworkflow "dynamicsamples/dynamicworkflow/scenarios"
	"dynamicsamples/internal/e2etest"
	"dynamicsamples/internal/scenario"
	messagepassing "dynamicsamples/messagepassing/scenarios"
	updatewithstart "dynamicsamples/updatewithstart/scenarios"
)

// A client in another language needs nothing but the wire contracts of the READMEs.
func TestTypeScriptClient(t *testing.T) {
	e2etest.Need(t, "node", "npm")
	server := e2etest.StartServer(t)
	for _, sample := range []scenario.Sample{dynamicworkflow.Sample(), messagepassing.Sample(), updatewithstart.Sample(), blueprint.Sample()} {
		e2etest.RunWorker(t, server.Dial(t), sample.Work)
	}
	folder := t.TempDir() // npm and the compiler write beside the sources
	for _, file := range []string{"main.mts", "package.json", "package-lock.json", "tsconfig.json"} {
		content, err := os.ReadFile(filepath.Join("testdata", "typescript", file))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, file), content, 0o600))
	}
	npm := func(arguments ...string) string {
		command := exec.CommandContext(t.Context(), "npm", arguments...)
		command.Dir = folder
		command.Env = append(os.Environ(), server.Environment()...)
		command.Stderr = t.Output()
		out, err := command.Output()
		require.NoErrorf(t, err, "npm %v: %s", arguments, out)
		return string(out)
	}
	npm("ci", "--ignore-scripts", "--no-audit", "--no-fund")
	expected, err := os.ReadFile(filepath.Join("testdata", "typescript", "expected.txt"))
	require.NoError(t, err)
	assert.Equal(t, string(expected), npm("start", "--silent"))
}
