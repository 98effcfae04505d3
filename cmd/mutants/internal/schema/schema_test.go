package schema

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const program = `package main

import (
	"errors"
	"fmt"
)

const limit = 10

var start = begin()

func begin() int { return 1 }

var doubled = map[string]func(int) int{"double": func(n int) int { return n * 2 }}

type shop struct{ name string }

func (s *shop) rename(name string) { s.name = name }
func (shop) open(_ int, _ string) (bool, error) { return true, nil }

type list[T any] []T

func (l list[_]) size() int { return len(l) }

func first[T any, L ~[]T](of L, otherwise ...T) (found T, err error) {
	if len(of) == 0 {
		err = errors.New("empty")
		return append(otherwise, found)[0], err
	}
	return of[0], nil
}

func sum(numbers ...int) (total int) {
	for _, number := range numbers {
		total += number
	}
	add := func(number int) { total += number }
	add(limit)
	return total
}

func safely(int) (text string) {
	defer rescue(&text)
	defer func() { text += "!" }()
	text = "calm"
	return text
}

func rescue(text *string) {
	if problem := recover(); problem != nil {
		*text = "rescued"
	}
}

func unnamed(int, ...string) string { return "unnamed" }

func init() {
	start += 1
}

func main() {
	s := &shop{}
	s.rename("one")
	open, err := s.open(1, "")
	fmt.Println(s.name, open, err, start, doubled["double"](2))
	found, err := first([]string{}, "none")
	fmt.Println(found, err, sum(1, 2), list[int]{1, 2}.size(), safely(1), unnamed(1, "a", "b"))
}
`

const printed = "one true <nil> 2 4\nnone empty 13 2 calm! unnamed\n"

// newPackage writes a module and loads its only package.
func newPackage(t *testing.T, source string) (root string, loaded *Package) {
	t.Helper()
	root = t.TempDir()
	for name, content := range map[string]string{"go.mod": "module example\n\ngo 1.26\n", "main.go": source} {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
	}
	packages, err := Load(t.Context(), root, "", ".")
	require.NoError(t, err)
	require.Len(t, packages, 1)
	return root, packages[0]
}

func edit(t *testing.T, number int, source, replace, with string) Edit {
	t.Helper()
	require.Equal(t, 1, strings.Count(source, replace), replace)
	start := strings.Index(source, replace)
	return Edit{Number: number, File: "main.go", Start: start, End: start + len(replace), With: with}
}

// build compiles a package with switches, and returns the program.
func build(t *testing.T, root string, switched Switched) string {
	t.Helper()
	for name, content := range switched.Sources {
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(content), 0o600))
	}
	program := filepath.Join(root, "program.exe")
	command := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	command.Dir = root
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s\n%s", output, switched.Sources["main.go"])
	return program
}

func runWith(t *testing.T, program string, number int) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program)
	command.Env = append(command.Environ(), fmt.Sprintf("%s=%d", Variable, number))
	output, err := command.CombinedOutput()
	require.NoError(t, err, string(output))
	return string(output)
}

func TestEachChangeHasASwitch(t *testing.T) {
	root, loaded := newPackage(t, program)
	cases := []struct{ name, replace, with, changes, into string }{
		{"a method", "s.name = name", `s.name = "two"`, "one", "two"},
		{"another line of a method", "s.name = name", ``, "one", ""},
		{"blank parameters", "return true, nil", "return false, nil", "true", "false"},
		{"a generic method", "return len(l)", "return len(l) + 1", "13 2", "13 3"},
		{"a generic function", `errors.New("empty")`, "nil", "none empty", "none <nil>"},
		{"a bare return", "return total\n}", "total++; return\n}", "13", "14"},
		{"a loop", "total += number\n\t}", "total = number\n\t}", "13", "12"},
		{"a closure", "{ total += number }", "{ total -= number }", "13", "-7"},
		{"a result set by a deferred function", `text += "!"`, "text += \"?\"", "calm!", "calm?"},
		{"a panic", `text = "calm"`, `panic("wild")`, "calm!", "rescued"},
		{"unnamed parameters", `return "unnamed"`, `return "anonymous"`, "unnamed", "anonymous"},
		{"what initialises a variable", "return 1", "return 5", "nil> 2", "nil> 6"},
		{"an init function", "start += 1", "start += 7", "nil> 2", "nil> 8"},
		{"text around what differs", "func begin() int { return 1 }", "func begin() int { return 3 }", "nil> 2", "nil> 4"},
		{"the main function", "found, err := first", "err = nil; found, err := first", "", ""},
	}
	var edits []Edit
	for i, c := range cases {
		edits = append(edits, edit(t, i+1, program, c.replace, c.with))
	}
	switched := loaded.Switch(edits)
	require.Empty(t, switched.Refused)
	executable := build(t, root, switched)
	assert.Equal(t, printed, runWith(t, executable, 0))
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, strings.Replace(printed, c.changes, c.into, 1), runWith(t, executable, i+1))
		})
	}
}

func TestLinesKeepTheirNumbers(t *testing.T) {
	_, loaded := newPackage(t, program)
	switched := loaded.Switch([]Edit{
		edit(t, 1, program, "return true, nil", "return false, nil"),
		edit(t, 2, program, "add(limit)", "add(-limit)"),
	})
	original, changed := strings.Split(program, "\n"), strings.Split(switched.Sources["main.go"], "\n")
	for i, line := range original {
		if !strings.HasPrefix(line, "func (shop) open") && !strings.HasPrefix(line, "func sum") {
			assert.Equal(t, line, changed[i])
		}
	}
}

func TestWhatHasNoSwitch(t *testing.T) {
	root, loaded := newPackage(t, program)
	cases := []struct{ name, replace, with, problem string }{
		{"a constant", "limit = 10", "limit = 11", "not inside one function"},
		{"a variable's initial value", "n * 2", "n * 3", "not inside one function"},
		{"a type", "name string }", "name, other string }", "not inside one function"},
		{"a signature", "(numbers ...int)", "(numbers ...int32)", "not inside one function"},
		{"a parameter's name", "rename(name string)", "rename(s string)", "not inside one function"},
		{"an import", `"errors"`, `errors "fmt"`, "not inside one function"},
		{"two functions", "\n\nfunc main() {", "\n\nfunc other() {}\n\nfunc main() {", "not inside one function"},
		{"a function cut in two", "start += 1", "start += 1 }; func other() {", "not inside one function"},
		{"what recovers", `= "rescued"`, `= "saved"`, "recover"},
		{"no Go", "add(limit)", "add(limit", "missing ','"},
		{"another type", "return len(l)", `return "two"`, `cannot use "two"`},
		{"a variable that is not used anymore", "add(limit)", "", "declared and not used: add"},
		{"an initial value that depends on itself", "return 1", "return start", "start"},
		{"a second one of these", "{ return 1", "{ return start + start", "start"},
		{"a file that is not compiled", "", "", "not compiled"},
	}
	var edits []Edit
	for i, c := range cases {
		if c.replace == "" {
			edits = append(edits, Edit{Number: i + 1, File: "other.go"})
			continue
		}
		edits = append(edits, edit(t, i+1, program, c.replace, c.with))
	}
	good := len(edits) + 1
	edits = append(edits, edit(t, good, program, "total += number\n\t}", "\n\t}"), edit(t, good+1, program, "total += number\n\t}", "_ = number\n\t}"))
	switched := loaded.Switch(edits)
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			require.Error(t, switched.Refused[i+1])
			assert.Contains(t, switched.Refused[i+1].Error(), c.problem)
		})
	}
	assert.Contains(t, switched.Refused[good].Error(), "declared and not used: number")
	assert.NotContains(t, switched.Refused, good+1)
	executable := build(t, root, switched)
	assert.Equal(t, printed, runWith(t, executable, 0))
	assert.Equal(t, strings.Replace(printed, "13", "10", 1), runWith(t, executable, good+1))
}

// TestAnErrorThatStandsInTheOriginal has a variant that makes a variable depend
// on itself, of which the compiler complains where the variable stands.
func TestAnErrorThatStandsInTheOriginal(t *testing.T) {
	source := "package main\n\nvar a = b()\n\nfunc b() int { return c() }\n\nfunc c() int { return 1 }\n\nfunc main() { println(a) }\n"
	_, loaded := newPackage(t, source)
	switched := loaded.Switch([]Edit{edit(t, 1, source, "return 1", "return a"), edit(t, 2, source, "println(a)", "println(a+1)")})
	require.Contains(t, switched.Refused, 1)
	assert.NotContains(t, switched.Refused, 2)
}

func TestAPackageThatDoesNotCompileHasNoSwitches(t *testing.T) {
	source := "package main\n\nvar a = b\n\nfunc main() { println(a) }\n"
	_, loaded := newPackage(t, source)
	switched := loaded.Switch([]Edit{edit(t, 1, source, "println(a)", "println(a+1)")})
	require.ErrorContains(t, switched.Refused[1], "undefined: b")
	assert.Empty(t, switched.Sources)
}

func TestAChangeThatCompilesByItself(t *testing.T) {
	_, loaded := newPackage(t, program)
	require.NoError(t, loaded.Compiles(edit(t, 1, program, "limit = 10", "limit = 11")))
	require.ErrorContains(t, loaded.Compiles(edit(t, 1, program, "limit = 10", `limit = "ten"`)), "cannot use")
}

func TestAPackageWithoutSwitchesStaysAsItIs(t *testing.T) {
	_, loaded := newPackage(t, program)
	assert.Empty(t, loaded.Switch(nil).Sources)
	assert.Empty(t, loaded.Switch([]Edit{edit(t, 1, program, "limit = 10", "limit = 11")}).Sources)
}
