package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// inModule changes to a folder of a new module that has two mutants, one of
// which survives.
func inModule(t *testing.T) {
	t.Helper()
	root := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(root, "lesson", "testdata"), 0o755))
	for name, content := range map[string]string{
		"go.mod":                "module example\n\ngo 1.26\n",
		"lesson/lesson.go":      "package lesson\n\nfunc answer() int { return 42 }\n",
		"lesson/lesson_test.go": "package lesson\n\nimport \"testing\"\n\nfunc TestAnswer(t *testing.T) {\n\tif answer() != 42 {\n\t\tt.Error()\n\t}\n}\n",
		"lesson/testdata/mutants.yaml": `
- {name: wrong, lesson: The answer is 42., file: lesson.go, replace: "42", with: "41", tests: [TestAnswer]}
- {name: same, lesson: The answer is a sum., file: lesson.go, replace: "42", with: "40 + 2", tests: [TestAnswer]}
`,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(root, filepath.FromSlash(name)), []byte(content), 0o600))
	}
	t.Chdir(filepath.Join(root, "lesson"))
}

func TestSurvivorFailsTheCommand(t *testing.T) {
	inModule(t)
	var out, complaints strings.Builder
	status := run(t.Context(), []string{"--verbose"}, &out, &complaints)
	assert.Equal(t, failed, status)
	assert.Empty(t, complaints.String())
	assert.Contains(t, out.String(), "killed    lesson/wrong  The answer is 42.  (")
	assert.Contains(t, out.String(), "SURVIVED  lesson/same  The answer is a sum.  (")
	assert.Contains(t, out.String(), "--- PASS: TestAnswer")
	assert.True(t, strings.HasSuffix(out.String(), "\n2 mutants in 1 folder: 1 killed, 1 survived\n1 passed, 1 failed\n"), out.String())
}

func TestKilledMutantIsSuccess(t *testing.T) {
	inModule(t)
	var out, complaints strings.Builder
	status := run(t.Context(), []string{"lesson/wrong"}, &out, &complaints)
	assert.Equal(t, allKilled, status)
	assert.Empty(t, complaints.String())
	assert.True(t, strings.HasSuffix(out.String(), "\n1 mutant in 1 folder, all killed\n1 passed, 0 failed\n"), out.String())
}

func TestList(t *testing.T) {
	inModule(t)
	var out, complaints strings.Builder
	assert.Equal(t, allKilled, run(t.Context(), []string{"--list"}, &out, &complaints))
	assert.Equal(t, "lesson/wrong  The answer is 42.\nlesson/same   The answer is a sum.\n", out.String())
	assert.Empty(t, complaints.String())
}

func TestGeneratedMutants(t *testing.T) {
	inModule(t)
	var out, complaints strings.Builder
	assert.Equal(t, allKilled, run(t.Context(), []string{"--generate=5", "--seed=7", "./lesson"}, &out, &complaints))
	assert.Equal(t, "\nlesson: 1 generated mutant of 1, seed 7: 1 killed\n1 passed, 0 failed\n", out.String())
	assert.Empty(t, complaints.String())
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	inModule(t)
	for _, test := range []struct{ argument, complaint string }{
		{"lesson/wrogn", "mutants: no folder or mutant is called lesson/wrogn; did you mean lesson/same, lesson/wrong?\n"},
		{"--parallel=0", "mutants: --parallel is 0, but at least 1 mutant must run at a time\n"},
		{"--generate=3", "mutants: --generate needs a count of at least 1, and packages such as ./updatewithstart\n"},
		{"--nonsense", "mutants: unknown flag: --nonsense\n"},
	} {
		t.Run(test.argument, func(t *testing.T) {
			var out, complaints strings.Builder
			assert.Equal(t, failed, run(t.Context(), []string{test.argument}, &out, &complaints))
			assert.Equal(t, test.complaint, complaints.String())
			assert.Empty(t, out.String())
		})
	}
}

func TestModuleWithoutListsIsAnError(t *testing.T) {
	inModule(t)
	require.NoError(t, os.RemoveAll("testdata"))
	var out, complaints strings.Builder
	assert.Equal(t, failed, run(t.Context(), nil, &out, &complaints))
	assert.Contains(t, complaints.String(), "mutants: no testdata/mutants.yaml below ")
}

func TestInterrupt(t *testing.T) {
	inModule(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, complaints strings.Builder
	assert.Equal(t, interrupted, run(ctx, nil, &out, &complaints))
	assert.Equal(t, "mutants: interrupted\n", complaints.String())
}
