package scenarios

import (
	"context"

	"dynamicsamples/blueprint"
	"dynamicsamples/internal/scenario"
)

// words is the input of letters-in-common.
func words(first, second string) object { return object{"first": first, "second": second} }

func planScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "letters-in-common",
			Input: `run letters-in-common.yaml on "Apple" and "paella": an activity plans a step for each letter`,
			Expected: `4
did, sorted:
  activity count/plan:ae974223/letters/first
  activity count/plan:ae974223/letters/first_0: A
  activity count/plan:ae974223/letters/first_1: p
  activity count/plan:ae974223/letters/first_2: p
  activity count/plan:ae974223/letters/first_3: l
  activity count/plan:ae974223/letters/first_4: e
  activity count/plan:ae974223/letters/second
  activity count/plan:ae974223/letters/second_0: p
  activity count/plan:ae974223/letters/second_1: a
  activity count/plan:ae974223/letters/second_2: e
  activity count/plan:ae974223/letters/second_3: l
  activity count/plan:ae974223/letters/second_4: l
  activity count/plan:ae974223/letters/second_5: a
  activity count/plan:ae974223/letters/shared
  activity count: Apple and paella`,
			LookFor: "the plan is the output of plan_letters; the paths of its steps have its hash",
			Run:     startAndSort("letters-in-common", words("Apple", "paella")),
		},
		{
			Name:  "no-letter",
			Input: `run letters-in-common.yaml on "Route" and "66"`,
			Expected: `failed with NotALetter (not retryable)
step count: "66" has the character '6': only the letters A to Z can be compared
did:
  activity count: Route and 66`,
			Run: startAndList("letters-in-common", words("Route", "66")),
		},
		{
			Name:  "merge-sort",
			Input: "run merge-sort.yaml on 12 numbers: the plan has plans for the halves, and these for theirs",
			Expected: `[-4,0,1,2,3,3,3,5,7,8,9,12]
did, sorted:
  activity sort/plan:2a9281ee/halves/left/sort/plan:766a719f/halves/left/sort/plan:8f78d73e/sort
  activity sort/plan:2a9281ee/halves/left/sort/plan:766a719f/halves/left/sort: 3 numbers
  activity sort/plan:2a9281ee/halves/left/sort/plan:766a719f/halves/right/sort/plan:24713bcd/sort
  activity sort/plan:2a9281ee/halves/left/sort/plan:766a719f/halves/right/sort: 3 numbers
  activity sort/plan:2a9281ee/halves/left/sort/plan:766a719f/merge
  activity sort/plan:2a9281ee/halves/left/sort: 6 numbers
  activity sort/plan:2a9281ee/halves/right/sort/plan:461c1372/halves/left/sort/plan:07c5623e/sort
  activity sort/plan:2a9281ee/halves/right/sort/plan:461c1372/halves/left/sort: 3 numbers
  activity sort/plan:2a9281ee/halves/right/sort/plan:461c1372/halves/right/sort/plan:403b7d3e/sort
  activity sort/plan:2a9281ee/halves/right/sort/plan:461c1372/halves/right/sort: 3 numbers
  activity sort/plan:2a9281ee/halves/right/sort/plan:461c1372/merge
  activity sort/plan:2a9281ee/halves/right/sort: 6 numbers
  activity sort/plan:2a9281ee/merge
  activity sort: 12 numbers`,
			LookFor: "all of it is one run; the paths say which half of which half a step belongs to",
			Run:     startAndSort("merge-sort", object{"numbers": []int{5, 3, 9, 1, 12, 3, -4, 8, 0, 7, 3, 2}}),
		},
		{
			Name:  "merge-sort-too-deep",
			Input: "run merge-sort.yaml on 41 numbers: the plan for six of them is one level deeper than its budget allows",
			Expected: `failed with InvalidPlan (not retryable)
step sort/plan:a4507ef9/halves/right/sort/plan:2f82e00b/halves/right/sort/plan:a9ab2457/halves/right/sort: the plan has problems: 1:45: /steps/0/parallel/left: blocks are nested deeper than the 7 levels that the budget allows (over-budget)
1:137: /steps/0/parallel/right: blocks are nested deeper than the 7 levels that the budget allows (over-budget)`,
			Run: start("merge-sort", object{"numbers": make([]int, 41)}),
		},
		{
			Name:  "errands",
			Input: "run errands.yaml, whose plan comes from the input",
			Expected: `"done: post the letter"
did:
  activity safe/work
  activity safe/work/plan:1c9ddcf1/errand_1
  activity safe/work/plan:1c9ddcf1/errand_2`,
			Run: startAndList("errands", errands(object{"do": "run_errand", "what": "buy bread"}, object{"do": "run_errand", "what": "post the letter"})),
		},
		{
			Name:  "large-plan",
			Input: "run large-plan.yaml on a book of 64 chapters: the plan has their text in it",
			Expected: `1497920
in 2 runs
the first output has 5.0 MiB, the histories together less than 100 KiB`,
			LookFor:    "in the place of the plan, of the chapters and of the next run's input the history has references",
			Run:        runLargePlan,
			Unrecorded: true,
		},
		{
			Name:  "plan-refused",
			Input: "run errands.yaml with a plan that calls two activities that the catalog does not have",
			Expected: `{
  "refused": [
    "1:93: /steps/1/activity: there is no activity \"run_erand\" in the catalog; did you mean \"run_errand\"? (unknown-activity)",
    "1:157: /steps/2/activity: there is no activity \"rm\" in the catalog (unknown-activity)"
  ]
}
did:
  activity safe/work`,
			LookFor: "no step of the plan has run, not even the one that was right",
			Run:     startAndList("errands", errands(object{"do": "run_errand", "what": "buy bread"}, object{"do": "run_erand", "what": "post"}, object{"do": "rm", "what": "/"})),
		},
	}
}

func errands(each ...any) object { return object{"errands": each} }

// runLargePlan uses a client that keeps large values in external storage, as the Worker of
// this Task Queue does.
func runLargePlan(ctx context.Context, s *scenario.Session) error {
	stored, err := blueprint.WithStorage(ctx, s.Client)
	if err != nil {
		return err
	}
	defer stored.Close()
	s.Client = stored
	run, err := s.Start(ctx, blueprint.LargeTaskQueue, "large-plan", object{"chapters": 64, "words": 23_405})
	if err != nil {
		return err
	}
	runID := run.GetRunID()
	if err := s.PrintResult(ctx, "", run); err != nil {
		return err
	}
	if err := printRuns(ctx, s, run.GetID(), runID); err != nil {
		return err
	}
	return printSizes(ctx, s, run.GetID(), runID)
}
