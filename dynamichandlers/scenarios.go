package dynamichandlers

import (
	"context"
	_ "embed" // for the configurations
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/scenario"
)

// Sample returns what the starter shows.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "dynamichandlers",
		Idea:      "Signals, queries and updates that nobody named when the workflow was written.",
		TaskQueue: TaskQueue,
		RunWorker: RunWorker,
		Scenarios: scenarios(),
	}
}

//go:embed handlers.json
var handlersFile []byte

//go:embed plugins.json
var pluginsFile []byte

func scenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:    "by-name",
			Asks:    "send price, stock, alert, price to the catch-all that asks for waiting names",
			Wants:   "alert 3\nprice 1\nprice 4\nstock 2",
			LookFor: "the history has the signals as they were sent; the result has them in the names' order",
			Run:     collected("CollectByName", Inbox{}, "price", "stock", "alert", "price"),
		},
		{
			Name:    "in-order",
			Asks:    "send the same signals to the catch-all that notes arrivals in an interceptor",
			Wants:   "price 1\nstock 2\nalert 3\nprice 4",
			LookFor: "the same history, but for the workflow's type; the result has the order of arrival",
			Run:     collected("CollectInOrder", Inbox{}, "price", "stock", "alert", "price"),
		},
		{
			Name:    "signal-with-start",
			Asks:    `start the run with the signal "early", which is there before the workflow's code`,
			Wants:   "early 1\nlate 2",
			LookFor: "the second event of the history is the signal",
			Run:     startedWithSignal,
		},
		{
			Name:    "continue-as-new",
			Asks:    "send five signals to runs that continue as new after two messages",
			Wants:   "a 1\nb 2\nc 3\na 4\nb 5",
			LookFor: "a chain of runs; each hands its messages to the next as its input",
			Run:     collected("CollectInOrder", Inbox{Open: true, MessagesPerRun: 2}, "a", "b", "c", "a", "b"),
		},
		{
			Name: "configured",
			Asks: "send the signals, queries and updates that handlers.json names",
			Wants: `get_status: {"status":"running","handled":0,"earlier_runs":0}
set_limit 7: {"owner":"workflow","name":"set_limit"}
set_limit 9: {"owner":"workflow","name":"set_limit","previous":7}
get_data: {"set_limit":9,"update_data":{"item":"lamp"}}
get_signals: [{"owner":"workflow","name":"update_data","value":{"item":"lamp"}}]
complete_now: {"finished_by":"complete_now","handled":4,"data":{"workflow":{"set_limit":9,"update_data":{"item":"lamp"}}}}
get_status: {"status":"finished","handled":4,"earlier_runs":0}`,
			LookFor: "the names and descriptions are offered under Queries, Send a Signal and Send an Update",
			Run: conversation(handlersFile,
				ask("get_status"),
				tell("set_limit", 7), send("update_data", map[string]string{"item": "lamp"}), tell("set_limit", 9),
				ask("get_data"), ask("get_signals"),
				tell("complete_now"), ask("get_status")),
		},
		{
			Name: "validator",
			Asks: `send the update set_limit, which takes a number, with "cheap"`,
			Wants: `set_limit "cheap": failed with InvalidValue: set_limit: want number, got text
get_data: {}`,
			LookFor: "the history knows nothing of the rejected update",
			Run:     conversation(handlersFile, tell("set_limit", "cheap"), ask("get_data"), send("complete", nil)),
		},
		{
			Name: "plugins",
			Asks: "send what the two plugins of plugins.json take; each sees its own data only",
			Wants: `analytics_data: {"track_event":{"page":"home"}}
analytics_signals: [{"owner":"analytics","name":"track_event","value":{"page":"home"}}]
notifications_data: {"send_email":"ana@example.com"}`,
			LookFor: "each description begins with the plugin that owns the name",
			Run: conversation(pluginsFile,
				send("track_event", map[string]string{"page": "home"}), send("send_email", "ana@example.com"),
				ask("analytics_data"), ask("analytics_signals"), ask("notifications_data"), send("complete", nil)),
		},
		{
			Name: "fallback",
			Asks: "send names that nobody registered: as they are, and in the fallback's envelope",
			Wants: `set_color "red": failed: unknown update set_color
any_update {"name":"set_color","arguments":["red"]}: {"owner":"unregistered","name":"set_color"}
set_color: failed: unknown queryType set_color
any_query {"name":"set_color"}: "red"
any_query {"name":"weather"}: "rain"
any_query {"name":"get_status"}: {"status":"running","handled":2,"earlier_runs":0}
any_query {"name":"time"}: failed: nothing is known under "time"; known are get_data, get_signals, get_status, set_color, weather (type: UnknownName, retryable: false)`,
			LookFor: "the signal weather is in the history although nobody registered it; the update is there as any_update",
			Run: conversation(handlersFile,
				tell("set_color", "red"), tell(AnyUpdate, Envelope{"set_color", []json.RawMessage{[]byte(`"red"`)}}),
				ask("set_color"), ask(AnyQuery, Envelope{Name: "set_color"}),
				send("weather", "rain"), ask(AnyQuery, Envelope{Name: "weather"}),
				ask(AnyQuery, Envelope{Name: "get_status"}), ask(AnyQuery, Envelope{Name: "time"}),
				send("complete", nil)),
		},
		{
			Name: "listed",
			Asks: "ask the run of plugins.json which messages it takes",
			Wants: `signal complete: [workflow] trigger
signal send_email: [notifications] store: the last mail to send
signal send_sms: [notifications] store: the last text to send
signal track_event: [analytics] store: the last event
signal update_metrics: [analytics] store: the last metrics
query analytics_data: [analytics] get_data
query analytics_signals: [analytics] get_signals
query any_query: [fallback] {"name": N} asks the query N, or for the last value under the unregistered name N
query notifications_data: [notifications] get_data
update any_update: [fallback] {"name": N, "arguments": [V]} is the update N, or stores V under the unregistered name N`,
			LookFor: "what the Web UI offers comes from the same query",
			Run:     conversation(pluginsFile, listed, send("complete", nil)),
		},
		{
			Name: "refused",
			Asks: "start a run with a configuration full of mistakes",
			Wants: `failed with InvalidConfiguration (not retryable)
unknown key "signal", did you mean signals?
updates[0]: unknown key "descripton", did you mean description?
signals[0]: a signal takes no validator: only an update can be refused
signals[1]: signal "go" of workflow is already signals[0] of workflow
signals[2]: the name is missing
signals[2]: unknown signal type "stor", did you mean store?
signals[3]: name "__temporal_go": names that begin with __ belong to Temporal
queries[0]: name "any_query" belongs to the fallback
queries[0]: unknown query type "get_weather", known are get_data, get_signals, get_status
updates[0]: unknown validator "colour", known are number, object, text`,
			LookFor: "the run has failed at once, and no worker is stuck on it",
			Run: start(`{
  "signal": [],
  "signals": [
    {"name": "go", "type": "trigger", "validator": "number"},
    {"name": "go", "type": "store"},
    {"name": "", "type": "stor"},
    {"name": "__temporal_go", "type": "store"}
  ],
  "queries": [{"name": "any_query", "type": "get_weather"}],
  "updates": [{"name": "set", "type": "store", "validator": "colour", "descripton": "typo"}]
}`),
		},
		{
			Name: "two-owners",
			Asks: "start a run whose two plugins both claim the query get_data",
			Wants: `failed with InvalidConfiguration (not retryable)
plugins[1].queries[0]: query "get_data" of notifications is already plugins[0].queries[0] of analytics`,
			Run: start(`{"plugins": [
  {"name": "analytics", "queries": [{"name": "get_data", "type": "get_data"}]},
  {"name": "notifications", "queries": [{"name": "get_data", "type": "get_data"}]}
]}`),
		},
	}
}

// collected sends signals, each with its number, and returns what the catch-all made
// of them.
func collected(workflowType string, inbox Inbox, signals ...string) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		run, err := session.Start(ctx, TaskQueue, workflowType, inbox)
		if err != nil {
			return "", err
		}
		for i, name := range signals {
			if err := session.Client.SignalWorkflow(ctx, run.GetID(), "", name, i+1); err != nil {
				return "", fmt.Errorf("signal %s: %w", name, err)
			}
		}
		return finishCollecting(ctx, session.Client, run)
	}
}

// startedWithSignal sends a signal with the start, so that the workflow never sees a
// moment without it.
func startedWithSignal(ctx context.Context, session *scenario.Session) (string, error) {
	options := session.StartOptions(TaskQueue)
	run, err := session.Client.SignalWithStartWorkflow(ctx, options.ID, "early", 1, options, CollectInOrder, Inbox{})
	if err != nil {
		return "", fmt.Errorf("signal with start: %w", err)
	}
	session.Remember(run)
	if err := session.Client.SignalWorkflow(ctx, run.GetID(), "", "late", 2); err != nil {
		return "", fmt.Errorf("signal late: %w", err)
	}
	return finishCollecting(ctx, session.Client, run)
}

// finishCollecting opens the inbox, closes it, and returns its messages, one a line.
func finishCollecting(ctx context.Context, connection client.Client, run client.WorkflowRun) (string, error) {
	for _, name := range []string{OpenSignal, CloseSignal} {
		if err := connection.SignalWorkflow(ctx, run.GetID(), "", name, nil); err != nil {
			return "", fmt.Errorf("signal %s: %w", name, err)
		}
	}
	var inbox Inbox
	if err := run.Get(ctx, &inbox); err != nil {
		return "", err
	}
	var lines []string
	for _, message := range inbox.Messages {
		lines = append(lines, fmt.Sprintf("%s %s%s", message.Name, message.Value, message.Problem))
	}
	return strings.Join(lines, "\n"), nil
}

// start runs Configured and returns how it ended.
func start(configuration string) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		return session.Execute(ctx, TaskQueue, "Configured", json.RawMessage(configuration))
	}
}

// step is one thing that a scenario does to a run of Configured. It returns what came
// back, or "".
type step func(context.Context, client.Client, string) (string, error)

// conversation starts a run with the configuration and does one step after the
// other.
func conversation(configuration []byte, steps ...step) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		run, err := session.Start(ctx, TaskQueue, "Configured", json.RawMessage(configuration))
		if err != nil {
			return "", err
		}
		var lines []string
		for _, step := range steps {
			line, err := step(ctx, session.Client, run.GetID())
			if err != nil {
				return "", err
			}
			if line != "" {
				lines = append(lines, line)
			}
		}
		// The last step ends the run. Its end belongs to what a recorded history shows.
		return strings.Join(lines, "\n"), run.Get(ctx, nil)
	}
}

func send(name string, argument any) step {
	return func(ctx context.Context, connection client.Client, id string) (string, error) {
		return "", connection.SignalWorkflow(ctx, id, "", name, argument)
	}
}

func ask(name string, args ...any) step {
	return func(ctx context.Context, connection client.Client, id string) (string, error) {
		answer, err := sendQuery(ctx, connection, id, name, args...)
		return describe(name, args, answer, err)
	}
}

func tell(name string, args ...any) step {
	return func(ctx context.Context, connection client.Client, id string) (string, error) {
		answer, err := sendUpdate(ctx, connection, id, name, args...)
		return describe(name, args, answer, err)
	}
}

// describe words a query or update and what came back. Of the failure of an
// unregistered one it leaves out the known names, which the SDK lists in the order
// of a Go map.
func describe(name string, args []any, answer converter.RawValue, err error) (string, error) {
	said := name
	for _, arg := range args {
		text, err := json.Marshal(arg)
		if err != nil {
			return "", fmt.Errorf("argument of %s: %w", name, err)
		}
		said += " " + string(text)
	}
	var queryFailed *serviceerror.QueryFailed
	var refusal *temporal.ApplicationError
	text := string(answer.Payload().GetData())
	switch {
	case err == nil:
	case errors.As(err, &queryFailed):
		text = "failed: " + queryFailed.Message
	case errors.As(err, &refusal) && refusal.Type() != "":
		text = fmt.Sprintf("failed with %s: %s", refusal.Type(), refusal.Message())
	case errors.As(err, &refusal):
		text = "failed: " + refusal.Message()
	default:
		return "", err
	}
	text, _, _ = strings.Cut(text, ". Known")
	return said + ": " + text, nil
}

// listed returns what the run says of its messages, one a line.
func listed(ctx context.Context, connection client.Client, id string) (string, error) {
	definition, err := Definition(ctx, connection, id)
	if err != nil {
		return "", err
	}
	return strings.Join(definitionLines(definition), "\n"), nil
}
