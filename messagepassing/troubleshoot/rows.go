package main

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

var (
	errNotRejected = errors.New("the query was not rejected")
	errOtherAnswer = errors.New("the same id got another answer")
	errWoken       = errors.New("the Signal has had a Workflow Task scheduled")
	errNoTimeout   = errors.New("the Workflow has not timed out")
)

// rows lists all that can go wrong with a signal, then with a query, then with an
// update.
func rows() []row {
	return append(append(signalRows(), queryRows()...), updateRows()...)
}

func signalRows() []row {
	return []row{
		{
			name: "signal-unknown-workflow", did: "Signal to a Workflow ID that nobody has started",
			gets: notFound(), effect: "no", advice: "check the ID and the namespace, or use Signal-with-Start",
			to: missing, attempt: signal(noteSignal, "x"),
		},
		{
			name: "signal-closed-workflow", did: "Signal to a workflow that has closed",
			gets: notFound(), effect: "no", advice: "start a new run, or use Signal-with-Start",
			to: closed, attempt: signal(noteSignal, "x"), text: "x",
		},
		{
			name: "signal-without-worker", did: "Signal, while no Worker runs",
			gets: noError(), effect: "yes, when a Worker comes: the server keeps it", takes: true, advice: "nothing",
			to: workerless, attempt: signal(noteSignal, "x"), text: "x",
		},
		{
			name: "signal-unknown-name", did: "Signal under a name that the workflow does not receive",
			gets: noError(), effect: "only if code that receives it is deployed before the run ends", advice: "use an Update where the sender must know",
			to: running, attempt: signal("other", "x"), text: "x",
		},
		{
			name: "signal-wrong-argument", did: "Signal with an argument of the wrong type",
			gets: noError(), effect: "no: the Worker logs and drops it", advice: "use an Update where the sender must know",
			to: running, attempt: signal(noteSignal, 7), text: "7",
		},
		{
			name: "signal-too-large", did: "Signal with an argument of 3 MiB",
			gets: invalidArgument(), effect: "no", advice: "store the data elsewhere, and send where it is",
			to: running, attempt: signal(noteSignal, tooLarge()), text: tooLarge(),
		},
		{
			name: "signal-unreachable-server", did: "Signal, while the server does not answer",
			gets: unavailable(), effect: "not if the connection was refused, as here; perhaps if it broke later", advice: "send it again, with an ID in the argument by which the workflow recognizes it",
			to: running, text: "x", attempt: unreachable(func(ctx context.Context, connection client.Client, workflowID string) error {
				return connection.SignalWorkflow(ctx, workflowID, "", noteSignal, "x")
			}),
		},
		{
			name: "signal-delayed-workflow", did: "Signal to a workflow that was started with a delay",
			gets: noError(), effect: "yes, when the delay is over: a Signal does not wake it", takes: true, advice: "nothing, or use an Update to wake it",
			to: delayed(3 * time.Second), attempt: signalThatWaits, text: "x",
		},
		{
			name: "signal-from-workflow", did: "Signal from a workflow to one that has closed or never was",
			gets:   find[*temporal.UnknownExternalWorkflowExecutionError]("in the workflow, `*temporal.UnknownExternalWorkflowExecutionError`"),
			effect: "no", advice: "return a typed error of your own",
			to: closed, attempt: externalSignal, text: "from a workflow",
		},
	}
}

func queryRows() []row {
	const none = "a query has no effect"
	return []row{
		{
			name: "query-unknown-workflow", did: "Query of a Workflow ID that nobody has started",
			gets: notFound(), effect: none, advice: "check the ID and the namespace",
			to: missing, attempt: query(patience, notesQuery),
		},
		{
			name: "query-unknown-name", did: "Query under a name without a handler",
			gets: queryFailed(), effect: none, advice: "the message lists the names that there are",
			to: running, attempt: query(patience, "other"),
		},
		{
			name: "query-wrong-argument", did: "Query with an argument of the wrong type",
			gets: queryFailed(), effect: none, advice: "the message says what cannot be decoded",
			to: running, attempt: query(patience, brokenQuery, 7),
		},
		{
			name: "query-fails", did: "Query whose handler returns an error",
			gets: queryFailed(), effect: none, advice: "the message is all that is left of the error: put what callers need into the answer",
			to: running, attempt: query(patience, brokenQuery, failIt),
		},
		{
			name: "query-panics", did: "Query whose handler panics",
			gets: queryFailed(), effect: none, advice: "correct the handler; the workflow itself goes on",
			to: running, attempt: query(patience, brokenQuery, panicInHandler),
		},
		{
			name: "query-into-wrong-type", did: "Query whose answer does not fit the Go type that it is decoded into",
			gets:   match{"an error for which `errors.Is(err, converter.ErrUnableToDecode)`", func(err error) bool { return errors.Is(err, converter.ErrUnableToDecode) }},
			effect: none, advice: "decode into the handler's type",
			to: running, attempt: queryIntoWrongType,
		},
		{
			name: "query-without-worker", did: "Query, while no Worker runs",
			gets: deadlineExceeded(), effect: none, advice: "start a Worker, ask again; the call waits until its deadline, but not for longer than ten seconds",
			to: workerless, attempt: query(noPatience, notesQuery),
		},
		{
			name: "query-not-ready", did: "Query of a workflow whose task fails again and again",
			gets: notReady(), effect: none, advice: "look for the failure in the Event History, deploy a Worker that does not have it; without any Workflow Task in it, the run is a delayed one",
			to: sick, attempt: untilNotReady(query(patience, notesQuery)),
		},
		{
			name: "query-delayed-workflow", did: "Query of a workflow that was started with a delay",
			gets: notReady(), effect: none, advice: "ask again when the delay is over; unlike a run whose task fails, its Event History has no Workflow Task",
			to: delayed(lifeTime), attempt: query(patience, notesQuery),
		},
		{
			name: "query-closed-workflow", did: "Query of a workflow that has closed",
			gets: noError(), effect: none, advice: "nothing: a Worker replays it, for as long as the server keeps it",
			to: closed, attempt: query(patience, notesQuery),
		},
		{
			name: "query-terminated-workflow", did: "Query of a workflow that was terminated before a Worker took its last Signal",
			gets: noError(), effect: "the answer is without that Signal", advice: "cancel instead of terminating: the Worker then takes the Signal first",
			to: terminatedAfterSignal("x"), attempt: query(patience, notesQuery), text: "x",
		},
		{
			name: "query-rejected", did: "the same with `QueryRejectCondition` NOT_OPEN",
			gets: match{"no error, and `QueryRejected` in the response", noError().finds}, effect: none, advice: "look at `QueryRejected.Status`",
			to: closed, attempt: rejectedQuery,
		},
		{
			name: "query-unreachable-server", did: "Query, while the server does not answer",
			gets: unavailable(), effect: none, advice: "ask again",
			to: running, attempt: unreachable(func(ctx context.Context, connection client.Client, workflowID string) error {
				_, err := connection.QueryWorkflow(ctx, workflowID, "", notesQuery)
				return err
			}),
		},
	}
}

func updateRows() []row {
	return append(answeredUpdateRows(), unansweredUpdateRows()...)
}

// answeredUpdateRows are updates that the workflow, or the server, has decided on.
func answeredUpdateRows() []row {
	interrupted := applicationError("AcceptedUpdateCompletedWorkflow")
	return []row{
		{
			name: "update-unknown-workflow", did: "Update to a Workflow ID that nobody has started",
			gets: notFound(), effect: "no", advice: "check the ID and the namespace, or use Update-with-Start",
			to: missing, attempt: update(patience, noteUpdate, "x"),
		},
		{
			name: "update-closed-workflow", did: "Update to a workflow that has closed",
			gets: notFound(), effect: "no", advice: "start a new run, or use Update-with-Start",
			to: closed, attempt: update(patience, noteUpdate, "x"), text: "x",
		},
		{
			name: "update-old-run", did: "Update to the Run ID of a run that has continued as new",
			gets: notFound(), effect: "no", advice: "send it without a Run ID",
			to: running, attempt: updateOldRun, text: "x",
		},
		{
			name: "update-unknown-name", did: "Update under a name without a handler",
			gets: applicationError(""), effect: "no", advice: "the message lists the names; was the handler set before the workflow first blocked?",
			to: running, attempt: update(patience, "other", "x"), text: "x",
		},
		{
			name: "update-wrong-argument", did: "Update with an argument of the wrong type",
			gets: applicationError("wrapError"), effect: "no", advice: "the message says what cannot be decoded",
			to: running, attempt: update(patience, noteUpdate, 7), text: "7",
		},
		{
			name: "update-rejected", did: "Update that the validator rejects",
			gets: applicationError(refused), effect: "no, and the Event History has no trace of it", advice: "act on the error's type",
			to: running, attempt: update(patience, noteUpdate, rejectIt), text: rejectIt,
		},
		{
			name: "update-validator-panics", did: "Update whose validator panics",
			gets: find[*temporal.PanicError]("`*temporal.PanicError`"), effect: "no", advice: "correct the validator; the workflow itself goes on",
			to: running, attempt: update(patience, noteUpdate, panicInCheck), text: panicInCheck,
		},
		{
			name: "update-fails", did: "Update whose handler returns an error",
			gets: applicationError(refused), effect: "what the handler did before stays", advice: "act on the error's type",
			to: running, attempt: update(patience, noteUpdate, failIt), text: failIt,
		},
		{
			name: "update-fails-wrapped", did: "the same with the error wrapped by `fmt.Errorf`",
			gets: applicationError("wrapError"), effect: "what the handler did before stays", advice: "return the typed error as it is",
			to: running, attempt: update(patience, noteUpdate, failItWrapped), text: failItWrapped,
		},
		{
			name: "update-canceled-workflow", did: "workflow is canceled before the handler is done, and waits for it",
			gets: find[*temporal.CanceledError]("`*temporal.CanceledError`"), effect: "what the handler did before stays", advice: "start a new run and send it there",
			to: running, attempt: updateUntil(cancelIt), text: takeTooLong,
		},
		{
			name: "update-completed-workflow", did: "workflow completes before the handler is done",
			gets: interrupted, effect: "what the handler did before stays, the rest is never done", advice: "let the workflow wait for its handlers",
			to: running, attempt: updateUntil(endBy("complete")), text: takeTooLong,
		},
		{
			name: "update-failed-workflow", did: "workflow fails before the handler is done",
			gets: interrupted, effect: "what the handler did before stays, the rest is never done", advice: "let the workflow wait for its handlers, then fail",
			to: running, attempt: updateUntil(endBy("fail")), text: takeTooLong,
		},
		{
			name: "update-continued-workflow", did: "workflow continues as new before the handler is done",
			gets: interrupted, effect: "what the handler did before stays; the next run knows nothing of it", advice: "let the workflow wait for its handlers, then continue",
			to: running, attempt: updateUntil(endBy("continue")), text: takeTooLong,
		},
		{
			name: "update-timed-out-workflow", did: "workflow times out before the handler is done",
			gets: interrupted, effect: "what the handler did before stays, the rest is never done", advice: "choose a timeout that leaves handlers the time that they need",
			to: shortLived(3 * time.Second), attempt: updateUntil(untilTimeout), text: takeTooLong,
		},
		{
			name: "update-handler-continues", did: "Update whose handler returns a `ContinueAsNewError`",
			gets: applicationError("ContinueAsNewError"), effect: "what the handler did before stays; the workflow does not continue as new", advice: "let the handler set what the main function looks at, and return the error there",
			to: running, attempt: update(patience, noteUpdate, continueIt), text: continueIt, leaves: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		},
		{
			name: "update-terminated-workflow", did: "workflow is terminated before the handler is done",
			gets: interrupted, effect: "what the handler did before stays, the rest is never done", advice: "cancel instead of terminating",
			to: running, attempt: updateUntil(terminateIt), text: takeTooLong,
		},
		{
			name: "update-never-seen", did: "workflow ends before a Worker sees the Update",
			gets: notFound(), effect: "no", advice: "start a new run and send it there",
			// No text: a workflow that no Worker ever saw cannot be queried either.
			to: workerless, attempt: updateThatNobodySees,
		},
		{
			name: "update-delayed-workflow", did: "Update to a workflow that was started with a delay",
			gets: noError(), effect: "yes, at once: an Update wakes it", takes: true, advice: "nothing, or use a Signal to leave it asleep",
			to: delayed(lifeTime), attempt: update(patience, noteUpdate, "x"), text: "x",
		},
		{
			name: "update-repeated-when-closed", did: "an Update again, with the same ID, after the workflow has closed",
			gets: noError(), effect: "no: the caller gets the first one's answer", advice: "nothing",
			to: running, attempt: repeatedWhenClosed,
		},
		{
			name: "update-same-id", did: "another Update under an ID that was used before in the same run",
			gets: noError(), effect: "no: the caller gets the first one's answer", advice: "make an ID for each thing to be done, and keep it for retries only",
			to: running, attempt: sameIDTwice, text: "x",
		},
	}
}

// unansweredUpdateRows are updates that nobody has decided on yet.
func unansweredUpdateRows() []row {
	return []row{
		{
			name: "update-without-worker", did: "Update, while no Worker runs",
			gets: updateTimeout(), effect: "yes, when a Worker comes", takes: true, advice: "give the context a deadline; send it again with the same ID to get the answer",
			to: workerless, attempt: update(noPatience, noteUpdate, "x"), text: "x",
		},
		{
			name: "update-panics", did: "Update whose handler panics",
			gets: updateTimeout(), effect: "yes, when a Worker is deployed that does not panic", takes: true, advice: "give the context a deadline; look for the failed task in the Event History",
			to: sick, attempt: update(noPatience, noteUpdate, panicInHandler), text: panicInHandler,
		},
		{
			name: "update-not-ready", did: "Update to a workflow whose task fails again and again",
			gets: notReady(), effect: "no", advice: "send it again with the same ID; if that does not help, deploy a Worker that does not fail",
			to: sick, attempt: untilNotReady(update(patience, noteUpdate, "x")), text: "x",
		},
		{
			name: "update-deadline", did: "the caller's deadline passes while the handler is running",
			gets: updateTimeout(), effect: "yes: the handler goes on", takes: true, advice: "fetch the answer later, by the Update's ID",
			to: running, attempt: update(noPatience, noteUpdate, takeLong), text: takeLong,
		},
		{
			name: "update-canceled-caller", did: "the caller's context is canceled while the handler is running",
			gets: updateTimeout(), effect: "yes: the handler goes on", takes: true, advice: "fetch the answer later, by the Update's ID",
			to: running, attempt: canceledUpdate, text: takeLong,
		},
		{
			name: "update-crowd", did: "an eleventh Update, while ten are in flight",
			gets: updateTimeout(), effect: "no: the SDK tries until the deadline", advice: "let handlers end sooner, or queue what they start",
			to: crowded, attempt: update(noPatience, noteUpdate, "x"), text: "x",
		},
		{
			name: "update-too-large", did: "Update with an argument of 3 MiB",
			gets: notReady(), effect: "no, and **the server terminates the workflow**", advice: "check the size before sending; store the data elsewhere, and send where it is",
			to: running, attempt: update(patience, noteUpdate, tooLarge()), text: tooLarge(), leaves: enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, told: refusedByWorker(),
		},
		{
			name: "update-too-large-rejected", did: "the same, with a validator that rejects it",
			gets: notReady(), effect: "no, and the workflow goes on", advice: "bound in a validator what an Update may bring, and check the size before sending",
			to: running, attempt: update(patience, pickyUpdate, tooLarge()), text: tooLarge(), leaves: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, told: refusedByWorker(),
		},
		{
			name: "update-answer-too-large", did: "Update whose answer has 3 MiB",
			gets: notReady(), effect: "no, and **the server terminates the workflow**", advice: "bound what handlers return; store the answer elsewhere, and return where it is",
			to: running, attempt: update(patience, noteUpdate, answerTooMuch), text: answerTooMuch, leaves: enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED, told: refusedByWorker(),
		},
		{
			name: "update-all-too-large", did: "Update with 3 MiB in the argument and 3 MiB in the answer",
			gets: updateTimeout(), effect: "no, and no other message either: **the run's task fails again and again**", advice: "check the size before sending; terminate the run",
			to: running, attempt: update(noPatience, echoUpdate, tooLarge()), leaves: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		},
		{
			name: "update-unknown-handle", did: "answer fetched by an Update ID that was never sent",
			gets: both(updateTimeout(), notFound()), effect: "no", advice: "send the Update",
			to: running, attempt: unknownHandle,
		},
		{
			name: "update-without-stage", did: "Update without `WaitForStage`",
			gets:   match{"an error without a type", func(err error) bool { return err != nil && errors.Unwrap(err) == nil }},
			effect: "no: nothing was sent", advice: "set `WaitForStage`",
			to: running, attempt: updateWithoutStage, text: "x",
		},
		{
			name: "update-unreachable-server", did: "Update, while the server does not answer",
			gets: unavailable(), effect: "not if the connection was refused, as here; perhaps if it broke later", advice: "send it again with the same ID",
			to: running, text: "x", attempt: unreachable(func(ctx context.Context, connection client.Client, workflowID string) error {
				_, err := connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
					WorkflowID: workflowID, UpdateName: noteUpdate, Args: []any{"x"}, WaitForStage: client.WorkflowUpdateStageAccepted,
				})
				return err
			}),
		},
	}
}

// refusedByWorker is what comes of a payload that the Worker, which knows the limit, does
// not send: the Workflow Task fails again and again, also when the caller has given up, so
// that the Workflow cannot be asked what it has noted.
func refusedByWorker() *outcome {
	return &outcome{gets: either(updateTimeout(), notReady()), leaves: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING}
}
