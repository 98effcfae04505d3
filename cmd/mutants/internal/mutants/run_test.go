package mutants

import (
	"context"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const lessonSource = `package lesson

import (
	_ "embed"
	"net"
	"os"
)

//go:embed greeting.txt
var greeting string

func Answer() int {
	return 42
}

func leave() { os.Exit(3) }

func waitFor(address string) {
	connection, _ := net.Dial("tcp", address)
	connection.Read(make([]byte, 1))
}
`

const lessonTests = `package lesson

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Set("test.parallel", "2")
	os.Exit(m.Run())
}

func TestAnswer(t *testing.T) {
	if Answer() != 42 {
		t.Error("not the answer")
	}
}

func TestParts(t *testing.T) {
	t.Run("answer", TestAnswer)
	t.Run("other", TestUnrelated)
}

func TestTwoAtATime(t *testing.T) {
	running := make(chan bool)
	t.Run("slow", func(t *testing.T) { t.Parallel(); <-running; Answer() })
	t.Run("waits", func(t *testing.T) { t.Parallel(); running <- true; TestAnswer(t) })
}

func TestSkipsWhenWrong(t *testing.T) {
	if Answer() != 42 {
		t.Skip()
	}
}

func TestGreeting(t *testing.T) {
	if greeting != "hello" {
		t.Error(greeting)
	}
}

func TestWithoutSwitches(t *testing.T) {
	if _, switched := os.LookupEnv("ACTIVE_MUTANT"); switched || Answer() != 42 {
		t.Error("not as it is")
	}
}

func TestUnrelated(t *testing.T) {}
func TestAlwaysFails(t *testing.T) { t.Error() }
`

const useTests = `//go:build e2e

package use

import (
	"testing"

	"example/lesson"
)

func TestUse(t *testing.T) {
	if lesson.Answer() != 42 {
		t.Error()
	}
}
`

// newModule writes a module that go can test without any dependency.
func newModule(t *testing.T, list string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range map[string]string{
		"go.mod":                       "module example\n\ngo 1.26\n",
		"lesson/lesson.go":             lessonSource,
		"lesson/lesson_test.go":        lessonTests,
		"lesson/greeting.txt":          "hello",
		"lesson/use/use_test.go":       useTests,
		"lesson/testdata/mutants.yaml": list,
	} {
		file := filepath.Join(root, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
	return root
}

// contents returns every file below a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, fs.WalkDir(os.DirFS(folder), ".", func(file string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() {
			return err
		}
		content, err := fs.ReadFile(os.DirFS(folder), file)
		files[file] = string(content)
		return err
	}))
	return files
}

// temporaryFolder makes a new folder the one for temporary files.
func temporaryFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	for _, variable := range []string{"TMPDIR", "TMP", "TEMP"} {
		t.Setenv(variable, folder)
	}
	return folder
}

// TestOutcomes runs all kinds of mutants in one list, because what takes time
// is building and linking.
func TestOutcomes(t *testing.T) {
	cases := []struct {
		name    string
		replace string // "return 42" unless told
		with    string
		tests   string
		more    string
		outcome Outcome
		details []string
	}{
		{name: "wrong", with: "return 41", tests: "TestAnswer", outcome: Killed},
		{name: "wrong-in-a-subtest", with: "return 41", tests: "TestParts/answer", outcome: Killed},
		{name: "panic", with: "panic(41)", tests: "TestAnswer", outcome: Killed},
		{name: "exit", with: "os.Exit(3); return 42", tests: "TestAnswer", outcome: Killed},
		{name: "exit-while-two-run", with: "leave(); return 42", tests: "TestTwoAtATime, TestTwoAtATime/slow, TestTwoAtATime/waits", outcome: Killed},
		{name: "endless", with: "for {}", tests: "TestParts/answer, TestParts", outcome: Killed},
		{name: "elsewhere", with: "return 41", tests: "TestUse", more: "package: use, tags: [e2e]", outcome: Killed},
		{name: "notices-switches", with: "return 41", tests: "TestWithoutSwitches", outcome: Killed},
		{name: "embedded", replace: "hello", with: "goodbye", tests: "TestGreeting", more: "file: greeting.txt", outcome: Killed},
		{
			name: "too-weak", with: "return 41", tests: "TestAnswer, TestUnrelated, TestParts/other, TestSkipsWhenWrong",
			outcome: Survived,
			details: []string{"test TestUnrelated passed", "test TestParts/other passed", "test TestSkipsWhenWrong was skipped"},
		},
		{
			name: "dies-too-early", with: "panic(41)", tests: "TestAnswer, TestUnrelated",
			outcome: Survived,
			details: []string{"test TestUnrelated never ran"},
		},
		{
			name: "misspelled", with: `return "41"`, tests: "TestAnswer",
			outcome: DoesNotCompile,
			details: []string{
				"# example/lesson [example/lesson.test]",
				`lesson/lesson.go:13:9: cannot use "41" (untyped string constant) as int value in return statement`,
			},
		},
		{
			name: "gone", replace: "return 43", with: "return 41", tests: "TestAnswer",
			outcome: NoLongerApplies,
			details: []string{"the text to replace is not in lesson/lesson.go"},
		},
		{
			name: "file-gone", with: "return 41", tests: "TestAnswer", more: "file: other.go",
			outcome: NoLongerApplies,
			details: []string{"lesson/other.go does not exist"},
		},
		{
			name: "anywhere", replace: "func", with: "var", tests: "TestAnswer",
			outcome: Ambiguous,
			details: []string{"the text to replace occurs 3 times in lesson/lesson.go"},
		},
		{
			name: "unknown-test", with: "return 41", tests: "TestAnswer, TestUnknown", more: "package: use, tags: [e2e]",
			outcome: BadBaseline,
			details: []string{"test TestAnswer does not exist", "test TestUnknown does not exist"},
		},
		{
			name: "bad-test", with: "return 41", tests: "TestAlwaysFails",
			outcome: BadBaseline,
			details: []string{"test TestAlwaysFails fails without the mutant"},
		},
		{
			name: "no-package", with: "return 41", tests: "TestAnswer", more: "package: nowhere",
			outcome: BadBaseline,
			details: nil, // checked below: the path in the compiler's words is not known here
		},
	}
	var list strings.Builder
	for _, c := range cases {
		if c.replace == "" {
			c.replace = "return 42"
		}
		if !strings.Contains(c.more, "file:") {
			c.more += ", file: lesson.go"
		}
		fmt.Fprintf(&list, "- {name: %s, lesson: Something., replace: %q, with: %q, tests: [%s], %s}\n",
			c.name, c.replace, c.with, c.tests, strings.TrimPrefix(c.more, ", "))
	}
	root := newModule(t, list.String())
	temporary := temporaryFolder(t)
	before := contents(t, root)
	mutants, err := Load(os.DirFS(root))
	require.NoError(t, err)

	var results []Result
	runner := Runner{Root: root, Parallel: runtime.GOMAXPROCS(0), Timeout: 2 * time.Second}
	require.NoError(t, runner.Run(t.Context(), mutants, func(result Result) { results = append(results, result) }))

	require.Len(t, results, len(cases))
	for i, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			result := results[i]
			assert.Equal(t, c.name, result.Mutant.Name, "results come in the order of the list")
			assert.Equal(t, c.outcome, result.Outcome)
			if c.name == "no-package" {
				assert.Equal(t, "the tests do not compile without the mutant", result.Details[0])
				assert.Contains(t, result.Details[2], "nowhere")
				return
			}
			assert.Equal(t, c.details, result.Details, result.Output)
		})
	}
	assert.Equal(t, before, contents(t, root), "the work tree is untouched")
	assertEmpty(t, temporary)
}

func TestCancelEndsTestsAndRemovesTemporaryFiles(t *testing.T) {
	for _, test := range []struct{ name, replace, with string }{
		{"with a switch", "return 42", "waitFor(%q); return 42"},
		{"without a switch", "func leave()", "func init() { waitFor(%q) }; func leave()"},
	} {
		t.Run(test.name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			waits := Mutant{
				Folder: "lesson", Name: "waits", File: "lesson/lesson.go", Package: "lesson", Tests: []string{"TestAnswer"},
				Replace: test.replace, With: fmt.Sprintf(test.with, listener.Addr()),
			}
			cancelWhileItWaits(t, waits, listener)
		})
	}
}

func cancelWhileItWaits(t *testing.T, mutant Mutant, listener net.Listener) {
	t.Helper()
	root := newModule(t, "")
	temporary := temporaryFolder(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()

	ended := make(chan error, 1)
	go func() {
		defer listener.Close() // lets Accept return when the tests never connect
		runner := Runner{Root: root, Parallel: 1, Timeout: 30 * time.Second}
		ended <- runner.Run(ctx, []Mutant{mutant}, func(Result) { t.Error("a mutant that did not finish has no result") })
	}()
	connection, err := listener.Accept()
	require.NoError(t, err)
	defer connection.Close()
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.NoError(t, connection.SetReadDeadline(time.Now().Add(5*time.Second)))
	_, err = connection.Read(make([]byte, 1))
	require.Error(t, err, "nobody is there to write")
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the test process has ended, and with it the connection")
	assertEmpty(t, temporary)
}

func TestBrokenModuleIsAnError(t *testing.T) {
	root := newModule(t, "")
	require.NoError(t, os.WriteFile(filepath.Join(root, "go.mod"), []byte("nonsense"), 0o644))
	mutant := Mutant{Folder: "lesson", Name: "wrong", File: "lesson/lesson.go", Package: "lesson", Tests: []string{"TestAnswer"}}
	err := Runner{Root: root, Parallel: 1}.Run(t.Context(), []Mutant{mutant}, nil)
	assert.ErrorContains(t, err, "package lesson without mutants: ")
	assert.ErrorContains(t, err, "unknown directive: nonsense")
}

func TestRoot(t *testing.T) {
	module := newModule(t, "")
	root, err := Root(filepath.Join(module, "lesson", "use"))
	require.NoError(t, err)
	assert.Equal(t, module, root)

	_, err = Root(t.TempDir())
	assert.ErrorContains(t, err, "no go.mod in ")
}

func assertEmpty(t *testing.T, folder string) {
	t.Helper()
	left, err := os.ReadDir(folder)
	require.NoError(t, err)
	assert.Empty(t, left)
}
