package mutants

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReport(t *testing.T) {
	var out strings.Builder
	report := Report{Out: &out}
	lock := Mutant{Folder: "greeting", Name: "lock-dropped", Lesson: "One at a time."}
	report.Add(Result{Mutant: lock, Outcome: Killed, Output: "noise\n", Duration: 3140 * time.Millisecond})
	require.True(t, report.Finish())
	assert.Equal(t, `killed    greeting/lock-dropped  One at a time.  (3.1s)

1 mutant in 1 folder, all killed
1 passed, 0 failed
`, out.String())

	out.Reset()
	sort := Mutant{Folder: "payment", Name: "sort-dropped", Lesson: "Order is fixed."}
	report.Add(Result{Mutant: sort, Outcome: Survived, Details: []string{"test TestA passed", "test TestB never ran"}, Output: "noise\n"})
	report.Add(Result{Mutant: sort, Outcome: NoLongerApplies})
	require.False(t, report.Finish())
	assert.Equal(t, `SURVIVED  payment/sort-dropped  Order is fixed.  (0.0s)
          test TestA passed
          test TestB never ran
NO LONGER APPLIES  payment/sort-dropped  Order is fixed.  (0.0s)

3 mutants in 2 folders: 1 killed, 1 survived, 1 no longer applies
1 passed, 2 failed
`, out.String())
}

func TestVerboseReportPrintsOutputOfSurvivors(t *testing.T) {
	var out strings.Builder
	report := Report{Out: &out, Verbose: true}
	report.Add(Result{Outcome: Killed, Output: "noise of the killed\n"})
	report.Add(Result{Outcome: Survived, Output: "noise of the survivor\n"})
	assert.NotContains(t, out.String(), "noise of the killed")
	assert.Contains(t, out.String(), "noise of the survivor\n")
}

func TestPrint(t *testing.T) {
	var out strings.Builder
	require.NoError(t, Print(&out, []Mutant{
		{Folder: "greeting", Name: "lock-dropped", Lesson: "One at a time."},
		{Folder: "payment", Name: "sort", Lesson: "Order is fixed."},
	}))
	assert.Equal(t, `greeting/lock-dropped  One at a time.
payment/sort           Order is fixed.
`, out.String())
}
