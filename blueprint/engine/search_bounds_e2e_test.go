//go:build e2e

package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"

	"dynamicsamples/blueprint/engine"
)

// What a server refuses of a Search Attribute it refuses again and again. It counts the bytes of the
// JSON, in which some characters take six.
func TestSearchAttributesAtTheServersBounds(t *testing.T) {
	p := newPort(t)
	types := map[string]string{"BoundNote": "Text", "BoundPeople": "KeywordList", "BoundStage": "Keyword"}
	_, err := p.connection.OperatorService().AddSearchAttributes(t.Context(), &operatorservice.AddSearchAttributesRequest{
		Namespace: p.namespace, SearchAttributes: map[string]enumspb.IndexedValueType{
			"BoundNote": enumspb.INDEXED_VALUE_TYPE_TEXT, "BoundPeople": enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST, "BoundStage": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
		},
	})
	require.NoError(t, err)
	interpreter := p.interpreter(engine.Options{SearchAttributes: types})
	eventually(t, func() bool { return interpreter.CheckSearchAttributes(t.Context(), p.connection, p.namespace) == nil })
	p.work("queue", interpreter)
	for name, value := range map[string]any{
		"BoundNote":   strings.Repeat("<", 2000),
		"BoundStage":  strings.Repeat("\x01", 255),
		"BoundPeople": strings.Split(strings.Repeat("a", 600), ""),
	} {
		for i, input := range []any{value, atTheBound(name)} {
			id := fmt.Sprint(name, i)
			run := p.start("queue", id, engine.InlineWorkflow, document("search: {"+name+": \"${input}\"}\nsteps: [{id: s, set: {a: 1}}]\noutput: done"), input)
			assert.Equal(t, `"done"`, run.ending(), id)
			assert.Empty(t, p.trouble(t, run), id)
		}
	}
}

// atTheBound is the largest value that the attribute takes.
func atTheBound(name string) any {
	switch name {
	case "BoundNote":
		return strings.Repeat("x", 2046)
	case "BoundStage":
		return strings.Repeat("<", 255)
	default:
		return strings.Split(strings.Repeat("a", 511), "")
	}
}
