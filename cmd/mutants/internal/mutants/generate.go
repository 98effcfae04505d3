package mutants

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path"
	"slices"
	"strings"

	"dynamicsamples/cmd/mutants/internal/mechanical"
	"dynamicsamples/cmd/mutants/internal/schema"
)

// Sample says which mechanical mutants to try: changes of code that nobody has
// thought of, each of which some test of its package should notice.
type Sample struct {
	Patterns []string // the packages, as the go command names them
	Count    int      // how many mutants of each package
	Seed     uint64   // the same seed draws the same mutants from the same code
	Tags     []string // the build tags of the tests
}

// Generated is a mechanical mutant and what became of it.
type Generated struct {
	mechanical.Change
	Package  string // its folder
	Possible int    // how many changes of the package there are, with those that do not compile
	Reason   string // why it is equivalent, if the package's list says so
	Result   Result
}

// Outcomes of mutants that a testdata/equivalent.yaml lists.
const (
	Equivalent    Outcome = "equivalent"     // as it is listed: no test failed
	NotEquivalent Outcome = "NOT EQUIVALENT" // a test failed
)

// Generate draws a sample of each package's mechanical mutants, of those that
// compile, and runs all tests of the package against each. It reports the
// results in the order of their places in the code. Its error says that mutants
// could not be run, or that the tests fail without any.
func (r Runner) Generate(ctx context.Context, sample Sample, report func(Generated)) error {
	drawn, err := r.draw(ctx, sample)
	if err != nil {
		return err
	}
	trials := make([]trial, len(drawn))
	for i, mutant := range drawn {
		if trials[i], err = r.trialOf(mutant, sample.Tags, i+1); err != nil {
			return err
		}
	}
	return r.inScratch(func(scratch string) error {
		benches, err := r.benches(ctx, scratch, trials)
		if err != nil {
			return err
		}
		if err := baselineErrors(benches); err != nil {
			return err
		}
		next := 0
		return r.tryAll(ctx, scratch, trials, benches, func(result Result) {
			mutant := drawn[next]
			mutant.Result = result
			mutant.Result.Outcome = mutant.outcome()
			next++
			report(mutant)
		})
	})
}

func (g Generated) outcome() Outcome {
	switch {
	case g.Reason != "" && g.Result.Outcome == Survived:
		return Equivalent
	case g.Reason != "" && g.Result.Outcome == Killed:
		return NotEquivalent
	default:
		return g.Result.Outcome
	}
}

func baselineErrors(benches map[suite]*bench) error {
	var problems []error
	for suite, bench := range benches {
		if wrong := (Mutant{}).problemsOf(bench.baseline); len(wrong) > 0 {
			problems = append(problems, fmt.Errorf("package %s: %s", suite.folder, strings.Join(wrong, "\n")))
		}
	}
	return errors.Join(problems...)
}

// draw draws the mutants of all packages.
func (r Runner) draw(ctx context.Context, sample Sample) ([]Generated, error) {
	packages, err := schema.Load(ctx, r.Root, strings.Join(sample.Tags, ","), sample.Patterns...)
	if err != nil {
		return nil, err
	}
	var all []Generated
	for _, loaded := range packages {
		drawn, err := r.drawFrom(loaded, sample)
		if err != nil {
			return nil, err
		}
		all = append(all, drawn...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is nothing to change in %s", strings.Join(sample.Patterns, " "))
	}
	return all, nil
}

func (r Runner) drawFrom(loaded *schema.Package, sample Sample) ([]Generated, error) {
	var changes []mechanical.Change
	for _, file := range slices.Sorted(maps.Keys(loaded.Sources)) {
		found, err := mechanical.Changes(file, loaded.Sources[file])
		if err != nil {
			return nil, err
		}
		changes = append(changes, found...)
	}
	reasons, err := r.equivalents(loaded.Folder, changes)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(sample.Seed, 0))
	random.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
	var drawn []Generated
	for _, change := range compiling(loaded, changes, sample.Count) {
		drawn = append(drawn, Generated{
			Change: change, Package: loaded.Folder, Possible: len(changes), Reason: reasons[keyOf(change)],
		})
	}
	slices.SortFunc(drawn, func(a, b Generated) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.With, b.With))
	})
	return drawn, nil
}

// compiling returns the first changes, up to a number, that compile.
func compiling(loaded *schema.Package, changes []mechanical.Change, count int) []mechanical.Change {
	var found []mechanical.Change
	for len(found) < count && len(changes) > 0 {
		batch := changes[:min(count-len(found), len(changes))]
		changes = changes[len(batch):]
		var edits []schema.Edit
		for i, change := range batch {
			edits = append(edits, editOf(change, i+1))
		}
		refused := loaded.Switch(edits).Refused
		for i, change := range batch {
			if refused[i+1] == nil || loaded.Compiles(edits[i]) == nil {
				found = append(found, change)
			}
		}
	}
	return found
}

func editOf(change mechanical.Change, number int) schema.Edit {
	return schema.Edit{Number: number, File: change.File, Start: change.Start, End: change.End, With: change.With}
}

func (r Runner) trialOf(mutant Generated, tags []string, number int) (trial, error) {
	source, err := r.read(mutant.File)
	return trial{
		mutant: Mutant{
			Folder:  mutant.Package,
			Name:    fmt.Sprintf("%s:%d", path.Base(mutant.File), mutant.Line),
			Lesson:  mutant.What,
			File:    mutant.File,
			Package: mutant.Package,
			Tags:    tags,
		},
		source: source,
		edit:   editOf(mutant.Change, number),
	}, err
}
