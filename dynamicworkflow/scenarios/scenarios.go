// Package scenarios lists what the dynamicworkflow sample shows.
package scenarios

import (
	"context"
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/dynamicworkflow"
	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/scenario"
)

// Sample returns the sample's Workers and scenarios.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "dynamicworkflow",
		Idea:      "One workflow function serves every Workflow Type that nobody registered.",
		TaskQueue: dynamicworkflow.TaskQueue,
		RunWorker: runWorkers,
		Scenarios: list(),
	}
}

// runWorkers runs the Worker and the one that is a version of a Worker Deployment.
func runWorkers(ctx context.Context, connection client.Client) error {
	w := worker.New(connection, dynamicworkflow.TaskQueue, dynamicworkflow.Options())
	dynamicworkflow.Register(w)
	versioned := worker.New(connection, dynamicworkflow.VersionedTaskQueue, dynamicworkflow.VersionedOptions(dynamicworkflow.Options()))
	dynamicworkflow.Register(versioned)
	return connect.RunUntilDone(ctx, w, versioned)
}

func list() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:     "unregistered",
			Input:    `start "greet-anyone", a type that nobody registered, with "Ana"`,
			Expected: `"Hello, Ana!"`,
			LookFor:  "the Workflow Type is greet-anyone; a side effect records its definition",
			Run:      start("greet-anyone", "Ana"),
		},
		{
			Name:     "type-from-table",
			Input:    `start "greet-spanish", which the table defines, with "Ana"`,
			Expected: `"Hola, Ana!"`,
			Run:      start("greet-spanish", "Ana"),
		},
		{
			Name:     "two-arguments",
			Input:    `start "greet-couple", which takes two names, with "Ana" and "Luis"`,
			Expected: `"Hello, Ana and Luis!"`,
			Run:      start("greet-couple", "Ana", "Luis"),
		},
		{
			Name:     "json-arguments",
			Input:    `start "greet-couple" with two texts that are JSON already, as json.RawMessage`,
			Expected: `"Hello, Ana and Luis!"`,
			LookFor:  "the arguments are the same as those of two-arguments: the SDK does not encode json.RawMessage again",
			Run:      start("greet-couple", json.RawMessage(`"Ana"`), json.RawMessage(`"Luis"`)),
		},
		{
			Name:     "registered-wins",
			Input:    `start "greet-formally", which is registered by name, with "Ana"`,
			Expected: `"Good day, Ana!"`,
			LookFor:  "no side effect: the catch-all never saw this run",
			Run:      start(dynamicworkflow.GreetFormallyType, "Ana"),
		},
		{
			Name:  "unknown-type",
			Input: `start "payroll", which the policy does not allow, with "Ana"`,
			Expected: `failed with UnknownWorkflowType (not retryable)
workflow type "payroll" is not served here; known are greet-couple, greet-spanish, and any that begins with "greet-"`,
			LookFor: "the run has failed at once; without a catch-all its first Workflow Task would be retried forever",
			Run:     start("payroll", "Ana"),
		},
		{
			Name:  "function-name",
			Input: `start "GreetFormally", the Go function's name and not its registered one, with "Ana"`,
			Expected: `failed with UnknownWorkflowType (not retryable)
workflow type "GreetFormally" is not served here; known are greet-couple, greet-spanish, and any that begins with "greet-"`,
			Run: start("GreetFormally", "Ana"),
		},
		{
			Name:  "too-few-arguments",
			Input: `start "greet-couple" with "Ana" alone`,
			Expected: `failed with InvalidArguments (not retryable)
arguments: want 2, got 1`,
			Run: start("greet-couple", "Ana"),
		},
		{
			Name:  "too-many-arguments",
			Input: `start "greet-spanish" with "Ana" and "Luis"`,
			Expected: `failed with InvalidArguments (not retryable)
arguments: want 1, got 2`,
			Run: start("greet-spanish", "Ana", "Luis"),
		},
		{
			Name:  "wrong-argument",
			Input: `start "greet-couple" with "Ana" and the number 7`,
			Expected: `failed with InvalidArguments (not retryable)
argument 2 of 2: want string, got number`,
			Run: start("greet-couple", "Ana", 7),
		},
		{
			Name:     "letters-in-common",
			Input:    `count the letters that "Parallel" and "Ballroom" share, one Activity a letter`,
			Expected: `4`,
			LookFor:  "sixteen Activities, at most ten of them at the same time, each with its letter as summary",
			Run:      start("letters-in-common", "Parallel", "Ballroom"),
		},
		{
			Name:  "no-letter",
			Input: `count the letters that "Route" and "66" share`,
			Expected: `failed with InvalidWord (not retryable)
word 2 has the character '6': only the letters A to Z can be counted`,
			LookFor: "no Activity was scheduled",
			Run:     start("letters-in-common", "Route", "66"),
		},
		{
			Name:  "versioning",
			Input: `start two types on the versioned Worker, each with its own Versioning Behavior`,
			Expected: `greet-spanish: Pinned on 1.0
greet-couple: AutoUpgrade on 1.0`,
			LookFor: "each run's Versioning Behavior and Worker Deployment Version",
			Run:     versioning,
		},
	}
}

// start returns a scenario that starts the Workflow Type, by name, and waits for it.
func start(workflowType string, args ...any) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, dynamicworkflow.TaskQueue, workflowType, args...)
		if err != nil {
			return err
		}
		return s.PrintResult(ctx, "", run)
	}
}

// versioning makes the Worker's version the current one, as a deployment would, and
// asks the server which Versioning Behavior each run got.
func versioning(ctx context.Context, s *scenario.Session) error {
	if err := dynamicworkflow.Promote(ctx, s.Client); err != nil {
		return err
	}
	if err := printBehavior(ctx, s, "greet-spanish", "Ana"); err != nil {
		return err
	}
	return printBehavior(ctx, s, "greet-couple", "Ana", "Luis")
}

func printBehavior(ctx context.Context, s *scenario.Session, workflowType string, args ...any) error {
	run, err := s.Start(ctx, dynamicworkflow.VersionedTaskQueue, workflowType, args...)
	if err != nil {
		return err
	}
	if err := run.Get(ctx, nil); err != nil {
		return fmt.Errorf("wait for %s: %w", workflowType, err)
	}
	description, err := s.Client.DescribeWorkflow(ctx, run.GetID(), run.GetRunID())
	if err != nil {
		return fmt.Errorf("describe %s: %w", workflowType, err)
	}
	info := description.RawResponse.GetWorkflowExecutionInfo().GetVersioningInfo()
	s.Printf("%s: %s on %s", workflowType, info.GetBehavior(), info.GetDeploymentVersion().GetBuildId())
	return nil
}
