package scenarios

import (
	"context"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

func messageScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "messages",
			Input: "send a large order a message of an unknown name, one that does not fit, and one that does",
			Expected: `message aprove: UnknownMessage, no step waits for a message "aprove"; there are: approve
message approve: InvalidMessage, the message "approve" does not fit what the step waits for: fulfil/large/approval: at /approved: want "boolean", got string
message approve: taken by fulfil/large/approval
{"order":"o-1","status":"cancelled, Refused"}`,
			LookFor: "what was refused has left nothing in the history",
			Run:     sendMessages,
		},
		{
			Name:     "signals",
			Input:    "send a large order two signals, the first of which does not fit",
			Expected: `{"order":"o-1","status":"shipped"}`,
			LookFor:  "the first Signal was dropped: nobody waits for an answer to a Signal",
			Run:      sendSignals,
		},
		{
			Name:  "early-message",
			Input: "bring a message before the step that waits for it has begun",
			Expected: `message go: kept for a step that has not begun
"on"`,
			LookFor: "the message was kept",
			Run:     sendEarlyMessage,
		},
	}
}

// early is a document whose second message may come before its first.
const early = `
blueprint: early
version: 1.0.0
steps:
  - {id: first, wait: begin}
  - {id: second, wait: go}
`

func sendMessages(ctx context.Context, s *scenario.Session) error {
	run, err := startLargeOrder(ctx, s)
	if err != nil {
		return err
	}
	for _, message := range []engine.Message{
		engine.NewMessage("aprove", object{"approved": true, "by": "Mei"}),
		engine.NewMessage("approve", object{"approved": "yes"}),
		engine.NewMessage("approve", object{"approved": false, "by": "Mei"}),
	} {
		if err := sendMessage(ctx, s, run.GetID(), message); err != nil {
			return err
		}
	}
	return s.PrintResult(ctx, "", run)
}

func sendSignals(ctx context.Context, s *scenario.Session) error {
	run, err := startLargeOrder(ctx, s)
	if err != nil {
		return err
	}
	for _, content := range []object{{"approved": "yes"}, {"approved": true, "by": "Mei"}} {
		if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", "approve", content); err != nil {
			return err
		}
	}
	return s.PrintResult(ctx, "", run)
}

func sendEarlyMessage(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, blueprint.TaskQueue, engine.InlineWorkflow, early)
	if err != nil {
		return err
	}
	if err := sendMessage(ctx, s, run.GetID(), engine.NewMessage("go", "on")); err != nil {
		return err
	}
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", "begin", nil); err != nil {
		return err
	}
	return s.PrintResult(ctx, "", run)
}
