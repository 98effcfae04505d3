package rehearse

import (
	"errors"
	"math"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// attempted is a call that is retried as its policy says.
type attempted struct {
	kind, name, summary string
	// attempt bounds one attempt, and all bounds them all; 0 is no bound.
	attempt, all time.Duration
	retry        temporal.RetryPolicy
	// really makes the call.
	really func(workflow.Context, temporal.RetryPolicy) workflow.Future
}

// enough is after how many failed attempts in a row a call is taken to fail always. Where
// there are many calls it is less, down to fewest: a rehearsal tells at once.
const (
	enough     = 200
	fewest     = 10
	altogether = 2000
)

// enough is how many attempts are enough now.
func (t *trace) enough() int {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return max(fewest, min(enough, altogether/max(1, len(t.calls))))
}

// enoughType is the type of the failure that ends the attempts of a real call then; its
// detail is how many there were. What becomes of the call is reckoned: a server goes on for
// days, or forever.
const enoughType = "blueprint.rehearsed_enough"

// given is the error of an attempt, which the environment does not try again when there
// have been enough.
func (t *trace) given(err error, attempt int32) error {
	if err == nil || int(attempt) < t.enough() {
		return err
	}
	// As it would come from a server.
	failures := temporal.GetDefaultFailureConverter()
	return temporal.NewNonRetryableApplicationError("", enoughType, failures.FailureToError(failures.ErrorToFailure(err)), int(attempt))
}

// policyOf is the policy with the server's defaults.
func policyOf(given *temporal.RetryPolicy) temporal.RetryPolicy {
	var policy temporal.RetryPolicy
	if given != nil {
		policy = *given
	}
	if policy.InitialInterval == 0 {
		policy.InitialInterval = time.Second
	}
	if policy.BackoffCoefficient == 0 {
		policy.BackoffCoefficient = 2
	}
	if policy.MaximumInterval == 0 {
		policy.MaximumInterval = 100 * policy.InitialInterval
	}
	return policy
}

// forTestEnvironment is the policy for the SDK's test environment, where none means ten
// attempts, and where the time of Local Activities is partly the real one. An attempt takes
// no virtual time there, so that it is known how many there can be.
func (a attempted) forTestEnvironment() temporal.RetryPolicy {
	policy := a.retry
	policy.MaximumAttempts = math.MaxInt32
	if ends, last := a.reckon(progress{attempt: 1}); ends && a.kind != "child" {
		policy.MaximumAttempts = int32(min(last.attempt, math.MaxInt32))
	} else if a.retry.MaximumAttempts > 0 {
		policy.MaximumAttempts = a.retry.MaximumAttempts
	}
	return policy
}

// interval is the pause after an attempt.
func interval(policy temporal.RetryPolicy, attempt int) time.Duration {
	length := float64(policy.InitialInterval) * math.Pow(policy.BackoffCoefficient, float64(attempt-1))
	return time.Duration(min(length, float64(policy.MaximumInterval)))
}

func mayRetry(err error, policy temporal.RetryPolicy) bool {
	var application *temporal.ApplicationError
	switch {
	case temporal.IsCanceledError(err):
		return false
	case !errors.As(err, &application):
		return temporal.IsTimeoutError(err)
	case application.NonRetryable():
		return false
	}
	for _, each := range policy.NonRetryableErrorTypes {
		if each == application.Type() {
			return false
		}
	}
	return true
}

// attempts makes of a call what its outcome says, with the attempts that its policy
// allows, in virtual time.
func (o *outbound) attempts(ctx workflow.Context, index int, a attempted, outcome Outcome) (*commonpb.Payloads, error) {
	began := workflow.Now(ctx)
	for attempt := 1; ; attempt++ {
		o.trace.attempt(index, attempt)
		tried := workflow.Now(ctx)
		result, err := o.once(ctx, a, outcome, attempt, tried.Sub(began))
		if err == nil || !mayRetry(err, a.retry) {
			return result, err
		}
		now := workflow.Now(ctx)
		if outcome.fails(attempt, err, o.trace.enough()) {
			return nil, o.rest(ctx, index, a, progress{attempt: attempt, took: now.Sub(tried), lasted: now.Sub(began), failure: err})
		}
		pause := interval(a.retry, attempt)
		if attempt == int(a.retry.MaximumAttempts) || a.expires(now.Sub(began)+pause) {
			return nil, a.last(attempt, err)
		}
		if err := o.sleep(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// fails reports whether all further attempts fail as this one: its delay is the same each
// time.
func (o Outcome) fails(attempt int, err error, enough int) bool {
	decided := temporal.IsTimeoutError(err) && length(o.Delay) > 0
	return decided || attempt >= enough && attempt > len(o.Failures)
}

// expires reports whether no attempt can begin so long after the call.
func (a attempted) expires(after time.Duration) bool { return a.all > 0 && after >= a.all }

// last is the failure of a call after its last attempt: the server calls a timeout that
// leaves no time for another one a ScheduleToClose.
func (a attempted) last(attempt int, failure error) error {
	var timeout *temporal.TimeoutError
	if a.kind == "activity" && attempt != int(a.retry.MaximumAttempts) && errors.As(failure, &timeout) {
		return temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, failure)
	}
	return failure
}

// once is one attempt, so long after the call.
func (o *outbound) once(ctx workflow.Context, a attempted, outcome Outcome, attempt int, after time.Duration) (*commonpb.Payloads, error) {
	delay := length(outcome.Delay)
	if bound, timeout := a.bound(after); bound > 0 && delay > bound {
		if err := o.sleep(ctx, bound); err != nil {
			return nil, err
		}
		return nil, temporal.NewTimeoutError(timeout, nil)
	}
	if delay > 0 {
		if err := o.sleep(ctx, delay); err != nil {
			return nil, err
		}
	}
	switch {
	case attempt <= len(outcome.Failures):
		return nil, outcome.Failures[attempt-1].err(false)
	case outcome.Failure != nil:
		return nil, outcome.Failure.err(true)
	case outcome.Result != nil:
		return converter.GetDefaultDataConverter().ToPayloads(outcome.Result)
	default:
		return outputOf(ctx, a.really(ctx, temporal.RetryPolicy{MaximumAttempts: 1}))
	}
}

// bound is how long an attempt may take that begins so long after the call, and the timeout
// that ends it; 0 is as long as it likes.
func (a attempted) bound(after time.Duration) (time.Duration, enumspb.TimeoutType) {
	left := a.all - after
	switch {
	case a.all == 0 || a.attempt > 0 && a.attempt < left:
		return a.attempt, enumspb.TIMEOUT_TYPE_START_TO_CLOSE
	case a.kind == "child":
		return left, enumspb.TIMEOUT_TYPE_START_TO_CLOSE
	default:
		return left, enumspb.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE
	}
}

// resultOf is what a call that is really made gives.
func (o *outbound) resultOf(ctx workflow.Context, index int, a attempted, future workflow.Future) (*commonpb.Payloads, error) {
	began := workflow.Now(ctx)
	output, err := outputOf(ctx, future)
	var ended *temporal.ApplicationError
	if errors.As(err, &ended) && ended.Type() == enoughType {
		var attempt int
		if err := ended.Details(&attempt); err != nil {
			return nil, err
		}
		failure := errors.Unwrap(ended)
		if !mayRetry(failure, a.retry) {
			return nil, failure
		}
		return nil, o.rest(ctx, index, a, progress{attempt: attempt, lasted: workflow.Now(ctx).Sub(began), failure: failure})
	}
	return output, err
}

// outputOf is the future's value as it is.
func outputOf(ctx workflow.Context, future workflow.Future) (*commonpb.Payloads, error) {
	var output converter.RawValue
	if err := future.Get(ctx, &output); err != nil {
		return nil, err
	}
	if output.Payload() == nil {
		return nil, nil
	}
	return converter.GetDefaultDataConverter().ToPayloads(output)
}

// progress is how far a call has come that fails always.
type progress struct {
	attempt int
	// took is how long the last attempt took, and lasted how long all of them.
	took, lasted time.Duration
	failure      error
}

// rest is the end of a call all of whose further attempts are as the last one. It is
// reckoned: where nothing bounds them, only a cancel ends the call.
func (o *outbound) rest(ctx workflow.Context, index int, a attempted, p progress) error {
	ends, last := a.reckon(p)
	if !ends {
		o.trace.forEver(index, p.failure)
		ctx.Done().Receive(ctx, nil)
		return ctx.Err()
	}
	if err := o.sleep(ctx, last.lasted-p.lasted); err != nil {
		return err
	}
	o.trace.attempt(index, last.attempt)
	return a.last(last.attempt, p.failure)
}

// reckon goes on to the last attempt of a call that fails always, if there is one.
func (a attempted) reckon(p progress) (ends bool, last progress) {
	for p.attempt != int(a.retry.MaximumAttempts) {
		pause := interval(a.retry, p.attempt)
		if a.expires(p.lasted + pause) {
			break
		}
		rounds, end := a.rounds(p, pause)
		if !end {
			return false, p
		}
		p.attempt += rounds
		p.lasted += time.Duration(rounds) * (pause + p.took)
	}
	if a.all > 0 {
		p.lasted = min(p.lasted, a.all)
	}
	return true, p
}

// rounds is how many further attempts have the same pause before them, and whether they
// come to an end.
func (a attempted) rounds(p progress, pause time.Duration) (count int, end bool) {
	if interval(a.retry, p.attempt+1) != pause {
		return 1, true
	}
	allowed, fitting := math.MaxInt, math.MaxInt
	if most := int(a.retry.MaximumAttempts); most > 0 {
		allowed = most - p.attempt
	}
	if a.all > 0 {
		round := pause + p.took
		fitting = int((a.all - p.lasted - pause + round - 1) / round)
	}
	count = min(allowed, fitting)
	return count, count < math.MaxInt
}
