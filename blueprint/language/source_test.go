package language

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const placed = `# a comment
vars:
  plain: é ${x} end
  "quoted \n key": "a\n\u00e9\U0001F600\/${x}"
  single: 'it''s ${x}'
  literal: |
      one
        two ${x}
  folded: >-
      one
      two ${x}
  many: one
     two ${x}
  continued: "one\
     two ${x}"
  anchored: &anchor  ${x}
  alias: *anchor
  list: [a, {b: "${x}"}]
  a/b~c: 1
`

func TestPlacesOfYAML(t *testing.T) {
	source := read(DocumentBytes, []byte(placed), &problems{})
	for pointer, want := range map[string]string{
		"": "2:1", "/vars": "3:3", "/vars/plain": "3:10", "/vars/single": "5:11", "/vars/literal": "6:12",
		"/vars/list/1": "18:13", "/vars/list/1/b": "18:17", "/vars/a~1b~0c": "19:10",
		"/vars/list/2": "18:9", "/vars/list/x/y": "18:9", "/vars/none/such": "3:3", "/none": "2:1", "/vars/alias": "17:10",
	} {
		assert.Equal(t, want, at(source.Position(pointer)), pointer)
	}
	for pointer, want := range map[string]string{
		"": "2:1", "/vars": "2:1", "/vars/plain": "3:3", "/vars/quoted \n key": "4:3", "/vars/list/1/b": "18:14",
		"/vars/list/0": "18:10", "/vars/none": "3:3", "/vars/a~1b~0c": "19:3", "/none/such": "2:1",
	} {
		assert.Equal(t, want, at(source.KeyPosition(pointer)), pointer)
	}
}

func TestPlacesWithinStringsOfYAML(t *testing.T) {
	checkExpressions(t, placed, map[string]string{
		"/vars/plain": "3:12", "/vars/quoted \n key": "4:42", "/vars/single": "5:18", "/vars/literal": "8:13",
		"/vars/folded": "11:11", "/vars/many": "13:10", "/vars/continued": "15:10", "/vars/anchored": "16:22", "/vars/list/1/b": "18:18",
	})
	checkExpressions(t, strings.ReplaceAll(placed, "\n", "\r\n"), map[string]string{
		"/vars/plain": "3:12", "/vars/literal": "8:13", "/vars/folded": "11:11", "/vars/many": "13:10", "/vars/continued": "15:10",
	})
	source := read(DocumentBytes, []byte(placed), &problems{})
	assert.Equal(t, "17:10", at(source.StringPosition("/vars/alias", 2)), "behind an alias nothing can be followed")
	assert.Equal(t, "3:10", at(source.StringPosition("/vars/plain", 100)))
	assert.Equal(t, "3:10", at(source.StringPosition("/vars/plain", -1)))
	assert.Equal(t, "18:9", at(source.StringPosition("/vars/list", 3)))
	assert.Equal(t, "3:3", at(source.StringPosition("/vars/nothing", 3)))
}

func TestPlacesOfJSON(t *testing.T) {
	text := "\ufeff{\n\t\"vars\": {\"é\": \"\\u00e9\\ud83d\\ude00\\/\\t${x}\", \"list\" : [1,\r\n 2, {\"y\":true}]}}"
	source := read(DocumentBytes, []byte(text), &problems{})
	for pointer, want := range map[string]string{
		"": "1:1", "/vars": "2:10", "/vars/é": "2:16", "/vars/list": "2:55", "/vars/list/1": "3:2", "/vars/list/2/y": "3:10",
	} {
		assert.Equal(t, want, at(source.Position(pointer)), pointer)
	}
	assert.Equal(t, "2:46", at(source.KeyPosition("/vars/list")))
	checkExpressions(t, text, map[string]string{"/vars/é": "2:39"})
}

func TestNothingIsKnownOfNoDocument(t *testing.T) {
	var none *Source
	for _, source := range []*Source{none, {}} {
		assert.Equal(t, "0:0", at(source.Position("/a")))
		assert.Equal(t, "0:0", at(source.KeyPosition("/a")))
		assert.Equal(t, "0:0", at(source.StringPosition("/a", 1)))
	}
}

// checkExpressions expects the ${ of strings at places.
func checkExpressions(t *testing.T, text string, places map[string]string) {
	t.Helper()
	source := read(DocumentBytes, []byte(text), &problems{})
	for pointer, want := range places {
		found, exact := source.find(pointer)
		if !assert.True(t, exact, pointer) {
			continue
		}
		value, _ := found.scalar.(string)
		assert.Equal(t, want, at(source.StringPosition(pointer, strings.Index(value, "${"))), pointer)
	}
}

func at(line, column int) string { return fmt.Sprintf("%d:%d", line, column) }
