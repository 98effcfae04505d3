package mutants

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"dynamicsamples/cmd/mutants/internal/schema"
)

// bench is where the mutants of a suite are tried.
type bench struct {
	baseline *testRun     // what the tests do without any mutant
	binary   string       // the tests with all mutants that have a switch, if any has
	switches map[int]bool // the numbers of those mutants
	off      *testRun     // what the tests in the binary do with no mutant switched on
}

// hasSwitch tells whether the binary can show what a mutant does.
func (b *bench) hasSwitch(trial trial) bool {
	return b.switches[trial.edit.Number] && len(trial.mutant.problemsOf(b.off)) == 0
}

// benches makes a bench for each suite.
func (r Runner) benches(ctx context.Context, scratch string, trials []trial) (map[suite]*bench, error) {
	bySuite, byTags := map[suite][]trial{}, map[string][]trial{}
	for _, trial := range trials {
		suite := trial.mutant.suite()
		bySuite[suite] = append(bySuite[suite], trial)
		byTags[suite.tags] = append(byTags[suite.tags], trial)
	}
	switched := map[string]switched{}
	for tags, trials := range byTags {
		switched[tags] = r.switches(ctx, tags, trials)
	}
	var mutex sync.Mutex
	benches := map[suite]*bench{}
	group, ctx := r.group(ctx)
	for suite, trials := range bySuite {
		group.Go(func() error {
			bench, err := r.bench(ctx, scratch, suite, trials, switched[suite.tags])
			if err != nil {
				return fmt.Errorf("package %s without mutants: %w", suite.folder, err)
			}
			mutex.Lock()
			defer mutex.Unlock()
			benches[suite] = bench
			return nil
		})
	}
	return benches, group.Wait()
}

// switched is the files of a module in which mutants are behind switches, and
// the numbers of those mutants.
type switched struct {
	sources map[string]string
	numbers map[int]bool
}

// switches puts mutants behind switches. Where packages cannot be loaded it
// does nothing: the baseline will tell what is wrong with them.
func (r Runner) switches(ctx context.Context, tags string, trials []trial) switched {
	result := switched{sources: map[string]string{}, numbers: map[int]bool{}}
	edits := map[string][]schema.Edit{}
	for _, trial := range trials {
		if trial.misfit == nil && strings.HasSuffix(trial.edit.File, ".go") {
			folder := path.Dir(trial.edit.File)
			edits[folder] = append(edits[folder], trial.edit)
		}
	}
	if len(edits) == 0 {
		return result
	}
	var patterns []string
	for folder := range edits {
		patterns = append(patterns, "./"+folder)
	}
	packages, err := schema.Load(ctx, r.Root, tags, patterns...)
	if err != nil {
		return result
	}
	for _, loaded := range packages {
		switched := loaded.Switch(edits[loaded.Folder])
		maps.Copy(result.sources, switched.Sources)
		for _, edit := range edits[loaded.Folder] {
			if switched.Refused[edit.Number] == nil {
				result.numbers[edit.Number] = true
			}
		}
	}
	return result
}

// bench builds the tests of a suite with the mutants that have switches, and
// runs those that any mutant names with all switches off. Should that go wrong,
// the tests run as they are, so that the switches are never to blame.
func (r Runner) bench(ctx context.Context, scratch string, suite suite, trials []trial, switched switched) (*bench, error) {
	request := request{suite: suite}
	result := &bench{}
	needsSwitches := false
	for _, trial := range trials {
		request.tests = append(request.tests, trial.mutant.Tests...)
		request.timeout += r.Timeout
		needsSwitches = needsSwitches || switched.numbers[trial.edit.Number]
	}
	var err error
	if needsSwitches {
		if err = r.addBinary(ctx, scratch, result, request, switched); err != nil {
			return nil, err
		}
	}
	hasProblems := func(trial trial) bool { return len(trial.mutant.problemsOf(result.off)) > 0 }
	if result.binary != "" && !slices.ContainsFunc(trials, hasProblems) {
		result.baseline = result.off
		return result, nil
	}
	result.baseline, err = r.goTest(ctx, scratch, request)
	return result, err
}

// addBinary gives a bench its binary, if it compiles.
func (r Runner) addBinary(ctx context.Context, scratch string, bench *bench, request request, switched switched) error {
	binary, err := r.build(ctx, scratch, request.suite, switched.sources)
	if err != nil || binary == "" {
		return err
	}
	bench.binary, bench.switches = binary, switched.numbers
	bench.off, err = r.runSwitched(ctx, scratch, binary, 0, request)
	return err
}

// build compiles the tests of a suite. Without an error and without a binary,
// they do not compile, or there are none.
func (r Runner) build(ctx context.Context, scratch string, suite suite, sources map[string]string) (string, error) {
	folder, err := os.MkdirTemp(scratch, "build-")
	if err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	overlay, err := writeOverlay(folder, r.Root, sources)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "tests.exe") // Windows wants the suffix, and nobody else minds
	command := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", withoutDebugging, "-overlay="+overlay,
		"-tags="+suite.tags, "-o", binary, "./"+suite.folder)
	command.Dir = r.Root
	command.Env = append(command.Environ(), temporaryFilesIn(folder)...)
	err = runGroup(command)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	if _, missing := os.Stat(binary); err != nil || missing != nil {
		return "", nil
	}
	return binary, nil
}

// graceful is how long tests may take to end themselves when their time is over.
const graceful = time.Minute

// runSwitched runs tests in a binary of build, as go test would, with the mutant
// of a number or, with 0, none.
func (r Runner) runSwitched(ctx context.Context, scratch, binary string, number int, request request) (*testRun, error) {
	folder, err := os.MkdirTemp(scratch, "run-")
	if err != nil {
		return nil, fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(folder) // what resists goes, or is reported, with scratch
	// The tests end themselves when their time is over; this is for those that cannot.
	bounded, cancel := context.WithTimeout(ctx, request.timeout+graceful)
	defer cancel()
	command := exec.CommandContext(bounded, binary, "-test.v=test2json", "-test.paniconexit0",
		"-test.timeout="+request.timeout.String(), "-test.run="+runPattern(request.tests),
		fmt.Sprintf("-test.failfast=%t", len(request.tests) == 0))
	command.Dir = filepath.Join(r.Root, filepath.FromSlash(request.suite.folder))
	command.Env = append(command.Environ(), temporaryFilesIn(folder)...)
	command.Env = append(command.Env, fmt.Sprintf("%s=%d", schema.Variable, number))
	return runBinary(ctx, command)
}

func runBinary(ctx context.Context, command *exec.Cmd) (*testRun, error) {
	run := &testRun{lastAction: map[string]string{wholePackage: "pass"}}
	output := &verboseOutput{run: run}
	command.Stdout, command.Stderr = output, output
	start := time.Now()
	err := runGroup(command)
	run.took = time.Since(start)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if command.ProcessState == nil {
		return nil, fmt.Errorf("running the tests: %w", err)
	}
	if err != nil {
		run.lastAction[wholePackage] = "fail"
	}
	return run, nil
}
