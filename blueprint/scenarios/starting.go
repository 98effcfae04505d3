package scenarios

import (
	"context"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

// greeting is a document that a caller brings along.
const greeting = `
blueprint: greeting
version: 1.0.0
steps:
  - {id: print, activity: print_label, local: true, with: {lines: ["Hello ${input.name}", "${input.stars * 1.5} stars"]}}
`

// mistaken is one that has five mistakes.
const mistaken = `
blueprint: mistaken
version: 1.0.0
steps:
  - {id: print, activity: print_lable, with: {lines: ["${inptu.name}"]}}
  - id: wait
    sleeep: 1h
  - {id: again, activity: print_label, with: {line: "${steps.prnt.output}"}}
`

func startingScenarios() []scenario.Scenario {
	named := object{"name": "Ana"}
	return []scenario.Scenario{
		{
			Name:  "versions",
			Input: `start "label", which is the newest version, and "label@1.0.0"`,
			Expected: `label: "[Ana | Atlantis]"
label@1.0.0: "[Ana]"`,
			LookFor: "the memo of each run has the version and the hash of its content",
			Run:     startVersions,
		},
		{
			Name:     "inline",
			Input:    "start a document that the caller brings along, with an input",
			Expected: `"[Hello Ana | 4.5 stars]"`,
			LookFor:  "the document is the first argument of the run",
			Run:      start(engine.InlineWorkflow, greeting, object{"name": "Ana", "stars": 3}),
		},
		{
			Name:  "inline-refused",
			Input: "start a document with mistakes",
			Expected: `failed with InvalidDocument (not retryable)
the blueprint has problems: 5:27: /steps/0/activity: there is no activity "print_lable" in the catalog; did you mean "print_label"? (unknown-activity)
5:58: /steps/0/with/lines/0: unknown name "inptu"; did you mean "input"? (unknown-name)
7:5: /steps/1/sleeep: this step has no kind, and "sleeep" is none; did you mean "sleep"? (missing-kind)
8:47: /steps/2/with/line: print_label has no field "line"; did you mean "lines"? (unknown-field)
8:56: /steps/2/with/line: there is no step "prnt" here; did you mean "print"? (unknown-step)
did nothing`,
			LookFor: "the run has failed before its first step, with all that is wrong",
			Run:     startAndList(engine.InlineWorkflow, mistaken, named),
		},
		{
			Name:  "unknown-blueprint",
			Input: `start "lable", a blueprint that does not exist`,
			Expected: `failed with UnknownBlueprint (not retryable)
there is no blueprint "lable"; did you mean "label"?`,
			Run: start("lable", named),
		},
		{
			Name:  "invalid-input",
			Input: `start "order" with an amount that is a text`,
			Expected: `failed with InvalidInput (not retryable)
the input does not fit the blueprint's schema: at /amount: want "integer", got string
did nothing`,
			Run: startAndList("order", order(object{"amount": "much"})),
		},
	}
}

func startVersions(ctx context.Context, s *scenario.Session) error {
	for _, name := range []string{"label", "label@1.0.0"} {
		run, err := s.Start(ctx, blueprint.TaskQueue, name, object{"name": "Ana"})
		if err != nil {
			return err
		}
		if err := s.PrintResult(ctx, name, run); err != nil {
			return err
		}
	}
	return nil
}
