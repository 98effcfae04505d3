package e2etest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/devserver"
)

func TestSkippedTestsAreNoted(t *testing.T) {
	notes := filepath.Join(t.TempDir(), "skipped")
	t.Setenv(SkippedVariable, notes)
	t.Setenv(devserver.ChoiceVariable, "127.0.0.1:1")
	for name, needsItsOwn := range map[string]func(t *testing.T){
		"program":   func(t *testing.T) { CLI(t) },
		"missing":   func(t *testing.T) { Need(t, "go", "no-such-program") },
		"arguments": func(t *testing.T) { StartServer(t, "--log-level", "info") },
	} {
		skipped := false
		t.Run(name, func(t *testing.T) {
			defer func() { skipped = t.Skipped() }()
			needsItsOwn(t)
		})
		assert.True(t, skipped, name)
	}
	content, err := os.ReadFile(notes)
	require.NoError(t, err)
	assert.Contains(t, string(content), "internal/e2etest TestSkippedTestsAreNoted/program needs a server of its own, and 127.0.0.1:1 is a running one\n")
	assert.Contains(t, string(content), "internal/e2etest TestSkippedTestsAreNoted/arguments needs a server of its own, and 127.0.0.1:1 is a running one\n")
	assert.Contains(t, string(content), "internal/e2etest TestSkippedTestsAreNoted/missing needs the program no-such-program, which is not on the PATH\n")
}
