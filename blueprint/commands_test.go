package blueprint

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestWhatToStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "document.yaml")
	require.NoError(t, os.WriteFile(file, []byte(greeting), 0o600))

	workflowType, arguments, err := whatToStart([]string{"label@1.0.0"}, "", `{"name": "Ana"}`)
	require.NoError(t, err)
	assert.Equal(t, "label@1.0.0", workflowType)
	assert.Equal(t, []any{json.RawMessage(`{"name": "Ana"}`)}, arguments)

	workflowType, arguments, err = whatToStart(nil, file, "null")
	require.NoError(t, err)
	assert.Equal(t, engine.InlineWorkflow, workflowType)
	assert.Equal(t, []any{greeting, json.RawMessage("null")}, arguments)
}

func TestWhatCannotBeStarted(t *testing.T) {
	for name, each := range map[string]struct {
		names       []string
		file, input string
		want        string
	}{
		"nothing":     {nil, "", "null", "either the name of a blueprint or a file is needed"},
		"both":        {[]string{"label"}, "label.yaml", "null", "either the name of a blueprint or a file is needed"},
		"no JSON":     {[]string{"label"}, "", "{name: Ana}", "the input is no JSON: {name: Ana}"},
		"no document": {nil, "missing.yaml", "null", "read the document: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := whatToStart(each.names, each.file, each.input)
			assert.ErrorContains(t, err, each.want)
		})
	}
}
