package format_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"dynamicsamples/blueprint/command/internal/format"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference/generate"
)

func TestKeysComeInTheOrderOfTheLanguage(t *testing.T) {
	const document = `# What it is for.
# And more.

# All of them.
steps:
    # Look first.
    - activity: fetch   # the catalog's
      id: look
      retry: {maximumAttempts: 3, initialInterval: 1s}


    - {needs: [], times: 3, loop: [{with: {b: 1, a: 2}, activity: x, id: in}], id: again}
    - id: text
      with: |
        one

        two
      activity: say

      # behind a blank line
      summary: a b
version: 1.0.0
blueprint: order
`
	const want = `# What it is for.
# And more.

# All of them.
blueprint: order
version: 1.0.0
steps:
  # Look first.
  - id: look
    activity: fetch # the catalog's
    retry: {initialInterval: 1s, maximumAttempts: 3}

  - {id: again, loop: [{id: in, activity: x, with: {b: 1, a: 2}}], times: 3, needs: []}
  - id: text

    # behind a blank line
    summary: a b
    activity: say
    with: |
      one

      two
`
	formatted, err := format.Document("order.yaml", []byte(document))
	require.NoError(t, err)
	assert.Equal(t, want, string(formatted))
}

func TestJSONStaysJSON(t *testing.T) {
	formatted, err := format.Document("order.json", []byte(`{"version":"1.0.0","steps":[{"set":{"b":1.50,"a":"<é>"},"id":"x"}],"blueprint":"order"}`))
	require.NoError(t, err)
	assert.Equal(t, `{
  "blueprint": "order",
  "version": "1.0.0",
  "steps": [
    {
      "id": "x",
      "set": {
        "b": 1.50,
        "a": "<é>"
      }
    }
  ]
}
`, string(formatted))
}

func TestProblemsAreTold(t *testing.T) {
	_, err := format.Document("order.yaml", []byte("blueprnt: x"))
	var problems language.Diagnostics
	require.ErrorAs(t, err, &problems)
	assert.ErrorContains(t, err, `did you mean "blueprint"?`)
}

// An alias may not come before its anchor: such keys keep their order.
func TestAnchorsAreKept(t *testing.T) {
	const document = `blueprint: order
version: 1.0.0
steps:
  - with: &with {a: 1}
    undo: {with: *with, activity: back}
    id: one
    activity: do
  - {id: two, summary: x, activity: do, with: *with}
`
	formatted, err := format.Document("order.yaml", []byte(document))
	require.NoError(t, err)
	assert.Contains(t, string(formatted), "&with {a: 1}")
	assertKept(t, []byte(document), formatted)
}

// Blank lines at the end of a text can be a part of it, and an alias may not come before
// its anchor: then less is done.
func TestMeaningComesFirst(t *testing.T) {
	for name, document := range map[string]string{
		"blank lines": "steps:\n  - id: a\n    set:\n      text: |+\n        one\n\n\n      other: 1\n\n  - {id: b, sleep: 1s}\nblueprint: x\nversion: 1.0.0\n",
		"anchor":      "blueprint: x\nversion: 1.0.0\nsteps:\n  - undo: {activity: back, with: &with {a: 1}}\n    with: *with\n    activity: do\n    id: a\n",
	} {
		t.Run(name, func(t *testing.T) {
			formatted, err := format.Document("x.yaml", []byte(document))
			require.NoError(t, err)
			assertKept(t, []byte(document), formatted)
		})
	}
}

// The documents that people have written keep their meaning and their comments.
func TestRealDocuments(t *testing.T) {
	root := filepath.Join("..", "..", "..", "..", "blueprint")
	var files []string
	for _, pattern := range []string{"definitions/*.yaml", "testdata/good/*", "testdata/library/*"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		require.NoError(t, err)
		files = append(files, found...)
	}
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, ".cases.yaml") })
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			document, err := os.ReadFile(file)
			require.NoError(t, err)
			formatted, err := format.Document(file, document)
			require.NoError(t, err)
			assertKept(t, document, formatted)
		})
	}
}

// Whatever a definition says and however it is written, formatting keeps it, and does
// nothing the second time.
func FuzzDocument(f *testing.F) {
	for seed := range uint64(40) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		canonical, err := language.Canonical(generate.New(seed, generate.Timed).Definition)
		require.NoError(t, err)
		document := scribble(t, canonical, rand.New(rand.NewPCG(seed, 1)))
		formatted, err := format.Document("random.yaml", document)
		if errors.Is(err, format.ErrChanges) {
			t.Fatalf("not formatted:\n%s", document)
		}
		require.NoError(t, err, string(document))
		assertKept(t, document, formatted)
		inJSON, err := format.Document("random.json", canonical)
		require.NoError(t, err)
		assert.True(t, json.Valid(inJSON))
		assert.Equal(t, canonicalOf(t, canonical), canonicalOf(t, inJSON))
	})
}

// assertKept compares what a document means and its comments, and formats it again.
func assertKept(t *testing.T, document, formatted []byte) {
	t.Helper()
	assert.Equal(t, canonicalOf(t, document), canonicalOf(t, formatted))
	assert.Equal(t, commentsOf(document), commentsOf(formatted))
	again, err := format.Document("again.yaml", formatted)
	require.NoError(t, err)
	assert.Equal(t, string(formatted), string(again))
}

func canonicalOf(t *testing.T, document []byte) string {
	t.Helper()
	definition, _, problems := language.Load("x.yaml", document, 0)
	require.Empty(t, problems)
	canonical, err := language.Canonical(definition)
	require.NoError(t, err)
	return string(canonical)
}

// commentsOf counts the comments that the tests write.
func commentsOf(document []byte) []string {
	var found []string
	for line := range strings.SplitSeq(string(document), "\n") {
		if _, comment, has := strings.Cut(line, "# "); has {
			found = append(found, strings.TrimSpace(comment))
		}
	}
	slices.Sort(found)
	return found
}

// scribble writes a definition as a careless author would: keys in any order, blocks and
// flows mixed, comments and blank lines between.
func scribble(t *testing.T, canonical []byte, random *rand.Rand) []byte {
	var root yaml.Node
	require.NoError(t, yaml.Load(canonical, &root))
	number := 0
	var mix func(node *yaml.Node, flow bool)
	mix = func(node *yaml.Node, flow bool) {
		flow = flow || random.IntN(4) == 0
		node.Style = 0
		if flow {
			node.Style = yaml.FlowStyle
		}
		if node.Kind == yaml.ScalarNode {
			node.Style = []yaml.Style{0, yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle}[random.IntN(3)]
			if node.Tag != "!!str" {
				node.Style = 0
			}
		}
		if node.Kind == yaml.MappingNode {
			for i := len(node.Content)/2 - 1; i > 0; i-- {
				j := random.IntN(i + 1)
				node.Content[2*i], node.Content[2*j] = node.Content[2*j], node.Content[2*i]
				node.Content[2*i+1], node.Content[2*j+1] = node.Content[2*j+1], node.Content[2*i+1]
			}
			for i := 0; i < len(node.Content) && !flow; i += 2 {
				if random.IntN(5) == 0 {
					number++
					node.Content[i].HeadComment = fmt.Sprintf("# note %d", number)
				}
			}
		}
		for _, each := range node.Content {
			mix(each, flow)
		}
	}
	mix(root.Content[0], false)
	root.Content[0].Style = 0
	var text bytes.Buffer
	dumper, err := yaml.NewDumper(&text, yaml.WithV3Defaults(), yaml.WithIndent(2+random.IntN(3)), yaml.WithLineWidth(-1))
	require.NoError(t, err)
	require.NoError(t, dumper.Dump(&root))
	require.NoError(t, dumper.Close())
	var lines []string
	for line := range strings.SplitSeq(text.String(), "\n") {
		if random.IntN(6) == 0 && strings.Contains(line, ": ") && !strings.ContainsAny(line, "|>") {
			lines = append(lines, "")
		}
		lines = append(lines, line)
	}
	return []byte(strings.Join(lines, "\n"))
}

// What aliases stand for comes before the steps that use it, and stays as its author wrote it.
func TestExtraKeysComeBeforeTheSteps(t *testing.T) {
	const document = "version: 1.0.0\nx-b: &b {maximumAttempts: 3, initialInterval: 1s}\nx-a: [1]\nblueprint: order\nsteps:\n  - {activity: x, id: a, retry: *b}\nsummary: short\n"
	const want = "blueprint: order\nversion: 1.0.0\nx-b: &b {maximumAttempts: 3, initialInterval: 1s}\nx-a: [1]\nsummary: short\nsteps:\n  - {id: a, activity: x, retry: *b}\n"
	for _, each := range []string{document, want} {
		formatted, err := format.Document("x.yaml", []byte(each))
		require.NoError(t, err)
		assert.Equal(t, want, string(formatted))
	}
	formatted, err := format.Document("x.json", []byte(`{"steps": [], "x-a": {"b": 1, "a": 2}, "version": "1.0.0", "blueprint": "order"}`))
	require.NoError(t, err)
	assert.Equal(t, "{\n  \"blueprint\": \"order\",\n  \"version\": \"1.0.0\",\n  \"x-a\": {\n    \"b\": 1,\n    \"a\": 2\n  },\n  \"steps\": []\n}\n", string(formatted))
}
