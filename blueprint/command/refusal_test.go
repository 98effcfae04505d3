package command

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A command line can be pasted into a shell.
func TestWordsInAShell(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{"a/b": "a/b", "m[0]/a": "'m[0]/a'", "a b": "'a b'", "it's": `'it'\''s'`, "pay#2/x": "'pay#2/x'"} {
		assert.Equal(t, want, inShell(word))
	}
}
