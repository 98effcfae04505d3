package scenarios

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/dynamichandlers"
	"dynamicsamples/internal/scenario"
)

// configurations are the scenarios of the workflow whose messages a file names.
func configurations() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "handlers-from-file",
			Input: "send the Signals, Queries and Updates that handlers.json names",
			Expected: `get_status: {"status":"running","handled":0,"earlier_runs":0}
set_limit 7: {"owner":"workflow","name":"set_limit"}
set_limit 9: {"owner":"workflow","name":"set_limit","previous":7}
get_data: {"set_limit":9,"update_data":{"item":"lamp"}}
get_signals: [{"owner":"workflow","name":"update_data","value":{"item":"lamp"}}]
complete_now: {"finished_by":"complete_now","handled":4,"data":{"workflow":{"set_limit":9,"update_data":{"item":"lamp"}}}}
get_status: {"status":"finished","handled":4,"earlier_runs":0}`,
			LookFor: "the names and descriptions are offered under Queries, Send a Signal and Send an Update",
			Run:     handlersFromFile,
		},
		{
			Name:  "update-refused",
			Input: `send the Update set_limit, which takes a number, with "cheap"`,
			Expected: `set_limit "cheap": failed with InvalidValue: set_limit: want number, got text
get_data: {}`,
			LookFor: "the rejected Update is not in the Event History",
			Run:     updateRefused,
		},
		{
			Name:  "plugins",
			Input: "send what the two plugins of plugins.json take; each sees its own data only",
			Expected: `analytics_data: {"track_event":{"page":"home"}}
analytics_signals: [{"owner":"analytics","name":"track_event","value":{"page":"home"}}]
notifications_data: {"send_email":"ana@example.com"}`,
			LookFor: "each description begins with the plugin that owns the name",
			Run:     plugins,
		},
		{
			Name:  "fallback-envelope",
			Input: "send names that nobody registered: as they are, and in the fallback's envelope",
			Expected: `set_color "red": failed: unknown update set_color
any_update {"name":"set_color","arguments":["red"]}: {"owner":"unregistered","name":"set_color"}
set_color: failed: unknown queryType set_color
any_query {"name":"set_color"}: "red"
any_query {"name":"weather"}: "rain"
any_query {"name":"get_status"}: {"status":"running","handled":2,"earlier_runs":0}
any_query {"name":"time"}: failed: nothing is known under "time"; known are get_data, get_signals, get_status, set_color, weather (type: UnknownName, retryable: false)`,
			LookFor: "the Signal weather is in the Event History although nobody registered it; the Update is there as any_update",
			Run:     unregistered,
		},
		{
			Name:  "list-handlers",
			Input: "ask the run of plugins.json which messages it takes",
			Expected: `signal complete: [workflow] trigger
signal send_email: [notifications] store: the last mail to send
signal send_sms: [notifications] store: the last text to send
signal track_event: [analytics] store: the last event
signal update_metrics: [analytics] store: the last metrics
query analytics_data: [analytics] get_data
query analytics_signals: [analytics] get_signals
query any_query: [fallback] {"name": N} asks the query N, or for the last value under the unregistered name N
query notifications_data: [notifications] get_data
update any_update: [fallback] {"name": N, "arguments": [V]} is the update N, or stores V under the unregistered name N`,
			LookFor: "what the Web UI offers comes from the same Query",
			Run:     listHandlers,
		},
		{
			Name:  "bad-configuration",
			Input: "start a run with a configuration full of mistakes",
			Expected: `failed with InvalidConfiguration (not retryable)
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
			LookFor: "the run has failed at once, and no Worker is stuck on it",
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
			Name:  "name-claimed-twice",
			Input: "start a run whose two plugins both claim the Query get_data",
			Expected: `failed with InvalidConfiguration (not retryable)
plugins[1].queries[0]: query "get_data" of notifications is already plugins[0].queries[0] of analytics`,
			Run: start(`{"plugins": [
  {"name": "analytics", "queries": [{"name": "get_data", "type": "get_data"}]},
  {"name": "notifications", "queries": [{"name": "get_data", "type": "get_data"}]}
]}`),
		},
	}
}

// start starts Configured and prints how it ended.
func start(configuration string) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, dynamichandlers.TaskQueue, "Configured", json.RawMessage(configuration))
		if err != nil {
			return err
		}
		return s.PrintResult(ctx, "", run)
	}
}

func handlersFromFile(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, dynamichandlers.TaskQueue, "Configured", json.RawMessage(dynamichandlers.HandlersJSON))
	if err != nil {
		return err
	}
	id := run.GetID()
	// The calls are made in this order, each when the one above has been answered.
	return errors.Join(
		query(ctx, s, id, "get_status"),
		update(ctx, s, id, "set_limit", 7),
		s.Client.SignalWorkflow(ctx, id, "", "update_data", map[string]string{"item": "lamp"}),
		update(ctx, s, id, "set_limit", 9),
		query(ctx, s, id, "get_data"),
		query(ctx, s, id, "get_signals"),
		update(ctx, s, id, "complete_now"),
		query(ctx, s, id, "get_status"),
		run.Get(ctx, nil),
	)
}

func updateRefused(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, dynamichandlers.TaskQueue, "Configured", json.RawMessage(dynamichandlers.HandlersJSON))
	if err != nil {
		return err
	}
	return errors.Join(
		update(ctx, s, run.GetID(), "set_limit", "cheap"),
		query(ctx, s, run.GetID(), "get_data"),
		complete(ctx, s, run),
	)
}

func plugins(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, dynamichandlers.TaskQueue, "Configured", json.RawMessage(dynamichandlers.PluginsJSON))
	if err != nil {
		return err
	}
	id := run.GetID()
	return errors.Join(
		s.Client.SignalWorkflow(ctx, id, "", "track_event", map[string]string{"page": "home"}),
		s.Client.SignalWorkflow(ctx, id, "", "send_email", "ana@example.com"),
		query(ctx, s, id, "analytics_data"),
		query(ctx, s, id, "analytics_signals"),
		query(ctx, s, id, "notifications_data"),
		complete(ctx, s, run),
	)
}

func unregistered(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, dynamichandlers.TaskQueue, "Configured", json.RawMessage(dynamichandlers.HandlersJSON))
	if err != nil {
		return err
	}
	id := run.GetID()
	envelope := func(name string, arguments ...json.RawMessage) dynamichandlers.Envelope {
		return dynamichandlers.Envelope{Name: name, Arguments: arguments}
	}
	return errors.Join(
		update(ctx, s, id, "set_color", "red"),
		update(ctx, s, id, dynamichandlers.AnyUpdate, envelope("set_color", json.RawMessage(`"red"`))),
		query(ctx, s, id, "set_color"),
		query(ctx, s, id, dynamichandlers.AnyQuery, envelope("set_color")),
		s.Client.SignalWorkflow(ctx, id, "", "weather", "rain"),
		query(ctx, s, id, dynamichandlers.AnyQuery, envelope("weather")),
		query(ctx, s, id, dynamichandlers.AnyQuery, envelope("get_status")),
		query(ctx, s, id, dynamichandlers.AnyQuery, envelope("time")),
		complete(ctx, s, run),
	)
}

func listHandlers(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, dynamichandlers.TaskQueue, "Configured", json.RawMessage(dynamichandlers.PluginsJSON))
	if err != nil {
		return err
	}
	definition, err := dynamichandlers.Definition(ctx, s.Client, run.GetID())
	if err != nil {
		return err
	}
	printHandlers(s, "signal", definition.GetSignalDefinitions())
	printHandlers(s, "query", definition.GetQueryDefinitions())
	printHandlers(s, "update", definition.GetUpdateDefinitions())
	return complete(ctx, s, run)
}

// printHandlers leaves out Temporal's own.
func printHandlers(s *scenario.Session, kind string, handlers []*sdkpb.WorkflowInteractionDefinition) {
	for _, each := range handlers {
		if !strings.HasPrefix(each.GetName(), "__") {
			s.Printf("%s %s: %s", kind, each.GetName(), each.GetDescription())
		}
	}
}

// complete ends the run, so that its recorded history shows what it has kept.
func complete(ctx context.Context, s *scenario.Session, run client.WorkflowRun) error {
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", "complete", nil); err != nil {
		return fmt.Errorf("send Signal complete: %w", err)
	}
	return run.Get(ctx, nil)
}

func query(ctx context.Context, s *scenario.Session, workflowID, name string, args ...any) error {
	answer, err := s.Client.QueryWorkflow(ctx, workflowID, "", name, args...)
	var value converter.RawValue
	if err == nil {
		err = answer.Get(&value)
	}
	return printAnswer(s, name, args, value, err)
}

func update(ctx context.Context, s *scenario.Session, workflowID, name string, args ...any) error {
	handle, err := s.Client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateName: name, Args: args, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return fmt.Errorf("send Update %s: %w", name, err)
	}
	var value converter.RawValue
	err = handle.Get(ctx, &value)
	return printAnswer(s, name, args, value, err)
}

// printAnswer prints a Query or Update and what came back, on one line. Of the failure
// of an unregistered one it leaves out the known names, which the SDK lists in the
// order of a Go map.
func printAnswer(s *scenario.Session, name string, args []any, value converter.RawValue, err error) error {
	sent := name
	for _, arg := range args {
		text, err := json.Marshal(arg)
		if err != nil {
			return fmt.Errorf("argument of %s: %w", name, err)
		}
		sent += " " + string(text)
	}
	var queryFailed *serviceerror.QueryFailed
	var refusal *temporal.ApplicationError
	switch {
	case err == nil:
		s.Printf("%s: %s", sent, value.Payload().GetData())
	case errors.As(err, &queryFailed):
		message, _, _ := strings.Cut(queryFailed.Message, ". Known")
		s.Printf("%s: failed: %s", sent, message)
	case errors.As(err, &refusal) && refusal.Type() != "":
		s.Printf("%s: failed with %s: %s", sent, refusal.Type(), refusal.Message())
	case errors.As(err, &refusal):
		message, _, _ := strings.Cut(refusal.Message(), ". Known")
		s.Printf("%s: failed: %s", sent, message)
	default:
		return err
	}
	return nil
}
