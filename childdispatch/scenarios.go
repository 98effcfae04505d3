package childdispatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"dynamicsamples/internal/scenario"
)

// Sample returns what the starter shows.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "childdispatch",
		Idea:      "Child workflows are chosen by data, started in any number, and started by themselves.",
		TaskQueue: TaskQueue,
		RunWorker: RunWorker,
		Scenarios: slices.Concat(dispatchScenarios(), windowScenarios(), sortScenarios(), closingScenarios()),
	}
}

func dispatchScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "by-type",
			Asks: "dispatch an image, a video and a document",
			Wants: `[
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
			LookFor: "the children's ids have the place and the id of their item",
			Run: dispatch("",
				Item{ID: "cat.png", Type: "image", Size: 3000},
				Item{ID: "talk.mp4", Type: "video", Size: 9000000},
				Item{ID: "terms.pdf", Type: "document", Size: 40000}),
		},
		{
			Name: "by-name",
			Asks: `dispatch an item that names its child workflow, "ProcessDocument", itself`,
			Wants: `[
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
			Run:     dispatch("", Item{ID: "receipt.png", Type: "image", Workflow: "ProcessDocument", Size: 3000}),
		},
		{
			Name: "tenant-overrides",
			Asks: `dispatch an image, a video and a scan of the tenant "archive"`,
			Wants: `[
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
				Item{ID: "cat.png", Type: "image", Size: 3000},
				Item{ID: "talk.mp4", Type: "video", Size: 9000000},
				Item{ID: "page.tif", Type: "scan", Size: 5000}),
		},
		{
			Name: "partial-failure",
			Asks: "dispatch five items, four of which cannot be processed",
			Wants: `[
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
				Item{ID: "song.ogg", Type: "audio", Size: 3000},
				Item{ID: "empty.png", Type: "image"},
				Item{ID: "terms.pdf", Type: "document", Size: 40000},
				Item{ID: "cat.png", Workflow: "RenderHologram", Size: 3000},
				Item{ID: "../cat.png", Type: "image", Size: 3000}),
		},
		{
			Name: "too-many-items",
			Asks: "dispatch one item more than a batch may have",
			Wants: `failed with InvalidBatch (not retryable)
201 items, at most 200 are allowed`,
			LookFor: "the run has failed and no child was started",
			Run:     dispatch("", make([]Item, MaxItems+1)...),
		},
	}
}

func windowScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "sliding-window",
			Asks: "process a catalogue of 60 items, at most 8 at a time, in runs of about 100 events",
			Wants: `{
  "completed": 56,
  "bytes": 1660,
  "failed": {
    "EmptyItem": 3,
    "UnknownType": 1
  },
  "first_failures": [
    {
      "number": 19,
      "failure": {
        "type": "EmptyItem",
        "reason": "item-19 is empty"
      }
    },
    {
      "number": 39,
      "failure": {
        "type": "EmptyItem",
        "reason": "item-39 is empty"
      }
    },
    {
      "number": 49,
      "failure": {
        "type": "UnknownType",
        "reason": "no child workflow for type \"audio\"; known are document, image, video"
      }
    },
    {
      "number": 59,
      "failure": {
        "type": "EmptyItem",
        "reason": "item-59 is empty"
      }
    }
  ]
}
the first run: ContinuedAsNew`,
			LookFor: "the run has continued as new while children ran, which a run after it settled",
			Run:     window60,
		},
		{
			Name: "child-closes-without-report",
			Asks: "process 6 items in runs of about 20 events, and terminate the third one's child",
			Wants: `{
  "completed": 5,
  "bytes": 18,
  "failed": {
    "ChildTerminated": 1
  },
  "first_failures": [
    {
      "number": 2,
      "failure": {
        "type": "ChildTerminated",
        "reason": "the child was terminated"
      }
    }
  ]
}`,
			LookFor: "the last run has an InspectChildren activity, which found out what became of the child",
			Run:     terminateAChild,
		},
		{
			Name: "canceled-window",
			Asks: "cancel a job with 4 slow children in flight",
			Wants: `the parent: Canceled, with 0 completed and failed map[ChildCanceled:4]
item-000000: Canceled
item-000001: Canceled
item-000002: Canceled
item-000003: Canceled`,
			LookFor: "each child has reported that it was canceled, and the job has waited for that",
			Run:     cancelAWindow,
		},
		{
			Name: "invalid-window",
			Asks: "process a catalogue with a window for 501 children",
			Wants: `failed with InvalidJob (not retryable)
the window has 1 to 500 children, got 501`,
			Run: start(ProcessCatalogue, Job{Catalogue: Catalogue{Items: 1}, Window: MaxWindow + 1}),
		},
	}
}

func sortScenarios() []scenario.Scenario {
	descending := make([]int64, DefaultLeafSize<<MaxDepth+1)
	for i := range descending {
		descending[i] = int64(len(descending) - i)
	}
	return []scenario.Scenario{
		{
			Name:    "merge-sort",
			Asks:    "sort 12 numbers, at most 5 in one activity",
			Wants:   `[-4,0,1,2,3,3,3,5,7,8,9,12]`,
			LookFor: "under Relationships is a tree of MergeSorts, whose ids say where in it they are",
			Run:     start(MergeSort, Sort{Numbers: []int64{5, 3, 9, 1, 12, 3, -4, 8, 0, 7, 3, 2}}),
		},
		{
			Name: "too-deep",
			Asks: "sort 321 numbers, which need one level of children more than is allowed",
			Wants: `failed with TooDeep (not retryable)
321 numbers in leaves of 5 need 7 levels of children, at most 6 are allowed`,
			LookFor: "the run has failed and no child was started",
			Run:     start(MergeSort, Sort{Numbers: descending}),
		},
		{
			Name: "too-large",
			Asks: "sort 150,000 bytes of numbers",
			Wants: `failed with InputTooLarge (not retryable)
25000 numbers have 150001 bytes, at most 131072 are allowed`,
			Run: start(MergeSort, Sort{Numbers: slices.Repeat([]int64{12345}, 25_000), LeafSize: 25_000}),
		},
	}
}

func closingScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "cancel-reaches-all",
			Asks: "cancel a parent of three children that tidy up when they are canceled",
			Wants: `the parent: Canceled
visit-0: Canceled
visit-1: Canceled
visit-2: Canceled`,
			LookFor: "the parent ended after the last child's TidyUp",
			Run:     cancelSupervision,
		},
		{
			Name: "close-policies",
			Asks: "end a parent with three children, each with another parent close policy",
			Wants: `the parent: Completed
terminate: Terminated
request-cancel: Canceled
abandon: Completed`,
			LookFor: "the parent has completed before two of its children",
			Run:     leaveChildren,
		},
		{
			Name: "id-taken",
			Asks: "let three parents claim one child id at once: the first one, one that fails, one that joins",
			Wants: `the first: "finished"
the second: failed with ChildAlreadyRunning (not retryable)
another parent's visit is under way
the third: "finished"`,
			LookFor: "StartChildWorkflowExecutionFailed in the second parent and in the third",
			Run:     claimOneID,
		},
	}
}

func dispatch(tenant string, items ...Item) func(context.Context, *scenario.Session) (string, error) {
	return start(Dispatch, Batch{Tenant: tenant, Items: items})
}

func start(workflowType, input any) func(context.Context, *scenario.Session) (string, error) {
	return func(ctx context.Context, session *scenario.Session) (string, error) {
		return session.Execute(ctx, TaskQueue, workflowType, input)
	}
}

func window60(ctx context.Context, session *scenario.Session) (string, error) {
	job := Job{
		Catalogue:    Catalogue{Items: 60, EmptyEvery: 20, UnknownEvery: 50, SlowEvery: 7, Slowness: 300 * time.Millisecond},
		Window:       8,
		EventsPerRun: 100,
	}
	run, err := session.Start(ctx, TaskQueue, ProcessCatalogue, job)
	if err != nil {
		return "", err
	}
	// After Get, the run is the last one of its chain.
	firstRunID := run.GetRunID()
	got, err := describe(ctx, run)
	if err != nil {
		return "", err
	}
	first, err := status(ctx, session, run.GetID(), firstRunID)
	return fmt.Sprintf("%s\nthe first run: %s", got, first), err
}
