package mutants

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"dynamicsamples/cmd/mutants/internal/schema"
)

// suite is a package as it is tested: its folder and its build tags, joined by
// commas so that suites can be compared.
type suite struct {
	folder string
	tags   string
}

func (m Mutant) suite() suite {
	return suite{folder: m.Package, tags: strings.Join(m.Tags, ",")}
}

// request describes one go test command. What the replaced files, given by
// their path from the module root, hold is compiled instead of what they hold
// in the work tree.
type request struct {
	suite    suite
	tests    []string // all if empty: then the first that fails is enough
	timeout  time.Duration
	replaced map[string]string
}

// withoutDebugging saves a third of the time that linking takes.
const withoutDebugging = "-ldflags=-s -w"

func (r Runner) goTest(ctx context.Context, scratch string, request request) (*testRun, error) {
	folder, err := os.MkdirTemp(scratch, "run-")
	if err != nil {
		return nil, fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(folder) // what resists goes, or is reported, with scratch
	overlay, err := writeOverlay(folder, r.Root, request.replaced)
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-vet=off", withoutDebugging,
		"-overlay="+overlay, "-timeout="+request.timeout.String(), "-tags="+request.suite.tags,
		"-run="+runPattern(request.tests), fmt.Sprintf("-failfast=%t", len(request.tests) == 0), "./"+request.suite.folder)
	command.Dir = r.Root
	command.Env = append(withoutSwitch(command.Environ()), temporaryFilesIn(folder)...)
	run, err := runTests(ctx, command)
	if err != nil {
		return nil, err
	}
	for file := range request.replaced {
		run.renameInCompilerErrors(r.Root, copyOf(file, folder), file)
	}
	return run, nil
}

// withoutSwitch leaves out what switches a mutant of this command itself on.
func withoutSwitch(environment []string) []string {
	return slices.DeleteFunc(environment, func(variable string) bool {
		return strings.HasPrefix(variable, schema.Variable+"=")
	})
}

func copyOf(file, folder string) string {
	return filepath.Join(folder, filepath.FromSlash(file))
}

// writeOverlay writes the replaced files, and the description of them that
// the go command reads.
func writeOverlay(folder, root string, replaced map[string]string) (string, error) {
	copies := map[string]string{}
	for file, content := range replaced {
		original := filepath.Join(root, filepath.FromSlash(file))
		copies[original] = copyOf(file, folder)
		if err := os.MkdirAll(filepath.Dir(copies[original]), 0o700); err != nil {
			return "", fmt.Errorf("making a folder for the changed copy of %s: %w", file, err)
		}
		if err := os.WriteFile(copies[original], []byte(content), 0o600); err != nil {
			return "", fmt.Errorf("writing the changed copy of %s: %w", file, err)
		}
	}
	description, err := json.Marshal(map[string]any{"Replace": copies})
	if err != nil {
		return "", fmt.Errorf("describing the overlay: %w", err)
	}
	overlay := filepath.Join(folder, "overlay.json")
	if err := os.WriteFile(overlay, description, 0o600); err != nil {
		return "", fmt.Errorf("writing the overlay: %w", err)
	}
	return overlay, nil
}

// temporaryFilesIn makes the go command and the tests put their temporary
// files into a folder, because those that are killed do not remove them.
func temporaryFilesIn(folder string) []string {
	return []string{"GOTMPDIR=" + folder, "TMPDIR=" + folder, "TMP=" + folder, "TEMP=" + folder}
}

// runPattern matches the top-level tests of the names, and so all their
// subtests: a pattern for go test -run cannot name TestA/x and TestB/y without
// also naming TestA/y.
func runPattern(tests []string) string {
	if len(tests) == 0 {
		return "."
	}
	var parents []string
	for _, parent := range parentsOf(tests) {
		parents = append(parents, regexp.QuoteMeta(parent))
	}
	return "^(" + strings.Join(parents, "|") + ")$"
}

// parentsOf returns the top-level tests of the names.
func parentsOf(tests []string) []string {
	var parents []string
	for _, test := range tests {
		parent, _, _ := strings.Cut(test, "/")
		parents = append(parents, parent)
	}
	slices.Sort(parents)
	return slices.Compact(parents)
}

// runTests runs a go test -json command. That tests fail or do not compile is
// a result, that there is no result is an error.
func runTests(ctx context.Context, command *exec.Cmd) (*testRun, error) {
	run := &testRun{lastAction: map[string]string{}}
	var complaints bytes.Buffer
	command.Stdout, command.Stderr = run, &complaints
	start := time.Now()
	err := runGroup(command)
	run.took = time.Since(start)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return nil, fmt.Errorf("running go test: %w", err)
	}
	if run.lastAction[wholePackage] == "" {
		return nil, fmt.Errorf("%s gave no result: %w\n%s", command, err, complaints.String())
	}
	return run, nil
}

// runGroup runs a command, and ends what it has started and left behind: a test
// process that died does not do that.
func runGroup(command *exec.Cmd) error {
	command.WaitDelay = 5 * time.Second
	stopWholeGroup(command)
	err := command.Run()
	killGroup(command)
	return err
}

// wholePackage stands in place of a test's name in the events of its package.
const wholePackage = ""

// event is a line that go test -json prints; see go doc test2json.
type event struct {
	Action      string
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

// testRun records what go test -json prints to it.
type testRun struct {
	took          time.Duration
	elapsed       map[string]time.Duration // of each test that ended
	lastAction    map[string]string        // of each test, and of wholePackage
	doesNotBuild  bool
	compilerSays  []byte
	output        []byte
	unfinishedRow []byte // what Write got of the line that comes next
}

// Write records the events of all lines that are complete.
func (r *testRun) Write(printed []byte) (int, error) {
	rows := append(r.unfinishedRow, printed...)
	for {
		row, rest, complete := bytes.Cut(rows, []byte("\n"))
		if !complete {
			r.unfinishedRow = row
			return len(printed), nil
		}
		var event event
		if err := json.Unmarshal(row, &event); err != nil {
			return 0, fmt.Errorf("reading event %q of go test: %w", row, err)
		}
		r.record(event)
		rows = rest
	}
}

func (r *testRun) record(event event) {
	switch event.Action {
	case "start", "run", "pause", "cont", "pass", "fail", "skip":
		r.lastAction[event.Test] = event.Action
		r.noteElapsed(event)
		r.doesNotBuild = r.doesNotBuild || event.FailedBuild != ""
	case "build-output":
		r.compilerSays = append(r.compilerSays, event.Output...)
	case "output":
		r.output = lastPart(append(r.output, event.Output...))
	}
}

func (r *testRun) noteElapsed(event event) {
	if event.Elapsed == 0 {
		return
	}
	if r.elapsed == nil {
		r.elapsed = map[string]time.Duration{}
	}
	r.elapsed[event.Test] = time.Duration(event.Elapsed * float64(time.Second))
}

// lastPart bounds the memory that an endless loop of log lines can take. The
// end is the part that tells how the tests ended.
func lastPart(output []byte) []byte {
	const most = 1 << 20
	if len(output) < 2*most {
		return output
	}
	return slices.Clone(output[len(output)-most:])
}

// failed tells whether a test failed. When the test process dies, by a panic,
// os.Exit, a data race or a timeout, go test reports only its package as
// failed, so a test that was then running failed too.
func (r *testRun) failed(test string) bool {
	switch r.lastAction[test] {
	case "fail":
		return true
	case "run", "cont":
		return r.lastAction[wholePackage] == "fail"
	default:
		return false
	}
}

// fate tells in words how a test that did not fail ended.
func (r *testRun) fate(test string) string {
	switch r.lastAction[test] {
	case "pass":
		return "passed"
	case "skip":
		return "was skipped"
	case "":
		return "never ran"
	default:
		return "had not finished when the test process ended"
	}
}

// renameInCompilerErrors puts a file's name in place of that of its changed
// copy, which the compiler gives relative to the root if that is shorter.
func (r *testRun) renameInCompilerErrors(root, copied, file string) {
	spellings := []string{copied}
	if relative, err := filepath.Rel(root, copied); err == nil {
		// This comes first because ../../tmp/copy.go ends with /tmp/copy.go.
		spellings = []string{relative, copied}
	}
	for _, spelling := range spellings {
		r.compilerSays = bytes.ReplaceAll(r.compilerSays, []byte(spelling), []byte(file))
	}
}

func (r *testRun) compilerErrors() []string {
	return strings.Split(strings.TrimSpace(string(r.compilerSays)), "\n")
}
