package mutants

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"dynamicsamples/cmd/mutants/internal/schema"
)

// Runner runs mutants against their tests.
type Runner struct {
	Root     string        // the module root
	Parallel int           // how many go test commands run at a time
	Timeout  time.Duration // how long the tests of one mutant may run at most
}

// Outcome is what became of a mutant.
type Outcome string

// Killed is the only outcome that proves anything; all others are failures.
const (
	Killed          Outcome = "killed"            // every named test failed
	Survived        Outcome = "SURVIVED"          // a named test did not fail
	DoesNotCompile  Outcome = "DOES NOT COMPILE"  // so no test had a chance to fail
	NoLongerApplies Outcome = "NO LONGER APPLIES" // the text to replace is gone
	Ambiguous       Outcome = "AMBIGUOUS"         // the text to replace occurs several times
	BadBaseline     Outcome = "BAD BASELINE"      // a named test does not pass without the mutant
)

// Result is the outcome of one mutant.
type Result struct {
	Mutant   Mutant
	Outcome  Outcome
	Details  []string // why the mutant was not killed
	Output   string   // what go test printed
	Duration time.Duration
}

// Run first runs the tests of all mutants without any mutant, then each mutant,
// and reports the results in the order of the mutants, each as soon as it and
// all before it are known. Its error says that mutants could not be run; a
// mutant that was not killed is a result. When it returns, whatever it started
// has ended and its temporary files are gone.
func (r Runner) Run(ctx context.Context, mutants []Mutant, report func(Result)) error {
	return r.inScratch(func(scratch string) error {
		trials, err := r.trials(mutants)
		if err != nil {
			return err
		}
		benches, err := r.benches(ctx, scratch, trials)
		if err != nil {
			return err
		}
		return r.tryAll(ctx, scratch, trials, benches, report)
	})
}

// inScratch does something with a folder for temporary files.
func (r Runner) inScratch(do func(scratch string) error) (err error) {
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	defer func() {
		if removeErr := os.RemoveAll(scratch); removeErr != nil {
			err = errors.Join(err, fmt.Errorf("removing temporary files: %w", removeErr))
		}
	}()
	return do(scratch)
}

// tryAll runs all mutants.
func (r Runner) tryAll(ctx context.Context, scratch string, trials []trial, benches map[suite]*bench, report func(Result)) error {
	inOrder := inOrder{report: report, results: make([]*Result, len(trials))}
	group, ctx := r.group(ctx)
	for i, trial := range trials {
		group.Go(func() error {
			result, err := r.try(ctx, scratch, trial, benches[trial.mutant.suite()])
			if err != nil {
				return fmt.Errorf("mutant %s: %w", trial.mutant.ID(), err)
			}
			inOrder.add(i, result)
			return nil
		})
	}
	return group.Wait()
}

func (r Runner) group(ctx context.Context) (*errgroup.Group, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, r.Parallel))
	return group, ctx
}

// trial is a mutant and the change that makes it.
type trial struct {
	mutant Mutant
	source string // what the file holds before the change
	edit   schema.Edit
	misfit *Result // of a mutant that cannot be made, instead of the change
}

// trials numbers the mutants, and finds the places that they change.
func (r Runner) trials(mutants []Mutant) ([]trial, error) {
	var trials []trial
	for i, mutant := range mutants {
		trial, err := r.trial(mutant, i+1)
		if err != nil {
			return nil, fmt.Errorf("mutant %s: reading the file to change: %w", mutant.ID(), err)
		}
		trials = append(trials, trial)
	}
	return trials, nil
}

func (r Runner) trial(mutant Mutant, number int) (trial, error) {
	source, err := r.read(mutant.File)
	start := strings.Index(source, mutant.Replace)
	result := trial{mutant: mutant, source: source}
	switch count := strings.Count(source, mutant.Replace); {
	case errors.Is(err, fs.ErrNotExist):
		result.misfit = mutant.misfit(NoLongerApplies, "%s does not exist", mutant.File)
	case err != nil:
		return trial{}, err
	case count == 0:
		result.misfit = mutant.misfit(NoLongerApplies, "the text to replace is not in %s", mutant.File)
	case count > 1:
		result.misfit = mutant.misfit(Ambiguous, "the text to replace occurs %d times in %s", count, mutant.File)
	default:
		result.edit = schema.Edit{
			Number: number, File: mutant.File,
			Start: start, End: start + len(mutant.Replace), With: mutant.With,
		}
	}
	return result, nil
}

func (r Runner) read(file string) (string, error) {
	content, err := fs.ReadFile(os.DirFS(r.Root), file)
	return string(content), err
}

// try runs one mutant, unless it is clear without running it that it proves
// nothing.
func (r Runner) try(ctx context.Context, scratch string, trial trial, bench *bench) (Result, error) {
	mutant := trial.mutant
	if problems := mutant.problemsOf(bench.baseline); len(problems) > 0 {
		return Result{Mutant: mutant, Outcome: BadBaseline, Details: problems, Output: string(bench.baseline.output)}, nil
	}
	if trial.misfit != nil {
		return *trial.misfit, nil
	}
	request := request{suite: mutant.suite(), tests: mutant.Tests, timeout: r.timeoutOf(mutant, bench.baseline)}
	start := time.Now()
	run, err := r.runTrial(ctx, scratch, trial, bench, request)
	if err != nil {
		return Result{}, err
	}
	result := mutant.judge(run)
	result.Duration = time.Since(start)
	return result, nil
}

// timeoutOf is how long the tests of a mutant may run: a mutant that hangs need
// not be waited for much longer than its tests take without it.
func (r Runner) timeoutOf(mutant Mutant, baseline *testRun) time.Duration {
	took := baseline.took
	if !mutant.anyTest() {
		took = 0
		for _, test := range parentsOf(mutant.Tests) {
			took += baseline.elapsed[test]
		}
	}
	return min(r.Timeout, 20*time.Second+5*took)
}

func (r Runner) runTrial(ctx context.Context, scratch string, trial trial, bench *bench, request request) (*testRun, error) {
	if bench.hasSwitch(trial) {
		return r.runSwitched(ctx, scratch, bench.binary, trial.edit.Number, request)
	}
	request.replaced = map[string]string{trial.mutant.File: trial.edit.Apply(trial.source)}
	return r.goTest(ctx, scratch, request)
}

// misfit is the result of a mutant that cannot be made.
func (m Mutant) misfit(outcome Outcome, format string, arguments ...any) *Result {
	return &Result{Mutant: m, Outcome: outcome, Details: []string{fmt.Sprintf(format, arguments...)}}
}

// anyTest tells whether the mutant is killed when any test of its package
// fails, because it names none.
func (m Mutant) anyTest() bool {
	return len(m.Tests) == 0
}

// problemsOf returns why the tests of a mutant can tell nothing about it: a
// test that fails anyway would kill every mutant.
func (m Mutant) problemsOf(baseline *testRun) []string {
	if baseline.doesNotBuild {
		return append([]string{"the tests do not compile without the mutant"}, baseline.compilerErrors()...)
	}
	if m.anyTest() && baseline.lastAction[wholePackage] != "pass" {
		return []string{"the tests fail without the mutant", string(baseline.output)}
	}
	var problems []string
	for _, test := range m.Tests {
		switch {
		case baseline.lastAction[test] == "pass":
		case baseline.failed(test):
			problems = append(problems, fmt.Sprintf("test %s fails without the mutant", test))
		case baseline.lastAction[test] == "" && baseline.lastAction[wholePackage] != "fail":
			problems = append(problems, fmt.Sprintf("test %s does not exist", test))
		default:
			problems = append(problems, fmt.Sprintf("test %s %s, without the mutant", test, baseline.fate(test)))
		}
	}
	return problems
}

// judge decides from the tests that ran with a mutant what became of it.
func (m Mutant) judge(run *testRun) Result {
	result := Result{Mutant: m, Outcome: Killed, Output: string(run.output)}
	if run.doesNotBuild {
		result.Outcome = DoesNotCompile
		result.Details = run.compilerErrors()
		return result
	}
	if m.anyTest() && run.lastAction[wholePackage] != "fail" {
		result.Outcome = Survived
	}
	for _, test := range m.Tests {
		if !run.failed(test) {
			result.Outcome = Survived
			result.Details = append(result.Details, fmt.Sprintf("test %s %s", test, run.fate(test)))
		}
	}
	return result
}

// inOrder reports results, which come in any order, in the order of the
// mutants.
type inOrder struct {
	report  func(Result)
	mutex   sync.Mutex
	results []*Result
	next    int
}

func (o *inOrder) add(index int, result Result) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.results[index] = &result
	for o.next < len(o.results) && o.results[o.next] != nil {
		o.report(*o.results[o.next])
		o.next++
	}
}
