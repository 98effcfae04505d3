package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/language"
)

// documentsIn are the documents in a folder of the interpreter's.
func documentsIn(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", folder, "*.[yj]*"))
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, casesEnding) })
	require.Greater(t, len(files), 20)
	return files
}

// The commands' catalog is the examples': all of them pass, alone and together.
func TestCheckOfExamples(t *testing.T) {
	files := documentsIn(t, "definitions")
	code, out, problems := execute(t, t.Context(), "", append([]string{"check", "--strict"}, files...)...)
	assert.Equal(t, exitOK, code, out+problems)
	assert.Equal(t, fmt.Sprintf("no problems in %d files\n", len(files)), out)
	for _, file := range files {
		// One that starts no other sees no difference.
		if text, err := os.ReadFile(file); err == nil && !strings.Contains(string(text), "workflow: ") {
			continue
		}
		code, out, problems := execute(t, t.Context(), "", "check", "--strict", file)
		assert.Equal(t, exitOK, code, out+problems)
		assert.Equal(t, "no problems in 1 file\n", out)
	}
}

// The examples are as fmt writes them.
func TestExamplesAreInForm(t *testing.T) {
	code, out, problems := execute(t, t.Context(), "", append([]string{"fmt", "-d"}, documentsIn(t, "definitions")...)...)
	assert.Equal(t, exitOK, code, problems)
	assert.Empty(t, out)
}

// fmt has nothing more to do with what it has done, and what it has done still passes.
func TestFormatOfGoodDocuments(t *testing.T) {
	for _, file := range documentsIn(t, filepath.Join("testdata", "good")) {
		code, once, problems := execute(t, t.Context(), "", "fmt", file)
		require.Equal(t, exitOK, code, problems)
		document := filepath.Join(t.TempDir(), filepath.Base(file))
		require.NoError(t, os.WriteFile(document, []byte(once), 0o600))
		code, out, _ := execute(t, t.Context(), "", "fmt", "-d", document)
		assert.Equal(t, exitOK, code, "%s: %s", file, out)
		_, _, found := language.Load(file, []byte(once), 0)
		assert.Empty(t, found, file)
	}
}

func TestGraphOfExamples(t *testing.T) {
	all := ""
	for _, file := range documentsIn(t, "definitions") {
		code, out, problems := execute(t, t.Context(), "", "graph", file)
		assert.Equal(t, exitOK, code, problems)
		all += filepath.Base(file) + "\n" + out
		code, out, problems = execute(t, t.Context(), "", "graph", "--svg", file)
		assert.Equal(t, exitOK, code, problems)
		assert.Contains(t, out, "</svg>")
	}
	t.Chdir("testdata")
	assertGolden(t, "graph-examples", all)
}

// Whatever is wrong with a document, check ends with 1, and each problem is shown with
// its line and a mark under its very place.
func TestCheckOfBadDocuments(t *testing.T) {
	// Some of them start its blueprints.
	library := filepath.Join("..", "testdata", "library")
	files := documentsIn(t, filepath.Join("testdata", "bad"))
	code, out, problems := execute(t, t.Context(), "", append([]string{"check", "--definitions", library, "--json"}, files...)...)
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, problems)
	var found checked
	require.NoError(t, json.Unmarshal([]byte(out), &found))
	bad := map[string]bool{}
	for _, each := range found.Problems {
		bad[each.File] = true
	}
	assert.Len(t, bad, len(files))

	code, out, problems = execute(t, t.Context(), "", append([]string{"check", "--definitions", library}, files...)...)
	assert.Equal(t, exitProblem, code)
	assert.Empty(t, problems)
	blocks := strings.Split(out, "\n\n")
	require.Len(t, blocks, len(found.Problems)+1)
	for i, problem := range found.Problems {
		source, err := os.ReadFile(problem.File)
		require.NoError(t, err)
		assertMarked(t, source, problem, blocks[i])
	}
	assert.Equal(t, fmt.Sprintf("%s in %d files\n", count(len(found.Problems), "problem"), len(files)), blocks[len(found.Problems)])
}

var markLine = regexp.MustCompile(`^      \| (\s*)\^+$`)

func assertMarked(t *testing.T, source []byte, problem language.Diagnostic, block string) {
	t.Helper()
	lines := strings.Split(block, "\n")
	if problem.Code == "too-many-problems" {
		// It has no place.
		assert.Equal(t, problem.File+": there are more problems (too-many-problems)", block)
		return
	}
	require.Greater(t, len(lines), 2, block)
	assert.Equal(t, fmt.Sprintf("%s:%d:%d: %s (%s)", problem.File, problem.Line, problem.Column, problem.Message, problem.Code), lines[0])
	shown, numbered := strings.CutPrefix(lines[1], fmt.Sprintf("%5d | ", problem.Line))
	require.True(t, numbered, block)
	mark := markLine.FindStringSubmatch(lines[2])
	require.NotNil(t, mark, block)
	above := runewidth.TruncateLeft(shown, runewidth.StringWidth(mark[1]), "")
	// A tab at the place has no width, and is cut off above.
	there := strings.TrimLeft(string([]rune(strings.Split(string(source), "\n")[problem.Line-1])[problem.Column-1:]), "\t")
	assert.Equal(t, runewidth.Truncate(there, 20, ""), runewidth.Truncate(above, 20, ""), block)
	if problem.Suggestion != "" {
		assert.Equal(t, fmt.Sprintf("  did you mean %q?", problem.Suggestion), lines[3])
	}
}

// A file that is checked takes the place of one in the folder.
func TestFilesComeBeforeTheFolder(t *testing.T) {
	folder := t.TempDir()
	write := func(name, field string) string {
		file := filepath.Join(folder, name)
		text := fmt.Sprintf("blueprint: pack\nversion: 1.0.0\ninput: {properties: {%s: {}}, additionalProperties: false}\nsteps: [{id: a, sleep: 1s}]\n", field)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	write("old.yaml", "old")
	const starts = "blueprint: x\nversion: 1.0.0\nsteps: [{id: a, workflow: pack@1.0.0, with: {new: 1}}]\n"
	code, out, _ := executeAlone(t, t.Context(), starts, "check", "--definitions", folder, "-")
	assert.Equal(t, exitProblem, code, out)
	code, out, _ = executeAlone(t, t.Context(), starts, "check", "--definitions", folder, "-", write("new", "new"))
	assert.Equal(t, exitOK, code, out)
}
