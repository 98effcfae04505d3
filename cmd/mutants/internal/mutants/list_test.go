package mutants

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const goodList = `
- name: check-dropped
  lesson: >
    What is unknown
    is refused.
  file: workflow.go
  replace: |
    if err != nil {
      return err
  with: |
    if false {
      return err

  package: ./worker
  tags: [e2e, slow]
  tests: [TestRefuses, TestParts/a_part]
- {name: lock-taken-out, lesson: One at a time., file: ../lock/lock.go, replace: mutex.Lock(), with: "", tests: [TestLock]}
`

func TestLoadReadsEveryList(t *testing.T) {
	loaded, err := Load(fstest.MapFS{
		"samples/greeting/testdata/mutants.yaml": file(goodList),
		"testdata/mutants.yaml":                  file("[{name: a, lesson: b, file: c.go, replace: d, with: e, tests: [F]}]"),
		"samples/greeting/mutants.yaml":          file("not a list of mutants"),
		"samples/mytestdata/mutants.yaml":        file("not a list of mutants"),
		".git/testdata/mutants.yaml":             file("not a list of mutants"),
		"bin/testdata/mutants.yaml":              file("not a list of mutants"),
	})
	require.NoError(t, err)
	assert.Equal(t, []Mutant{
		{
			Folder:  "samples/greeting",
			Name:    "check-dropped",
			Lesson:  "What is unknown is refused.",
			File:    "samples/greeting/workflow.go",
			Replace: "if err != nil {\n  return err",
			With:    "if false {\n  return err",
			Package: "samples/greeting/worker",
			Tags:    []string{"e2e", "slow"},
			Tests:   []string{"TestRefuses", "TestParts/a_part"},
		},
		{
			Folder:  "samples/greeting",
			Name:    "lock-taken-out",
			Lesson:  "One at a time.",
			File:    "samples/lock/lock.go",
			Replace: "mutex.Lock()",
			Package: "samples/greeting",
			Tests:   []string{"TestLock"},
		},
		{Folder: ".", Name: "a", Lesson: "b", File: "c.go", Replace: "d", With: "e", Package: ".", Tests: []string{"F"}},
	}, loaded)
	assert.Equal(t, "samples/greeting/check-dropped", loaded[0].ID())
	assert.Equal(t, "a", loaded[2].ID())
}

func TestOneTrailingNewlineIsTrimmed(t *testing.T) {
	found, problems := parse("x/testdata/mutants.yaml", []byte(
		`[{name: a, lesson: b, file: c, replace: "d\n\n", with: "e", tests: [F]}]`))
	require.Empty(t, problems)
	assert.Equal(t, "d\n", found[0].Replace)
	assert.Equal(t, "e", found[0].With)
}

func TestLoadNamesAllProblemsOfAllLists(t *testing.T) {
	_, err := Load(fstest.MapFS{
		"empty/testdata/mutants.yaml": file("# nothing yet\n"),
		"null/testdata/mutants.yaml":  file("null\n"),
		"map/testdata/mutants.yaml":   file("\nname: a\n"),
		"syntax/testdata/mutants.yaml": file(`- name: a
  tests: [
`),
		"twice/testdata/mutants.yaml": file(`- name: a
  name: b
- just text
`),
		"documents/testdata/mutants.yaml": file(`- {name: a, lesson: b, file: c, replace: d, with: e, tests: [F]}
---
- {name: a, lesson: b, file: c, replace: d, with: e, tests: [F]}
`),
		"fields/testdata/mutants.yaml": file(`- name: Not_Kebab
  lesson: b
  file: ../../c.go
  replace: same
  with: same
  package: ../...
  tests: [""]
- lessons: b
  tags: none
-
- {name: a, lesson: b, file: c, replace: d, with: e, tests: [F]}
- {name: a, lesson: b, file: c, replace: d, with: , tests: []}
`),
	})
	assert.Equal(t, []string{
		"documents/testdata/mutants.yaml:1: yaml: expected single document, found multiple",
		"empty/testdata/mutants.yaml:1: yaml: no documents in stream",
		"fields/testdata/mutants.yaml:1: name \"Not_Kebab\" is not in kebab-case",
		"fields/testdata/mutants.yaml:1: with is the same as replace",
		"fields/testdata/mutants.yaml:1: file ../../c.go is outside the module",
		"fields/testdata/mutants.yaml:1: package ../... stands for several packages",
		"fields/testdata/mutants.yaml:1: tests holds an empty name",
		"fields/testdata/mutants.yaml:8: field lessons not found in type mutants.entry",
		"fields/testdata/mutants.yaml:9: cannot construct !!str `none` into []string",
		"fields/testdata/mutants.yaml:10: name is missing",
		"fields/testdata/mutants.yaml:10: lesson is missing",
		"fields/testdata/mutants.yaml:10: file is missing",
		"fields/testdata/mutants.yaml:10: replace is missing",
		"fields/testdata/mutants.yaml:10: with is missing (with: \"\" takes code out)",
		"fields/testdata/mutants.yaml:10: tests is missing",
		"fields/testdata/mutants.yaml:12: with is missing (with: \"\" takes code out)",
		"fields/testdata/mutants.yaml:12: tests is missing",
		"fields/testdata/mutants.yaml:12: name \"a\" is already taken in line 11",
		"map/testdata/mutants.yaml:2: cannot construct !!map into []libyaml.Node",
		"null/testdata/mutants.yaml:1: the list is empty",
		"syntax/testdata/mutants.yaml:3: did not find expected node content",
		"twice/testdata/mutants.yaml:2: mapping key \"name\" already defined at line 1",
		"twice/testdata/mutants.yaml:3: cannot construct !!str `just text` into mutants.entry",
	}, strings.Split(err.Error(), "\n"))
}

// FuzzParse checks that any list either has problems, each with its place, or
// gives mutants that can be run.
func FuzzParse(f *testing.F) {
	f.Add(goodList)
	f.Add("- &a {name: a}\n- *a\n- {<<: *a, with: 1}\n- !!binary aGVsbG8=\n")
	f.Add("")
	f.Add("[[[{? [a] : b}]]]")
	place := regexp.MustCompile(`^x/testdata/mutants\.yaml:[1-9][0-9]*: .`)
	f.Fuzz(func(t *testing.T, content string) {
		found, problems := parse("x/testdata/mutants.yaml", []byte(content))
		for _, problem := range problems {
			assert.Regexp(t, place, problem.Error())
		}
		if len(problems) > 0 {
			return
		}
		assert.NotEmpty(t, found)
		for _, mutant := range found {
			assert.NotEmpty(t, mutant.Name)
			assert.NotEmpty(t, mutant.Tests)
			assert.NotContains(t, mutant.File, "..")
		}
	})
}

func file(content string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(content)}
}
