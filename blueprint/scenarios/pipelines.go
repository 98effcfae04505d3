package scenarios

import (
	"context"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

// from is the input of a pipeline.
func from(source string) object { return object{"source": source} }

func pipelineScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "dynamic-pipeline",
			Input: "run dynamic-pipeline.yaml: fetch, two branches in parallel, a loop of three",
			Expected: `[
  "copy 1 of ANA at example.org",
  "copy 2 of ANA at example.org",
  "copy 3 of ANA at example.org"
]
did:
  activity fetch: from database
  activity improve/enrich/domain
  activity improve/transform/upper
  activity store[0]/copy
  activity store[1]/copy
  activity store[2]/copy`,
			LookFor: "each activity has its path in the document as its summary",
			Run:     startAndList("dynamic-pipeline", from("database")),
		},
		{
			Name:  "activity-pipeline",
			Input: "run activity-pipeline.yaml, in which each output is the next one's input",
			Expected: `"saved c-1: ANA, ana@example.org"
did:
  activity fetch
  activity validate
  activity transform
  activity save`,
			Run: startAndList("activity-pipeline", from("database")),
		},
		{
			Name:  "graph-repairs",
			Input: "run conditional-graph.yaml on a contact that must be repaired",
			Expected: `"saved c-2: Luis, luis@example.org"
did:
  activity flow[0]/fetch/read
  activity flow[1]/check
  activity flow[2]/repair/mend
  activity flow[3]/check
  activity flow[4]/save`,
			LookFor: "the paths count the nodes: the check is the second and the fourth",
			Run:     startAndList("conditional-graph", from("import")),
		},
		{
			Name:  "graph-rejects",
			Input: "run conditional-graph.yaml on a contact that nobody can repair",
			Expected: `"rejected c-3: Unrepairable: \"illegible\" is no address"
did:
  activity flow[0]/fetch/read
  activity flow[1]/check
  activity flow[2]/repair/mend
  activity flow[3]/reject`,
			Run: startAndList("conditional-graph", from("fax")),
		},
		{
			Name:  "plugins",
			Input: "run plugins.yaml with three plugins, one of them of an unknown type, and send two signals and an update",
			Expected: `message send_email: taken by plugins[2]/run/mail
[
  "visits: open 2",
  {
    "error": {
      "details": [],
      "message": "no plugin of type lunar",
      "step": "plugins[1]/run/unknown",
      "type": "UnknownPlugin"
    }
  },
  "to ana: hello"
]`,
			LookFor: "the messages have gone to the plugins that waited for them",
			Run:     usePlugins,
		},
		{
			Name:  "plugin-without-a-message",
			Input: "run plugins.yaml with a plugin that waits for no longer than 50 ms",
			Expected: `["to operator: nothing to send"]
did:
  timer plugins[0]/run/mail
  activity plugins[0]/run/send`,
			Run: startAndList("plugins", object{"plugins": []any{
				object{"name": "post", "type": "notifications", "patience": "50ms"},
			}}),
		},
	}
}

// usePlugins sends messages to the plugins, by signals and by an Update.
func usePlugins(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, blueprint.TaskQueue, "plugins", object{"plugins": []any{
		object{"name": "visits", "type": "analytics", "events": 2},
		object{"name": "moon", "type": "lunar"},
		object{"name": "post", "type": "notifications"},
	}})
	if err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", "track_event", object{"name": "open"}); err != nil {
		return err
	}
	if err := waitForStep(ctx, s, run, "mail"); err != nil {
		return err
	}
	if err := sendMessage(ctx, s, run.GetID(), engine.NewMessage("send_email", object{"to": "ana", "text": "hello"})); err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", "track_event", object{"name": "open"}); err != nil {
		return err
	}
	return s.PrintResult(ctx, "", run)
}
