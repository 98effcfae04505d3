package mutants

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWhichMutantsHaveSwitches also shows that a binary with switches serves
// all mutants of its suite, and that one which misleads serves none.
func TestWhichMutantsHaveSwitches(t *testing.T) {
	root := newModule(t, `
- {name: function, lesson: a, file: lesson.go, replace: return 42, with: return 41, tests: [TestAnswer]}
- {name: another, lesson: a, file: lesson.go, replace: return 42, with: return 43, tests: [TestParts/answer]}
- {name: elsewhere, lesson: a, file: lesson.go, replace: return 42, with: return 44, package: use, tags: [e2e], tests: [TestUse]}
- {name: embedded, lesson: a, file: greeting.txt, replace: hello, with: bye, tests: [TestGreeting]}
- {name: variable, lesson: a, file: lesson.go, replace: greeting string, with: "greeting = \"\"", tests: [TestGreeting]}
- {name: misspelled, lesson: a, file: lesson.go, replace: return 42, with: return "41", tests: [TestAnswer]}
- {name: notices-switches, lesson: a, file: lesson.go, replace: return 42, with: return 41, tests: [TestWithoutSwitches]}
`)
	mutants, err := Load(os.DirFS(root))
	require.NoError(t, err)
	runner := Runner{Root: root, Parallel: runtime.GOMAXPROCS(0), Timeout: time.Minute}
	trials, err := runner.trials(mutants)
	require.NoError(t, err)
	benches, err := runner.benches(t.Context(), t.TempDir(), trials)
	require.NoError(t, err)
	require.Len(t, benches, 2)
	for i, hasSwitch := range []bool{true, true, true, false, false, false, false} {
		bench := benches[mutants[i].suite()]
		assert.Equal(t, hasSwitch, bench.hasSwitch(trials[i]), mutants[i].Name)
		assert.Empty(t, mutants[i].problemsOf(bench.baseline), mutants[i].Name)
	}
}

func TestPackageThatCannotBeLoadedHasNoSwitches(t *testing.T) {
	root := newModule(t, "")
	require.NoError(t, os.WriteFile(root+"/go.mod", []byte("nonsense"), 0o600))
	trials, err := Runner{Root: root}.trials([]Mutant{{File: "lesson/lesson.go", Replace: "return 42", With: "return 41"}})
	require.NoError(t, err)
	assert.Empty(t, Runner{Root: root}.switches(t.Context(), "", trials).numbers)
}

// TestWhoeverIgnoresTheTimeoutIsKilled runs tests without a timeout of their
// own, as if they had switched theirs off.
func TestWhoeverIgnoresTheTimeoutIsKilled(t *testing.T) {
	root := newModule(t, "")
	runner := Runner{Root: root}
	suite := suite{folder: "lesson"}
	binary, err := runner.build(t.Context(), t.TempDir(), suite, map[string]string{
		"lesson/lesson.go": lessonSource, "lesson/hang_test.go": "package lesson\nimport \"testing\"\nfunc TestHang(t *testing.T) { select {} }\n",
	})
	require.NoError(t, err)
	const enough = 2 * time.Second
	ctx, cancel := context.WithTimeout(t.Context(), 10*enough)
	defer cancel()
	run, err := runner.runSwitched(ctx, t.TempDir(), binary, 0, request{suite: suite, tests: []string{"TestHang"}, timeout: enough - graceful})
	require.NoError(t, err)
	assert.True(t, run.failed("TestHang"))
}

func TestTestsThatDoNotCompileHaveNoBinary(t *testing.T) {
	runner := Runner{Root: newModule(t, "")}
	for _, folder := range []string{"nowhere", "lesson/use"} {
		binary, err := runner.build(t.Context(), t.TempDir(), suite{folder: folder}, nil)
		require.NoError(t, err)
		assert.Empty(t, binary)
	}
}

func TestBinaryThatIsGoneIsAnError(t *testing.T) {
	_, err := runBinary(t.Context(), exec.Command(t.TempDir()+"/gone"))
	require.ErrorContains(t, err, "running the tests: ")
}

func TestVerboseOutput(t *testing.T) {
	printed := "\x16=== RUN   TestA\n" +
		"text\x16=== RUN   TestA/x_(1)\n" +
		"\x16=== PAUSE TestA/x_(1)\n\x16=== CONT  TestA/x_(1)\n\x16=== NAME  TestA/x_(1)\n" +
		"    \x16--- SKIP: TestA/x_(1) (0.01s)\n" +
		"\x16--- PASS: TestA (12.30s)\r\n" +
		"--- FAIL: TestA (0.00s)\n" + // without the mark, this is what a test prints
		"\x16=== RUN   TestB\n\x16=== RUN   TestC"
	run := &testRun{lastAction: map[string]string{}}
	output := &verboseOutput{run: run}
	for i := range printed {
		_, err := fmt.Fprint(output, printed[i:i+1])
		require.NoError(t, err)
	}
	assert.Equal(t, map[string]string{"TestA": "pass", "TestA/x_(1)": "skip", "TestB": "run"}, run.lastAction)
	assert.Equal(t, printed, string(run.output))
	assert.Equal(t, 12300*time.Millisecond, run.elapsed["TestA"])
}

func TestHowLongAMutantMayRun(t *testing.T) {
	baseline := &testRun{took: 30 * time.Second, elapsed: map[string]time.Duration{
		"TestA": 4 * time.Second, "TestA/x": 3 * time.Second, "TestB": time.Second,
	}}
	runner := Runner{Timeout: 2 * time.Minute}
	assert.Equal(t, 40*time.Second, runner.timeoutOf(Mutant{Tests: []string{"TestA/x", "TestA/y"}}, baseline))
	assert.Equal(t, 45*time.Second, runner.timeoutOf(Mutant{Tests: []string{"TestA/x", "TestB"}}, baseline))
	assert.Equal(t, 2*time.Minute, runner.timeoutOf(Mutant{}, baseline), "of all tests, but not longer than is allowed")
}
