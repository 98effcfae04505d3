package blueprint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/scenario"
)

// Sample returns what the starter shows.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:           "blueprint",
		Idea:           "Whole workflows are data: one workflow function runs any YAML or JSON document of steps.",
		TaskQueue:      TaskQueue,
		RunWorker:      RunWorker,
		HistoryVersion: HistoryVersion(engine.Version),
		Scenarios: slices.Concat(pipelineScenarios(), planScenarios(), orderScenarios(), fanOutScenarios(), loopScenarios(),
			startingScenarios(), messageScenarios()),
	}
}

// HistoryVersion is the folder of the golden histories of a version of the interpreter.
func HistoryVersion(version int) string { return fmt.Sprintf("v%d", version) }

// object is a JSON object.
type object = map[string]any

// from is the input of a pipeline.
func from(source string) []any { return []any{object{"source": source}} }

func pipelineScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "dynamic-pipeline",
			Asks: "run dynamic-pipeline.yaml: fetch, two branches in parallel, a loop of three",
			Wants: `[
  "copy 1 of ANA at example.org",
  "copy 2 of ANA at example.org",
  "copy 3 of ANA at example.org"
]
did:
  activity fetch: from database
  activity improve/enrich/domain
  activity improve/transform/upper
  activity store[0]/copy
  activity store[1]/copy
  activity store[2]/copy`,
			LookFor: "each activity has its path in the document as its summary",
			Run:     play("dynamic-pipeline", from("database"), sayResult, sayDid),
		},
		{
			Name: "activity-pipeline",
			Asks: "run activity-pipeline.yaml, in which each output is the next one's input",
			Wants: `"saved c-1: ANA, ana@example.org"
did:
  activity fetch
  activity validate
  activity transform
  activity save`,
			Run: play("activity-pipeline", from("database"), sayResult, sayDid),
		},
		{
			Name: "graph-repairs",
			Asks: "run conditional-graph.yaml on a contact that must be repaired",
			Wants: `"saved c-2: Luis, luis@example.org"
did:
  activity flow[0]/fetch/read
  activity flow[1]/check
  activity flow[2]/repair/mend
  activity flow[3]/check
  activity flow[4]/save`,
			LookFor: "the paths count the nodes: the check is the second and the fourth",
			Run:     play("conditional-graph", from("import"), sayResult, sayDid),
		},
		{
			Name: "graph-rejects",
			Asks: "run conditional-graph.yaml on a contact that nobody can repair",
			Wants: `"rejected c-3: Unrepairable: \"illegible\" is no address"
did:
  activity flow[0]/fetch/read
  activity flow[1]/check
  activity flow[2]/repair/mend
  activity flow[3]/reject`,
			Run: play("conditional-graph", from("fax"), sayResult, sayDid),
		},
		{
			Name: "plugins",
			Asks: "run plugins.yaml with three plugins, one of them of an unknown type, and send two signals and an update",
			Wants: `message send_email: taken by plugins[2]/run/mail
[
  "visits: open 2",
  {
    "error": {
      "details": [],
      "message": "no plugin of type lunar",
      "step": "plugins[1]/run/unknown",
      "type": "UnknownPlugin"
    }
  },
  "to ana: hello"
]`,
			LookFor: "the messages have gone to the plugins that waited for them",
			Run: play("plugins", []any{object{"plugins": []any{
				object{"name": "visits", "type": "analytics", "events": 2},
				object{"name": "moon", "type": "lunar"},
				object{"name": "post", "type": "notifications"},
			}}},
				sendSignal("track_event", object{"name": "open"}),
				waitFor("mail"),
				sendMessage("send_email", object{"to": "ana", "text": "hello"}),
				sendSignal("track_event", object{"name": "open"}),
				sayResult),
		},
		{
			Name: "plugin-without-a-message",
			Asks: "run plugins.yaml with a plugin that waits for no longer than 50 ms",
			Wants: `["to operator: nothing to send"]
did:
  timer plugins[0]/run/mail
  activity plugins[0]/run/send`,
			Run: play("plugins", []any{object{"plugins": []any{
				object{"name": "post", "type": "notifications", "patience": "50ms"},
			}}}, sayResult, sayDid),
		},
	}
}

// words is the input of letters-in-common.
func words(first, second string) []any { return []any{object{"first": first, "second": second}} }

func planScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "letters-in-common",
			Asks: `run letters-in-common.yaml on "Apple" and "paella": an activity plans a step for each letter`,
			Wants: `4
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
			Run:     play("letters-in-common", words("Apple", "paella"), sayResult, sayDidSorted),
		},
		{
			Name: "no-letter",
			Asks: `run letters-in-common.yaml on "Route" and "66"`,
			Wants: `failed with NotALetter (not retryable)
step count: "66" has the character '6': only the letters A to Z can be compared
did:
  activity count: Route and 66`,
			Run: play("letters-in-common", words("Route", "66"), sayResult, sayDid),
		},
		{
			Name: "merge-sort",
			Asks: "run merge-sort.yaml on 12 numbers: the plan has plans for the halves, and these for theirs",
			Wants: `[-4,0,1,2,3,3,3,5,7,8,9,12]
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
			Run: play("merge-sort", []any{object{"numbers": []int{5, 3, 9, 1, 12, 3, -4, 8, 0, 7, 3, 2}}},
				sayResult, sayDidSorted),
		},
		{
			Name: "merge-sort-too-deep",
			Asks: "run merge-sort.yaml on 41 numbers: the plan for six of them is one level deeper than its budget allows",
			Wants: `failed with InvalidPlan (not retryable)
step sort/plan:a4507ef9/halves/right/sort/plan:2f82e00b/halves/right/sort/plan:a9ab2457/halves/right/sort: the plan has problems: 1:45: /steps/0/parallel/left: blocks are nested deeper than the 7 levels that the budget allows (over-budget)
1:137: /steps/0/parallel/right: blocks are nested deeper than the 7 levels that the budget allows (over-budget)`,
			Run: play("merge-sort", []any{object{"numbers": make([]int, 41)}}, sayResult),
		},
		{
			Name: "errands",
			Asks: "run errands.yaml, whose plan comes from the input",
			Wants: `"done: post the letter"
did:
  activity safe/work
  activity safe/work/plan:1c9ddcf1/errand_1
  activity safe/work/plan:1c9ddcf1/errand_2`,
			Run: play("errands", errands(object{"do": "run_errand", "what": "buy bread"}, object{"do": "run_errand", "what": "post the letter"}),
				sayResult, sayDid),
		},
		{
			Name: "large-plan",
			Asks: "run large-plan.yaml on a book of 64 chapters: the plan has their text in it",
			Wants: `1497920
in 2 runs
the first output has 5.0 MiB, the histories together less than 100 KiB`,
			LookFor:    "in the place of the plan, of the chapters and of the next run's input the history has references",
			Run:        playStored("large-plan", []any{object{"chapters": 64, "words": 23_405}}, sayResult, sayRuns, saySizes),
			Unrecorded: true,
		},
		{
			Name: "plan-refused",
			Asks: "run errands.yaml with a plan that calls two activities that the catalog does not have",
			Wants: `{
  "refused": [
    "1:93: /steps/1/activity: there is no activity \"run_erand\" in the catalog; did you mean \"run_errand\"? (unknown-activity)",
    "1:157: /steps/2/activity: there is no activity \"rm\" in the catalog (unknown-activity)"
  ]
}
did:
  activity safe/work`,
			LookFor: "no step of the plan has run, not even the one that was right",
			Run: play("errands", errands(object{"do": "run_errand", "what": "buy bread"}, object{"do": "run_erand", "what": "post"}, object{"do": "rm", "what": "/"}),
				sayResult, sayDid),
		},
	}
}

func errands(each ...any) []any { return []any{object{"errands": each}} }

// order is the input of order.yaml with some fields changed.
func order(changes object) []any {
	input := object{"id": "o-1", "sku": "lamp", "amount": 4_999, "card": "visa", "address": "home"}
	for name, each := range changes {
		input[name] = each
	}
	return []any{input}
}

func orderScenarios() []scenario.Scenario {
	large := object{"amount": 25_000}
	return []scenario.Scenario{
		{
			Name: "order-shipped",
			Asks: "run order.yaml with a small order, which nobody has to approve",
			Wants: `{"order":"o-1","status":"shipped"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 4999 cents
  activity fulfil/ship
  activity fulfil/finally/archive`,
			Run: play("order", order(nil), sayResult, sayDid),
		},
		{
			Name: "order-approved",
			Asks: "run order.yaml with a large order, and approve it",
			Wants: `message approve: taken by fulfil/large/approval
{"order":"o-1","status":"shipped"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 25000 cents
  timer fulfil/large/approval
  activity fulfil/ship
  activity fulfil/finally/archive`,
			LookFor: "the timer of the approval was cancelled when the message came",
			Run: play("order", order(large), waitFor("approval"), sendMessage("approve", object{"approved": true, "by": "Mei"}),
				sayResult, sayDid),
		},
		{
			Name: "order-not-approved",
			Asks: "run order.yaml with a large order, and let the time for its approval pass",
			Wants: `{"order":"o-1","status":"cancelled, NotApproved"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 25000 cents
  timer fulfil/large/approval
  activity fulfil/charge/undo
  activity fulfil/reserve/undo
  activity fulfil/catch/tell
  activity fulfil/finally/archive`,
			LookFor: "charge/undo comes before reserve/undo, and both before the customer is told",
			Run:     play("order", order(object{"amount": 25_000, "patience": "50ms"}), sayResult, sayDid),
		},
		{
			Name: "order-undone",
			Asks: "run order.yaml with an order to the moon, where no carrier goes",
			Wants: `{"order":"o-1","status":"cancelled, NoCarrier"}
did:
  activity fulfil/reserve
  activity fulfil/charge: 4999 cents
  activity fulfil/ship
  activity fulfil/charge/undo
  activity fulfil/reserve/undo
  activity fulfil/catch/tell
  activity fulfil/finally/archive`,
			LookFor: "what was reserved and charged is undone, the last first",
			Run:     play("order", order(object{"address": "moon"}), sayResult, sayDid),
		},
		{
			Name: "order-cancelled",
			Asks: "cancel the run while the approval is waited for",
			Wants: `canceled
did:
  activity fulfil/reserve
  activity fulfil/charge: 25000 cents
  timer fulfil/large/approval
  activity fulfil/finally/archive
  activity fulfil/charge/undo
  activity fulfil/reserve/undo`,
			LookFor: "finally and the two undos ran after the cancellation",
			Run:     play("order", order(large), waitFor("approval"), cancelRun, sayResult, sayDid),
		},
		{
			Name: "status",
			Asks: "ask for the status while the approval is waited for",
			Wants: `order@1.0.0
  try fulfil: running
    activity reserve: succeeded
    activity charge: succeeded
    switch large: running
      (case 1) wait approval: running
        (on_timeout) fail give_up: pending
      (case 1) switch answer: pending
        (case 1) fail refuse: pending
    activity ship: pending
    set shipped: pending
    (catch) activity tell: pending
    (catch) set cancelled: pending
    (finally) activity archive: pending
canceled`,
			LookFor: "the current details of the run, in the Web UI, show the same",
			Run:     play("order", order(large), waitFor("approval"), sayTree, cancelRun, sayResult),
		},
	}
}

func fanOutScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "media-batch",
			Asks: "run media-batch.yaml on an image, a video, a song and a document",
			Wants: `[
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
			Run: play("media-batch", []any{object{"items": []any{
				object{"id": "cat.png", "type": "image"}, object{"id": "talk.mp4", "type": "video"},
				object{"id": "song.ogg", "type": "audio"}, object{"id": "terms.pdf", "type": "document"},
			}}}, sayResult, sayDid),
		},
		{
			Name: "fastest-quote",
			Asks: "run fastest-quote.yaml with a carrier that answers at once and two that take an hour",
			Wants: `{"carrier":"north","cents":900}
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
			LookFor: "the timers of the losers are cancelled, and then their requests are withdrawn",
			Run: play("fastest-quote", []any{object{"parcel": "p-1", "answers": object{"east": "1h", "north": "10ms", "west": "1h"}}},
				sayResult, sayDidSorted),
		},
		{
			Name: "import-rows",
			Asks: "run import-rows.yaml on four rows, one of which is wrong",
			Wants: `{
  "imported": [
    "Ana",
    "Mei",
    "Noor"
  ],
  "refused": [
    "line 2 is no name and amount: \"Luis, many\""
  ]
}`,
			Run: play("import-rows", rows("Ana, 12", "Luis, many", "Mei, 7", "Noor, 3"), sayResult),
		},
		{
			Name: "import-rows-fails",
			Asks: "run import-rows.yaml on three rows, one of which is wrong: more than a quarter",
			Wants: `failed with InvalidRow (not retryable)
step rows[1]/import: line 2 is no name and amount: "Luis, many"`,
			Run: play("import-rows", rows("Ana, 12", "Luis, many", "Mei, 7"), sayResult),
		},
		{
			Name: "build",
			Asks: "run build.yaml, whose nodes start as soon as what they need has ended",
			Wants: `"package(compile(a1b2), test(compile(a1b2)), lint(a1b2))"
did:
  activity build/compile
  activity build/lint
  activity build/test
  activity build/package`,
			Run: play("build", []any{object{"commit": "a1b2"}}, sayResult, sayDid),
		},
		{
			Name: "hand-over",
			Asks: "run hand-over.yaml, which leaves its child running",
			Wants: `{"child":"ID/import","rows":2}
import: {"imported":["Ana","Luis"],"refused":[]}`,
			LookFor: "the run has completed without waiting for its child",
			Run:     handOver,
		},
		{
			Name: "nothing-to-hand-over",
			Asks: "run hand-over.yaml without rows, so that it stops early",
			Wants: `{"rows":0}
did nothing`,
			Run: play("hand-over", rows(), sayResult, sayDid),
		},
	}
}

func rows(rows ...string) []any {
	list := []any{}
	for _, each := range rows {
		list = append(list, each)
	}
	return []any{object{"rows": list}}
}

// handOver leaves the id of the child, which is another each time, out of the result.
func handOver(ctx context.Context, session *scenario.Session) (string, error) {
	g, err := begin(ctx, session, "hand-over", rows("Ana, 12", "Luis, 5")...)
	if err != nil {
		return "", err
	}
	for _, each := range []move{sayResult, sayChild("import")} {
		if err := each(ctx, g); err != nil {
			return "", err
		}
	}
	return strings.ReplaceAll(strings.Join(g.lines, "\n"), g.run.GetID(), "ID"), nil
}

func loopScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "poll-until-ready",
			Asks: "run poll-until-ready.yaml on a job that is ready at the third look; two attempts at the second fail",
			Wants: `{"job":"j-1","looks":3}
did:
  timer poll[0]/pause
  activity poll[0]/ask: look 1
  timer poll[1]/pause
  activity poll[1]/ask: look 2
  timer poll[2]/pause
  activity poll[2]/ask: look 3`,
			LookFor: "the attempts of poll[1]/ask",
			Run:     play("poll-until-ready", []any{object{"job": "j-1", "pause": "10ms"}}, sayResult, sayDid),
		},
		{
			Name: "read-pages",
			Asks: "run read-pages.yaml on a book of 50 pages, in runs of about 200 events",
			Wants: `1275
in 2 runs`,
			LookFor: "each run has continued as the next one, with its state; no page was read twice",
			Run:     play("read-pages", []any{object{"pages": 50}}, sayResult, sayRuns),
		},
		{
			Name: "continue-as-new",
			Asks: "run book.yaml: 50 pages, a child that lasts longer than the first run, and a message that comes too early",
			Wants: `message publish: kept for a step that has not begun
message approve to make/cover/cover: taken by approval
{"cover":"Numbers up to 50, approved by Mei","published":"in spring","sum":1275}
in 2 runs
did:
  child make/cover/cover
  activity make/cover/cover: watching the child`,
			LookFor: "the second run watches the child of the first one; the message is in its input",
			Run: play("book", []any{object{"pages": 50}},
				sendMessage("publish", "in spring"),
				waitForNewRun,
				tellChild("make/cover/cover", "approve", "Mei"),
				sayResult, sayRuns, sayDidAt("make/cover")),
		},
		{
			Name:    "budget",
			Asks:    "run runaway.yaml, which doubles a text until its budget says no",
			Wants:   `{"doubled":13,"why":"the budget allows outputBytes: 10000"}`,
			LookFor: "the failure was caught, and the run has completed",
			Run:     play("runaway", nil, sayResult),
		},
	}
}

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
			Name: "versions",
			Asks: `start "label", which is the newest version, and "label@1.0.0"`,
			Wants: `label: "[Ana | Atlantis]"
label@1.0.0: "[Ana]"`,
			LookFor: "the memo of each run has the version and the hash of its content",
			Run: func(ctx context.Context, session *scenario.Session) (string, error) {
				newest, err := session.Execute(ctx, TaskQueue, "label", named)
				if err != nil {
					return "", err
				}
				pinned, err := session.Execute(ctx, TaskQueue, "label@1.0.0", named)
				return fmt.Sprintf("label: %s\nlabel@1.0.0: %s", newest, pinned), err
			},
		},
		{
			Name:    "inline",
			Asks:    "start a document that the caller brings along, with an input",
			Wants:   `"[Hello Ana | 4.5 stars]"`,
			LookFor: "the document is the first argument of the run",
			Run:     play(engine.InlineWorkflow, []any{greeting, object{"name": "Ana", "stars": 3}}, sayResult),
		},
		{
			Name: "inline-refused",
			Asks: "start a document with mistakes",
			Wants: `failed with InvalidDocument (not retryable)
the blueprint has problems: 5:27: /steps/0/activity: there is no activity "print_lable" in the catalog; did you mean "print_label"? (unknown-activity)
5:58: /steps/0/with/lines/0: unknown name "inptu"; did you mean "input"? (unknown-name)
7:5: /steps/1/sleeep: this step has no kind, and "sleeep" is none; did you mean "sleep"? (missing-kind)
8:47: /steps/2/with/line: print_label has no field "line"; did you mean "lines"? (unknown-field)
8:56: /steps/2/with/line: there is no step "prnt" here; did you mean "print"? (unknown-step)
did nothing`,
			LookFor: "the run has failed before its first step, with all that is wrong",
			Run:     play(engine.InlineWorkflow, []any{mistaken, named}, sayResult, sayDid),
		},
		{
			Name: "unknown-blueprint",
			Asks: `start "lable", which there is not`,
			Wants: `failed with UnknownBlueprint (not retryable)
there is no blueprint "lable"; did you mean "label"?`,
			Run: play("lable", []any{named}, sayResult),
		},
		{
			Name: "invalid-input",
			Asks: `start "order" with an amount that is a text`,
			Wants: `failed with InvalidInput (not retryable)
the input does not fit the blueprint's schema: validating root: validating /properties/amount: type: much has type "string", want "integer"
did nothing`,
			Run: play("order", order(object{"amount": "much"}), sayResult, sayDid),
		},
	}
}

func messageScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name: "messages",
			Asks: "send a large order a message of an unknown name, one that does not fit, and one that does",
			Wants: `message aprove: UnknownMessage, no step waits for a message "aprove"; there are: approve
message approve: InvalidMessage, the message "approve" does not fit what the step waits for: validating root: validating /properties/approved: type: yes has type "string", want "boolean"
message approve: taken by fulfil/large/approval
{"order":"o-1","status":"cancelled, Refused"}`,
			LookFor: "what was refused has left nothing in the history",
			Run: play("order", order(object{"amount": 25_000}), waitFor("approval"),
				sendMessage("aprove", object{"approved": true, "by": "Mei"}),
				sendMessage("approve", object{"approved": "yes"}),
				sendMessage("approve", object{"approved": false, "by": "Mei"}),
				sayResult),
		},
		{
			Name:    "signals",
			Asks:    "send a large order two signals, the first of which does not fit",
			Wants:   `{"order":"o-1","status":"shipped"}`,
			LookFor: "the first signal was passed over: nobody waits for an answer to a signal",
			Run: play("order", order(object{"amount": 25_000}), waitFor("approval"),
				sendSignal("approve", object{"approved": "yes"}),
				sendSignal("approve", object{"approved": true, "by": "Mei"}),
				sayResult),
		},
		{
			Name: "early-message",
			Asks: "bring a message before the step that waits for it has begun",
			Wants: `message go: kept for a step that has not begun
"on"`,
			LookFor: "the message was kept",
			Run: play(engine.InlineWorkflow, []any{early},
				sendMessage("go", "on"),
				sendSignal("begin", nil),
				sayResult),
		},
	}
}

// early is a document whose second message may come before its first.
const early = `
blueprint: early
version: 1.0.0
steps:
  - {id: first, wait: begin}
  - {id: second, wait: go}
`
