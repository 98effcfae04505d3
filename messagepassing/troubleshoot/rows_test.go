package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// When this fails, put what `go run ./messagepassing/troubleshoot --table` prints
// into README.md.
func TestReadmeHoldsTheTable(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	assert.Contains(t, string(readme), table(rows()))
}

func TestRowsAreWellFormed(t *testing.T) {
	kebabCase := regexp.MustCompile(`^(signal|query|update)(-[a-z]+)+$`)
	seen := map[string]bool{}
	for _, row := range rows() {
		assert.Regexp(t, kebabCase, row.name)
		assert.False(t, seen[row.name], row.name)
		seen[row.name] = true
		assert.NotContains(t, row.did+row.gets.shows+row.effect+row.advice, "|", "it would end the table's cell")
		for _, text := range []string{row.did, row.gets.shows, row.effect, row.advice} {
			assert.NotEmpty(t, text, row.name)
		}
	}
}
