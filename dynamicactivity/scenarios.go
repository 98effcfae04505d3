package dynamicactivity

import (
	"context"
	_ "embed" // for the pipeline's configuration

	"dynamicsamples/internal/scenario"
)

// Sample returns what the starter shows.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "dynamicactivity",
		Idea:      "Activities are called by name, and one activity function serves every name that nobody registered.",
		TaskQueue: TaskQueue,
		RunWorker: RunWorker,
		Scenarios: scenarios(),
	}
}

//go:embed pipeline.json
var configuration []byte

func scenarios() []scenario.Scenario {
	ana := Record{"name": " Ana ", "email": "ana@example.com", "phone": "+34910000000", "country": "ES"}
	return []scenario.Scenario{
		{
			Name: "pipeline",
			Asks: "send a record through the activities that pipeline.json names, in that order",
			Wants: `[
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
			LookFor: "each activity's type is a name from the file; enrich_* have no Go function of their own",
			Run:     process(configured, ana),
		},
		{
			Name: "other-order",
			Asks: "send the same record through the same transformations in another order",
			Wants: `[
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
			LookFor: "the label was made before the name was trimmed and put in capitals",
			Run:     process(fixed(Pipeline{Transformations: []string{"transform_label", "transform_uppercase", "transform_trim"}}), ana),
		},
		{
			Name: "invalid-records",
			Asks: "send three records, two of them invalid",
			Wants: `[
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
			LookFor: "both rules ran on the first record, and the second one is complete all the same",
			Run: process(configured,
				Record{"name": "Ana", "email": "ana at example", "phone": "910", "country": "ES"},
				Record{"name": "Emi", "email": "emi@example.com", "phone": "+81312345678", "country": "JP"},
				Record{"name": "Plato", "email": "plato@example.com", "phone": "+30210000000", "country": "Atlantis"}),
		},
		{
			Name: "misspelt-names",
			Asks: "send a record through a pipeline with four mistakes",
			Wants: `failed with InvalidPipeline (not retryable)
validations[0]: unknown activity "validate_emial", did you mean validate_email?
validations[1]: "transform_trim" belongs under transformations
transformations[0]: unknown activity "encrypt", known are transform_label, transform_trim, transform_uppercase
enrichments[1]: unknown activity "enrich_curency", did you mean enrich_currency?`,
			LookFor: "the run has failed and no activity was scheduled",
			Run: process(fixed(Pipeline{
				Validations:     []string{"validate_emial", "transform_trim"},
				Transformations: []string{"encrypt"},
				Enrichments:     []string{"enrich_currency", "enrich_curency"},
			}), ana),
		},
		{
			Name:    "catch-all",
			Asks:    `call "enrich_calling", which nobody registered, by its name`,
			Wants:   `{"calling":"+1","country":"US","enriched_by":"enrich_calling"}`,
			LookFor: "the activity's type is enrich_calling, and it signed the record with it",
			Run:     call("enrich_calling", Record{"country": "US"}),
		},
		{
			Name: "catch-all-refuses",
			Asks: `call "enrich_moon", which the catch-all does not serve`,
			Wants: `failed with UnknownActivity (not retryable)
no activity "enrich_moon" here; the catch-all serves enrich_calling, enrich_currency`,
			LookFor: "one attempt: without the typed error it would be tried again until its timeout",
			Run:     call("enrich_moon", Record{"country": "US"}),
		},
		{
			Name: "wrong-argument",
			Asks: `call "enrich_calling" with the text "US" instead of a record`,
			Wants: `failed with InvalidArguments (not retryable)
argument 1 of 1: want dynamicactivity.Record, got string`,
			Run: call("enrich_calling", "US"),
		},
		{
			Name: "too-many-arguments",
			Asks: `call "enrich_calling" with two records`,
			Wants: `failed with InvalidArguments (not retryable)
arguments: want 1, got 2`,
			Run: call("enrich_calling", Record{"country": "US"}, Record{"country": "JP"}),
		},
	}
}

// configured is the pipeline that pipeline.json describes.
func configured() (Pipeline, error) { return ReadPipeline(configuration) }

func fixed(pipeline Pipeline) func() (Pipeline, error) {
	return func() (Pipeline, error) { return pipeline, nil }
}

func process(load func() (Pipeline, error), records ...Record) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		pipeline, err := load()
		if err != nil {
			return "", err
		}
		return session.Execute(ctx, TaskQueue, ProcessRecords, Job{Pipeline: pipeline, Records: records})
	}
}

func call(activityName string, args ...any) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		return session.Execute(ctx, TaskQueue, CallByName, activityName, args)
	}
}
