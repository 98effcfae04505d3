package engine_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// A value that would not be the same here is refused: as input, as an output, as a message.
// In version 1 it became null, or U+FFFD.
func TestValuesThatWouldChangeAreRefused(t *testing.T) {
	t.Parallel()
	for text, problem := range map[string]string{`[1e400]`: "the number 1e400 is too large", `["\ud800"]`: `a text has half of a character`} {
		raw := json.RawMessage(text)
		echo := document(`steps: [{id: a, set: {x: "${input}"}}]`)
		assert.Contains(t, newStage(t, engine.Options{}).inline(echo, raw).ending(), "failed InvalidInput: "+problem)
		assert.NotContains(t, stageAt(t, 1, engine.Options{}).inline(echo, raw).ending(), "failed")

		s := newStage(t, engine.Options{})
		s.answers = map[string]any{"t/a": raw}
		s.inline(document(`
steps:
  - {id: t, try: [{id: a, activity: work}], catch: [{types: [InvalidOutput], steps: [{id: c, set: {x: "${error.message}"}}]}]}
`), nil)
		assert.Contains(t, compact(s.output()), problem)

		waits := newStage(t, engine.Options{}, signals(1, "go", raw), updates(1, "u", "go", raw), updates(2, "fine", "go", 1)).inline(document("steps: [{id: w, wait: go}]"), nil)
		assert.Equal(t, 1.0, waits.output())
		assert.Equal(t, 1, waits.status().DroppedSignals)
		assert.Contains(t, waits.refused("u").Message(), problem)
	}
}

// Arguments that cannot be read are a failure that no retry can help.
func TestArgumentsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, arguments := range map[string][]any{
		"no document":       {},
		"bytes":             {[]byte{1, 2}},
		"too many":          {document("steps: [{id: s, sleep: 1s}]"), nil, nil, nil},
		"an input of bytes": {document("steps: [{id: s, sleep: 1s}]"), []byte{1, 2}},
	} {
		s := newStage(t, engine.Options{}).run(engine.InlineWorkflow, arguments...)
		failure := s.failure()
		assert.Equal(t, engine.FailureInvalidInput, failure.Type(), name)
		assert.True(t, failure.NonRetryable(), name)
	}
	require.NoError(t, newStage(t, engine.Options{}).run(engine.InlineWorkflow, document("steps: [{id: s, sleep: 1s}]")).err)
}
