package scenarios

import (
	"context"
	"strings"

	"go.temporal.io/sdk/converter"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

func fanOutScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "media-batch",
			Input: "run media-batch.yaml on an image, a video, a song and a document",
			Expected: `[
  [
    "thumbnail of cat.png"
  ],
  [
    "film of talk.mp4",
    "poster of talk.mp4"
  ],
  {
    "error": {
      "details": [],
      "message": "nothing processes the type audio",
      "step": "each[2]/kind/unknown",
      "type": "UnknownType"
    }
  },
  [
    "index of terms.pdf"
  ]
]
did:
  child each[0]/kind/image
  child each[1]/kind/video
  child each[3]/kind/document`,
			LookFor: "under Relationships are three children: two blueprints and a workflow in Go",
			Run: startAndList("media-batch", object{"items": []any{
				object{"id": "cat.png", "type": "image"}, object{"id": "talk.mp4", "type": "video"},
				object{"id": "song.ogg", "type": "audio"}, object{"id": "terms.pdf", "type": "document"},
			}}),
		},
		{
			Name:  "fastest-quote",
			Input: "run fastest-quote.yaml with a carrier that answers at once and two that take an hour",
			Expected: `{"carrier":"north","cents":900}
did, sorted:
  activity ask/east/request
  activity ask/east/request/undo
  activity ask/north/price
  activity ask/north/request
  activity ask/west/request
  activity ask/west/request/undo
  timer ask/east/answer
  timer ask/north/answer
  timer ask/west/answer`,
			LookFor: "the timers of the losers are canceled, and then their requests are withdrawn",
			Run:     startAndSort("fastest-quote", object{"parcel": "p-1", "answers": object{"east": "1h", "north": "10ms", "west": "1h"}}),
		},
		{
			Name:  "import-rows",
			Input: "run import-rows.yaml on four rows, one of which is wrong",
			Expected: `{
  "imported": [
    "Ana",
    "Mei",
    "Noor"
  ],
  "refused": [
    "line 2 is no name and amount: \"Luis, many\""
  ]
}`,
			Run: start("import-rows", rows("Ana, 12", "Luis, many", "Mei, 7", "Noor, 3")),
		},
		{
			Name:  "import-rows-fails",
			Input: "run import-rows.yaml on three rows, one of which is wrong: more than a quarter",
			Expected: `failed with InvalidRow (not retryable)
step rows[1]/import: line 2 is no name and amount: "Luis, many"`,
			Run: start("import-rows", rows("Ana, 12", "Luis, many", "Mei, 7")),
		},
		{
			Name:  "build",
			Input: "run build.yaml, whose nodes start as soon as what they need has ended",
			Expected: `"package(compile(a1b2), test(compile(a1b2)), lint(a1b2))"
did:
  activity build/compile
  activity build/lint
  activity build/test
  activity build/package`,
			Run: startAndList("build", object{"commit": "a1b2"}),
		},
		{
			Name:  "hand-over",
			Input: "run hand-over.yaml, which leaves its child running",
			Expected: `{"child":"ID/import","rows":2}
import: {"imported":["Ana","Luis"],"refused":[]}`,
			LookFor: "the run has completed without waiting for its child",
			Run:     handOver,
		},
		{
			Name:  "nothing-to-hand-over",
			Input: "run hand-over.yaml without rows, so that it stops early",
			Expected: `{"rows":0}
did nothing`,
			Run: startAndList("hand-over", rows()),
		},
	}
}

func rows(rows ...string) object { return object{"rows": append([]string{}, rows...)} }

// handOver leaves the ID of the child, which is another each time, out of the result.
func handOver(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, blueprint.TaskQueue, "hand-over", rows("Ana, 12", "Luis, 5"))
	if err != nil {
		return err
	}
	var result converter.RawValue
	if err := run.Get(ctx, &result); err != nil {
		return err
	}
	s.Printf("%s", strings.ReplaceAll(string(result.Payload().GetData()), run.GetID(), "ID"))
	return s.PrintResult(ctx, "import", s.Client.GetWorkflow(ctx, engine.ChildID(run.GetID(), "import"), ""))
}
