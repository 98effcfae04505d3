package scenarios

import (
	"context"
	"time"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/scenario"
)

func batchScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "by-type",
			Input: "dispatch an image, a video and a document",
			Expected: `[
  {
    "id": "cat.png",
    "output": {
      "by": "ProcessImage",
      "made": "standard thumbnail of cat.png",
      "size": 3000
    }
  },
  {
    "id": "talk.mp4",
    "output": {
      "by": "ProcessVideo",
      "made": "standard film of talk.mp4, standard poster of talk.mp4",
      "size": 9000000
    }
  },
  {
    "id": "terms.pdf",
    "output": {
      "by": "ProcessDocument",
      "made": "standard index of terms.pdf",
      "size": 40000
    }
  }
]`,
			LookFor: "the children's IDs have the place and the ID of their item",
			Run: dispatch("",
				childdispatch.Item{ID: "cat.png", Type: "image", Size: 3000},
				childdispatch.Item{ID: "talk.mp4", Type: "video", Size: 9000000},
				childdispatch.Item{ID: "terms.pdf", Type: "document", Size: 40000}),
		},
		{
			Name:  "by-name",
			Input: `dispatch an item that names its Child Workflow, "ProcessDocument", itself`,
			Expected: `[
  {
    "id": "receipt.png",
    "output": {
      "by": "ProcessDocument",
      "made": "standard index of receipt.png",
      "size": 3000
    }
  }
]`,
			LookFor: "the child's type is the item's string",
			Run:     dispatch("", childdispatch.Item{ID: "receipt.png", Type: "image", Workflow: "ProcessDocument", Size: 3000}),
		},
		{
			Name:  "tenant-overrides",
			Input: `dispatch an image, a video and a scan of the tenant "archive"`,
			Expected: `[
  {
    "id": "cat.png",
    "output": {
      "by": "ProcessDocument",
      "made": "searchable index of cat.png",
      "size": 3000
    }
  },
  {
    "id": "talk.mp4",
    "output": {
      "by": "ProcessVideo",
      "made": "standard film of talk.mp4, standard poster of talk.mp4",
      "size": 9000000
    }
  },
  {
    "id": "page.tif",
    "output": {
      "by": "ProcessDocument",
      "made": "searchable index of page.tif",
      "size": 5000
    }
  }
]`,
			LookFor: "the marker at the beginning is the table by which the whole run decides",
			Run: dispatch("archive",
				childdispatch.Item{ID: "cat.png", Type: "image", Size: 3000},
				childdispatch.Item{ID: "talk.mp4", Type: "video", Size: 9000000},
				childdispatch.Item{ID: "page.tif", Type: "scan", Size: 5000}),
		},
		{
			Name:  "partial-failure",
			Input: "dispatch five items, four of which cannot be processed",
			Expected: `[
  {
    "id": "song.ogg",
    "failure": {
      "type": "UnknownType",
      "reason": "no child workflow for type \"audio\"; known are document, image, video"
    }
  },
  {
    "id": "empty.png",
    "failure": {
      "type": "EmptyItem",
      "reason": "empty.png is empty"
    }
  },
  {
    "id": "terms.pdf",
    "output": {
      "by": "ProcessDocument",
      "made": "standard index of terms.pdf",
      "size": 40000
    }
  },
  {
    "id": "cat.png",
    "failure": {
      "type": "UnknownWorkflow",
      "reason": "no child workflow \"RenderHologram\"; known are ProcessDocument, ProcessImage, ProcessVideo"
    }
  },
  {
    "id": "../cat.png",
    "failure": {
      "type": "InvalidItem",
      "reason": "an item's id has 1 to 64 letters, digits, dots, dashes or underscores"
    }
  }
]`,
			LookFor: "there are two children, and one has failed; the batch has completed",
			Run: dispatch("",
				childdispatch.Item{ID: "song.ogg", Type: "audio", Size: 3000},
				childdispatch.Item{ID: "empty.png", Type: "image"},
				childdispatch.Item{ID: "terms.pdf", Type: "document", Size: 40000},
				childdispatch.Item{ID: "cat.png", Workflow: "RenderHologram", Size: 3000},
				childdispatch.Item{ID: "../cat.png", Type: "image", Size: 3000}),
		},
		{
			Name:  "too-many-items",
			Input: "dispatch one item more than a batch may have",
			Expected: `failed with InvalidBatch (not retryable)
201 items, at most 200 are allowed`,
			LookFor: "the run has failed and no child was started",
			Run:     dispatch("", make([]childdispatch.Item, childdispatch.MaxItems+1)...),
		},
		{
			Name:  "reset-batch",
			Input: "reset a batch to its first task while its two children run",
			Expected: `[
  {
    "id": "cat.png",
    "output": {
      "by": "ProcessImage",
      "made": "standard thumbnail of cat.png",
      "size": 3000
    }
  },
  {
    "id": "terms.pdf",
    "output": {
      "by": "ProcessDocument",
      "made": "standard index of terms.pdf",
      "size": 40000
    }
  }
]
the first run of child 000-cat.png: Terminated
the first run of child 001-terms.pdf: Terminated`,
			LookFor: "the second run has started the children anew, with the same IDs",
			Run:     resetBatch,
		},
	}
}

func dispatch(tenant string, items ...childdispatch.Item) func(context.Context, *scenario.Session) error {
	return execute(childdispatch.Dispatch, childdispatch.Batch{Tenant: tenant, Items: items})
}

func resetBatch(ctx context.Context, s *scenario.Session) error {
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.Dispatch, childdispatch.Batch{Items: []childdispatch.Item{
		{ID: "cat.png", Type: "image", Size: 3000, Delay: 2 * time.Second},
		{ID: "terms.pdf", Type: "document", Size: 40000, Delay: 2 * time.Second},
	}})
	if err != nil {
		return err
	}
	children := []string{"000-cat.png", "001-terms.pdf"}
	var firstRunIDs []string
	for _, child := range children {
		runID, err := runningID(ctx, s, run.GetID()+"."+child)
		if err != nil {
			return err
		}
		firstRunIDs = append(firstRunIDs, runID)
	}
	again, err := resetToFirstTask(ctx, s, run)
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "", again); err != nil {
		return err
	}
	for i, child := range children {
		ended, err := status(ctx, s, run.GetID()+"."+child, firstRunIDs[i])
		if err != nil {
			return err
		}
		s.Printf("the first run of child %s: %s", child, ended)
	}
	return nil
}
