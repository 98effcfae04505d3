package mutants

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorded turns "action test" lines into the events go test would print.
func recorded(t *testing.T, lines ...string) *testRun {
	t.Helper()
	run := &testRun{lastAction: map[string]string{}}
	for _, line := range lines {
		action, test, _ := strings.Cut(line, " ")
		_, err := fmt.Fprintf(run, "{\"Action\":%q,\"Package\":\"example/lesson\",\"Test\":%q}\n", action, test)
		require.NoError(t, err)
	}
	return run
}

func TestDeathOfTheProcessFailsWhatWasRunning(t *testing.T) {
	run := recorded(t, "start",
		"run TestBefore", "pass TestBefore",
		"run TestParent",
		"run TestParent/waits", "pause TestParent/waits",
		"run TestParent/turn", "pause TestParent/turn",
		"run TestParent/skips", "skip TestParent/skips",
		"cont TestParent/waits",
		"fail")

	assert.True(t, run.failed("TestParent"))
	assert.True(t, run.failed("TestParent/waits"))
	for test, fate := range map[string]string{
		"TestBefore":       "passed",
		"TestParent/skips": "was skipped",
		"TestParent/turn":  "had not finished when the test process ended",
		"TestAfter":        "never ran",
	} {
		assert.False(t, run.failed(test), test)
		assert.Equal(t, fate, run.fate(test))
	}
}

func TestUnfinishedTestOfAPassingPackageDidNotFail(t *testing.T) {
	run := recorded(t, "start", "run TestA", "pass")
	assert.False(t, run.failed("TestA"))
	assert.Equal(t, "had not finished when the test process ended", run.fate("TestA"))
}

func TestOneSurvivingTestLetsTheMutantSurvive(t *testing.T) {
	mutant := Mutant{Tests: []string{"TestA", "TestB"}}
	killed := mutant.judge(recorded(t, "run TestA", "fail TestA", "run TestB", "fail TestB", "fail"))
	assert.Equal(t, Killed, killed.Outcome)
	assert.Empty(t, killed.Details)

	survived := mutant.judge(recorded(t, "run TestA", "fail TestA", "run TestB", "pass TestB", "fail"))
	assert.Equal(t, Survived, survived.Outcome)
	assert.Equal(t, []string{"test TestB passed"}, survived.Details)
}

func TestBaselineMustPass(t *testing.T) {
	mutant := Mutant{Tests: []string{"TestPasses", "TestFails", "TestSkips", "TestUnknown"}}
	run := recorded(t, "run TestPasses", "pass TestPasses", "run TestSkips", "skip TestSkips", "pass")
	assert.Equal(t, []string{
		"test TestFails does not exist",
		"test TestSkips was skipped, without the mutant",
		"test TestUnknown does not exist",
	}, mutant.problemsOf(run))

	run = recorded(t, "run TestPasses", "pass TestPasses", "run TestFails", "fail TestFails", "run TestSkips", "fail")
	assert.Equal(t, []string{
		"test TestFails fails without the mutant",
		"test TestSkips fails without the mutant",
		"test TestUnknown never ran, without the mutant",
	}, mutant.problemsOf(run))
}

func TestEventsMayComeInPieces(t *testing.T) {
	const events = `{"Action":"build-output","Output":"compiling\n"}
{"Action":"run","Test":"TestA"}
{"Action":"output","Test":"TestA","Output":"hello\n"}
{"Action":"pass","Test":"TestA"}
{"Action":"pass"}
`
	run := &testRun{lastAction: map[string]string{}}
	_, err := io.Copy(run, iotest.OneByteReader(strings.NewReader(events)))
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"TestA": "pass", wholePackage: "pass"}, run.lastAction)
	assert.Equal(t, "hello\n", string(run.output))
	assert.Equal(t, []string{"compiling"}, run.compilerErrors())

	_, err = run.Write([]byte("panic: this is no event\n"))
	assert.ErrorContains(t, err, "this is no event")
}

func TestCompilerErrorsNameTheOriginal(t *testing.T) {
	root, copied := filepath.FromSlash("/work/module"), filepath.FromSlash("/tmp/copy.go")
	relative := filepath.FromSlash("../../tmp/copy.go")
	run := &testRun{compilerSays: []byte(copied + ":1: wrong\n" + relative + ":2: wrong\n")}
	run.renameInCompilerErrors(root, copied, "lesson/lesson.go")
	assert.Equal(t, []string{"lesson/lesson.go:1: wrong", "lesson/lesson.go:2: wrong"}, run.compilerErrors())
}

func TestEndlessOutputKeepsItsEnd(t *testing.T) {
	var output []byte
	for range 100 {
		output = lastPart(append(output, make([]byte, 100_000)...))
	}
	output = lastPart(append(output, "the end"...))
	assert.Less(t, len(output), 3<<20)
	assert.True(t, strings.HasSuffix(string(output), "the end"))
}

func TestRunPattern(t *testing.T) {
	assert.Equal(t, "^(TestA)$", runPattern([]string{"TestA"}))
	assert.Equal(t, "^(TestA|TestB)$", runPattern([]string{"TestB/x", "TestA/y/z", "TestA"}))
	assert.Equal(t, `^(Test\.\*)$`, runPattern([]string{"Test.*"}))
}
