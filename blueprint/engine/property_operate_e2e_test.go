//go:build e2e

package engine_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
	"dynamicsamples/blueprint/reference/generate"
	"dynamicsamples/internal/replaytest"
)

// TestOperatorsOnAServer lets people who know nothing operate random blueprints on a real server, half
// of them in many runs each, while Workers forget what they knew and are replaced. Every run ends
// that is left alone, and each history replays.
func TestOperatorsOnAServer(t *testing.T) {
	p := newPlant(t)
	world := &realWorld{cases: map[string]generate.Case{}, called: map[string]map[string]reference.Call{}}
	calm, restless := newInterpreter(t, 0), newInterpreter(t, 25)
	forget(t)
	keepReplacing(t, p.connection, world, calm, "calm")
	keepReplacing(t, p.connection, world, restless, "restless")
	var started []*onServer
	var coming sync.WaitGroup
	for seed := range cases(24) {
		c := generate.New(seed, generate.Real)
		if c.Definition.Defaults == nil {
			c.Definition.Defaults = &language.Defaults{}
		}
		c.Definition.Defaults.Hold = &language.Hold{}
		queue, interpreter := "calm", calm
		if seed%2 == 1 {
			queue, interpreter = "restless", restless
		}
		each := start(t, p.connection, world, c, queue, interpreter)
		started = append(started, each)
		coming.Go(func() { each.isOperated(t, p, world, newOperators(t, c, seed, 15)) })
	}
	coming.Wait()
	for _, each := range started {
		for _, history := range historiesOf(t, p.connection, each.c.ID(), each.first) {
			replaytest.Replay(t, history, each.interpreter.Register)
		}
	}
}

// isOperated lets the people come until the run has ended.
func (s *onServer) isOperated(t *testing.T, p *plant, world *realWorld, people *operators) {
	for p.isRunning(t, s.c.ID()) {
		ctx, stop := context.WithTimeout(t.Context(), 5*time.Second)
		for _, each := range people.next(p.status(t, s.c.ID()), world.calledBy(s.c)) {
			// It may be refused, or the run may have ended.
			_, _ = p.connection.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
				WorkflowID: s.c.ID(), UpdateName: engine.OperateUpdate, Args: []any{each.operation}, WaitForStage: client.WorkflowUpdateStageCompleted,
			})
		}
		stop()
		wait(t.Context(), time.Duration(people.random.IntN(200))*time.Millisecond)
	}
	ended(t, nil, s.run.Get(t.Context(), nil))
}
