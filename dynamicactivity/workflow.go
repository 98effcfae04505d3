// Package dynamicactivity shows Activities that are called by name, where the names and
// their order come from configuration. A pipeline lists validation rules,
// transformations and enrichments; the workflow checks every name before the first
// call, then passes each record from step to step. Enrichments have no Go function of
// their own: one catch-all Activity serves them all, and learns from its own type which
// one it is.
package dynamicactivity

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Job is the input of ProcessRecords.
type Job struct {
	Pipeline Pipeline `json:"pipeline"`
	Records  []Record `json:"records"`
}

// Result is what became of one record.
type Result struct {
	// Record is the last step's output, or nil when there are problems.
	Record Record `json:"record,omitempty"`
	// Problems are all the reasons why the record was rejected.
	Problems []Problem `json:"problems,omitempty"`
}

// Problem is one step's objection to a record.
type Problem struct {
	Step   string `json:"step"`
	Reason string `json:"reason"`
}

// Catalog lists the Activities that a pipeline may name, each with its stage.
type Catalog map[string]Stage

// ProcessRecords takes each record through the pipeline and returns the results in the
// order of the records. A record that a step rejects is reported, and stops nothing
// else. It fails with an ApplicationError of type InvalidPipeline or InvalidRecords, not
// retryable, before any Activity is scheduled.
func (c Catalog) ProcessRecords(ctx workflow.Context, job Job) ([]Result, error) {
	known, err := c.pin(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkPipeline(job.Pipeline, known); err != nil {
		return nil, err
	}
	if err := checkRecords(job.Records); err != nil {
		return nil, err
	}
	return processAll(ctx, job)
}

// pin records the Activities that the Worker knew when this run began. They are Worker
// state: without the record, a Worker that knows others would decide otherwise on
// replay.
func (c Catalog) pin(ctx workflow.Context) (Catalog, error) {
	var known Catalog
	if err := workflow.SideEffect(ctx, func(workflow.Context) any { return c }).Get(&known); err != nil {
		return nil, fmt.Errorf("read the recorded catalog: %w", err)
	}
	return known, nil
}

// processAll processes a bounded number of records at a time.
func processAll(ctx workflow.Context, job Job) ([]Result, error) {
	results := make([]Result, len(job.Records))
	slots := workflow.NewSemaphore(ctx, MaxConcurrentRecords)
	group := workflow.NewWaitGroup(ctx)
	for i, record := range job.Records {
		if slots.Acquire(ctx, 1) != nil {
			break
		}
		group.Go(ctx, func(ctx workflow.Context) {
			defer slots.Release(1)
			results[i] = processOne(ctx, job.Pipeline, record)
		})
	}
	group.Wait(ctx)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return results, nil
}

// processOne runs all validations, so that every problem is reported at once, and
// the other steps, each on the output of the one before, only on a valid record.
func processOne(ctx workflow.Context, pipeline Pipeline, record Record) Result {
	var problems []Problem
	for _, rule := range pipeline.Validations {
		if _, problem := runStep(ctx, rule, record); problem != nil {
			problems = append(problems, *problem)
		}
	}
	if len(problems) > 0 {
		return Result{Problems: problems}
	}
	for _, step := range pipeline.changes() {
		output, problem := runStep(ctx, step, record)
		if problem != nil {
			return Result{Problems: []Problem{*problem}}
		}
		record = output
	}
	return Result{Record: record}
}

// runStep calls one Activity by its name.
func runStep(ctx workflow.Context, step string, record Record) (Record, *Problem) {
	// On a canceled context an Activity would still be scheduled, and then canceled. The
	// run ends without a report.
	if ctx.Err() != nil {
		return nil, &Problem{}
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                step,
	})
	var output Record
	err := workflow.ExecuteActivity(ctx, step, record).Get(ctx, &output)
	if err == nil {
		err = checkRecord(output)
	}
	if err != nil {
		return nil, &Problem{Step: step, Reason: reason(err)}
	}
	return output, nil
}

// reason is the failure's own message where it has one, cut to a length that keeps
// the report of all records within one payload.
func reason(err error) string {
	text := err.Error()
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) {
		text = failure.Message()
	}
	return shorten(text)
}
