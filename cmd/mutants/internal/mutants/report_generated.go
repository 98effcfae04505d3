package mutants

import (
	"fmt"
	"io"
)

// GeneratedReport prints mechanical mutants that were not killed as they come,
// and counts all. Its zero value with an Out is ready for use.
type GeneratedReport struct {
	Out     io.Writer
	Seed    uint64 // that drew the mutants
	Verbose bool   // print those that were killed too, and all that the tests printed for others

	packages []*packageTally
}

type packageTally struct {
	folder   string
	possible int
	tally    tally
}

// Add prints and counts a mutant.
func (r *GeneratedReport) Add(mutant Generated) {
	if len(r.packages) == 0 || r.packages[len(r.packages)-1].folder != mutant.Package {
		r.packages = append(r.packages, &packageTally{folder: mutant.Package, possible: mutant.Possible, tally: tally{}})
	}
	r.packages[len(r.packages)-1].tally[mutant.Result.Outcome]++
	isFine := mutant.Result.Outcome == Killed || mutant.Result.Outcome == Equivalent
	if isFine && !r.Verbose {
		return
	}
	fmt.Fprintf(r.Out, "%-10s  %s:%d  %s%s  (%.1fs)\n            - %s\n            + %s\n", mutant.Result.Outcome,
		mutant.File, mutant.Line, mutant.What, inFunction(mutant.Function), mutant.Result.Duration.Seconds(), mutant.Before, mutant.After)
	if mutant.Reason != "" {
		fmt.Fprintf(r.Out, "            %s\n", mutant.Reason)
	}
	if !isFine && r.Verbose {
		fmt.Fprint(r.Out, mutant.Result.Output)
	}
}

func inFunction(name string) string {
	if name == "" {
		return ""
	}
	return " in " + name
}

// Finish prints a summary of each package and, on the last line, one for
// scripts. It tells whether every mutant was killed or is equivalent.
func (r *GeneratedReport) Finish() bool {
	passed, failed := 0, 0
	fmt.Fprintln(r.Out)
	for _, counted := range r.packages {
		fmt.Fprintf(r.Out, "%s: %s of %d, seed %d: %s\n", counted.folder,
			plural(counted.tally.total(), "generated mutant"), counted.possible, r.Seed, counted.tally)
		good := counted.tally[Killed] + counted.tally[Equivalent]
		passed, failed = passed+good, failed+counted.tally.total()-good
	}
	fmt.Fprintf(r.Out, "%d passed, %d failed\n", passed, failed)
	return failed == 0
}
