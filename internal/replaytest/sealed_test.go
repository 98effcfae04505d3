package replaytest

import (
	"os"
	"path/filepath"
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
	assert.False(t, fails(folder))

	write("c.json", "not listed")
	assert.True(t, fails(folder), "a history that was added")
	require.NoError(t, os.Remove(filepath.Join(folder, "c.json")))
	write("a.json", "first, changed")
	assert.True(t, fails(folder), "a history that was changed")
	require.NoError(t, Seal(folder))
	assert.True(t, fails(folder), "what is sealed is not sealed again")
	write("a.json", "first")
	assert.False(t, fails(folder))
	require.NoError(t, os.Remove(filepath.Join(folder, "b.json")))
	assert.True(t, fails(folder), "a history that was removed")
	require.NoError(t, os.Remove(filepath.Join(folder, sumsFile)))
	assert.True(t, fails(folder), "a folder without sums")
	write(sumsFile, "no sum\n")
	assert.Error(t, Seal(folder))
}

// fails reports whether the folder is found not to be what was sealed.
func fails(folder string) (failed bool) {
	found := &findings{}
	defer func() { failed = recover() != nil || len(found.texts) > 0 }()
	Sealed(found, folder)
	return
}
