// Package scenario holds what the samples show: a list of scenarios for each, with the
// input that the sample gets and the result that is expected. The same list is run by
// the demo of all samples, by the READMEs and by the end-to-end tests, so that what a
// README promises is what happens.
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
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/progress"
)

// Timeout bounds one scenario, so that a missing Worker or server never hangs it.
const Timeout = time.Minute

// Scenario is one thing that a sample shows.
type Scenario struct {
	// Name is unique in its sample, in kebab-case.
	Name string
	// Input says in a line what the sample is asked to do.
	Input string
	// Expected is exactly what Run must print.
	Expected string
	// LookFor says what is worth seeing in the Web UI; it may be empty.
	LookFor string
	// Unrecorded says that no golden history is kept, because a history is not all that a
	// replay needs.
	Unrecorded bool
	// Run does it and prints the result on the session. An error means that the scenario
	// could not be carried out; a failure that the sample means to show is a result.
	Run func(context.Context, *Session) error
}

// Sample is one folder's scenarios and the Worker that they need.
type Sample struct {
	// Name is the folder's name.
	Name string
	// Idea is the sample's one idea, in a line.
	Idea string
	// TaskQueue is where the sample's Worker polls.
	TaskQueue string
	// Options and Register make that Worker.
	Options  func() worker.Options
	Register func(worker.Registry)
	// RunWorker runs the sample's Workers until the context ends. It takes the place of
	// Options and Register where a sample has several Workers.
	RunWorker func(context.Context, client.Client) error
	// HistoryVersion is the folder of this version's golden histories below the sample's
	// others; "" where there is one set only.
	HistoryVersion string
	Scenarios      []Scenario
}

// Work runs the sample's Worker, or its Workers, until ctx ends.
func (s Sample) Work(ctx context.Context, connection client.Client) error {
	if s.RunWorker != nil {
		return s.RunWorker(ctx, connection)
	}
	w := worker.New(connection, s.TaskQueue, s.Options())
	s.Register(w)
	return connect.RunUntilDone(ctx, w)
}

// WorkerCommand is the command that runs the sample's Worker.
func (s Sample) WorkerCommand() string { return "go run ./" + s.Name + "/worker" }

// Outcome is what one scenario did.
type Outcome struct {
	Scenario Scenario
	// Result is what Run printed.
	Result string
	// Err says why the scenario could not be carried out.
	Err error
	// Runs are the Workflow Executions that it started, in that order.
	Runs []Run
}

// AsExpected reports whether the scenario printed exactly what is expected.
func (o Outcome) AsExpected() bool { return o.Err == nil && o.Result == o.Scenario.Expected }

// Run is one Workflow Execution that a scenario started.
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
// printed on out as it happens, and on progressTo what is under way. On complaints,
// unless it is nil, it says that no Worker takes the work. It ends early, with an
// error, only when ctx does.
func (s Sample) Execute(ctx context.Context, connection client.Client, web connect.WebUI, out, progressTo, complaints io.Writer) ([]Outcome, error) {
	var outcomes []Outcome
	for i, scenario := range s.Scenarios {
		if i > 0 {
			fmt.Fprintln(out)
		}
		done := progress.Show(progressTo, s.Name+"/"+scenario.Name)
		outcome := scenario.execute(ctx, s, connection, web, complaints)
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
func (s Scenario) Execute(ctx context.Context, sample Sample, connection client.Client, web connect.WebUI) Outcome {
	return s.execute(ctx, sample, connection, web, nil)
}

func (s Scenario) execute(ctx context.Context, sample Sample, connection client.Client, web connect.WebUI, complaints io.Writer) Outcome {
	ctx, cancel := context.WithTimeoutCause(ctx, Timeout, errTimeout)
	defer cancel()
	session := &Session{
		Client: connection,
		web:    web,
		prefix: sample.Name + "-" + s.Name,
		unique: uniquePart(),
		input:  s.Input,
	}
	if complaints != nil {
		session.watch = func(taskQueue, workflowID string) (stop func()) {
			return connect.WatchWorker(ctx, connection, taskQueue, workflowID, sample.WorkerCommand(), complaints)
		}
	}
	err := s.Run(ctx, session)
	session.stopWatching()
	if err != nil && errors.Is(context.Cause(ctx), errTimeout) {
		err = fmt.Errorf("%w: %w", errTimeout, err)
	}
	return Outcome{Scenario: s, Result: session.printed(), Err: err, Runs: session.runs}
}

// uniquePart returns eight hexadecimal digits.
func uniquePart() string {
	return fmt.Sprintf("%08x", rand.Uint32())
}

var errTimeout = fmt.Errorf("timed out after %s", Timeout)

// Print writes what happened as a person reads it: the scenario's name, its input, its
// result, and where to look at it.
func (o Outcome) Print(out io.Writer, sample string) {
	fmt.Fprintf(out, "%s/%s\n", sample, o.Scenario.Name)
	printField(out, "input", o.Scenario.Input)
	if o.Err == nil || o.Result != "" {
		printField(out, "result", o.Result)
	}
	if o.Err != nil {
		printField(out, "error", o.Err.Error())
	}
	if !o.AsExpected() {
		printField(out, "expected", o.Scenario.Expected)
	}
	for _, run := range o.Runs {
		printField(out, "Web UI", run.String())
	}
	if o.Scenario.LookFor != "" {
		printField(out, "look for", o.Scenario.LookFor)
	}
}

func printField(out io.Writer, label, text string) {
	const indent = "\n           "
	fmt.Fprintf(out, "  %-8s %s\n", label, strings.ReplaceAll(text, "\n", indent))
}

// String returns the run's page in the Web UI or, where that is not known, its ids.
func (r Run) String() string {
	if r.URL != "" {
		return r.URL
	}
	return fmt.Sprintf("workflow %s, run %s", r.WorkflowID, r.RunID)
}
