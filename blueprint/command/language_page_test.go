package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fenced = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// Each document of LANGUAGE.md has no problem, and its cases, the block behind it, hold.
func TestLanguagePage(t *testing.T) {
	page, err := os.ReadFile("../LANGUAGE.md")
	require.NoError(t, err)
	var blocks []string
	for _, found := range fenced.FindAllStringSubmatch(string(page), -1) {
		blocks = append(blocks, found[1])
	}
	documents := 0
	for i, block := range blocks {
		// What stands for the keys that a document can have is none.
		if !strings.HasPrefix(block, "blueprint: ") || strings.Contains(block, "[...]") {
			continue
		}
		documents++
		run := executeAlone
		if strings.Contains(block, "workflow: ") {
			run = execute // it may start an example
		}
		file := filepath.Join(t.TempDir(), "document.yaml")
		require.NoError(t, os.WriteFile(file, []byte(block), 0o600))
		code, out, problems := run(t, t.Context(), "", "check", "--strict", file)
		assert.Equal(t, exitOK, code, block+out+problems)
		require.Less(t, i+1, len(blocks))
		require.True(t, strings.HasPrefix(blocks[i+1], "cases:"), "behind a document of the page stand its cases, in a block of their own:\n%s", block)
		require.NoError(t, os.WriteFile(strings.TrimSuffix(file, ".yaml")+casesEnding, []byte(blocks[i+1]), 0o600))
		code, out, problems = run(t, t.Context(), "", "test", file)
		assert.Equal(t, exitOK, code, block+out+problems)
	}
	assert.Greater(t, documents, 20)
}
