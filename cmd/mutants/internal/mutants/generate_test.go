package mutants

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const boundedSource = `package bounded

const limit = 3

func add(total int) int {
	for total < 0 {
		total = total + 1
	}
	if total >= limit {
		return limit
	}
	return total
}
`

const boundedTests = `package bounded

import "testing"

func TestAdd(t *testing.T) {
	for total, want := range map[int]int{-2: 0, 1: 1, 3: 3, 4: 3} {
		if got := add(total); got != want {
			t.Error(total, got)
		}
	}
}
`

const boundedEquivalents = `
- file: bounded.go
  function: add
  before: if total >= limit {
  after: if total > limit {
  reason: At the limit both ways lead to the same.
`

// newBounded writes a module with a package that has few changes.
func newBounded(t *testing.T, tests, equivalents string) Runner {
	t.Helper()
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":                           "module example\n\ngo 1.26\n",
		"bounded/bounded.go":               boundedSource,
		"bounded/bounded_test.go":          tests,
		"bounded/testdata/equivalent.yaml": equivalents,
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	}
	return Runner{Root: root, Parallel: runtime.GOMAXPROCS(0), Timeout: 2 * time.Second}
}

func generate(t *testing.T, runner Runner, sample Sample) ([]Generated, error) {
	t.Helper()
	var found []Generated
	err := runner.Generate(t.Context(), sample, func(mutant Generated) { found = append(found, mutant) })
	return found, err
}

func TestGenerate(t *testing.T) {
	runner := newBounded(t, boundedTests, boundedEquivalents)
	found, err := generate(t, runner, Sample{Patterns: []string{"./bounded"}, Count: 100, Seed: 1})
	require.NoError(t, err)

	var out strings.Builder
	report := GeneratedReport{Out: &out, Seed: 1}
	outcomes := map[string]Outcome{}
	for _, mutant := range found {
		outcomes[mutant.What+": "+mutant.After] = mutant.Result.Outcome
		mutant.Result.Duration = 0
		report.Add(mutant)
	}
	assert.Equal(t, map[string]Outcome{
		"changed constant: const limit = 4":         Killed, // has no switch
		"negated condition: for !(total < 0) {":     Killed, // endless
		"changed constant: for total < 1 {":         Killed,
		"swapped <: for total <= 0 {":               Killed,
		"dropped statement: ":                       Killed, // endless
		"swapped +: total = total - 1":              Killed, // endless
		"changed constant: total = total + 2":       Survived,
		"dropped if: ":                              Killed,
		"negated condition: if !(total >= limit) {": Killed,
		"swapped >=: if total > limit {":            Equivalent,
	}, outcomes)
	assert.False(t, report.Finish())
	assert.Equal(t, `SURVIVED    bounded/bounded.go:7  changed constant in add  (0.0s)
            - total = total + 1
            + total = total + 2

bounded: 10 generated mutants of 10, seed 1: 8 killed, 1 equivalent, 1 survived
9 passed, 1 failed
`, out.String())
}

func TestASeedDrawsTheSameMutants(t *testing.T) {
	runner := newBounded(t, boundedTests, boundedEquivalents)
	draw := func(count int, seed uint64) []string {
		drawn, err := runner.draw(t.Context(), Sample{Patterns: []string{"./bounded"}, Count: count, Seed: seed})
		require.NoError(t, err)
		var names []string
		for _, mutant := range drawn {
			names = append(names, mutant.What+": "+mutant.After)
		}
		return names
	}
	assert.Len(t, draw(3, 7), 3)
	assert.Equal(t, draw(3, 7), draw(3, 7))
	assert.NotEqual(t, draw(3, 7), draw(3, 8))
	assert.Subset(t, draw(5, 7), draw(3, 7), "more of the same seed are more, not others")
}

func TestEquivalentMutantThatDies(t *testing.T) {
	runner := newBounded(t, boundedTests, `[{file: bounded.go, before: const limit = 3, after: const limit = 4, reason: "4 is 3"}]`)
	found, err := generate(t, runner, Sample{Patterns: []string{"./bounded"}, Count: 100})
	require.NoError(t, err)
	require.Equal(t, NotEquivalent, found[0].Result.Outcome)
	var out strings.Builder
	report := GeneratedReport{Out: &out, Verbose: true}
	report.Add(found[0])
	assert.False(t, report.Finish())
	assert.Contains(t, out.String(), "4 is 3\n", "what is said of it")
	assert.Contains(t, out.String(), "--- FAIL: TestAdd", "what shows the contrary")
}

func TestMistakesInAListOfEquivalents(t *testing.T) {
	runner := newBounded(t, boundedTests, `
- {file: bounded.go, before: const limit = 3, after: const limit = 4}
- {file: bounded.go, before: gone, after: gone too, reason: It is gone.}
- {file: bounded.go, befor: const limit = 3}
`)
	_, err := generate(t, runner, Sample{Patterns: []string{"./bounded"}, Count: 1})
	require.EqualError(t, err, `bounded/testdata/equivalent.yaml:2: reason is missing
bounded/testdata/equivalent.yaml:3: no mechanical mutant of bounded.go is like this
bounded/testdata/equivalent.yaml:4: field befor not found in type mutants.equivalent
bounded/testdata/equivalent.yaml:4: reason is missing
bounded/testdata/equivalent.yaml:4: no mechanical mutant of bounded.go is like this`)

	runner = newBounded(t, boundedTests, "a: b: c")
	_, err = generate(t, runner, Sample{Patterns: []string{"./bounded"}, Count: 1})
	require.ErrorContains(t, err, "bounded/testdata/equivalent.yaml:1: ")
}

func TestWhatCannotBeGenerated(t *testing.T) {
	runner := newBounded(t, strings.Replace(boundedTests, "3: 3", "3: 4", 1), "")
	require.NoError(t, os.RemoveAll(filepath.Join(runner.Root, "bounded", "testdata")))
	_, err := generate(t, runner, Sample{Patterns: []string{"./bounded"}, Count: 1})
	require.ErrorContains(t, err, "package bounded: the tests fail without the mutant")
	require.ErrorContains(t, err, "--- FAIL: TestAdd")

	_, err = generate(t, runner, Sample{Patterns: []string{"./nowhere"}, Count: 1})
	require.ErrorContains(t, err, "there is nothing to change in ./nowhere")
}
