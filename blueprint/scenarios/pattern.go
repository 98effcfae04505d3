package scenarios

import (
	"context"
	"encoding/json"
	"fmt"

	"dynamicsamples/blueprint"
	"dynamicsamples/internal/scenario"
)

// Pattern lists what the pattern by itself does: blueprint/workflow.go, without the engine.
func Pattern() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "pattern-pipeline",
			Input: "run steps: fetch, two branches in parallel, a loop of three",
			Expected: `{
  "enrich": {
    "domain": "example.org"
  },
  "fetch": {
    "id": "c-1",
    "name": "Ana",
    "email": "ana@example.org"
  },
  "store": [
    {
      "copy": "copy 1 of ANA at example.org"
    },
    {
      "copy": "copy 2 of ANA at example.org"
    },
    {
      "copy": "copy 3 of ANA at example.org"
    }
  ],
  "transform": {
    "id": "c-1",
    "name": "ANA",
    "email": "ana@example.org"
  }
}`,
			LookFor: "the summary of each Activity is the ID of its step, with the round: store[2]/copy",
			Run:     runSteps(pipeline, ""),
		},
		{
			Name:     "pattern-success-arm",
			Input:    "run steps on a contact that is valid",
			Expected: `"saved c-1: Ana, ana@example.org"`,
			Run:      runSteps(validation("database"), "saved"),
		},
		{
			Name:     "pattern-failure-arm",
			Input:    "run the same steps on a contact that is not",
			Expected: `"rejected c-2: c-2 has the address \" LUIS@Example.org \" (type: InvalidContact, retryable: false)"`,
			LookFor:  "validate_contact has failed, and the run has not",
			Run:      runSteps(validation("import"), "rejected"),
		},
		{
			Name:  "pattern-loop",
			Input: "run a loop in a loop, with an if that only the last round meets",
			Expected: `[{"copy":[{"store":"copy 1 of Ana at home"},{"store":"copy 2 of Ana at home"}]},` +
				`{"copy":[{"store":"copy 1 of Ana at home"},{"store":"copy 2 of Ana at home"}],"save":"saved c-1: Ana, ana@example.org"}]`,
			LookFor: "day[2]/copy[1]/store is the summary of the third copy",
			Run:     runSteps(loops, "day"),
		},
		{
			Name:     "pattern-child",
			Input:    "run steps that start a Child Workflow by its name",
			Expected: `["index of terms.pdf"]`,
			LookFor:  "under Relationships is one child; its Workflow ID ends with the ID of the step",
			Run:      runSteps(child, "index"),
		},
		{
			Name:  "pattern-refused",
			Input: "run steps with mistakes",
			Expected: `failed with InvalidProgram (not retryable)
step 1 fetch: unknown Activity "fetch_contacts", want one of ["fetch_contact" "validate_contact" "transform_contact" "enrich_contact" "save_contact" "reject_contact" "store_copy" "reserve_stock"]
step 1 fetch: {"$ref":"sorce"}: no step "sorce" has certainly run before
step 4 enrich: {"$ref":"transform.email"}: no step "transform" has certainly run before
step 5 store: times go with loop, and are not negative
step 6 fetch: the id "fetch" is not new and made of at most 30 of a-z, 0-9 and _`,
			LookFor: "the run has failed before its first call, with all that is wrong",
			Run:     runSteps(mistakes, ""),
		},
		{
			Name:  "pattern-failure-cancels",
			Input: "run two branches, one of which fails while the other waits for a child",
			Expected: `failed with StepFailed (not retryable)
step reserve: there is no unicorn left (type: OutOfStock, retryable: false)
cover: Canceled`,
			LookFor: "the child was canceled, and the run has ended after it",
			Run:     failureCancels,
		},
	}
}

const pipeline = `{
  "data": {"source": "database"},
  "steps": [
    {"id": "fetch", "activity": "fetch_contact", "with": {"source": {"$ref": "source"}}},
    {"parallel": [
      [{"id": "transform", "activity": "transform_contact", "with": {"$ref": "fetch"}}],
      [{"id": "enrich", "activity": "enrich_contact", "with": {"$ref": "fetch"}}]
    ]},
    {"id": "store", "times": 3, "loop": [
      {"id": "copy", "activity": "store_copy", "with": {
        "number": {"$ref": "store.round"}, "contact": {"$ref": "transform"}, "domain": {"$ref": "enrich.domain"}
      }}
    ]}
  ]
}`

// validation saves a valid contact of the source, and rejects another.
func validation(source string) string {
	return fmt.Sprintf(`{
  "data": {"source": %q},
  "steps": [
    {"id": "fetch", "activity": "fetch_contact", "with": {"source": {"$ref": "source"}}},
    {"id": "validate", "activity": "validate_contact", "with": {"$ref": "fetch"}, "optional": true},
    {"if": {"$ref": "validate.ok"}, "equals": true,
      "then": [{"id": "saved", "activity": "save_contact", "with": {"$ref": "validate.result"}}],
      "else": [{"id": "rejected", "activity": "reject_contact", "with": {"id": {"$ref": "fetch.id"}, "reason": {"$ref": "validate.error"}}}]}
  ]
}`, source)
}

const loops = `{
  "data": {"ana": {"id": "c-1", "name": "Ana", "email": "ana@example.org"}},
  "steps": [
    {"id": "day", "times": 2, "loop": [
      {"id": "copy", "times": 2, "loop": [
        {"id": "store", "activity": "store_copy", "with": {"number": {"$ref": "copy.round"}, "contact": {"$ref": "ana"}, "domain": "home"}}
      ]},
      {"if": {"$ref": "day.round"}, "equals": 2, "then": [{"id": "save", "activity": "save_contact", "with": {"$ref": "ana"}}]}
    ]}
  ]
}`

const child = `{
  "data": {"document": "terms.pdf"},
  "steps": [{"id": "index", "workflow": "process_document", "with": {"id": {"$ref": "document"}}}]
}`

const mistakes = `{
  "data": {"source": "database"},
  "steps": [
    {"id": "fetch", "activity": "fetch_contacts", "with": {"source": {"$ref": "sorce"}}},
    {"parallel": [
      [{"id": "transform", "activity": "transform_contact", "with": {"$ref": "fetch"}}],
      [{"id": "enrich", "activity": "enrich_contact", "with": {"$ref": "transform.email"}}]
    ]},
    {"id": "store", "times": -3, "loop": [{"id": "fetch", "activity": "fetch_contact", "with": {"source": "import"}}]}
  ]
}`

const reservation = `{
  "steps": [
    {"parallel": [
      [{"id": "cover", "workflow": "cover", "with": {"title": "Unicorns"}}],
      [{"id": "reserve", "activity": "reserve_stock", "with": {"order": "o-1", "sku": "unicorn"}}]
    ]}
  ]
}`

// runSteps returns a scenario that runs the program and prints the result of
// the step, or all results where id is "".
func runSteps(program, id string) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, blueprint.TaskQueue, blueprint.RunStepsType, json.RawMessage(program))
		if err != nil {
			return err
		}
		if id == "" {
			return s.PrintResult(ctx, "", run)
		}
		var results map[string]json.RawMessage
		if err := run.Get(ctx, &results); err != nil {
			return fmt.Errorf("wait for the results: %w", err)
		}
		s.Printf("%s", results[id])
		return nil
	}
}

// failureCancels prints also what has become of the child.
func failureCancels(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, blueprint.TaskQueue, blueprint.RunStepsType, json.RawMessage(reservation))
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "", run); err != nil {
		return err
	}
	cover, err := s.Client.DescribeWorkflow(ctx, run.GetID()+"/cover", "")
	if err != nil {
		return fmt.Errorf("describe the child: %w", err)
	}
	s.Printf("cover: %s", cover.Status)
	return nil
}
