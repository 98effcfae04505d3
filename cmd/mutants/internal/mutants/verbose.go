package mutants

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// verboseOutput records in a testRun what a test binary prints with
// -test.v=test2json, as go test -json does. The tool test2json cannot be used:
// without what go test prints last, it takes the death of the process for the
// failure of the test that printed last.
type verboseOutput struct {
	run            *testRun
	unfinishedLine []byte
}

// stateOfTest is a line in which package testing tells what a test does now. It
// marks those with ^V, to tell them from what tests print.
var stateOfTest = regexp.MustCompile(`\x16 *(?:=== (RUN|PAUSE|CONT) +|--- (PASS|FAIL|SKIP): )(.+?)(?: \(([0-9.]+)s\))?\r?\n`)

// Write records all lines that are complete.
func (v *verboseOutput) Write(printed []byte) (int, error) {
	v.run.record(event{Action: "output", Output: string(printed)})
	lines := append(v.unfinishedLine, printed...)
	for {
		end := bytes.IndexByte(lines, '\n') + 1
		if end == 0 {
			v.unfinishedLine = lastPart(lines)
			return len(printed), nil
		}
		if found := stateOfTest.FindSubmatch(lines[:end]); found != nil {
			action := strings.ToLower(string(found[1]) + string(found[2]))
			elapsed, _ := strconv.ParseFloat(string(found[4]), 64) // none while the test runs
			v.run.record(event{Action: action, Test: string(found[3]), Elapsed: elapsed})
		}
		lines = lines[end:]
	}
}
