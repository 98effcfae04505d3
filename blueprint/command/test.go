package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/command/internal/rehearse"
)

// casesEnding is how the name of a file of cases ends.
const casesEnding = ".cases.yaml"

// tested is what came of one case.
type tested struct {
	File   string `json:"file"`
	Case   string `json:"case"`
	Passed bool   `json:"passed"`
	// Problems are what differs from what the case expects.
	Problems []string `json:"problems,omitempty"`
	// Seconds is the virtual time that the run took.
	Seconds float64 `json:"seconds"`
}

func (c *commands) newTest() *cobra.Command {
	var folder string
	var verbose, asJSON bool
	command := &cobra.Command{
		Use:   "test FILE...",
		Short: "Run the test cases of documents",
		Long: `Run the test cases of documents, without a server and in virtual time. Those of
order.yaml are in order.cases.yaml beside it:

  cases:
    - name: the card is declined
      input: {id: o-1, amount: 500}
      outcomes:                      # as in a file for run --local --outcomes
        activities: {charge_card: {failure: {type: CardDeclined, message: no funds}}}
        messages: [{name: approve, at: 1h, value: {approved: true}}]
      output: {status: declined}     # or failure: {type, step, message}, canceled: true, stuck: STEP
      executed: [reserve, charge]    # the paths of all calls, in order

The exit status is 1 where a case fails.`,
		Args: usage(cobra.MinimumNArgs(1)), ValidArgsFunction: completeDocuments,
		RunE: func(command *cobra.Command, names []string) error {
			library, err := c.openLibrary(command, folder)
			if err != nil {
				return err
			}
			all := []tested{}
			for _, name := range names {
				results, err := testFile(command, name, library)
				if err != nil {
					return err
				}
				all = append(all, results...)
				if !asJSON {
					writeTested(command.OutOrStdout(), name, results, verbose)
				}
			}
			if asJSON {
				if err := writeJSON(command.OutOrStdout(), all); err != nil {
					return err
				}
			}
			if slices.ContainsFunc(all, func(each tested) bool { return !each.Passed }) {
				return errTold
			}
			return nil
		},
	}
	addDefinitions(command, &folder)
	command.Flags().BoolVarP(&verbose, "verbose", "v", false, "also name the cases that pass")
	command.Flags().BoolVar(&asJSON, "json", false, "print the results as JSON")
	return command
}

// testFile runs the cases of a document.
func testFile(command *cobra.Command, name string, service *library) ([]tested, error) {
	read, err := readDocument(command, name)
	if err != nil {
		return nil, err
	}
	file := strings.TrimSuffix(name, filepath.Ext(name)) + casesEnding
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the cases: %w", err)
	}
	cases, err := rehearse.ReadCases(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	made, library, err := prepareLocal(command, read, service)
	if err != nil {
		return nil, err
	}
	var results []tested
	for _, each := range cases {
		input := each.Input
		if input == nil {
			input = json.RawMessage("null")
		}
		if absent := library.absentCalls(read, each.Outcomes); len(absent) > 0 {
			results = append(results, tested{File: name, Case: each.Name, Problems: []string{absent.Error()}})
			continue
		}
		done := rehearse.Run(command.Context(), made, read.text, input, each.Outcomes)
		if err := command.Context().Err(); err != nil {
			return nil, err
		}
		problems := differences(each, done)
		results = append(results, tested{name, each.Name, len(problems) == 0, problems, done.Lasted.Seconds()})
	}
	return results, nil
}

// differences are what a rehearsal did otherwise than its case expects.
func differences(expected rehearse.Case, done rehearse.Rehearsal) []string {
	got, err := rehearsalResult(done)
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	want := "completed"
	switch {
	case expected.Canceled:
		want = "canceled"
	case expected.Failure != nil:
		want = "failed"
	case expected.Stuck != "":
		want = "stuck"
	}
	switch {
	case got.Outcome != want:
		problems = append(problems, fmt.Sprintf("the run %s, and %s was expected", describe(got), want))
	case expected.Output != nil && !rehearse.SameJSON(got.Output, expected.Output):
		problems = append(problems, fmt.Sprintf("output: got %s\n      want %s", got.Output, expected.Output))
	case expected.Stuck != "" && !isStuckAt(got.Stuck, expected.Stuck):
		problems = append(problems, fmt.Sprintf("the run %s, and step %s was expected", describe(got), expected.Stuck))
	case expected.Failure != nil:
		problems = append(problems, failureDifferences(*expected.Failure, *got.Failure)...)
	}
	if expected.Executed != nil {
		problems = append(problems, pathDifferences(expected.Executed, done.Calls)...)
	}
	return problems
}

// isStuckAt reports whether the step, which may have [*] for any round or item, is one of
// those that never end.
func isStuckAt(stuck []stuckStep, step string) bool {
	return slices.ContainsFunc(stuck, func(each stuckStep) bool {
		path, _, _ := strings.Cut(each.Step, " (")
		return path == step || follow.Anywhere(path) == step
	})
}

func describe(got result) string {
	if len(got.Stuck) > 0 {
		return "is " + got.Stuck[0].String()
	}
	if got.Failure != nil {
		return got.Failure.String()
	}
	return got.Outcome
}

func failureDifferences(want rehearse.ExpectedFailure, got failure) []string {
	var problems []string
	for _, each := range []struct {
		name, want, got string
		same            bool
	}{
		{"type", want.Type, got.Type, want.Type == got.Type},
		{"step", want.Step, got.Step, want.Step == got.Step},
		{"message", want.Message, got.Message, strings.Contains(got.Message, want.Message)},
	} {
		if each.want != "" && !each.same {
			problems = append(problems, fmt.Sprintf("failure's %s: got %q, want %q", each.name, each.got, each.want))
		}
	}
	return problems
}

// pathDifferences names the first place in which the calls differ, and what is missing
// or too many.
func pathDifferences(want []string, calls []rehearse.Call) []string {
	var got []string
	for _, each := range calls {
		got = append(got, each.Path)
	}
	if slices.Equal(got, want) {
		return nil
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	show := func(paths []string) string {
		if at >= len(paths) {
			return "no more"
		}
		return strings.Join(paths[at:], ", ")
	}
	return []string{fmt.Sprintf("executed: from call %d on, got %s\n      want %s", at+1, show(got), show(want))}
}

func writeTested(out io.Writer, file string, results []tested, verbose bool) {
	if len(results) == 0 {
		fmt.Fprintf(out, "?    %s [no cases]\n", file)
		return
	}
	failed := 0
	for _, each := range results {
		verdict := "PASS"
		if !each.Passed {
			verdict = "FAIL"
			failed++
		}
		if !each.Passed || verbose {
			fmt.Fprintf(out, "--- %s: %s (%s)\n", verdict, each.Case, seconds(each.Seconds))
		}
		for _, problem := range each.Problems {
			fmt.Fprintf(out, "    %s\n", problem)
		}
	}
	if failed > 0 {
		fmt.Fprintf(out, "FAIL %s %d of %s failed\n", file, failed, count(len(results), "case"))
		return
	}
	fmt.Fprintf(out, "ok   %s %s\n", file, count(len(results), "case"))
}
