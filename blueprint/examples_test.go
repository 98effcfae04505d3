package blueprint

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/replaytest"
)

// object is a JSON object.
type object = map[string]any

// from is the input of a pipeline.
func from(source string) []any { return []any{object{"source": source}} }

// words is the input of letters-in-common.
func words(first, second string) []any { return []any{object{"first": first, "second": second}} }

// order is the input of order.yaml with some fields changed.
func order(changes object) []any {
	input := object{"id": "o-1", "sku": "lamp", "amount": 4_999, "card": "visa", "address": "home"}
	for name, each := range changes {
		input[name] = each
	}
	return []any{input}
}

func errands(each ...any) []any { return []any{object{"errands": each}} }

func rows(rows ...string) []any { return []any{object{"rows": append([]string{}, rows...)}} }

// example is a test environment with the examples, which notes what a run asks for.
type example struct {
	*testsuite.TestWorkflowEnvironment
	recorder replaytest.Recorder
}

func newExample(t *testing.T) *example {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	e := &example{TestWorkflowEnvironment: suite.NewTestWorkflowEnvironment()}
	require.NoError(t, Register(e))
	e.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&e.recorder}})
	return e
}

// run runs a blueprint to its end and returns its output as JSON.
func (e *example) run(t *testing.T, name string, input any) string {
	e.ExecuteWorkflow(name, input)
	require.NoError(t, e.GetWorkflowError())
	var output json.RawMessage
	require.NoError(t, e.GetWorkflowResult(&output))
	return string(output)
}

// failure runs a blueprint and returns the failure in which it ends.
func (e *example) failure(t *testing.T, name string, input any) *temporal.ApplicationError {
	e.ExecuteWorkflow(name, input)
	var failure *temporal.ApplicationError
	require.ErrorAs(t, e.GetWorkflowError(), &failure)
	return failure
}

// asked are the activities and children that the run has asked for, in that order, with
// their arguments.
func (e *example) asked() []string {
	var asked []string
	for _, each := range e.recorder.Scheduled {
		text := each.Name
		if len(each.Input) > 0 {
			// A child blueprint is also handed what it is started with.
			text += " " + each.Input[0]
		}
		asked = append(asked, text)
	}
	return asked
}

// sorted is for what runs at once.
func sorted(texts []string) []string { return slices.Sorted(slices.Values(texts)) }

func TestDynamicPipeline(t *testing.T) {
	e := newExample(t)
	assert.JSONEq(t, `["copy 1 of ANA at example.org", "copy 2 of ANA at example.org", "copy 3 of ANA at example.org"]`,
		e.run(t, "dynamic-pipeline", from("database")[0]))
	asked := e.asked()
	ana := `{"email":"ana@example.org","id":"c-1","name":"Ana"}`
	assert.Equal(t, `fetch_contact {"source":"database"}`, asked[0])
	assert.Equal(t, []string{"enrich_contact " + ana, "transform_contact " + ana}, asked[1:3], "both see what was fetched")
	for i, each := range asked[3:] {
		assert.Equal(t, fmt.Sprintf(`store_copy {"contact":{"email":"ana@example.org","id":"c-1","name":"ANA"},"domain":"example.org","number":%d}`, i+1), each)
	}
	assert.Len(t, asked, 6)
}

func TestActivityPipeline(t *testing.T) {
	e := newExample(t)
	assert.Equal(t, `"saved c-1: ANA, ana@example.org"`, e.run(t, "activity-pipeline", from("database")[0]))
	assert.Equal(t, []string{
		`fetch_contact {"source":"database"}`,
		`validate_contact {"email":"ana@example.org","id":"c-1","name":"Ana"}`,
		`transform_contact {"email":"ana@example.org","id":"c-1","name":"Ana"}`,
		`save_contact {"email":"ana@example.org","id":"c-1","name":"ANA"}`,
	}, e.asked())
}

func TestActivityPipelineStopsAtAFailure(t *testing.T) {
	e := newExample(t)
	failure := e.failure(t, "activity-pipeline", from("fax")[0])
	assert.Equal(t, ErrInvalidContact, failure.Type())
	assert.Contains(t, failure.Message(), "step validate: ")
	assert.Len(t, e.asked(), 2, "nothing after the step that failed")
}

func TestConditionalGraph(t *testing.T) {
	for source, want := range map[string]struct {
		output string
		asked  []string
	}{
		"database": {`"saved c-1: Ana, ana@example.org"`, []string{"fetch_contact", "validate_contact", "save_contact"}},
		"import":   {`"saved c-2: Luis, luis@example.org"`, []string{"fetch_contact", "validate_contact", "repair_contact", "validate_contact", "save_contact"}},
		"fax":      {`"rejected c-3: Unrepairable: \"illegible\" is no address"`, []string{"fetch_contact", "validate_contact", "repair_contact", "reject_contact"}},
	} {
		t.Run(source, func(t *testing.T) {
			e := newExample(t)
			assert.Equal(t, want.output, e.run(t, "conditional-graph", from(source)[0]))
			var names []string
			for _, each := range e.recorder.Scheduled {
				names = append(names, each.Name)
			}
			assert.Equal(t, want.asked, names)
		})
	}
}

func TestPlugins(t *testing.T) {
	e := newExample(t)
	e.RegisterDelayedCallback(func() {
		e.SignalWorkflow("track_event", object{"name": "open"})
		e.SignalWorkflow("send_email", object{"to": "ana", "text": "hello"})
		e.SignalWorkflow("track_event", object{"name": "buy"})
		e.SignalWorkflow("track_event", object{"name": "open"})
	}, time.Minute)
	output := e.run(t, "plugins", object{"plugins": []any{
		object{"name": "visits", "type": "analytics", "events": 3},
		object{"name": "moon", "type": "lunar"},
		object{"name": "post", "type": "notifications"},
		object{"name": "second", "type": "notifications"},
	}})
	assert.JSONEq(t, `["visits: buy 1, open 2",
		{"error": {"type": "UnknownPlugin", "message": "no plugin of type lunar", "step": "plugins[1]/run/unknown", "details": []}},
		"to ana: hello", "to operator: nothing to send"]`, output)
	assert.Equal(t, []string{
		`count_events {"events":["open","buy","open"],"plugin":"visits"}`,
		`send_email {"text":"hello","to":"ana"}`,
		`send_email {"text":"nothing to send","to":"operator"}`,
	}, sorted(e.asked()))
}

func TestLettersInCommon(t *testing.T) {
	for _, each := range []struct {
		first, second string
		want          string
		letters       int
	}{
		{"Apple", "paella", "4", 11},
		{"AAA", "aa", "2", 5},
		{"abc", "xyz", "0", 6},
		{"", "x", "0", 1},
	} {
		t.Run(each.first+"-"+each.second, func(t *testing.T) {
			e := newExample(t)
			assert.Equal(t, each.want, e.run(t, "letters-in-common", words(each.first, each.second)[0]))
			count := map[string]int{}
			for _, scheduled := range e.recorder.Scheduled {
				count[scheduled.Name]++
			}
			letters := map[string]int{"plan_letters": 1, "letter_index": each.letters, "count_letters": 2, "shared_letters": 1}
			assert.Equal(t, letters, count, "an activity for each letter")
		})
	}
}

func TestOnlyLettersArePlanned(t *testing.T) {
	e := newExample(t)
	failure := e.failure(t, "letters-in-common", words("Route", "66")[0])
	assert.Equal(t, ErrNotALetter, failure.Type())
	assert.Equal(t, []string{`plan_letters {"first":"Route","second":"66"}`}, e.asked())
}

func TestMergeSort(t *testing.T) {
	for _, length := range []int{0, 1, 5, 6, 12, 40} {
		t.Run(fmt.Sprint(length), func(t *testing.T) {
			var numbers, want []int
			for i := range length {
				numbers = append(numbers, length-i)
				want = append(want, i+1)
			}
			e := newExample(t)
			var sorted []int
			require.NoError(t, json.Unmarshal([]byte(e.run(t, "merge-sort", object{"numbers": append([]int{}, numbers...)})), &sorted))
			assert.ElementsMatch(t, want, sorted)
			assert.IsIncreasing(t, append([]int{-1, 0}, sorted...))
		})
	}
}

func TestMergeSortPlansHalves(t *testing.T) {
	e := newExample(t)
	assert.JSONEq(t, `[1,2,3,4,5,6]`, e.run(t, "merge-sort", object{"numbers": []int{6, 5, 4, 3, 2, 1}}))
	asked := e.asked()
	require.Len(t, asked, 6)
	assert.Equal(t, []string{`plan_sort {"numbers":[6,5,4,3,2,1]}`, `plan_sort {"numbers":[6,5,4]}`, `plan_sort {"numbers":[3,2,1]}`}, asked[:3])
	assert.Equal(t, []string{`sort_numbers {"numbers":[3,2,1]}`, `sort_numbers {"numbers":[6,5,4]}`}, sorted(asked[3:5]))
	assert.Equal(t, []string{`merge_numbers {"left":[4,5,6],"right":[1,2,3]}`}, asked[5:])
}

// The budget of the document bounds the recursion.
func TestMergeSortIsBounded(t *testing.T) {
	e := newExample(t)
	failure := e.failure(t, "merge-sort", object{"numbers": make([]int, 41)})
	assert.Equal(t, engine.FailureInvalidPlan, failure.Type())
	assert.Contains(t, failure.Message(), "deeper than the 7 levels")
}

// What an order has done, by what is wrong with it.
func TestOrder(t *testing.T) {
	const (
		reserve = `reserve_stock {"order":"o-1","sku":"lamp"}`
		release = `release_stock {"reservation":"reservation-o-1"}`
		charge  = `charge_card {"amount":4999,"card":"visa","order":"o-1"}`
		refund  = `refund_card {"charge":"charge-o-1"}`
		ship    = `ship_order {"address":"home","order":"o-1"}`
	)
	tell := func(text string) string { return `notify_customer {"order":"o-1","text":"` + text + `"}` }
	archive := func(status string) string { return `archive_order {"order":"o-1","status":"` + status + `"}` }
	for name, each := range map[string]struct {
		changes object
		status  string
		asked   []string
	}{
		"shipped":   {nil, "shipped", []string{reserve, charge, ship, archive("shipped")}},
		"stock":     {object{"sku": "unicorn"}, "cancelled, OutOfStock", []string{`reserve_stock {"order":"o-1","sku":"unicorn"}`, tell("there is no unicorn left"), archive("cancelled, OutOfStock")}},
		"declined":  {object{"card": "empty"}, "cancelled, CardDeclined", []string{reserve, `charge_card {"amount":4999,"card":"empty","order":"o-1"}`, release, tell("the card does not cover 4999 cents"), archive("cancelled, CardDeclined")}},
		"noCarrier": {object{"address": "moon"}, "cancelled, NoCarrier", []string{reserve, charge, `ship_order {"address":"moon","order":"o-1"}`, refund, release, tell("no carrier goes to the moon"), archive("cancelled, NoCarrier")}},
	} {
		t.Run(name, func(t *testing.T) {
			e := newExample(t)
			assert.JSONEq(t, `{"order": "o-1", "status": "`+each.status+`"}`, e.run(t, "order", order(each.changes)[0]))
			assert.Equal(t, each.asked, e.asked())
		})
	}
}

func TestOrderNeedsApproval(t *testing.T) {
	undone := []string{"refund_card", "release_stock", "notify_customer", "archive_order"}
	for name, each := range map[string]struct {
		answer any
		after  time.Duration
		status string
		last   []string
	}{
		"approved": {object{"approved": true, "by": "Mei"}, 47 * time.Hour, "shipped", []string{"ship_order", "archive_order"}},
		"refused":  {object{"approved": false, "by": "Mei"}, time.Hour, "cancelled, Refused", undone},
		"late":     {object{"approved": true, "by": "Mei"}, 49 * time.Hour, "cancelled, NotApproved", undone},
		"misfit":   {object{"approved": "yes", "by": "Mei"}, time.Hour, "cancelled, NotApproved", undone},
	} {
		t.Run(name, func(t *testing.T) {
			e := newExample(t)
			e.RegisterDelayedCallback(func() { e.SignalWorkflow("approve", each.answer) }, each.after)
			assert.JSONEq(t, `{"order": "o-1", "status": "`+each.status+`"}`, e.run(t, "order", order(object{"amount": 10_001})[0]))
			var names []string
			for _, scheduled := range e.recorder.Scheduled[2:] {
				names = append(names, scheduled.Name)
			}
			assert.Equal(t, each.last, names)
		})
	}
}

func TestOrderCanceled(t *testing.T) {
	e := newExample(t)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Hour)
	e.ExecuteWorkflow("order", order(object{"amount": 10_001})[0])
	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Equal(t, []string{
		`archive_order {"order":"o-1","status":"open"}`,
		`refund_card {"charge":"charge-o-1"}`,
		`release_stock {"reservation":"reservation-o-1"}`,
	}, e.asked()[2:], "finally first, then what was done is undone, the last first")
}

func TestMediaBatch(t *testing.T) {
	e := newExample(t)
	output := e.run(t, "media-batch", object{"items": []any{
		object{"id": "cat.png", "type": "image"}, object{"id": "talk.mp4", "type": "video"},
		object{"id": "song.ogg", "type": "audio"}, object{"id": "terms.pdf", "type": "document"},
	}})
	assert.JSONEq(t, `[["thumbnail of cat.png"], ["film of talk.mp4", "poster of talk.mp4"],
		{"error": {"type": "UnknownType", "message": "nothing processes the type audio", "step": "each[2]/kind/unknown", "details": []}},
		["index of terms.pdf"]]`, output)
	assert.Subset(t, e.asked(), []string{
		`process-image@1.0.0 {"id":"cat.png"}`, `process-video@1.0.0 {"id":"talk.mp4"}`, `process_document {"id":"terms.pdf"}`,
	})
}

func TestFastestQuote(t *testing.T) {
	e := newExample(t)
	assert.JSONEq(t, `{"carrier": "north", "cents": 900}`,
		e.run(t, "fastest-quote", object{"parcel": "p-1", "answers": object{"east": "2h", "north": "1h", "west": "3h"}}))
	assert.Equal(t, []string{
		`request_quote {"carrier":"east","parcel":"p-1"}`,
		`request_quote {"carrier":"north","parcel":"p-1"}`,
		`request_quote {"carrier":"west","parcel":"p-1"}`,
		`read_quote {"request":"north/p-1"}`,
	}, e.asked()[:4])
	assert.Equal(t, []string{`withdraw_request {"request":"east/p-1"}`, `withdraw_request {"request":"west/p-1"}`},
		sorted(e.asked()[4:]), "the losers are undone, the winner is not")
}

func TestImportRows(t *testing.T) {
	e := newExample(t)
	assert.JSONEq(t, `{"imported": ["Ana", "Mei", "Noor"], "refused": ["line 2 is no name and amount: \"Luis, many\""]}`,
		e.run(t, "import-rows", rows("Ana, 12", "Luis, many", "Mei, 7", "Noor, 3")[0]))
	assert.Len(t, e.asked(), 4)
}

// One of four is tolerated, one of three is not.
func TestImportRowsToleratesAQuarter(t *testing.T) {
	e := newExample(t)
	failure := e.failure(t, "import-rows", rows("Ana, 12", "Luis, many", "Mei, 7")[0])
	assert.Equal(t, ErrInvalidRow, failure.Type())
	assert.Equal(t, `step rows[1]/import: line 2 is no name and amount: "Luis, many"`, failure.Message())
}

func TestBuild(t *testing.T) {
	e := newExample(t)
	assert.Equal(t, `"package(compile(a1b2), test(compile(a1b2)), lint(a1b2))"`, e.run(t, "build", object{"commit": "a1b2"}))
	assert.Equal(t, []string{
		`run_tool {"inputs":["a1b2"],"tool":"compile"}`,
		`run_tool {"inputs":["a1b2"],"tool":"lint"}`,
		`run_tool {"inputs":["compile(a1b2)"],"tool":"test"}`,
		`run_tool {"inputs":["compile(a1b2)","test(compile(a1b2))","lint(a1b2)"],"tool":"package"}`,
	}, e.asked())
}

func TestPollUntilReady(t *testing.T) {
	e := newExample(t)
	begun := e.Now()
	assert.JSONEq(t, `{"job": "j-1", "looks": 3}`, e.run(t, "poll-until-ready", object{"job": "j-1"}))
	assert.Equal(t, []string{`ask_job {"job":"j-1","look":0}`, `ask_job {"job":"j-1","look":1}`, `ask_job {"job":"j-1","look":2}`}, e.asked(),
		"attempts that fail are the retry policy's business")
	assert.GreaterOrEqual(t, e.Now().Sub(begun), 3*time.Minute, "it pauses a minute before each look")
}

func TestPollGivesUpOnWhatNobodyKnows(t *testing.T) {
	e := newExample(t)
	attempts := 0
	e.SetOnActivityStartedListener(func(*activity.Info, context.Context, converter.EncodedValues) { attempts++ })
	assert.Equal(t, ErrUnknownJob, e.failure(t, "poll-until-ready", object{"job": ""}).Type())
	assert.Equal(t, 1, attempts)
}

func TestReadPages(t *testing.T) {
	for pages, want := range map[int]string{0: "0", 1: "1", 10: "55"} {
		e := newExample(t)
		assert.Equal(t, want, e.run(t, "read-pages", object{"pages": pages}))
		assert.Len(t, e.asked(), pages)
	}
}

func TestLabels(t *testing.T) {
	for name, want := range map[string]string{
		"label":       `"[Ana | Atlantis]"`,
		"label@1.1.0": `"[Ana | Atlantis]"`,
		"label@1.0.0": `"[Ana]"`,
	} {
		e := newExample(t)
		assert.Equal(t, want, e.run(t, name, object{"name": "Ana"}), name)
		assert.Empty(t, e.asked(), "a local activity is not scheduled")
	}
}

func TestHandOver(t *testing.T) {
	e := newExample(t)
	output := e.run(t, "hand-over", rows("Ana, 12")[0])
	assert.JSONEq(t, `{"rows": 1, "child": "default-test-workflow-id/import"}`, output)
	assert.Equal(t, `import-rows@1.0.0 {"rows":["Ana, 12"]}`, e.asked()[0])
}

func TestHandOverStopsEarly(t *testing.T) {
	e := newExample(t)
	assert.JSONEq(t, `{"rows": 0}`, e.run(t, "hand-over", rows()[0]))
	assert.Empty(t, e.asked())
}

func TestErrands(t *testing.T) {
	e := newExample(t)
	assert.Equal(t, `"done: post the letter"`, e.run(t, "errands",
		errands(object{"do": "run_errand", "what": "buy bread"}, object{"do": "run_errand", "what": "post the letter"})[0]))
	assert.Equal(t, []string{`run_errand {"what":"buy bread"}`, `run_errand {"what":"post the letter"}`}, e.asked()[1:])
}

// A plan that is not right in all of its parts does not run in any.
func TestErrandsRefused(t *testing.T) {
	e := newExample(t)
	output := e.run(t, "errands", errands(object{"do": "run_errand", "what": "buy bread"}, object{"do": "run_erand", "what": "post"})[0])
	assert.Contains(t, output, `there is no activity \"run_erand\" in the catalog; did you mean \"run_errand\"?`)
	assert.Len(t, e.asked(), 1, "the plan alone")
}

func TestRunaway(t *testing.T) {
	e := newExample(t)
	assert.JSONEq(t, `{"doubled": 13, "why": "the budget allows outputBytes: 10000"}`, e.run(t, "runaway", nil))
}

func TestBook(t *testing.T) {
	e := newExample(t)
	e.RegisterDelayedCallback(func() {
		e.SignalWorkflow("publish", "in spring")
		require.NoError(t, e.SignalWorkflowByID("default-test-workflow-id/make/cover/cover", "approve", "Mei"))
	}, time.Hour)
	assert.JSONEq(t, `{"cover": "Numbers up to 3, approved by Mei", "published": "in spring", "sum": 6}`, e.run(t, "book", object{"pages": 3}))
}

func TestProcessDocument(t *testing.T) {
	e := newExample(t)
	assert.JSONEq(t, `["index of terms.pdf"]`, e.run(t, "process_document", Document{ID: "terms.pdf"}))
}

func TestLargePlan(t *testing.T) {
	e := newExample(t)
	assert.Equal(t, "10", e.run(t, "large-plan", Book{Chapters: 2, Words: 5}))
	assert.Equal(t, []string{
		`plan_book {"chapters":2,"words":5}`,
		`count_words {"text":"chapter0001 so it goes on"}`,
		`count_words {"text":"chapter0002 so it goes on"}`,
		`add_up {"numbers":[5,5]}`,
	}, e.asked())
}

// An order that is late is taken back; one that fails in time fails as what it is.
func TestPurchaseOrder(t *testing.T) {
	confirmed := func(address string, after time.Duration) (*example, any) {
		e := newExample(t)
		e.RegisterDelayedCallback(func() { e.SignalWorkflow("order-confirmed", true) }, after)
		return e, object{"id": "o-1", "sku": "lamp", "address": address}
	}
	const day = 24 * time.Hour
	e, input := confirmed("home", 29*day)
	assert.JSONEq(t, `{"order": "o-1", "status": "shipped"}`, e.run(t, "purchase-order", input))
	e, input = confirmed("home", 31*day)
	assert.JSONEq(t, `{"order": "o-1", "status": "late"}`, e.run(t, "purchase-order", input))
	assert.Contains(t, e.asked(), `release_stock {"reservation":"reservation-o-1"}`)
	e, input = confirmed("moon", day)
	failure := e.failure(t, "purchase-order", input)
	assert.Equal(t, ErrNoCarrier, failure.Type())
	assert.Contains(t, failure.Error(), "step sale/order/ship: ")
	assert.Contains(t, e.asked(), `notify_customer {"order":"o-1","text":"we cannot ship your order: no carrier goes to the moon"}`)
}

// A courier who does not come leaves nothing reserved and nothing charged; what comes on the next
// day is another payment.
func TestPickup(t *testing.T) {
	input := object{"order": "o-1", "sku": "lamp", "card": "visa", "amount": 100}
	e := newExample(t)
	e.RegisterDelayedCallback(func() { e.SignalWorkflow("picked-up", object{"by": "eve"}) }, 30*time.Hour)
	assert.JSONEq(t, `{"order": "o-1", "by": "eve"}`, e.run(t, "pickup", input))
	asked := e.asked()
	require.Len(t, asked, 6)
	assert.Equal(t, []string{`refund_card {"charge":"charge-o-1"}`, `release_stock {"reservation":"reservation-o-1"}`}, asked[2:4])
	assert.NotEqual(t, asked[1], asked[5], "the key of the payment")
	e = newExample(t)
	assert.Equal(t, "WaitTimeout", e.failure(t, "pickup", input).Type())
	assert.Len(t, e.asked(), 12)
}

// What no carrier takes waits, with all that was done before, until somebody brings it by hand; the
// corrected version keeps it.
func TestDelivery(t *testing.T) {
	input := object{"order": "o-1", "sku": "lamp", "card": "visa", "amount": 100, "address": "moon"}
	e := newExample(t)
	e.RegisterDelayedCallback(func() { e.SignalWorkflow("approve", true) }, time.Minute)
	e.RegisterDelayedCallback(func() {
		e.UpdateWorkflow(engine.OperateUpdate, "by hand", &testsuite.TestUpdateCallback{OnAccept: func() {}, OnReject: func(err error) { assert.NoError(t, err) }, OnComplete: func(any, error) {}},
			engine.Operation{Op: "complete", Step: "ship", Output: []byte(`"by hand"`)})
	}, time.Hour)
	assert.JSONEq(t, `{"order": "o-1", "parcel": "by hand"}`, e.run(t, "delivery@1.0.0", input))
	assert.Len(t, e.asked(), 3)
	e = newExample(t)
	e.RegisterDelayedCallback(func() { e.SignalWorkflow("approve", true) }, time.Minute)
	assert.JSONEq(t, `{"order": "o-1", "parcel": "parcel-o-1"}`, e.run(t, "delivery@1.0.1", input))
}

// The first of the highest bids wins, whatever is bid after it or when the time is over.
func TestAuction(t *testing.T) {
	e := newExample(t)
	for hour, bid := range []object{{"by": "ana", "amount": 10}, {"by": "bo", "amount": 30}, {"by": "cleo", "amount": 20}, {"by": "dan", "amount": 30}} {
		e.RegisterDelayedCallback(func() { e.SignalWorkflow("bid", bid) }, time.Duration(hour+1)*time.Hour)
	}
	ends := e.Now().Add(24 * time.Hour)
	e.RegisterDelayedCallback(func() { e.SignalWorkflow("bid", object{"by": "eve", "amount": 99}) }, 25*time.Hour)
	assert.JSONEq(t, `{"by": "bo", "amount": 30}`, e.run(t, "auction", object{"item": "a chair", "ends": ends.Format(time.RFC3339)}))
	assert.Equal(t, []string{`send_email {"text":"a chair is yours for 30.","to":"bo"}`}, e.asked())
}
