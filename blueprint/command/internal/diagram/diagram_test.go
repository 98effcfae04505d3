package diagram

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference/generate"
)

// Whatever a definition says, what a box holds lies inside it, nothing lies over
// anything else, and every step is there.
func FuzzLayout(f *testing.F) {
	for seed := range uint64(60) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		definition := generate.New(seed, generate.Timed).Definition
		assertDrawn(t, definition)
	})
}

func assertDrawn(t *testing.T, definition *language.Definition) {
	t.Helper()
	assertPlaces(t, sequence(definition.Steps, tallest))
	picture, mermaid := SVG(definition), Mermaid(definition)
	texts := assertXML(t, picture)
	assert.Equal(t, strings.Count(mermaid, "subgraph "), len(regexp.MustCompile(`(?m)^ *end$`).FindAllString(mermaid, -1)))
	for _, id := range ids(definition.Steps) {
		assert.Contains(t, texts, id)
		assert.Contains(t, mermaid, escape(id))
	}
}

func assertPlaces(t *testing.T, e *element) {
	t.Helper()
	const tolerance = 0.01
	for i, each := range e.parts {
		inside := each.x >= -tolerance && each.y >= -tolerance && each.right() <= e.width+tolerance && each.bottom() <= e.height+tolerance
		assert.True(t, inside, "a part lies outside")
		for _, other := range e.parts[:i] {
			apart := each.x >= other.right() || other.x >= each.right() || each.y >= other.bottom() || other.y >= each.bottom()
			assert.True(t, apart, "two parts overlap")
		}
		assertPlaces(t, each.element)
	}
	for _, each := range e.over {
		assertAround(t, each, e.parts)
	}
}

var (
	straight = regexp.MustCompile(`d="M([0-9.-]+),([0-9.-]+)((?:[HV][0-9.-]+)+)"`)
	stretch  = regexp.MustCompile(`([HV])([0-9.-]+)`)
)

// assertAround expects that an edge of straight lines leads through no box.
func assertAround(t *testing.T, shape string, boxes []placed) {
	t.Helper()
	path := straight.FindStringSubmatch(shape)
	if path == nil {
		return
	}
	x, y := length(t, path[1]), length(t, path[2])
	for _, each := range stretch.FindAllStringSubmatch(path[3], -1) {
		toX, toY := length(t, each[2]), y
		if each[1] == "V" {
			toX, toY = x, length(t, each[2])
		}
		for _, box := range boxes {
			// Lengths are written with one digit.
			const near = 0.1
			apart := max(x, toX) <= box.x+near || min(x, toX) >= box.right()-near || max(y, toY) <= box.y+near || min(y, toY) >= box.bottom()-near
			assert.True(t, apart, "%s leads through a box", shape)
		}
		x, y = toX, toY
	}
}

func length(t *testing.T, text string) float64 {
	t.Helper()
	number, err := strconv.ParseFloat(text, 64)
	require.NoError(t, err)
	return number
}

// Edges that lead back go around the boxes that stand between.
func TestEdgesThatLeadBack(t *testing.T) {
	assertDrawn(t, load(t, `
blueprint: x
version: 1.0.0
steps:
  - id: g
    start: check
    graph:
      - {id: check, sleep: 1s, on_success: save, on_failure: repair}
      - {id: repair, sleep: 1s, next: check}
      - {id: save, sleep: 1s, on_success: repair, on_failure: more}
      - {id: more, sleep: 1s, next: save}
      - {id: aside, sleep: 1s, next: check}
      - {id: other, sleep: 1s, on_failure: aside, on_success: other}
`))
}

// assertXML reads the picture as XML and returns its texts.
func assertXML(t *testing.T, picture []byte) []string {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	var texts []string
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		require.NoError(t, err)
		if text, isText := token.(xml.CharData); isText {
			texts = append(texts, string(text))
		}
	}
}

func ids(steps []*language.Step) []string {
	var all []string
	for _, step := range steps {
		all = append(all, step.ID)
		for _, block := range language.BlocksOf(step) {
			all = append(all, ids(block.Steps)...)
		}
	}
	return all
}

func load(t *testing.T, document string) *language.Definition {
	t.Helper()
	definition, _, problems := language.Load("x.yaml", []byte(document), 0)
	require.Empty(t, problems)
	return definition
}

func TestPicturesNeedNothingElse(t *testing.T) {
	document, err := os.ReadFile("../../testdata/kinds.yaml")
	require.NoError(t, err)
	definition := load(t, string(document))
	assertDrawn(t, definition)
	picture := strings.Replace(string(SVG(definition)), `xmlns="http://www.w3.org/2000/svg"`, "", 1)
	for _, foreign := range []string{"http", "<script", "@import", "url(h", "<image", "<foreignObject"} {
		assert.NotContains(t, picture, foreign)
	}
}

// Documents come from outside: what they say is text, and never markup.
func TestTextIsEscaped(t *testing.T) {
	definition := load(t, `
blueprint: x
version: 1.0.0
summary: <script>alert(1)</script>
steps:
  - {id: a, summary: "]]></title><script>", activity: '<b>"x"</b>'}
  - {id: b, switch: [{when: '${"</text><script>" == ""}', steps: [{id: c, fail: {type: 'x', message: "end\nclick n1 href \"javascript:alert(1)\""}}]}]}
`)
	assertDrawn(t, definition)
	assert.NotContains(t, string(SVG(definition)), "<script>")
	mermaid := Mermaid(definition)
	assert.NotContains(t, mermaid, "<script>")
	assert.NotContains(t, mermaid, "\nclick")
}

// Check finds what is wrong with edges; a picture shows what there is.
func TestDocumentsWithMistakesAreDrawn(t *testing.T) {
	assertDrawn(t, load(t, `
blueprint: x
version: 1.0.0
steps:
  - id: d
    dag: [{id: a, sleep: 1s, needs: [b, nobody, a]}, {id: b, sleep: 1s, needs: [a]}]
  - id: g
    graph: [{id: a, sleep: 1s, next: nobody}, {id: b, sleep: 1s, on_failure: b}]
    start: nobody
  - {id: e, parallel: {a: [], b: []}}
  - {id: f, dag: []}
`))
}

func TestManySteps(t *testing.T) {
	var document strings.Builder
	document.WriteString("blueprint: x\nversion: 1.0.0\nsteps:\n")
	for i := range 100 {
		fmt.Fprintf(&document, "  - {id: s%d, sleep: 1s}\n", i)
	}
	document.WriteString("  - id: build\n    dag:\n")
	for i := range 100 {
		fmt.Fprintf(&document, "      - {id: n%d, sleep: 1s, needs: [n%d]}\n", i, i/2-1)
	}
	definition := load(t, document.String())
	assertDrawn(t, definition)
	drawn := sequence(definition.Steps, tallest)
	assert.Less(t, drawn.width, 4000.0)
	assert.Less(t, drawn.height, 4000.0)
}

// In each layer, a step stands below all that lead to it.
func TestLayers(t *testing.T) {
	edges := []edge{{0, 1, "needs", ""}, {0, 2, "needs", ""}, {1, 3, "needs", ""}, {2, 3, "needs", ""}, {0, 3, "needs", ""}, {3, 0, "next", ""}}
	got := layers(4, edges, 0)
	rows := make([]int, 4)
	for row, slots := range got.rows {
		for _, each := range slots {
			if each.step >= 0 {
				rows[each.step] = row
			}
		}
	}
	assert.Equal(t, []int{0, 1, 1, 2}, rows)
	assert.Nil(t, got.ways[5], "it leads back")
	assert.Len(t, got.ways[4], 3, "it passes a layer")
}

// A picture says which failures a step holds, and for how long.
func TestHeldFailuresAreDrawn(t *testing.T) {
	step := &language.Step{ID: "ship", Kind: &language.Activity{Activity: "ship", Undo: &language.Undo{Activity: "call_back"}}, Hold: &language.Hold{}}
	assert.Equal(t, "undo: call_back, holds failures", wordsOf(step).note)
	step.Hold = &language.Hold{Types: []string{"CarrierDown", "Refused"}, Timeout: "2d"}
	assert.Equal(t, "undo: call_back, holds CarrierDown, Refused for 2d", wordsOf(step).note)
}
