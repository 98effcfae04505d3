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
)

// Runner runs mutants against their tests.
type Runner struct {
	Root     string        // the module root
	Parallel int           // how many go test commands run at a time
	Timeout  time.Duration // how long the tests of one mutant may run
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
func (r Runner) Run(ctx context.Context, mutants []Mutant, report func(Result)) (err error) {
	scratch, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	defer func() {
		if removeErr := os.RemoveAll(scratch); removeErr != nil {
			err = errors.Join(err, fmt.Errorf("removing temporary files: %w", removeErr))
		}
	}()
	baselines, err := r.baselines(ctx, scratch, mutants)
	if err != nil {
		return err
	}
	inOrder := inOrder{report: report, results: make([]*Result, len(mutants))}
	group, ctx := r.group(ctx)
	for i, mutant := range mutants {
		group.Go(func() error {
			result, err := r.try(ctx, scratch, mutant, baselines[mutant.suite()])
			if err != nil {
				return fmt.Errorf("mutant %s: %w", mutant.ID(), err)
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

// baselines runs the tests that any mutant names, once for each suite.
func (r Runner) baselines(ctx context.Context, scratch string, mutants []Mutant) (map[suite]*testRun, error) {
	requests := map[suite]request{}
	for _, mutant := range mutants {
		request := requests[mutant.suite()]
		request.suite = mutant.suite()
		request.tests = append(request.tests, mutant.Tests...)
		request.timeout += r.Timeout
		requests[mutant.suite()] = request
	}
	var mutex sync.Mutex
	runs := map[suite]*testRun{}
	group, ctx := r.group(ctx)
	for suite, request := range requests {
		group.Go(func() error {
			run, err := r.goTest(ctx, scratch, request)
			if err != nil {
				return fmt.Errorf("package %s without mutants: %w", suite.folder, err)
			}
			mutex.Lock()
			defer mutex.Unlock()
			runs[suite] = run
			return nil
		})
	}
	return runs, group.Wait()
}

// try runs one mutant, unless it is clear without running it that it proves
// nothing.
func (r Runner) try(ctx context.Context, scratch string, mutant Mutant, baseline *testRun) (Result, error) {
	if problems := mutant.problemsOf(baseline); len(problems) > 0 {
		return Result{Mutant: mutant, Outcome: BadBaseline, Details: problems, Output: string(baseline.output)}, nil
	}
	content, err := fs.ReadFile(os.DirFS(r.Root), mutant.File)
	source := string(content)
	switch count := strings.Count(source, mutant.Replace); {
	case errors.Is(err, fs.ErrNotExist):
		return mutant.misfit(NoLongerApplies, "%s does not exist", mutant.File), nil
	case err != nil:
		return Result{}, fmt.Errorf("reading the file to change: %w", err)
	case count == 0:
		return mutant.misfit(NoLongerApplies, "the text to replace is not in %s", mutant.File), nil
	case count > 1:
		return mutant.misfit(Ambiguous, "the text to replace occurs %d times in %s", count, mutant.File), nil
	}
	start := time.Now()
	run, err := r.goTest(ctx, scratch, request{
		suite:    mutant.suite(),
		tests:    mutant.Tests,
		timeout:  r.Timeout,
		replaced: map[string]string{mutant.File: strings.Replace(source, mutant.Replace, mutant.With, 1)},
	})
	if err != nil {
		return Result{}, err
	}
	result := mutant.judge(run)
	result.Duration = time.Since(start)
	return result, nil
}

// misfit is the result of a mutant that cannot be made.
func (m Mutant) misfit(outcome Outcome, format string, arguments ...any) Result {
	return Result{Mutant: m, Outcome: outcome, Details: []string{fmt.Sprintf(format, arguments...)}}
}

// problemsOf returns why the tests of a mutant can tell nothing about it: a
// test that fails anyway would kill every mutant.
func (m Mutant) problemsOf(baseline *testRun) []string {
	if baseline.doesNotBuild {
		return append([]string{"the tests do not compile without the mutant"}, baseline.compilerErrors()...)
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
