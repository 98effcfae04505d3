// Package scenarios lists what the blueprint sample shows.
package scenarios

import (
	"context"
	"fmt"
	"slices"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/scenario"
)

// Sample returns the sample's Workers and scenarios, those of the pattern first.
func Sample() scenario.Sample {
	pattern := Pattern()
	for i := range pattern {
		// Their golden histories stand apart, in testdata/histories/pattern: the engine's tests
		// replay all others.
		pattern[i].Unrecorded = true
	}
	return scenario.Sample{
		Name:           "blueprint",
		Idea:           "Whole workflows are data: one workflow function runs any YAML or JSON document of steps.",
		TaskQueue:      blueprint.TaskQueue,
		RunWorker:      runWorkers,
		HistoryVersion: HistoryVersion(engine.Version),
		Scenarios: slices.Concat(pattern, pipelineScenarios(), planScenarios(), orderScenarios(), fanOutScenarios(),
			loopScenarios(), startingScenarios(), messageScenarios()),
	}
}

// HistoryVersion is the folder of the golden histories of a version of the interpreter.
func HistoryVersion(version int) string { return fmt.Sprintf("v%d", version) }

// runWorkers runs the Worker and the one for large values until ctx ends.
func runWorkers(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, blueprint.TaskQueue, blueprint.Options())
	if err := blueprint.Register(w); err != nil {
		return err
	}
	stored, err := blueprint.WithStorage(ctx, connection)
	if err != nil {
		return err
	}
	defer stored.Close()
	large := worker.New(stored, blueprint.LargeTaskQueue, blueprint.Options())
	if err := blueprint.RegisterLarge(large); err != nil {
		return err
	}
	return connect.RunUntilDone(ctx, w, large)
}

// object is a JSON object.
type object = map[string]any

// start returns a scenario that starts the Workflow Type, by name, and waits for it.
func start(workflowType string, args ...any) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, blueprint.TaskQueue, workflowType, args...)
		if err != nil {
			return err
		}
		return s.PrintResult(ctx, "", run)
	}
}

// startAndList returns a scenario that does the same, and then prints the calls.
func startAndList(workflowType string, args ...any) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, blueprint.TaskQueue, workflowType, args...)
		if err != nil {
			return err
		}
		runID := run.GetRunID()
		if err := s.PrintResult(ctx, "", run); err != nil {
			return err
		}
		return printCalls(ctx, s, run.GetID(), runID)
	}
}

// startAndSort prints the calls sorted, for branches of which either may be faster.
func startAndSort(workflowType string, args ...any) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, blueprint.TaskQueue, workflowType, args...)
		if err != nil {
			return err
		}
		runID := run.GetRunID()
		if err := s.PrintResult(ctx, "", run); err != nil {
			return err
		}
		calls, err := callsOf(ctx, s, run.GetID(), runID)
		slices.Sort(calls)
		printList(s, "did, sorted:", calls)
		return err
	}
}
