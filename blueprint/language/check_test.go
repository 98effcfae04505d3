package language

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the expected diagnostics in testdata/bad")

// testCatalog is what the documents in testdata may call.
type testCatalog struct {
	activities, workflows map[string]Signature
	blueprints            map[string]*Definition
}

func newTestCatalog(t testing.TB) *testCatalog {
	t.Helper()
	type charge struct {
		Order    string  `json:"order"`
		Amount   float64 `json:"amount"`
		Currency string  `json:"currency,omitempty"`
	}
	type receipt struct {
		ID     string  `json:"id"`
		Amount float64 `json:"amount"`
	}
	type refund struct {
		Charge string `json:"charge"`
	}
	type fetch struct {
		Source string `json:"source"`
	}
	type row struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	type rows struct {
		Rows []row `json:"rows"`
	}
	type message struct {
		Message string `json:"message"`
	}
	type parcel struct {
		Address string `json:"address"`
	}
	type shipment struct {
		Tracking string `json:"tracking"`
	}
	none := &Schema{Type: "null"}
	catalog := &testCatalog{
		activities: map[string]Signature{
			"charge_card": {Input: schemaFor[charge](t), Output: schemaFor[receipt](t)},
			"refund_card": {Input: schemaFor[refund](t), Output: none},
			"fetch_data":  {Input: schemaFor[fetch](t), Output: schemaFor[rows](t)},
			"notify":      {Input: schemaFor[message](t), Output: none},
			"say":         {Input: schemaFor[string](t), Output: none},
			"ping":        {NoInput: true, Output: schemaFor[string](t), Local: true},
			"maybe":       {Input: schemaFor[*message](t), Output: schemaFor[*receipt](t)},
			"plan_work":   {},
			"beats":       {NoInput: true, Options: Options{StartToClose: "1h", Heartbeat: "1s"}},
		},
		workflows:  map[string]Signature{"ship_parcel": {Input: schemaFor[parcel](t), Output: schemaFor[shipment](t)}},
		blueprints: map[string]*Definition{},
	}
	for _, file := range []string{"label-1.0.0.yaml", "label-1.1.0.yaml"} {
		definition, problems := Read(file, readFile(t, "../testdata/library/"+file), catalog, Budget{}, 0)
		require.NoError(t, problems.Err())
		catalog.blueprints[definition.Blueprint+"@"+definition.Version] = definition
	}
	return catalog
}

func schemaFor[T any](t testing.TB) *Schema {
	t.Helper()
	schema, err := jsonschema.For[T](nil)
	require.NoError(t, err)
	return schema
}

func readFile(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return text
}

func (c *testCatalog) Activity(name string) (Signature, bool) {
	signature, found := c.activities[name]
	return signature, found
}

func (c *testCatalog) Workflow(name string) (Signature, bool) {
	signature, found := c.workflows[name]
	return signature, found
}

func (c *testCatalog) Blueprint(reference string) (*Definition, string, bool) {
	definition, found := c.blueprints[reference]
	return definition, reference, found
}

func (c *testCatalog) Names() (activities, workflows, blueprints []string) {
	return slices.Collect(maps.Keys(c.activities)), slices.Collect(maps.Keys(c.workflows)), slices.Collect(maps.Keys(c.blueprints))
}

// documents are the files of a folder.
func documents(t testing.TB, folder string) []string {
	t.Helper()
	var files []string
	for _, pattern := range []string{"*.yaml", "*.json"} {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		require.NoError(t, err)
		files = append(files, found...)
	}
	slices.Sort(files)
	require.NotEmpty(t, files)
	return files
}

func TestBadDocuments(t *testing.T) {
	catalog := newTestCatalog(t)
	for _, file := range documents(t, "../testdata/bad") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			definition, problems := Read(filepath.Base(file), readFile(t, file), catalog, Budget{}, 0)
			assert.Nil(t, definition)
			require.NotEmpty(t, problems)
			expected := strings.TrimSuffix(file, filepath.Ext(file)) + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(expected, []byte(problems.Error()+"\n"), 0o644))
			}
			assert.Equal(t, string(readFile(t, expected)), problems.Error()+"\n")
		})
	}
}

// Each rule of the checker has a document that breaks it, but for those that no document
// can break.
func TestEachCodeHasABadDocument(t *testing.T) {
	told := ""
	texts, err := filepath.Glob("../testdata/bad/*.txt")
	require.NoError(t, err)
	for _, file := range texts {
		told += string(readFile(t, file))
	}
	sources, err := filepath.Glob("*.go")
	require.NoError(t, err)
	call := regexp.MustCompile(`c\.(?:report|suggesting|atKey|inText)\(.*?, "([a-z-]+)", `)
	codes := map[string]bool{}
	for _, file := range sources {
		for _, match := range call.FindAllStringSubmatch(string(readFile(t, file)), -1) {
			codes[match[1]] = true
		}
	}
	assert.Greater(t, len(codes), 40)
	for code := range codes {
		assert.Contains(t, told, "("+code+")\n")
	}
}

func TestGoodDocuments(t *testing.T) {
	catalog := newTestCatalog(t)
	for _, file := range documents(t, "../testdata/good") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			definition, problems := Read(filepath.Base(file), readFile(t, file), catalog, Budget{}, 0)
			require.NoError(t, problems.Err())
			require.NotNil(t, definition)
		})
	}
}

// document is a blueprint with these steps.
func document(steps string) string {
	return "blueprint: order\nversion: 1.0.0\nsteps:\n" + steps
}

// short are the diagnostics without the words.
func short(problems Diagnostics) []string {
	var all []string
	for _, each := range problems {
		all = append(all, each.Pointer+" "+each.Code)
	}
	return all
}

// A long document is checked in far less than the second after which Temporal takes a
// worker for dead; BenchmarkCheck measures it. What would never end takes longer than
// the minute that a busy machine may need here.
// Names that are looked for in vain take no more time for being many.
func TestManyUnknownNamesTakeNoTime(t *testing.T) {
	needs := strings.TrimSuffix(strings.Repeat("zz, ", 100), ", ")
	var nodes strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&nodes, "      - {id: n%d, needs: [%s], set: {x: 1}}\n", i, needs)
	}
	began := time.Now()
	_, problems := Read("", []byte("blueprint: a\nversion: 1.0.0\nsteps:\n  - id: d\n    dag:\n"+nodes.String()), newTestCatalog(t), Budget{DocumentBytes: 1 << 20}, 1<<20)
	assert.NotEmpty(t, problems)
	assert.Less(t, time.Since(began), 3*time.Second)
}

func TestLongDocumentsTakeNoTime(t *testing.T) {
	catalog := newTestCatalog(t)
	for name, text := range longDocuments() {
		t.Run(name, func(t *testing.T) {
			definition, source, problems := Load("long.yaml", []byte(text), 0)
			require.NotNil(t, definition, problems)
			start := time.Now()
			problems = Check(definition, source, catalog, Budget{})
			assert.Less(t, time.Since(start), time.Minute)
			assert.LessOrEqual(t, len(problems), mostProblems+1)
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	catalog := newTestCatalog(b)
	for name, text := range longDocuments() {
		b.Run(name, func(b *testing.B) {
			definition, source, _ := Load("long.yaml", []byte(text), 0)
			for b.Loop() {
				Check(definition, source, catalog, Budget{})
			}
		})
	}
}

// longDocuments are valid ones of 2,000 steps, and hostile ones.
func longDocuments() map[string]string {
	// # stands for a number, < for the one before it.
	repeat := func(from, to int, text string) string {
		var all strings.Builder
		for i := from; i < to; i++ {
			all.WriteString(strings.NewReplacer("#", strconv.Itoa(i), "<", strconv.Itoa(i-1)).Replace(text))
		}
		return all.String()
	}
	dag, graph := "  - id: dag\n    dag:\n      - {id: t0, activity: ping}\n", "  - id: graph\n    graph:\n      - {id: t0, activity: ping, next: t1}\n"
	return map[string]string{
		"sequence": document("  - {id: s0, activity: charge_card, with: {order: a, amount: 1}}\n" +
			repeat(1, 2000, "  - {id: s#, activity: charge_card, with: {order: \"${steps.s<.output.id}\", amount: \"${steps.s0.output.amount + #}\"}}\n")),
		"dag":                    document(dag + repeat(1, 1000, "      - {id: t#, activity: say, needs: [t0], with: \"${steps.t0.output}\"}\n")),
		"dag in a row":           document(dag + repeat(1, 1000, "      - {id: t#, activity: say, needs: [t<], with: \"${steps.t<.output} ${steps.t0.output}\"}\n")),
		"dag where all need all": document("  - id: dag\n    dag:\n" + allNeedAll(250)),
		"graph in circles":       document(graph + repeat(1, 1000, "      - {id: t#, activity: say, on_success: t<, on_failure: t0, with: \"${steps.t<.output} ${vars.v}\"}\n")),
		"many graphs": document("  - id: a\n    steps:\n      - id: g0\n        graph: &g [" + repeat(0, 1000, "{id: n#, next: n<, stop: \"${steps.n1}\"},") + "]\n" +
			repeat(1, 9, "      - {id: g#, graph: *g}\n")),
		"unknown names":      document(repeat(0, 3000, "  - {id: s#, activity: say, with: \"${stepz.s<} ${steps.x#}\"}\n")),
		"long unknown names": document(repeat(0, 250, "  - {id: s#, activity: "+strings.Repeat("x", 900)+"}\n")),
		"unknown fields":     document(repeat(0, 3000, "  - {id: s#, activity: charge_card, with: {oder#: 1}}\n")),
		"equal ids":          document(repeat(0, 2500, "  - {id: s, steps: [{id: t, activity: say, with: \"${steps.u.output}\"}, {id: u, activity: ping}]}\n")),
		"groups in groups":   document("  - " + strings.Repeat("{id: s, steps: [", 90) + "{id: s, activity: ping}" + strings.Repeat("]}", 90) + "\n"),
		"sets in loops":      document(setsInLoops(25)),
		"short expressions":  document("  - {id: s, set: {a: [" + repeat(0, 4900, "\"${[1].map(x,x+#)}\",") + "]}}\n"),
		"expressions":        document("  - {id: s, set: {a: [" + strings.Repeat("\"${input}\",", 20000) + "]}}\n"),
		"long expressions":   document("  - {id: s, set: {a: [" + strings.Repeat("\"${"+strings.Repeat("input+", 1000)+"1}\",", 30) + "]}}\n"),
		"one expression":     document("  - {id: s, set: {a: &a \"${" + "[" + strings.Repeat("input.a,", 30) + "1]}\", b: [" + strings.Repeat("*a,", 4000) + "]}}\n"),
		"values":             document("  - {id: s, set: {a: [" + strings.Repeat("1,", 90000) + "]}}\n"),
	}
}

func allNeedAll(count int) string {
	var all strings.Builder
	var needs []string
	for i := range count {
		fmt.Fprintf(&all, "      - {id: t%d, activity: ping, needs: [%s], summary: \"${steps.t0.output}\"}\n", i, strings.Join(needs, ","))
		needs = append(needs, fmt.Sprintf("t%d", i))
	}
	return all.String()
}

// setsInLoops nests loops, each with a step that sets many variables.
func setsInLoops(depth int) string {
	var sets []string
	for i := range 500 {
		sets = append(sets, fmt.Sprintf("v%d: 1", i))
	}
	set := "{id: set, set: {" + strings.Join(sets, ",") + "}}"
	return "  - " + strings.Repeat("{id: l, times: 2, loop: ["+set+",", depth) + "{id: last, activity: ping}" + strings.Repeat("]}", depth) + "\n"
}

// What is probably not meant is told and refuses nothing. Each document holds beside it what
// is right, of which nothing is told.
func TestWarnings(t *testing.T) {
	catalog := newTestCatalog(t)
	for _, file := range documents(t, "../testdata/warned") {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text := readFile(t, file)
			_, problems := Read(filepath.Base(file), text, catalog, Budget{}, 0)
			require.NoError(t, problems.Err())
			warned := Warnings(filepath.Base(file), text, catalog, Budget{}, 0)
			told := ""
			for _, each := range warned {
				told += each.String() + "\n"
			}
			expected := strings.TrimSuffix(file, filepath.Ext(file)) + ".txt"
			if *update {
				require.NoError(t, os.WriteFile(expected, []byte(told), 0o644))
			}
			assert.Equal(t, string(readFile(t, expected)), told)
		})
	}
}
