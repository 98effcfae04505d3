package replaytest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSealing(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	write("a.json", "first")
	require.NoError(t, Seal(folder))
	write("b.json", "second")
	require.NoError(t, Seal(folder))
	Sealed(t, folder)
	assert.Empty(t, complaint(folder))
	// As sha256sum writes it, in the order of the names.
	sums, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	require.NoError(t, err)
	assert.Equal(t, `a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e  a.json
16367aacb67a4a017c8da8ab95682ccb390863780f7114dda0a0e0c55644c7c4  b.json
`, string(sums))

	write("c.json", "not listed")
	assert.Contains(t, complaint(folder), "c.json is not sealed: record it with make record", "a history that was added")
	require.NoError(t, os.Remove(filepath.Join(folder, "c.json")))
	write("a.json", "first, changed")
	assert.Contains(t, complaint(folder), "a.json: a history of a version is never written again", "a history that was changed")
	require.NoError(t, Seal(folder))
	assert.NotEmpty(t, complaint(folder), "what is sealed is not sealed again")
	write("a.json", "first")
	assert.Empty(t, complaint(folder))
	require.NoError(t, os.Remove(filepath.Join(folder, "b.json")))
	assert.Contains(t, complaint(folder), "a history of a version is never removed", "a history that was removed")
	require.NoError(t, Seal(folder))
	assert.NotEmpty(t, complaint(folder), "what was removed stays listed")
	require.NoError(t, os.Remove(filepath.Join(folder, sumsFile)))
	assert.Contains(t, complaint(folder), "has no SHA256SUMS", "a folder without sums")
	write(sumsFile, "no sum\n")
	assert.EqualError(t, Seal(folder), filepath.Join(folder, sumsFile)+`: "no sum\n" is not a line of sha256sum`)
	assert.Contains(t, complaint(folder), "is not a line of sha256sum")
}

func TestSealingWhatCannotBeRead(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "a.json"), 0o700))
	assert.ErrorContains(t, Seal(folder), "a.json")
	require.NoError(t, os.Mkdir(filepath.Join(folder, sumsFile), 0o700))
	assert.ErrorContains(t, Seal(folder), sumsFile)
	assert.Contains(t, complaint(folder), sumsFile)
	strange := filepath.Join(folder, "[")
	require.NoError(t, os.Mkdir(strange, 0o700))
	assert.ErrorContains(t, Seal(strange), "syntax error in pattern")
	require.NoError(t, os.WriteFile(filepath.Join(strange, "a.json"), []byte("first"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(strange, sumsFile), []byte("a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e  a.json\n"), 0o600))
	assert.Contains(t, complaint(strange), "syntax error in pattern")
	assert.Error(t, Seal(filepath.Join(folder, "missing")), "nothing to write to")
}

// complaint is what is found wrong with the folder, "" where nothing is.
func complaint(folder string) (texts string) {
	found := &findings{}
	defer func() {
		_ = recover() // the end of the test
		texts = strings.Join(found.texts, "\n")
	}()
	Sealed(found, folder)
	return
}
