package build

import (
	"fmt"
	"time"

	"dynamicsamples/blueprint/language"
)

// Retry is a Retry Policy in Temporal's terms; what is zero is Temporal's default.
type Retry struct {
	InitialInterval        time.Duration
	BackoffCoefficient     float64
	MaximumInterval        time.Duration
	MaximumAttempts        int32
	NonRetryableErrorTypes []string
}

func (r Retry) policy() *language.Retry {
	return &language.Retry{
		InitialInterval:        duration(r.InitialInterval),
		BackoffCoefficient:     r.BackoffCoefficient,
		MaximumInterval:        duration(r.MaximumInterval),
		MaximumAttempts:        r.MaximumAttempts,
		NonRetryableErrorTypes: r.NonRetryableErrorTypes,
	}
}

// duration is none for 0. It may be an expression, a text.
func duration(of any) language.Duration {
	length, isDuration := of.(time.Duration)
	if !isDuration {
		return language.Duration(fmt.Sprint(of))
	}
	if length == 0 {
		return ""
	}
	return language.DurationOf(length)
}

// options are those of an Activity, on a builder of type B.
type options[B any] struct {
	builder B
	options *language.Options
}

// StartToClose bounds one attempt.
func (o options[B]) StartToClose(length any) B {
	o.options.StartToClose = duration(length)
	return o.builder
}

// ScheduleToClose bounds all attempts together.
func (o options[B]) ScheduleToClose(length any) B {
	o.options.ScheduleToClose = duration(length)
	return o.builder
}

// ScheduleToStart bounds the time in the Task Queue.
func (o options[B]) ScheduleToStart(length any) B {
	o.options.ScheduleToStart = duration(length)
	return o.builder
}

// Heartbeat bounds the time between two heartbeats.
func (o options[B]) Heartbeat(length any) B {
	o.options.Heartbeat = duration(length)
	return o.builder
}

// block is what steps have that hold steps, on a builder of type B.
type block[B any] struct {
	common[B]
	retried language.BlockOptions
}

// Retry is how the step is tried again when it fails, after what had completed in it is undone:
// for failures of some types, or for all where there are none. MaximumAttempts is needed.
func (b *block[B]) Retry(retry Retry, types ...string) B {
	policy := retry.policy()
	b.retried.Retry = &language.BlockRetry{
		InitialInterval: policy.InitialInterval, BackoffCoefficient: policy.BackoffCoefficient, MaximumInterval: policy.MaximumInterval,
		MaximumAttempts: policy.MaximumAttempts, NonRetryableErrorTypes: policy.NonRetryableErrorTypes, Types: types,
	}
	return b.builder
}

// Retry is the Retry Policy.
func (o options[B]) Retry(retry Retry) B {
	o.options.Retry = retry.policy()
	return o.builder
}

// childTimeouts are those of a Child Workflow, on a builder of type B.
type childTimeouts[B any] struct {
	builder        B
	execution, run *language.Duration
}

// ExecutionTimeout bounds the child with all its runs.
func (c childTimeouts[B]) ExecutionTimeout(length any) B {
	*c.execution = duration(length)
	return c.builder
}

// RunTimeout bounds one run of the child.
func (c childTimeouts[B]) RunTimeout(length any) B {
	*c.run = duration(length)
	return c.builder
}

// DefaultOptions are the options of steps that say nothing else.
type DefaultOptions struct {
	options[*DefaultOptions]
	childTimeouts[*DefaultOptions]
	defaults language.Defaults
}

// Defaults begins the options of steps that say nothing else.
func Defaults() *DefaultOptions {
	d := &DefaultOptions{}
	d.options = options[*DefaultOptions]{d, &d.defaults.Options}
	d.childTimeouts = childTimeouts[*DefaultOptions]{d, &d.defaults.ExecutionTimeout, &d.defaults.RunTimeout}
	return d
}

// Hold lets every failure that nothing takes wait for what people decide.
func (d *DefaultOptions) Hold(hold Hold) *DefaultOptions {
	d.defaults.Hold = hold.language()
	return d
}

// Hold says which failures wait for what people decide; what is zero is all of them, for any time.
type Hold struct {
	Types   []string
	Timeout time.Duration
}

func (h Hold) language() *language.Hold {
	return &language.Hold{Types: h.Types, Timeout: duration(h.Timeout)}
}

// UndoActivity is an Activity that takes a completed step back.
type UndoActivity struct {
	options[*UndoActivity]
	undo language.Undo
}

// Undo begins an Activity that takes a completed step back.
func Undo(activity string) *UndoActivity {
	u := &UndoActivity{undo: language.Undo{Activity: activity}}
	u.options = options[*UndoActivity]{u, &u.undo.Options}
	return u
}

// With is the Activity's argument, which also sees the output of the step.
func (u *UndoActivity) With(argument any) *UndoActivity {
	u.undo.With = &language.Value{Raw: argument}
	return u
}
