package replaytest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sumsFile lists the histories of a folder that are never written again, in the format of
// sha256sum.
const sumsFile = "SHA256SUMS"

// Seal adds the folder's histories that are not listed yet to its SHA256SUMS.
func Seal(folder string) error {
	sums, err := readSums(folder)
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return err
	}
	for _, file := range files {
		name := filepath.Base(file)
		if _, sealed := sums[name]; sealed {
			continue
		}
		if sums[name], err = sumOf(file); err != nil {
			return err
		}
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(sums)) {
		lines.WriteString(sums[name] + "  " + name + "\n")
	}
	return os.WriteFile(filepath.Join(folder, sumsFile), []byte(lines.String()), 0o644)
}

// Sealed fails the test where a history of the folder was changed, removed, or added
// without being listed. A golden history is a promise to the Workflow Executions that run
// the same code in somebody's cluster.
func Sealed(t require.TestingT, folder string) {
	sums, err := readSums(folder)
	require.NoError(t, err)
	require.NotEmpty(t, sums, "%s has no %s", folder, sumsFile)
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	require.NoError(t, err)
	for _, file := range files {
		assert.Contains(t, sums, filepath.Base(file), "%s is not sealed: record it with make record", file)
	}
	for name, sum := range sums {
		now, err := sumOf(filepath.Join(folder, name))
		require.NoError(t, err, "a history of a version is never removed")
		assert.Equal(t, sum, now, "%s: a history of a version is never written again", filepath.Join(folder, name))
	}
}

func readSums(folder string) (map[string]string, error) {
	sums := map[string]string{}
	content, err := os.ReadFile(filepath.Join(folder, sumsFile))
	if os.IsNotExist(err) {
		return sums, nil
	}
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(content)) {
		sum, name, found := strings.Cut(strings.TrimSpace(line), "  ")
		if !found {
			return nil, fmt.Errorf("%s: %q is not a line of sha256sum", filepath.Join(folder, sumsFile), line)
		}
		sums[name] = sum
	}
	return sums, nil
}

func sumOf(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}
