package updatewithstart

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

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
			"1 times 92233720368547758.07 is too much: a cart costs at most 100000.00, and this one costs 549.53 already", 1},
		{"too many pieces", before, AddItem{"apple", 2}, CartFull, `a cart holds at most 1000 pieces of "apple", and has 999 already`, 0},
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
}

func TestPriceThatIsNoneIsRefused(t *testing.T) {
	r := newTestRun(t)
	r.OnActivity(Catalog{}.LookUpPrice, mock.Anything, mock.Anything).Return(Cents(-1), nil)
	added := r.addAt(time.Second, "1", 1, "apple")
	r.RegisterDelayedCallback(r.CancelWorkflow, time.Minute)
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertFailed(t, CartFull, "1 times -0.01 is too much: a cart costs at most 100000.00, and this one costs 0.00 already", added)
	assert.Empty(t, r.content().Lines)
}

func TestValidatorTurnsAwayAndLeavesNoTrace(t *testing.T) {
	long := strings.Repeat("x", MaxNameLength+1)
	cases := []struct {
		name, updateID string
		added          AddItem
		message        string
	}{
		{"no name", "1", AddItem{"", 1}, "an item's name has 1 to 50 bytes, got 0"},
		{"long name", "1", AddItem{long, 1}, "an item's name has 1 to 50 bytes, got 51"},
		{"nothing", "1", AddItem{"apple", 0}, "quantity is 1 to 1000, got 0"},
		{"less than nothing", "1", AddItem{"apple", -1}, "quantity is 1 to 1000, got -1"},
		{"too many", "1", AddItem{"apple", MaxQuantity + 1}, "quantity is 1 to 1000, got 1001"},
		{"long id", strings.Repeat("i", MaxUpdateIDLength+1), AddItem{"apple", 1}, "an update id has at most 100 bytes, got 101"},
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
			assertCancelled(t, r.GetWorkflowError())
		})
	}
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
	assertFailed(t, CartFull, `a cart holds at most 1000 pieces of "apple", and has 600 already`, second)
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
	assertRejected(t, CartBusy, "the cart is about to go on in a new run: send the same update id again", late)
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
	assertRejected(t, CartBusy, "the cart is about to go on in a new run: send the same update id again", answers[5])
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

func TestNothingToCheckOut(t *testing.T) {
	r := newSlowRun(t)
	atOnce := r.checkOutAt(time.Second)
	r.addAt(2*time.Second, "1", 1, "unicorn")
	hopeful := r.updateAt(3*time.Second, CheckOutUpdate, "hopeful")
	added := r.addAt(time.Minute, "2", 1, "apple")
	later := r.updateAt(time.Hour, CheckOutUpdate, "later")
	r.ExecuteWorkflow(ShoppingCart, Cart{})

	assertRejected(t, CartEmpty, "there is nothing in the cart", atOnce)
	assertFailed(t, CartEmpty, "there is nothing in the cart", hopeful)
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

	assertFailed(t, CartClosed, "the cart was cancelled", lookingUp)
	assertFailed(t, CartClosed, "the cart was cancelled", waiting)
	assertFailed(t, CartClosed, "the cart was cancelled", checkOut)
	assertCancelled(t, r.GetWorkflowError())
	assert.Len(t, r.enquiries, 1, "nothing is looked up for a cancelled cart")
	assert.Empty(t, r.content().Lines)
}

func TestCancellationAtTheEndOfARunIsNotLost(t *testing.T) {
	r := newSlowRun(t)
	added := r.addAt(time.Second, "1", 1, "apple")
	late := r.addAt(2*time.Second, "2", 1, "apple")
	r.RegisterDelayedCallback(r.CancelWorkflow, 3*time.Second)
	r.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 1})

	assertRejected(t, CartBusy, "the cart is about to go on in a new run: send the same update id again", late)
	assertFailed(t, CartClosed, "the cart was cancelled", added)
	assertCancelled(t, r.GetWorkflowError())
}

func TestInvalidCartTellsItsFirstCaller(t *testing.T) {
	carts := map[string]Cart{
		"the cart has 0 lines of at most 100, 0 answers of at most 500, -1 earlier runs and 0 requests a run": {EarlierRuns: -1},
		"the cart has 0 lines of at most 100, 0 answers of at most 500, 0 earlier runs and -1 requests a run": {RequestsPerRun: -1},
		"line 1: 0 pieces at 0.00":                    {Lines: []Line{{"apple", 0, 0}}},
		"line 2: 1 pieces at 100000.01":               {Lines: []Line{{"apple", 1, 0}, {"bread", 1, MaxTotal + 1}}},
		"the cart costs 100000.01, at most 100000.00": {Lines: []Line{{"apple", 1, MaxTotal}, {"bread", 1, 1}}},
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

// Whatever the moments at which a cart goes on in a new run, its callers are told the
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
				assert.Equal(t, before, told, "who asks again is told the same")
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
		_, countable := negative()
		assert.False(t, countable)
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
	}
}

func TestGoldenHistories(t *testing.T) { replaytest.Histories(t, Register) }
