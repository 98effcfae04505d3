package devserver

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadChoice(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	for value, want := range map[string]Choice{
		"":               {},
		program:          {CLI: program},
		"127.0.0.1:7233": {Address: "127.0.0.1:7233"},
		"[::1]:7233":     {Address: "[::1]:7233"},
		"a.host:1":       {Address: "a.host:1"},
	} {
		t.Setenv(ChoiceVariable, value)
		choice, err := ReadChoice()
		require.NoError(t, err)
		assert.Equal(t, want, choice)
	}
}

func TestReadChoiceThatIsNone(t *testing.T) {
	folder := t.TempDir()
	for value, want := range map[string]string{
		filepath.Join(folder, "missing"): "E2E_SERVER must be a program that can be executed",
		folder:                           "E2E_SERVER must be a program that can be executed",
		"temporal":                       "E2E_SERVER must be the absolute path of a temporal program, or the host:port of a running server",
		"bin/temporal":                   `got "bin/temporal"`,
		"localhost":                      `got "localhost"`,
		":7233":                          `got ":7233"`,
		"localhost:":                     `got "localhost:"`,
		"localhost:0":                    `got "localhost:0"`,
		"localhost:65536":                `got "localhost:65536"`,
		"http://localhost:7233":          `got "http://localhost:7233"`,
	} {
		t.Setenv(ChoiceVariable, value)
		_, err := ReadChoice()
		assert.ErrorContains(t, err, want, value)
	}
}

func TestProvideCLITakesTheChosenOne(t *testing.T) {
	program, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(ChoiceVariable, program)
	t.Setenv("PATH", t.TempDir())

	path, err := ProvideCLI(t.Context(), io.Discard)
	require.NoError(t, err)
	assert.Equal(t, program, path)

	t.Setenv(ChoiceVariable, "localhost:7233")
	_, err = ProvideCLI(t.Context(), io.Discard)
	assert.ErrorContains(t, err, "E2E_SERVER is localhost:7233, a running server: no other one is started")

	t.Setenv(ChoiceVariable, "localhost")
	_, err = ProvideCLI(t.Context(), io.Discard)
	assert.ErrorContains(t, err, `got "localhost"`)
}
