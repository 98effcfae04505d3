// Package scenarios lists what the dynamicactivity sample shows.
package scenarios

import (
	"context"

	"dynamicsamples/dynamicactivity"
	"dynamicsamples/internal/scenario"
)

// Sample returns the sample's Worker and scenarios.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "dynamicactivity",
		Idea:      "Activities are called by name, and one Activity function serves every name that nobody registered.",
		TaskQueue: dynamicactivity.TaskQueue,
		Options:   dynamicactivity.Options,
		Register:  dynamicactivity.Register,
		Scenarios: list(),
	}
}

func list() []scenario.Scenario {
	ana := dynamicactivity.Record{"name": " Ana ", "email": "ana@example.com", "phone": "+34910000000", "country": "ES"}
	return []scenario.Scenario{
		{
			Name:  "pipeline",
			Input: "send a record through the Activities that pipeline.json names, in that order",
			Expected: `[
  {
    "record": {
      "calling": "+34",
      "country": "ES",
      "currency": "EUR",
      "email": "ana@example.com",
      "enriched_by": "enrich_currency enrich_calling",
      "label": "ANA (ana@example.com)",
      "name": "ANA",
      "phone": "+34910000000"
    }
  }
]`,
			LookFor: "each Activity Type is a name from the file; enrich_* have no Go function of their own",
			Run:     process(dynamicactivity.ConfiguredPipeline, ana),
		},
		{
			Name:  "other-order",
			Input: "send the same record through the same transformations in another order",
			Expected: `[
  {
    "record": {
      "country": "ES",
      "email": "ana@example.com",
      "label": "Ana  (ana@example.com)",
      "name": "ANA",
      "phone": "+34910000000"
    }
  }
]`,
			LookFor: "the label was made before the name was trimmed and put into upper case",
			Run:     process(fixed(dynamicactivity.Pipeline{Transformations: []string{"transform_label", "transform_uppercase", "transform_trim"}}), ana),
		},
		{
			Name:  "invalid-records",
			Input: "send three records, two of them invalid",
			Expected: `[
  {
    "problems": [
      {
        "step": "validate_email",
        "reason": "email \"ana at example\" is not an address"
      },
      {
        "step": "validate_phone",
        "reason": "phone \"910\" is not an international number such as +34910000000"
      }
    ]
  },
  {
    "record": {
      "calling": "+81",
      "country": "JP",
      "currency": "JPY",
      "email": "emi@example.com",
      "enriched_by": "enrich_currency enrich_calling",
      "label": "EMI (emi@example.com)",
      "name": "EMI",
      "phone": "+81312345678"
    }
  },
  {
    "problems": [
      {
        "step": "enrich_currency",
        "reason": "country \"Atlantis\" is not in the table"
      }
    ]
  }
]`,
			LookFor: "both rules ran on the first record, and the second one is complete nevertheless",
			Run: process(dynamicactivity.ConfiguredPipeline,
				dynamicactivity.Record{"name": "Ana", "email": "ana at example", "phone": "910", "country": "ES"},
				dynamicactivity.Record{"name": "Emi", "email": "emi@example.com", "phone": "+81312345678", "country": "JP"},
				dynamicactivity.Record{"name": "Plato", "email": "plato@example.com", "phone": "+30210000000", "country": "Atlantis"}),
		},
		{
			Name:  "misspelled-names",
			Input: "send a record through a pipeline with four mistakes",
			Expected: `failed with InvalidPipeline (not retryable)
validations[0]: unknown activity "validate_emial", did you mean validate_email?
validations[1]: "transform_trim" belongs under transformations
transformations[0]: unknown activity "encrypt", known are transform_label, transform_trim, transform_uppercase
enrichments[1]: unknown activity "enrich_curency", did you mean enrich_currency?`,
			LookFor: "the run has failed and no Activity was scheduled",
			Run: process(fixed(dynamicactivity.Pipeline{
				Validations:     []string{"validate_emial", "transform_trim"},
				Transformations: []string{"encrypt"},
				Enrichments:     []string{"enrich_currency", "enrich_curency"},
			}), ana),
		},
		{
			Name:     "catch-all",
			Input:    `call "enrich_calling", which nobody registered, by its name`,
			Expected: `{"calling":"+1","country":"US","enriched_by":"enrich_calling"}`,
			LookFor:  "the Activity Type is enrich_calling, and the Activity signed the record with it",
			Run:      call("enrich_calling", dynamicactivity.Record{"country": "US"}),
		},
		{
			Name:  "catch-all-refuses",
			Input: `call "enrich_moon", which the catch-all does not serve`,
			Expected: `failed with UnknownActivity (not retryable)
no activity "enrich_moon" here; the catch-all serves enrich_calling, enrich_currency`,
			LookFor: "one attempt: without the typed error it would be retried until its timeout",
			Run:     call("enrich_moon", dynamicactivity.Record{"country": "US"}),
		},
		{
			Name:  "wrong-argument",
			Input: `call "enrich_calling" with the text "US" instead of a record`,
			Expected: `failed with InvalidArguments (not retryable)
argument 1 of 1: want dynamicactivity.Record, got string`,
			Run: call("enrich_calling", "US"),
		},
		{
			Name:  "too-many-arguments",
			Input: `call "enrich_calling" with two records`,
			Expected: `failed with InvalidArguments (not retryable)
arguments: want 1, got 2`,
			Run: call("enrich_calling", dynamicactivity.Record{"country": "US"}, dynamicactivity.Record{"country": "JP"}),
		},
	}
}

func fixed(pipeline dynamicactivity.Pipeline) func() (dynamicactivity.Pipeline, error) {
	return func() (dynamicactivity.Pipeline, error) { return pipeline, nil }
}

// process returns a scenario that sends the records through the pipeline.
func process(load func() (dynamicactivity.Pipeline, error), records ...dynamicactivity.Record) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		pipeline, err := load()
		if err != nil {
			return err
		}
		job := dynamicactivity.Job{Pipeline: pipeline, Records: records}
		run, err := s.Start(ctx, dynamicactivity.TaskQueue, dynamicactivity.ProcessRecordsType, job)
		if err != nil {
			return err
		}
		return s.PrintResult(ctx, "", run)
	}
}

// call returns a scenario that calls the Activity by its name.
func call(activityName string, args ...any) func(context.Context, *scenario.Session) error {
	return func(ctx context.Context, s *scenario.Session) error {
		run, err := s.Start(ctx, dynamicactivity.TaskQueue, dynamicactivity.CallByName, activityName, args)
		if err != nil {
			return err
		}
		return s.PrintResult(ctx, "", run)
	}
}
