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

	total    int
	outcomes map[Outcome]int
	folders  map[string]bool
}

// Add prints a result.
func (r *Report) Add(result Result) {
	if r.outcomes == nil {
		r.outcomes, r.folders = map[Outcome]int{}, map[string]bool{}
	}
	r.total++
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
	killed := r.outcomes[Killed]
	fmt.Fprintf(r.Out, "\n%s in %s%s\n", plural(r.total, "mutant"), plural(len(r.folders), "folder"), r.tally())
	fmt.Fprintf(r.Out, "%d passed, %d failed\n", killed, r.total-killed)
	return killed == r.total
}

func (r *Report) tally() string {
	if r.outcomes[Killed] == r.total {
		return ", all killed"
	}
	var counts []string
	for _, outcome := range []Outcome{Killed, Survived, DoesNotCompile, NoLongerApplies, Ambiguous, BadBaseline} {
		if count := r.outcomes[outcome]; count > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", count, strings.ToLower(string(outcome))))
		}
	}
	return ": " + strings.Join(counts, ", ")
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
