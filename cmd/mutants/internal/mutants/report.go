package mutants

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Report prints results as they come and counts them. Its zero value with an
// Out is ready for use.
type Report struct {
	Out     io.Writer
	Verbose bool // print all that go test printed for a mutant that was not killed

	outcomes tally
	folders  map[string]bool
}

// tally counts mutants by what became of them.
type tally map[Outcome]int

func (t tally) total() int {
	total := 0
	for _, count := range t {
		total += count
	}
	return total
}

func (t tally) String() string {
	var counts []string
	for _, outcome := range []Outcome{
		Killed, Equivalent, Survived, NotEquivalent, DoesNotCompile, NoLongerApplies, Ambiguous, BadBaseline,
	} {
		if count := t[outcome]; count > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", count, strings.ToLower(string(outcome))))
		}
	}
	return strings.Join(counts, ", ")
}

// Add prints a result.
func (r *Report) Add(result Result) {
	if r.outcomes == nil {
		r.outcomes, r.folders = tally{}, map[string]bool{}
	}
	r.outcomes[result.Outcome]++
	r.folders[result.Mutant.Folder] = true
	fmt.Fprintf(r.Out, "%-8s  %s  %s  (%.1fs)\n",
		result.Outcome, result.Mutant.ID(), result.Mutant.Lesson, result.Duration.Seconds())
	if result.Outcome == Killed {
		return
	}
	for _, detail := range result.Details {
		fmt.Fprintf(r.Out, "          %s\n", detail)
	}
	if r.Verbose {
		fmt.Fprint(r.Out, result.Output)
	}
}

// Finish prints a summary for people and, on the last line, one for scripts.
// It tells whether every mutant was killed.
func (r *Report) Finish() bool {
	total, killed := r.outcomes.total(), r.outcomes[Killed]
	summary := ", all killed"
	if killed < total {
		summary = ": " + r.outcomes.String()
	}
	fmt.Fprintf(r.Out, "\n%s in %s%s\n", plural(total, "mutant"), plural(len(r.folders), "folder"), summary)
	fmt.Fprintf(r.Out, "%d passed, %d failed\n", killed, total-killed)
	return killed == total
}

func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

// Print lists mutants without running them.
func Print(out io.Writer, mutants []Mutant) error {
	columns := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, mutant := range mutants {
		fmt.Fprintf(columns, "%s\t%s\n", mutant.ID(), mutant.Lesson)
	}
	return columns.Flush()
}
