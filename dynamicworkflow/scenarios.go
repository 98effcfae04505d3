package dynamicworkflow

import (
	"context"
	"fmt"

	"dynamicsamples/internal/scenario"
)

// Sample returns what the starter shows.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "dynamicworkflow",
		Idea:      "One workflow function serves every workflow type that nobody registered.",
		TaskQueue: TaskQueue,
		RunWorker: RunWorker,
		Scenarios: scenarios(),
	}
}

func scenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:    "unregistered",
			Asks:    `start "greet-anyone", a type that nobody registered, with "Ana"`,
			Wants:   `"Hello, Ana!"`,
			LookFor: "the workflow type is greet-anyone; a side effect records its definition",
			Run:     start("greet-anyone", "Ana"),
		},
		{
			Name:  "table",
			Asks:  `start "greet-spanish", which the table defines, with "Ana"`,
			Wants: `"Hola, Ana!"`,
			Run:   start("greet-spanish", "Ana"),
		},
		{
			Name:  "two-arguments",
			Asks:  `start "greet-couple", which takes two names, with "Ana" and "Luis"`,
			Wants: `"Hello, Ana and Luis!"`,
			Run:   start("greet-couple", "Ana", "Luis"),
		},
		{
			Name:    "named-wins",
			Asks:    `start "greet-formally", which is registered by name, with "Ana"`,
			Wants:   `"Good day, Ana!"`,
			LookFor: "no side effect: the catch-all never saw this run",
			Run:     start(GreetFormallyType, "Ana"),
		},
		{
			Name: "unknown-type",
			Asks: `start "payroll", which the policy does not allow, with "Ana"`,
			Wants: `failed with UnknownWorkflowType (not retryable)
workflow type "payroll" is not served here; known are greet-couple, greet-spanish, and any that begins with "greet-"`,
			LookFor: "the run has failed at once; without a catch-all it would try its first workflow task for ever",
			Run:     start("payroll", "Ana"),
		},
		{
			Name: "function-name",
			Asks: `start "GreetFormally", the Go function's name and not its registered one, with "Ana"`,
			Wants: `failed with UnknownWorkflowType (not retryable)
workflow type "GreetFormally" is not served here; known are greet-couple, greet-spanish, and any that begins with "greet-"`,
			Run: start("GreetFormally", "Ana"),
		},
		{
			Name: "too-few-arguments",
			Asks: `start "greet-couple" with "Ana" alone`,
			Wants: `failed with InvalidArguments (not retryable)
arguments: want 2, got 1`,
			Run: start("greet-couple", "Ana"),
		},
		{
			Name: "too-many-arguments",
			Asks: `start "greet-spanish" with "Ana" and "Luis"`,
			Wants: `failed with InvalidArguments (not retryable)
arguments: want 1, got 2`,
			Run: start("greet-spanish", "Ana", "Luis"),
		},
		{
			Name: "wrong-argument",
			Asks: `start "greet-couple" with "Ana" and the number 7`,
			Wants: `failed with InvalidArguments (not retryable)
argument 2 of 2: want string, got number`,
			Run: start("greet-couple", "Ana", 7),
		},
		{
			Name:    "letters-in-common",
			Asks:    `count the letters that "Parallel" and "Ballroom" share, one activity a letter`,
			Wants:   `4`,
			LookFor: "sixteen activities, ten of them at a time at the most, each named by its letter",
			Run:     start("letters-in-common", "Parallel", "Ballroom"),
		},
		{
			Name: "no-letter",
			Asks: `count the letters that "Route" and "66" share`,
			Wants: `failed with InvalidWord (not retryable)
word 2 has the character '6': only the letters A to Z can be counted`,
			LookFor: "no activity was scheduled",
			Run:     start("letters-in-common", "Route", "66"),
		},
		{
			Name: "versioning",
			Asks: `start two types on the versioned worker, each with its own versioning behaviour`,
			Wants: `greet-spanish: Pinned on 1.0
greet-couple: AutoUpgrade on 1.0`,
			LookFor: "the runs' versioning behaviour and deployment version",
			Run:     versioning,
		},
	}
}

// start returns a scenario that starts the workflow type, by name, and waits for it.
func start(workflowType string, args ...any) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		return session.Execute(ctx, TaskQueue, workflowType, args...)
	}
}

// versioning makes the worker's version the current one, as a deployment would, and
// asks the server which behaviour each run got.
func versioning(ctx context.Context, session *scenario.Session) (string, error) {
	if err := Promote(ctx, session.Client); err != nil {
		return "", err
	}
	pinned, err := behaviour(ctx, session, "greet-spanish", "Ana")
	if err != nil {
		return "", err
	}
	upgraded, err := behaviour(ctx, session, "greet-couple", "Ana", "Luis")
	return pinned + "\n" + upgraded, err
}

func behaviour(ctx context.Context, session *scenario.Session, workflowType string, args ...any) (string, error) {
	run, err := session.Start(ctx, VersionedTaskQueue, workflowType, args...)
	if err != nil {
		return "", err
	}
	if err := run.Get(ctx, nil); err != nil {
		return "", fmt.Errorf("wait for %s: %w", workflowType, err)
	}
	description, err := session.Client.DescribeWorkflowExecution(ctx, run.GetID(), run.GetRunID())
	if err != nil {
		return "", fmt.Errorf("describe %s: %w", workflowType, err)
	}
	info := description.GetWorkflowExecutionInfo().GetVersioningInfo()
	return fmt.Sprintf("%s: %s on %s", workflowType, info.GetBehavior(), info.GetDeploymentVersion().GetBuildId()), nil
}
