package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// row is one way in which a message fails, or seems to.
type row struct {
	name string
	// did says what was done.
	did string
	// gets is what errors.As must find in the error that the caller gets.
	gets match
	// effect says whether the message may still do what it asks for, or has; takes is
	// the same as what is found out on the server. A query never has an effect.
	effect string
	takes  bool
	// advice says what to do about it.
	advice string

	to      situation
	attempt attempt
	// text is what the workflow notes when the message takes effect; "" leaves that
	// unasked.
	text string
	// leaves is the workflow's status afterwards, where that is part of the lesson.
	leaves enumspb.WorkflowExecutionStatus
	// told is what happens instead on a server that tells Workers its limits: the Worker
	// then refuses too large a payload itself.
	told *outcome
}

// outcome is what the caller gets, the Workflow's status afterwards, and what it notes if
// the message takes effect, where it can be asked.
type outcome struct {
	gets   match
	leaves enumspb.WorkflowExecutionStatus
	text   string
}

func (r row) outcome(ctx context.Context, b *bench) (outcome, error) {
	if r.told == nil {
		return outcome{r.gets, r.leaves, r.text}, nil
	}
	telling, err := b.tellsLimits(ctx)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w", r.name, err)
	}
	if telling {
		return *r.told, nil
	}
	return outcome{r.gets, r.leaves, r.text}, nil
}

// attempt sends a message and returns what the caller gets.
type attempt func(ctx context.Context, b *bench, workflowID string) error

// match is what a caller looks for in an error.
type match struct {
	// shows is Go code, or words.
	shows string
	finds func(error) bool
}

func find[T error](shows string) match {
	return match{shows, func(err error) bool { var target T; return errors.As(err, &target) }}
}

// applicationError matches an ApplicationError by its type, as callers should.
func applicationError(errorType string) match {
	return match{
		fmt.Sprintf("`*temporal.ApplicationError` of type %q", errorType),
		func(err error) bool {
			var failure *temporal.ApplicationError
			return errors.As(err, &failure) && failure.Type() == errorType
		},
	}
}

// both matches an error in which two types are found, one wrapped in the other.
func both(outer, inner match) match {
	return match{outer.shows + " around " + inner.shows, func(err error) bool { return outer.finds(err) && inner.finds(err) }}
}

// either matches what one of the two matches.
func either(one, other match) match {
	return match{one.shows + " or " + other.shows, func(err error) bool { return one.finds(err) || other.finds(err) }}
}

// Matches of several rows.

func noError() match { return match{"no error", func(err error) bool { return err == nil }} }

func notFound() match { return find[*serviceerror.NotFound]("`*serviceerror.NotFound`") }

func invalidArgument() match {
	return find[*serviceerror.InvalidArgument]("`*serviceerror.InvalidArgument`")
}

func unavailable() match { return find[*serviceerror.Unavailable]("`*serviceerror.Unavailable`") }

func deadlineExceeded() match {
	return find[*serviceerror.DeadlineExceeded]("`*serviceerror.DeadlineExceeded`")
}

func queryFailed() match { return find[*serviceerror.QueryFailed]("`*serviceerror.QueryFailed`") }

func notReady() match {
	return find[*serviceerror.WorkflowNotReady]("`*serviceerror.WorkflowNotReady`")
}

// updateTimeout is not context.DeadlineExceeded, nor context.Canceled: errors.Is finds
// neither of them in it.
func updateTimeout() match {
	timeout := find[*client.WorkflowUpdateServiceTimeoutOrCanceledError]("`*client.WorkflowUpdateServiceTimeoutOrCanceledError`")
	return match{timeout.shows, func(err error) bool {
		return timeout.finds(err) && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled)
	}}
}

// provoke does what the row says on the server. It returns an error unless the caller
// gets what the row says and the message has the effect that the row says.
func (r row) provoke(ctx context.Context, b *bench) error {
	ctx, cancel := context.WithTimeout(ctx, lifeTime)
	defer cancel()
	expected, err := r.outcome(ctx, b)
	if err != nil {
		return err
	}
	var got error
	workflowID, err := r.to(ctx, b, func(workflowID string) { got = r.attempt(ctx, b, workflowID) })
	if err != nil {
		return fmt.Errorf("%s could not be provoked: %w", r.name, err)
	}
	if !expected.gets.finds(got) {
		return fmt.Errorf("%s: the caller got %T (%w), not %s", r.name, got, got, expected.gets.shows)
	}
	if err := expected.checkStatus(ctx, b, workflowID); err != nil {
		return fmt.Errorf("%s: %w", r.name, err)
	}
	if workflowID == "" || expected.text == "" {
		return nil
	}
	took, err := b.noted(ctx, workflowID, expected.text, r.takes)
	if err != nil {
		return fmt.Errorf("%s: see whether it took effect: %w", r.name, err)
	}
	if took != r.takes {
		return fmt.Errorf("%s: the message took effect: %v, expected %v", r.name, took, r.takes)
	}
	return nil
}

func (o outcome) checkStatus(ctx context.Context, b *bench, workflowID string) error {
	if o.leaves == enumspb.WORKFLOW_EXECUTION_STATUS_UNSPECIFIED {
		return nil
	}
	description, err := b.connection.DescribeWorkflow(ctx, workflowID, "")
	if err != nil {
		return fmt.Errorf("describe the workflow: %w", err)
	}
	if status := description.Status; status != o.leaves {
		return fmt.Errorf("the workflow is %s, not %s", status, o.leaves)
	}
	return nil
}

// table words the rows as Markdown.
func table(rows []row) string {
	var lines strings.Builder
	lines.WriteString("| What was done | What the caller gets | Can it still take effect? | What to do |\n|---|---|---|---|\n")
	for _, row := range rows {
		fmt.Fprintf(&lines, "| %s | %s | %s | %s |\n", row.did, row.gets.shows, row.effect, row.advice)
	}
	return lines.String()
}

// String words the row for a terminal.
func (r row) String() string {
	plain := strings.NewReplacer("`", "", "**", "")
	return fmt.Sprintf("%s\n  input   %s\n  result  %s\n  effect  %s\n  advice  %s\n",
		r.name, plain.Replace(r.did), plain.Replace(r.gets.shows), plain.Replace(r.effect), plain.Replace(r.advice))
}
