package engine

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The tests that the README names for its guarantees are there.
func TestTheReadmeNamesTests(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var source []byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		source = append(source, text...)
	}
	named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllSubmatch(readme, -1)
	require.NotEmpty(t, named)
	for _, each := range named {
		assert.Contains(t, string(source), "func "+string(each[1])+"(t *testing.T)")
	}
}
