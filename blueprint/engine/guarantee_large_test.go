package engine_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// What one payload may have says how long documents and plans are, with what they start,
// and how much the next run is given. A run keeps what it was started with.
func TestPayloadBytesBoundWhatIsHandedOn(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("x", 250<<10)
	part := func(name string) string {
		return "blueprint: " + name + "\nversion: 1.0.0\nvars: {text: " + text + "}\nsteps: [{id: s, sleep: 1s}]\n"
	}
	cases := []struct {
		name, document string
		input          any
		definitions    []string
		// refused is how it ends with the server's limit, and ends with more than that.
		refused, ends string
	}{
		{
			name:     "a document",
			document: document("vars: {text: " + text + text + "}\nsteps: [{id: a, set: {text: 5}}]"),
			refused:  "failed InvalidDocument: the blueprint has problems: the document has ", ends: `{"text":5}`,
		},
		{
			name:     "a plan",
			document: document(`steps: [{id: p, plan: work, with: {output: {steps: [{id: a, activity: echo, with: "${input + input}"}, {id: b, activity: echo, with: 5}]}}}]`),
			input:    text[:200<<10],
			refused:  "failed InvalidPlan: step p: the plan has problems: the document has ", ends: "5",
		},
		{
			name:        "the children's documents",
			document:    document("steps: [{id: a, workflow: one@1.0.0}, {id: b, workflow: two@1.0.0}, {id: c, workflow: three@1.0.0}, {id: d, workflow: four@1.0.0}]\noutput: done"),
			definitions: []string{part("one"), part("two"), part("three"), part("four")},
			refused:     "failed InvalidDocument: the blueprint and those that it may start have ", ends: `"done"`,
		},
		{
			name: "the state",
			document: document(`vars: {a: 0, b: 0, c: 0, d: 0, e: 0}
steps:
  - {id: xa, set: {a: "${input}"}}
  - {id: xb, set: {b: "${input}"}}
  - {id: xc, set: {c: "${input}"}}
  - {id: xd, set: {d: "${input}"}}
  - {id: xe, set: {e: "${input}"}}
  - {id: l, times: 30, loop: [{id: e, activity: work, with: {takes: 1, output: "${round}"}}]}
output: ${steps.l.output}`),
			input:   text + text[:150<<10],
			refused: "failed BudgetExceeded: the next run would be given 2458995 bytes", ends: "29",
		},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			options := engine.Options{EventsPerRun: 60, Definitions: files(each.definitions...), Budget: language.Budget{StateBytes: 8 << 20}}
			refused := newStage(t, options).inline(each.document, each.input)
			assert.Equal(t, each.refused, refused.ending()[:min(len(each.refused), len(refused.ending()))])

			more := options
			more.PayloadBytes = 16 << 20
			s := newStage(t, more)
			usual := newStage(t, options)
			s.between = func(s *stage) { s.interpreter = usual.interpreter }
			assert.Equal(t, each.ends, s.inline(each.document, each.input).ending())
		})
	}
}

func TestLongDefinitionFiles(t *testing.T) {
	t.Parallel()
	long := files("blueprint: long\nversion: 1.0.0\nvars: {text: " + strings.Repeat("x", 300<<10) + "}\nsteps: [{id: s, sleep: 1s}]\n")
	_, err := engine.New(engine.NewCatalog(), engine.Options{Definitions: long})
	assert.ErrorContains(t, err, "at most 262144 are allowed")
	_, err = engine.New(engine.NewCatalog(), engine.Options{Definitions: long, PayloadBytes: 4 << 20})
	assert.NoError(t, err)
}
