package updatewithstart

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/replaytest"
)

func TestItemsAreAnsweredAndCounted(t *testing.T) {
	r := newTestRun(t)
	first := r.addAt(time.Second, "1", 2, "apple")
	second := r.addAt(2*time.Second, "2", 1, "bread")
	third := r.addAt(3*time.Second, "3", 3, "apple")
	receipt := r.checkOutAt(time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertPrice(t, Price{"apple", 2, 45, 90, 90}, first)
	assertPrice(t, Price{"bread", 1, 320, 320, 410}, second)
	assertPrice(t, Price{"apple", 3, 45, 135, 545}, third)
	want := Receipt{Lines: []Line{{"apple", 5, 225}, {"bread", 1, 320}}, Total: 545}
	assert.Equal(t, want, receipt.value)
	assert.Equal(t, want, r.receipt())
	assert.Equal(t, []Enquiry{{"apple", 2}, {"bread", 1}, {"apple", 5}}, r.enquiries, "the stock must do for the whole cart")
}

// The update that starts the cart is there before the workflow's first line runs.
func TestFirstItemMeetsACompleteCart(t *testing.T) {
	r := newTestRun(t)
	added := r.addAt(0, "1", 1, "bread")
	r.checkOutAt(time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{Lines: []Line{{"apple", 1, 45}}})

	assertPrice(t, Price{"bread", 1, 320, 320, 365}, added)
	assert.Equal(t, Receipt{[]Line{{"apple", 1, 45}, {"bread", 1, 320}}, 365}, r.receipt())
}

func TestRefusalsAfterAcceptanceLeaveTheCartAsItWas(t *testing.T) {
	before := Cart{Lines: []Line{{"apple", 999, 44955}, {"lamp", 2, 99_98}}}
	full := Cart{}
	for i := range MaxLines {
		full.Lines = append(full.Lines, Line{fmt.Sprint("item-", i), 1, 1})
	}
	cases := []struct {
		name                 string
		before               Cart
		added                AddItem
		failureType, message string
		attempts             int
	}{
		{"unknown", before, AddItem{"unicorn", 1}, UnknownItem, `the shop does not sell "unicorn"`, 1},
		{"out of stock", before, AddItem{"lamp", 2}, OutOfStock, `3 of "lamp" are in stock, the cart would hold 4`, 1},
		{"no price", before, AddItem{"saffron", 1}, PriceUnavailable, `the price of "saffron" cannot be looked up`, 4},
		{"too much money", before, AddItem{"yacht", 1}, CartFull,
			"1 x 92233720368547758.07 would raise the total from 549.53 to more than 100000.00", 1},
		{"too many pieces", before, AddItem{"apple", 2}, CartFull, `a cart holds at most 1000 of "apple", and this one holds 999`, 0},
		{"too many items", full, AddItem{"apple", 1}, CartFull, "a cart holds at most 100 different items", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newTestRun(t)
			refused := r.updateAt(time.Second, AddItemUpdate, "1", c.added)
			next := r.addAt(time.Minute, "2", 1, c.before.Lines[0].Item)
			var between Cart
			r.RegisterDelayedCallback(func() { between = r.content() }, 50*time.Second)
			r.checkOutAt(time.Hour)
			r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, Enquiry{"item-0", 2}).Return(Cents(1), nil)
			r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).Return(DefaultCatalog().LookUpPrice)
			r.ExecuteWorkflow(ShoppingCart, c.before)

			assertFailed(t, c.failureType, c.message, refused)
			assert.Equal(t, c.before.Lines, between.Lines)
			assert.NoError(t, next.err(), "the cart must go on")
			assert.Len(t, r.events, c.attempts+2+2, "%v", r.events)
		})
	}
}

func TestSlowPriceIsLookedUpAgain(t *testing.T) {
	r := newTestRun(t)
	added := r.addAt(time.Second, "1", 1, "mango")
	r.checkOutAt(time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertPrice(t, Price{"mango", 1, 1_99, 1_99, 1_99}, added)
	assert.Len(t, r.enquiries, 3)
	assert.Equal(t, time.Minute, r.elapsed())
}

func TestPriceThatIsNoneIsRefused(t *testing.T) {
	r := newTestRun(t)
	r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).Return(Cents(-1), nil)
	added := r.addAt(time.Second, "1", 1, "apple")
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertFailed(t, PriceUnavailable, `the price of "apple" must not be negative, got -0.01`, added)
	assert.Empty(t, r.content().Lines)
}

func TestValidatorTurnsAwayAndLeavesNoTrace(t *testing.T) {
	long := strings.Repeat("x", MaxNameLength+1)
	cases := []struct {
		name, updateID string
		added          AddItem
		message        string
	}{
		{"no name", "1", AddItem{"", 1}, "item must not be empty (at most 50 bytes)"},
		{"long name", "1", AddItem{long, 1}, "item must have at most 50 bytes, got 51"},
		{"long in bytes", "1", AddItem{strings.Repeat("ü", MaxNameLength/2+1), 1}, "item must have at most 50 bytes, got 52"},
		{"nothing", "1", AddItem{"apple", 0}, "quantity must be 1 to 1000, got 0"},
		{"less than nothing", "1", AddItem{"apple", -1}, "quantity must be 1 to 1000, got -1"},
		{"too many", "1", AddItem{"apple", MaxQuantity + 1}, "quantity must be 1 to 1000, got 1001"},
		{"long id", strings.Repeat("i", MaxUpdateIDLength+1), AddItem{"apple", 1}, "the Update ID must have at most 100 bytes, got 101"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newTestRun(t)
			refused := r.updateAt(time.Second, AddItemUpdate, c.updateID, c.added)
			r.RegisterDelayedCallback(func() { assert.Equal(t, Cart{RequestsPerRun: 1}, r.content()) }, time.Minute)
			r.RegisterDelayedCallback(r.CancelWorkflow, time.Hour)
			r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 1})

			assertRejected(t, InvalidItem, c.message, refused)
			assert.Empty(t, r.events)
			// It would have gone on in a new run if the refused request had counted.
			assertCanceled(t, r.GetWorkflowError())
		})
	}
}

// What is at a bound is let in, by the validator and by the handler.
func TestRequestsAtTheBoundsAreTaken(t *testing.T) {
	wide := strings.Repeat("ü", MaxNameLength/2) // of two bytes each
	cases := []struct {
		name, updateID string
		before         Cart
		added          AddItem
		unitPrice      Cents
		want           Price
	}{
		{"name", "1", Cart{}, AddItem{wide, 1}, 1, Price{wide, 1, 1, 1, 1}},
		{"quantity", "1", Cart{}, AddItem{"apple", MaxQuantity}, 1, Price{"apple", MaxQuantity, 1, MaxQuantity, MaxQuantity}},
		{"quantity in the cart", "1", Cart{Lines: []Line{{"apple", MaxQuantity - 1, 1}}}, AddItem{"apple", 1}, 1, Price{"apple", 1, 1, 1, 2}},
		{"update id", strings.Repeat("i", MaxUpdateIDLength), Cart{}, AddItem{"apple", 1}, 1, Price{"apple", 1, 1, 1, 1}},
		{"price", "1", Cart{}, AddItem{"apple", 1}, MaxTotal, Price{"apple", 1, MaxTotal, MaxTotal, MaxTotal}},
		{"total", "1", Cart{Lines: []Line{{"bread", 1, MaxTotal - 2}}}, AddItem{"apple", 2}, 1, Price{"apple", 2, 1, 2, MaxTotal}},
		{"items", "1", Cart{Lines: manyLines(MaxLines - 1)}, AddItem{"apple", 1}, 1, Price{"apple", 1, 1, 1, MaxLines}},
		{"a known item when full", "1", Cart{Lines: manyLines(MaxLines)}, AddItem{"item-0", 1}, 1, Price{"item-0", 1, 1, 1, MaxLines + 1}},
		{"nothing", "1", Cart{}, AddItem{"apple", 1}, 0, Price{"apple", 1, 0, 0, 0}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := newTestRun(t)
			r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).Return(c.unitPrice, nil)
			added := r.updateAt(time.Second, AddItemUpdate, c.updateID, c.added)
			r.checkOutAt(time.Minute)
			r.ExecuteWorkflow(ShoppingCart, c.before)

			assertPrice(t, c.want, added)
			assert.Equal(t, c.want.Total, r.receipt().Total)
		})
	}
}

func manyLines(count int) (lines []Line) {
	for i := range count {
		lines = append(lines, Line{fmt.Sprint("item-", i), 1, 1})
	}
	return lines
}

func TestTotalOneBeyondItsBoundIsRefused(t *testing.T) {
	r := newTestRun(t)
	r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).Return(Cents(1), nil)
	refused := r.addAt(time.Second, "1", 3, "apple")
	r.checkOutAt(time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{Lines: []Line{{"bread", 1, MaxTotal - 2}}})

	assertFailed(t, CartFull, "3 x 0.01 would raise the total from 99999.98 to more than 100000.00", refused)
	assert.Equal(t, MaxTotal-2, r.receipt().Total)
}

// An Activity's error may be of any length, and the cart remembers it.
func TestFailureIsShortened(t *testing.T) {
	long := strings.Repeat("x", MaxFailureLength-1)
	r := newTestRun(t)
	r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).
		Return(Cents(0), temporal.NewNonRetryableApplicationError(long+"üx", long+"xx", nil))
	refused := r.addAt(time.Second, "1", 1, "apple")
	r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 1})

	assertFailed(t, long+"x", long, refused)
	assert.Equal(t, []Answer{{UpdateID: "1", FailureType: long + "x", Failure: long}}, r.handedOver().Answers, "a repeated request gets the same")
}

// Two requests, each of which there is room for alone.
func TestRequestsAtTheSameTimeDoNotOverdraw(t *testing.T) {
	r := newSlowRun(t)
	first := r.addAt(time.Second, "1", 2, "lamp")
	second := r.addAt(2*time.Second, "2", 2, "lamp")
	third := r.addAt(3*time.Second, "3", 1, "bread")
	r.checkOutAt(time.Hour)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertPrice(t, Price{"lamp", 2, 49_99, 99_98, 99_98}, first)
	assertFailed(t, OutOfStock, `3 of "lamp" are in stock, the cart would hold 4`, second)
	assert.NoError(t, third.err())
	assert.Equal(t, 1, r.mostAtOnce, "the lock is held over the lookup")
	assert.Equal(t, []Line{{"lamp", 2, 99_98}, {"bread", 1, 320}}, r.receipt().Lines)
}

func TestRequestsAtTheSameTimeDoNotOverfill(t *testing.T) {
	r := newSlowRun(t)
	first := r.addAt(time.Second, "1", 600, "apple")
	second := r.addAt(2*time.Second, "2", 600, "apple")
	r.checkOutAt(time.Hour)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertPrice(t, Price{"apple", 600, 45, 270_00, 270_00}, first)
	assertFailed(t, CartFull, `a cart holds at most 1000 of "apple", and this one holds 600`, second)
	assert.Len(t, r.enquiries, 1)
}

func answeredCart() Cart {
	return Cart{
		Lines: []Line{{"apple", 2, 90}},
		Answers: []Answer{
			{UpdateID: "1", Price: Price{"apple", 2, 45, 90, 90}},
			{UpdateID: "2", FailureType: OutOfStock, Failure: "none left"},
			{UpdateID: "3", FailureType: PriceUnavailable, Failure: "no answer"},
		},
		EarlierRuns: 1,
	}
}

func TestRequestOfAnEarlierRunGetsItsAnswerAgain(t *testing.T) {
	r := newTestRun(t)
	price := r.addAt(time.Second, "1", 2, "apple")
	outOfStock := r.addAt(2*time.Second, "2", 1, "apple")
	unavailable := r.addAt(3*time.Second, "3", 1, "apple")
	receipt := r.checkOutAt(time.Minute)
	r.ExecuteWorkflow(ShoppingCart, answeredCart())

	assertPrice(t, Price{"apple", 2, 45, 90, 90}, price)
	assertFailed(t, OutOfStock, "none left", outOfStock)
	assertFailed(t, PriceUnavailable, "no answer", unavailable)
	assert.Empty(t, r.enquiries)
	assert.Equal(t, Receipt{[]Line{{"apple", 2, 90}}, 90}, receipt.value)
}

// A retry is let in even when new requests are not: during a checkout.
func TestRetryIsAnsweredDuringACheckout(t *testing.T) {
	r := newSlowRun(t)
	r.addAt(time.Second, "4", 1, "bread")
	receipt := r.checkOutAt(2 * time.Second)
	retry := r.addAt(3*time.Second, "1", 2, "apple")
	fresh := r.addAt(4*time.Second, "5", 1, "apple")
	r.ExecuteWorkflow(ShoppingCart, answeredCart())

	assertPrice(t, Price{"apple", 2, 45, 90, 90}, retry)
	assertRejected(t, CartClosed, "the cart is checked out", fresh)
	assert.Equal(t, Receipt{[]Line{{"apple", 2, 90}, {"bread", 1, 320}}, 410}, receipt.value)
}

func TestAnswersAreBounded(t *testing.T) {
	cart := Cart{}
	for i := range MaxAnswers + 10 {
		cart.Answers = cart.remembering(Answer{UpdateID: fmt.Sprint(i)})
	}
	require.Len(t, cart.Answers, MaxAnswers)
	_, oldest := cart.answerTo("9")
	_, remembered := cart.answerTo("10")
	_, latest := cart.answerTo(fmt.Sprint(MaxAnswers + 9))
	assert.Equal(t, []bool{false, true, true}, []bool{oldest, remembered, latest})
}

func TestContinueAsNewHandsOverEverything(t *testing.T) {
	r := newSlowRun(t)
	r.addAt(time.Second, "a", 1, "apple")
	r.addAt(2*time.Second, "b", 4, "lamp")
	late := r.addAt(3*time.Second, "c", 1, "bread")
	r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 2})

	assert.Equal(t, Cart{
		Lines: []Line{{"apple", 1, 45}},
		Answers: []Answer{
			{UpdateID: "a", Price: Price{"apple", 1, 45, 45, 45}},
			{UpdateID: "b", FailureType: OutOfStock, Failure: `3 of "lamp" are in stock, the cart would hold 4`},
		},
		EarlierRuns:    1,
		RequestsPerRun: 2,
	}, r.handedOver(), "both requests were under way when the cart had enough of them")
	assertRejected(t, CartBusy, "the cart is about to Continue-As-New: send the same Update ID again", late)
}

// A repeated request is in the Event History, too.
func TestRepeatedRequestsCountForTheLengthOfARun(t *testing.T) {
	r := newTestRun(t)
	for i, updateID := range []string{"1", "2", "3"} {
		r.addAt(time.Duration(i+1)*time.Second, updateID, 1, "apple")
	}
	cart := answeredCart()
	cart.RequestsPerRun = 3
	r.ExecuteWorkflow(ShoppingCart, cart)

	cart.EarlierRuns++
	assert.Equal(t, cart, r.handedOver())
	assert.Equal(t, 3*time.Second, r.elapsed(), "with the third, and not before")
}

func TestSignalsAndCheckOutsCountForTheLengthOfARun(t *testing.T) {
	r := newSlowRun(t)
	r.addAt(time.Second, "1", 1, "unicorn")
	empty := r.checkOutAt(2 * time.Second)
	r.RegisterDelayedCallback(func() { r.SignalWorkflow(KeepOpenSignal, nil) }, time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 3})

	assertFailed(t, CartEmpty, "the cart is empty", empty)
	assert.Empty(t, r.handedOver().Lines)
	assert.Equal(t, time.Minute, r.elapsed())
}

func TestRunHasADefaultLength(t *testing.T) {
	r := newTestRun(t)
	for i := range DefaultRequestsPerRun {
		r.RegisterDelayedCallback(func() { r.SignalWorkflow(KeepOpenSignal, nil) }, time.Duration(i+1)*time.Second)
	}
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assert.Equal(t, Cart{EarlierRuns: 1}, r.handedOver())
	assert.Equal(t, 500*time.Second, r.elapsed())
}

func TestIdleCartEnds(t *testing.T) {
	for _, c := range []struct {
		set, want time.Duration
	}{{0, 30 * 24 * time.Hour}, {time.Hour, time.Hour}} {
		r := newTestRun(t)
		timers := 0
		r.SetOnTimerScheduledListener(func(string, time.Duration) { timers++ })
		var content Cart
		for i := range 5 {
			r.addAt(time.Duration(i+1)*time.Minute, fmt.Sprint(i), 1, "apple")
		}
		r.RegisterDelayedCallback(func() { r.SignalWorkflow(KeepOpenSignal, nil) }, 50*time.Minute)
		r.RegisterDelayedCallback(func() { content = r.content() }, 49*time.Minute+c.want)
		r.ExecuteWorkflow(ShoppingCart, Cart{IdleTimeout: c.set})

		assert.Equal(t, Receipt{}, r.receipt(), "nothing was bought")
		assert.Equal(t, []Line{{"apple", 5, 225}}, content.Lines)
		assert.Equal(t, 50*time.Minute+c.want, r.elapsed(), "counted from the last use")
		assert.Equal(t, 2, timers, "not one for each request")
	}
}

// What was answered may still be on its way when the cart's time is over.
func TestRequestWhileAnIdleCartLeaves(t *testing.T) {
	r := newTestRun(t)
	r.answerTime = time.Minute
	added := r.addAt(time.Second, "1", 1, "apple")
	late := r.addAt(30*time.Second, "2", 1, "apple")
	r.ExecuteWorkflow(ShoppingCart, Cart{IdleTimeout: 10 * time.Second})

	assertPrice(t, Price{"apple", 1, 45, 45, 45}, added)
	assertRejected(t, CartClosed, "the cart was idle for 10s", late)
	assert.Equal(t, Receipt{}, r.receipt())
	assert.Equal(t, time.Minute+time.Second, r.elapsed())
}

// A cart is not idle while it looks a price up, and not at once after.
func TestCartIsNotIdleWhileItAnswers(t *testing.T) {
	r := newSlowRun(t)
	slow := r.addAt(time.Second, "1", 1, "apple")
	next := r.addAt(time.Second+lookupTime+4*time.Second, "2", 1, "apple")
	r.ExecuteWorkflow(ShoppingCart, Cart{IdleTimeout: 5 * time.Second})

	assertPrice(t, Price{"apple", 1, 45, 45, 45}, slow)
	assertPrice(t, Price{"apple", 1, 45, 45, 90}, next)
	assert.Equal(t, Receipt{}, r.receipt())
	assert.Equal(t, time.Second+lookupTime+4*time.Second+lookupTime+5*time.Second, r.elapsed())
}

func TestServerSuggestsToContinueAsNew(t *testing.T) {
	r := newTestRun(t)
	added := r.addAt(time.Second, "a", 1, "apple")
	r.RegisterDelayedCallback(func() { r.SetContinueAsNewSuggested(true) }, time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	require.NoError(t, added.err())
	assert.Equal(t, []Line{{"apple", 1, 45}}, r.handedOver().Lines)
}

// There is always a request under way: without turning new ones away, the run would
// never come to its end.
func TestBusyCartComesToTheEndOfItsRun(t *testing.T) {
	r := newSlowRun(t)
	var answers []*answer
	for i := range 100 {
		answers = append(answers, r.addAt(time.Duration(i)*lookupTime/2, fmt.Sprint(i), 1, "apple"))
	}
	r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 5})

	assert.Len(t, r.handedOver().Answers, 5)
	assertRejected(t, CartBusy, "the cart is about to Continue-As-New: send the same Update ID again", answers[5])
}

func TestCheckOutWaitsForRunningRequests(t *testing.T) {
	r := newSlowRun(t)
	first := r.addAt(time.Second, "1", 1, "apple")
	second := r.addAt(2*time.Second, "2", 1, "bread")
	receipt := r.checkOutAt(3 * time.Second)
	again := r.updateAt(4*time.Second, CheckOutUpdate, "again")
	late := r.addAt(5*time.Second, "3", 1, "apple")
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertPrice(t, Price{"apple", 1, 45, 45, 45}, first)
	assertPrice(t, Price{"bread", 1, 320, 320, 365}, second)
	want := Receipt{[]Line{{"apple", 1, 45}, {"bread", 1, 320}}, 365}
	assert.Equal(t, want, receipt.value)
	assert.Equal(t, want, r.receipt())
	assertRejected(t, CartClosed, "the cart is checked out", again)
	assertRejected(t, CartClosed, "the cart is checked out", late)
}

// The caller has the receipt, so the cart is sold, whatever comes then.
func TestReceiptStandsAgainstACancellation(t *testing.T) {
	r := newTestRun(t)
	r.addAt(time.Second, "1", 1, "apple")
	receipt := r.checkOutAt(time.Minute)
	// The cart leaves only when its handlers have returned.
	r.RegisterDelayedCallback(func() { r.answerTime = time.Minute }, 30*time.Second)
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Minute+time.Second)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	want := Receipt{[]Line{{"apple", 1, 45}}, 45}
	assert.Equal(t, want, receipt.value)
	assert.Equal(t, want, r.receipt())
}

// A cart that is sold is not busy: a repeated request finds no other run.
func TestRequestWhileACheckedOutCartLeaves(t *testing.T) {
	r := newTestRun(t)
	r.addAt(time.Second, "1", 1, "apple")
	receipt := r.checkOutAt(time.Minute)
	r.RegisterDelayedCallback(func() { r.answerTime = time.Minute }, 30*time.Second)
	late := r.addAt(time.Minute+time.Second, "2", 1, "apple")
	again := r.updateAt(time.Minute+2*time.Second, CheckOutUpdate, "again")
	retry := r.addAt(time.Minute+3*time.Second, "1", 1, "apple")
	r.ExecuteWorkflow(ShoppingCart, Cart{Answers: []Answer{{UpdateID: "1", Price: Price{Total: 7}}}, Lines: []Line{{"apple", 1, 45}}})

	assertRejected(t, CartClosed, "the cart is checked out", late)
	assertRejected(t, CartClosed, "the cart is checked out", again)
	assertPrice(t, Price{Total: 7}, retry)
	assert.Equal(t, r.receipt(), receipt.value)
}

// A checkout that fails while the cart is long enough for a new run.
func TestRequestAfterAFailedCheckOutOfALongCart(t *testing.T) {
	r := newSlowRun(t)
	r.addAt(time.Second, "1", 1, "unicorn")
	empty := r.checkOutAt(2 * time.Second)
	during := r.addAt(3*time.Second, "2", 1, "apple")
	r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 2})

	assertRejected(t, CartClosed, "the cart is checked out", during)
	assertFailed(t, CartEmpty, "the cart is empty", empty)
	assert.Empty(t, r.handedOver().Lines)
}

func TestRequestAfterACancellationDuringACheckOut(t *testing.T) {
	r := newSlowRun(t)
	r.answerTime = time.Minute
	r.addAt(time.Second, "1", 1, "apple")
	checkOut := r.checkOutAt(2 * time.Second)
	r.RegisterDelayedCallback(r.CancelWorkflow, 3*time.Second)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertFailed(t, CartClosed, "the cart was canceled", checkOut)
	assertCanceled(t, r.GetWorkflowError())
}

func TestNothingToCheckOut(t *testing.T) {
	r := newSlowRun(t)
	atOnce := r.checkOutAt(time.Second)
	r.addAt(2*time.Second, "1", 1, "unicorn")
	hopeful := r.updateAt(3*time.Second, CheckOutUpdate, "hopeful")
	added := r.addAt(time.Minute, "2", 1, "apple")
	later := r.updateAt(time.Hour, CheckOutUpdate, "later")
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertRejected(t, CartEmpty, "the cart is empty", atOnce)
	assertFailed(t, CartEmpty, "the cart is empty", hopeful)
	assertPrice(t, Price{"apple", 1, 45, 45, 45}, added)
	assert.Equal(t, Receipt{[]Line{{"apple", 1, 45}}, 45}, later.value)
}

func TestCancellationAnswersEverybody(t *testing.T) {
	r := newSlowRun(t)
	lookingUp := r.addAt(time.Second, "1", 1, "apple")
	waiting := r.addAt(2*time.Second, "2", 1, "bread")
	checkOut := r.checkOutAt(3 * time.Second)
	r.RegisterDelayedCallback(r.CancelWorkflow, 4*time.Second)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertFailed(t, CartClosed, "the cart was canceled", lookingUp)
	assertFailed(t, CartClosed, "the cart was canceled", waiting)
	assertFailed(t, CartClosed, "the cart was canceled", checkOut)
	assertCanceled(t, r.GetWorkflowError())
	assert.Len(t, r.enquiries, 1, "nothing is looked up for a canceled cart")
	assert.Empty(t, r.content().Lines)
}

func TestCancellationAtTheEndOfARunIsNotLost(t *testing.T) {
	r := newSlowRun(t)
	added := r.addAt(time.Second, "1", 1, "apple")
	late := r.addAt(2*time.Second, "2", 1, "apple")
	r.RegisterDelayedCallback(r.CancelWorkflow, 3*time.Second)
	r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 1})

	assertRejected(t, CartBusy, "the cart is about to Continue-As-New: send the same Update ID again", late)
	assertFailed(t, CartClosed, "the cart was canceled", added)
	assertCanceled(t, r.GetWorkflowError())
}

func TestInvalidCartTellsItsFirstCaller(t *testing.T) {
	long := strings.Repeat("x", MaxFailureLength+1)
	carts := map[string]Cart{
		"earlierRuns must not be negative, got -1":                           {EarlierRuns: -1},
		"requestsPerRun must be 0 to 1000, got -1":                           {RequestsPerRun: -1},
		"requestsPerRun must be 0 to 1000, got 1001":                         {RequestsPerRun: MaxRequestsPerRun + 1},
		"idleTimeout must be 0s to 8760h0m0s, got -1ns":                      {IdleTimeout: -1},
		"idleTimeout must be 0s to 8760h0m0s, got 8760h0m0.000000001s":       {IdleTimeout: MaxIdleTimeout + 1},
		"number of lines must be 0 to 100, got 101":                          {Lines: manyLines(MaxLines + 1)},
		"number of answers must be 0 to 500, got 501":                        {Answers: make([]Answer, MaxAnswers+1)},
		"line 1: quantity must be 1 to 1000, got 0":                          {Lines: []Line{{"apple", 0, 0}}},
		"line 1: item must not be empty (at most 50 bytes)":                  {Lines: []Line{{"", 1, 0}}},
		"line 1: price must be 0.00 to 100000.00, got -0.01":                 {Lines: []Line{{"apple", 1, -1}}},
		"line 2: price must be 0.00 to 100000.00, got 100000.01":             {Lines: []Line{{"apple", 1, 0}, {"bread", 1, MaxTotal + 1}}},
		`line 3: "apple" has a line already`:                                 {Lines: []Line{{"apple", 1000, 1}, {"bread", 1, 1}, {"apple", 1000, 1}}},
		"the total must be at most 100000.00, got 100000.01":                 {Lines: []Line{{"apple", 1, MaxTotal}, {"bread", 1, 1}}},
		"answer 1: updateId must be unique, and have 1 to 100 bytes":         {Answers: []Answer{{UpdateID: ""}}},
		"answer 2: updateId must be unique, and have 1 to 100 bytes":         {Answers: []Answer{{UpdateID: "1"}, {UpdateID: strings.Repeat("i", MaxUpdateIDLength+1)}}},
		"answer 3: updateId must be unique, and have 1 to 100 bytes":         {Answers: []Answer{{UpdateID: "1"}, {UpdateID: "2"}, {UpdateID: "1"}}},
		"answer 1: failureType and failure must have at most 500 bytes each": {Answers: []Answer{{UpdateID: "1", FailureType: long}}},
		"answer 2: failureType and failure must have at most 500 bytes each": {Answers: []Answer{{UpdateID: "1"}, {UpdateID: "2", Failure: long}}},
	}
	for message, cart := range carts {
		t.Run(message, func(t *testing.T) {
			r := newTestRun(t)
			first := r.addAt(0, "1", 1, "apple")
			r.ExecuteWorkflow(ShoppingCart, cart)

			assertRejected(t, InvalidCart, message, first)
			assertRefusal(t, InvalidCart, message, r.GetWorkflowError())
			assert.Empty(t, r.enquiries)
		})
	}
}

// A cart at all of its bounds is one that adding items can have led to.
func TestCartAtItsBoundsIsValid(t *testing.T) {
	cart := Cart{RequestsPerRun: MaxRequestsPerRun, IdleTimeout: MaxIdleTimeout, Lines: []Line{{strings.Repeat("x", MaxNameLength), MaxQuantity, MaxTotal}}}
	for i := 1; i < MaxLines; i++ {
		cart.Lines = append(cart.Lines, Line{fmt.Sprint("item-", i), 1, 0})
	}
	text := strings.Repeat("x", MaxFailureLength)
	for i := range MaxAnswers {
		cart.Answers = append(cart.Answers, Answer{UpdateID: fmt.Sprintf("%0*d", MaxUpdateIDLength, i), FailureType: text, Failure: text})
	}
	encoded, err := json.Marshal(cart)
	require.NoError(t, err)
	assert.Less(t, len(encoded), 1<<20, "half the size limit of a payload")

	r := newTestRun(t)
	full := r.addAt(time.Second, "new", 1, "item-1")
	receipt := r.checkOutAt(time.Minute)
	r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).Return(Cents(0), nil)
	r.ExecuteWorkflow(ShoppingCart, cart)

	assertPrice(t, Price{"item-1", 1, 0, 0, MaxTotal}, full)
	require.NoError(t, receipt.err())
	assert.Equal(t, MaxTotal, receipt.value.(Receipt).Total)
}

// Whatever the moments at which a cart continues as new, its callers get the
// same as by a cart that never does, and it ends with the same content.
func TestRunsOfAnyLengthAddUpToTheSameCart(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	items := []string{"apple", "bread", "lamp", "unicorn"}
	for range 10 {
		requests := make([]AddItem, 10+random.IntN(20))
		for i := range requests {
			requests[i] = AddItem{items[random.IntN(len(items))], 1 + random.IntN(2)}
		}
		wantAnswers, want := shop(t, requests, len(requests)*2, random)
		for _, requestsPerRun := range []int{1, 2, 5} {
			answers, got := shop(t, requests, requestsPerRun, random)
			assert.Equal(t, wantAnswers, answers)
			assert.Equal(t, want.Lines, got.Lines)
			assert.GreaterOrEqual(t, got.EarlierRuns, len(requests)/requestsPerRun-1)
		}
	}
}

// shop sends the requests one after the other, and an earlier one again between any
// two, in as many runs as it takes. It returns the answers in the order of the
// requests, and the cart.
func shop(t *testing.T, requests []AddItem, requestsPerRun int, random *rand.Rand) ([]string, Cart) {
	cart := Cart{RequestsPerRun: requestsPerRun}
	answers := make([]string, len(requests))
	for next := 0; next < len(requests); {
		r := newTestRun(t)
		var sent []*answer
		var indexes []int
		send := func(index int) {
			when := time.Duration(len(sent)+1) * time.Minute
			sent = append(sent, r.addAt(when, fmt.Sprint("request-", index), requests[index].Quantity, requests[index].Item))
			indexes = append(indexes, index)
		}
		// A few more than one run takes.
		for i := next; i < len(requests) && i-next <= requestsPerRun; i++ {
			send(i)
			send(random.IntN(i + 1))
		}
		r.RegisterDelayedCallback(r.CancelWorkflow, time.Duration(len(sent)+1)*time.Minute)
		r.ExecuteWorkflow(ShoppingCart, cart)

		for i, got := range sent {
			if got.completed == 0 {
				continue // it came too late for this run
			}
			told := fmt.Sprint(got.value, got.failure)
			if before := answers[indexes[i]]; before != "" {
				assert.Equal(t, before, told, "a repeated request gets the same answer")
			}
			answers[indexes[i]] = told
			next = max(next, indexes[i]+1)
		}
		if next == len(requests) {
			cart = r.content()
			break
		}
		cart = r.handedOver()
	}
	return answers, cart
}

func TestMoneyCountsExactlyOrNotAtAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		// Of all magnitudes.
		first, second := Cents(random.Int64()>>random.IntN(63)), Cents(random.Int64()>>random.IntN(63))
		quantity := int(random.Int64() >> random.IntN(63))
		product, countable := first.Times(quantity)
		assertCount(t, new(big.Int).Mul(big.NewInt(int64(first)), big.NewInt(int64(quantity))), product, countable)
		sum, countable := first.Plus(second)
		assertCount(t, new(big.Int).Add(big.NewInt(int64(first)), big.NewInt(int64(second))), sum, countable)
	}
	for _, negative := range []func() (Cents, bool){
		func() (Cents, bool) { return Cents(-1).Times(1) },
		func() (Cents, bool) { return Cents(1).Times(-1) },
		func() (Cents, bool) { return Cents(-1).Plus(1) },
		func() (Cents, bool) { return Cents(1).Plus(-1) },
	} {
		got, countable := negative()
		assert.False(t, countable)
		assert.Zero(t, got)
	}
	assert.Equal(t, "92233720368547758.07", Cents(math.MaxInt64).String())
	assert.Equal(t, "0.05", Cents(5).String())
	assert.Equal(t, "-92233720368547758.08", Cents(math.MinInt64).String())
}

func assertCount(t *testing.T, want *big.Int, got Cents, countable bool) {
	t.Helper()
	require.Equal(t, want.IsInt64(), countable)
	if countable {
		require.Equal(t, want.Int64(), int64(got))
	} else {
		require.Zero(t, got)
	}
}

func TestTexts(t *testing.T) {
	cart := answeredCart()
	assert.Equal(t, "2 apple, total 0.90, earlier runs: 1", cart.String())
	assert.Equal(t, "nothing, total 0.00, earlier runs: 0", Cart{}.String())
	assert.Equal(t, "2 x 0.45 = 0.90, total 0.90", cart.Answers[0].Price.String())
	assert.Equal(t, "1 apple, 2 bread, total 6.85", Receipt{[]Line{{"apple", 1, 45}, {"bread", 2, 640}}, 685}.String())
	assert.Equal(t, "order 1, 4.10 reserved", Confirmation{"1", 4_10}.String())
	assert.Equal(t, "order 1, shipped by parcel-post", Shipment{"1", "parcel-post"}.String())
}

// The Web UI and the command line show what each message is for.
func TestMessagesAreDescribed(t *testing.T) {
	r := newTestRun(t)
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	encoded, err := r.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(t, encoded.Get(&metadata))
	described := map[string]string{}
	definition := metadata.GetDefinition()
	for _, each := range slices.Concat(definition.GetQueryDefinitions(), definition.GetUpdateDefinitions(), definition.GetSignalDefinitions()) {
		described[each.GetName()] = each.GetDescription()
	}
	assert.Equal(t, "What the cart holds, and which requests it has answered.", described[ContentQuery])
	assert.Equal(t, "Buy what the cart holds.", described[CheckOutUpdate])
	assert.Equal(t, "Add pieces of an item and learn their price.", described[AddItemUpdate])
	assert.Equal(t, "Keep the cart open although nothing is added.", described[KeepOpenSignal])
}

func TestWorkflowsHaveOneName(t *testing.T) {
	assert.Equal(t, worker.Options{DisableRegistrationAliasing: true}, Options())
}

func TestGoldenHistories(t *testing.T) { replaytest.Histories(t, Register) }
