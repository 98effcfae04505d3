// Package scenario holds what a sample's starter shows: a list of scenarios, each
// with what is asked of the sample and what must come back. The same list is run by
// the starter for a person to read, by the demo of all samples, and by the
// end-to-end tests, so that what a README promises is what happens.
package scenario

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/progress"
)

// Timeout bounds one scenario, so that a missing worker or server never hangs a
// starter.
const Timeout = time.Minute

// Scenario is one thing that a sample shows.
type Scenario struct {
	// Name is unique in its sample, in kebab-case.
	Name string
	// Asks says in a line what the scenario asks of the sample.
	Asks string
	// Wants is exactly what must come back, as Run returns it.
	Wants string
	// LookFor says what is worth seeing in the Web UI; it may be empty.
	LookFor string
	// Unrecorded says that no golden history is kept, because a history is not all that a
	// replay needs.
	Unrecorded bool
	// Run does it and returns what came back. An error means that the scenario could
	// not be carried out; a failure that the sample means to show is a result.
	Run func(ctx context.Context, session *Session) (string, error)
}

// Sample is one folder's scenarios and the worker that they need.
type Sample struct {
	// Name is the folder's name.
	Name string
	// Idea is the sample's one idea, in a line.
	Idea string
	// TaskQueue is where the sample's worker listens.
	TaskQueue string
	// RunWorker runs that worker until the context ends.
	RunWorker func(context.Context, client.Client) error
	Scenarios []Scenario
}

// Outcome is what one scenario did.
type Outcome struct {
	Scenario Scenario
	// Got is what came back, empty when Err is set.
	Got string
	// Err says why the scenario could not be carried out.
	Err error
	// Runs are the workflow runs that it started, in that order.
	Runs []Run
}

// AsExpected reports whether exactly what the scenario wants came back.
func (o Outcome) AsExpected() bool { return o.Err == nil && o.Got == o.Scenario.Wants }

// Run is one workflow run that a scenario started.
type Run struct {
	WorkflowID, RunID string
	// URL is the run's page in the Web UI, or "" where that is not known.
	URL string
}

// Select returns the scenarios of those names, in the sample's order, or all of
// them where no name is given.
func (s Sample) Select(names []string) ([]Scenario, error) {
	if len(names) == 0 {
		return s.Scenarios, nil
	}
	var known []string
	var selected []Scenario
	for _, candidate := range s.Scenarios {
		known = append(known, candidate.Name)
		if slices.Contains(names, candidate.Name) {
			selected = append(selected, candidate)
		}
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("%s has no scenario %q; it has %s", s.Name, name, strings.Join(known, ", "))
		}
	}
	return selected, nil
}

// Execute carries out the sample's scenarios one after the other. What happens is
// printed on out as it happens, and on progressTo what is under way. It ends early,
// with an error, only when ctx does.
func (s Sample) Execute(ctx context.Context, connection client.Client, web connect.WebUI, out, progressTo io.Writer) ([]Outcome, error) {
	var outcomes []Outcome
	for i, scenario := range s.Scenarios {
		if i > 0 {
			fmt.Fprintln(out)
		}
		done := progress.Show(progressTo, s.Name+"/"+scenario.Name)
		outcome := scenario.Execute(ctx, s.Name, connection, web)
		done()
		if ctx.Err() != nil {
			return outcomes, ctx.Err()
		}
		outcome.Print(out, s.Name)
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// Unexpected returns an error that counts the outcomes that are not as expected, or
// nil when all are.
func Unexpected(outcomes []Outcome) error {
	failed := 0
	for _, outcome := range outcomes {
		if !outcome.AsExpected() {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d scenarios did not end as expected", failed, len(outcomes))
}

// Execute carries the scenario out, at most for Timeout.
func (s Scenario) Execute(ctx context.Context, sample string, connection client.Client, web connect.WebUI) Outcome {
	ctx, cancel := context.WithTimeoutCause(ctx, Timeout, errTimeout)
	defer cancel()
	session := &Session{
		Client: connection,
		web:    web,
		prefix: sample + "-" + s.Name,
		unique: uniquePart(),
		asks:   s.Asks,
	}
	got, err := s.Run(ctx, session)
	if err != nil && errors.Is(context.Cause(ctx), errTimeout) {
		err = fmt.Errorf("%w: %w", errTimeout, err)
	}
	return Outcome{Scenario: s, Got: got, Err: err, Runs: session.runs}
}

// uniquePart returns eight hexadecimal digits.
func uniquePart() string {
	return fmt.Sprintf("%08x", rand.Uint32())
}

var errTimeout = fmt.Errorf("not over after %s", Timeout)

// Print writes what happened as a person reads it: the scenario's name, what was
// asked, what came back, and where to look at it.
func (o Outcome) Print(out io.Writer, sample string) {
	fmt.Fprintf(out, "%s/%s\n", sample, o.Scenario.Name)
	printField(out, "asks", o.Scenario.Asks)
	if o.Err != nil {
		printField(out, "error", o.Err.Error())
	} else {
		printField(out, "got", o.Got)
	}
	if o.Err == nil && !o.AsExpected() {
		printField(out, "wanted", o.Scenario.Wants)
	}
	for _, run := range o.Runs {
		printField(out, "see", run.String())
	}
	if o.Scenario.LookFor != "" {
		printField(out, "notice", o.Scenario.LookFor)
	}
}

func printField(out io.Writer, name, text string) {
	const indent = "\n          "
	fmt.Fprintf(out, "  %-7s %s\n", name, strings.ReplaceAll(text, "\n", indent))
}

// String returns the run's page in the Web UI or, where that is not known, its ids.
func (r Run) String() string {
	if r.URL != "" {
		return r.URL
	}
	return fmt.Sprintf("workflow %s, run %s", r.WorkflowID, r.RunID)
}
