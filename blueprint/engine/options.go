package engine

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// defaultStartToClose bounds an attempt of an Activity for which nobody says anything.
const defaultStartToClose = time.Minute

// defaults are the blueprint's own.
func (r *run) defaults() language.Defaults {
	if defaults := r.root.program.Definition.Defaults; defaults != nil {
		return *defaults
	}
	return language.Defaults{}
}

// timeoutsOf are the options with their expressions evaluated. That a timeout is one is decided where its
// step begins; that of an undo, when its step has completed.
func (r *run) timeoutsOf(f *frame, options language.Options, where *scope) (language.Options, *Failure) {
	options, err := options.Evaluated(r.timeout(f, where))
	return options, reasonOf(err)
}

// childTimeoutsOf are the options of a child with their expressions evaluated.
func (r *run) childTimeoutsOf(f *frame, options language.ChildOptions) (language.ChildOptions, *Failure) {
	options, err := options.Evaluated(r.timeout(f, f.ownScope))
	return options, reasonOf(err)
}

// timeout evaluates one. The server takes none for no bound at all, so that one has to be longer.
func (r *run) timeout(f *frame, where *scope) func(string, language.Duration) (language.Duration, error) {
	return func(key string, of language.Duration) (language.Duration, error) {
		result, reason := r.evaluateAs(f, key, string(of), where)
		if reason != nil {
			return "", notEvaluated{reason}
		}
		length, reason := r.length(result)
		if reason == nil && length <= 0 {
			reason = &Failure{Type: FailureExpression, Message: "it must be longer than nothing, not " + textOf(result)}
		}
		if reason != nil {
			reason.Message = key + ": " + reason.Message
			return "", notEvaluated{reason}
		}
		return language.DurationOf(length), nil
	}
}

// notEvaluated carries why a timeout has none.
type notEvaluated struct{ reason *Failure }

func (n notEvaluated) Error() string { return n.reason.Message }

func reasonOf(err error) *Failure {
	var problem notEvaluated
	if errors.As(err, &problem) {
		return problem.reason
	}
	return nil
}

func activityOptions(options language.Options, callee callee, a activityCall) workflow.ActivityOptions {
	startToClose := length(options.StartToClose)
	if startToClose == 0 && options.ScheduleToClose == "" {
		startToClose = defaultStartToClose
	}
	return workflow.ActivityOptions{
		TaskQueue:              callee.TaskQueue,
		StartToCloseTimeout:    startToClose,
		ScheduleToCloseTimeout: length(options.ScheduleToClose),
		ScheduleToStartTimeout: length(options.ScheduleToStart),
		HeartbeatTimeout:       length(options.Heartbeat),
		RetryPolicy:            retryPolicy(options.Retry),
		WaitForCancellation:    true,
		Summary:                summaryOf(a.path, a.summary),
	}
}

func localActivityOptions(options language.Options, a activityCall) workflow.LocalActivityOptions {
	startToClose := length(options.StartToClose)
	if startToClose == 0 && options.ScheduleToClose == "" {
		startToClose = defaultStartToClose
	}
	return workflow.LocalActivityOptions{
		StartToCloseTimeout:    startToClose,
		ScheduleToCloseTimeout: length(options.ScheduleToClose),
		RetryPolicy:            retryPolicy(options.Retry),
		Summary:                summaryOf(a.path, a.summary),
	}
}

// retryPolicy is the SDK's form of a policy; nil is the server's default.
func retryPolicy(retry *language.Retry) *temporal.RetryPolicy {
	if retry == nil {
		return nil
	}
	return &temporal.RetryPolicy{
		InitialInterval:        length(retry.InitialInterval),
		BackoffCoefficient:     retry.BackoffCoefficient,
		MaximumInterval:        length(retry.MaximumInterval),
		MaximumAttempts:        retry.MaximumAttempts,
		NonRetryableErrorTypes: retry.NonRetryableErrorTypes,
	}
}

// length is the duration's length; the checker has seen that it is one.
func length(duration language.Duration) time.Duration {
	if duration == "" {
		return 0
	}
	parsed, _ := duration.Parse()
	return parsed
}

// summaryOf is what the Web UI shows: the path, and the summary behind it.
func summaryOf(path, summary string) string {
	const longest = 200
	text := path
	if summary != "" {
		text += ": " + summary
	}
	if len(text) <= longest {
		return text
	}
	// The end of a long path tells more than its beginning.
	cut := len(text) - longest
	for cut < len(text) && !startsCharacter(text[cut]) {
		cut++
	}
	return "…" + text[cut:]
}

// startsCharacter reports whether the byte begins a character in UTF-8.
func startsCharacter(b byte) bool { return b&0xC0 != 0x80 }

// summary is what the step's author says of it.
func (r *run) summary(f *frame) string {
	if f.step.Summary == "" {
		return ""
	}
	text, reason := r.evaluateAs(f, "summary", f.step.Summary, f.ownScope)
	if reason != nil {
		// A summary is for people; a step does not fail for it.
		return f.step.Summary
	}
	return textOf(text)
}
