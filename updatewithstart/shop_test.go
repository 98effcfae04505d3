package updatewithstart

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// fakeClient answers updates with what the test scripted, one after the other, and
// notes what was sent.
type fakeClient struct {
	client.Client
	script     []scripted
	operations []*fakeOperation
	updateIDs  []string
	updates    []client.UpdateWorkflowOptions
	content    Cart
	queries    []string
	// operationErr is what each operation fails to say which run it has started with.
	operationErr error
	// queryErrors are what the first queries fail with.
	queryErrors []error
}

// scripted gives one answer, which is a refusal where the error is an ApplicationError.
type scripted func(context.Context) (any, error)

type fakeOperation struct {
	client.WithStartWorkflowOperation
	options client.StartWorkflowOptions
	args    []any
	uses    int
	err     error
}

func (o *fakeOperation) Get(context.Context) (client.WorkflowRun, error) {
	return fakeRun{id: o.options.ID}, o.err
}

type fakeRun struct {
	client.WorkflowRun
	id string
}

func (r fakeRun) GetID() string { return r.id }

func (f *fakeClient) NewWithStartWorkflowOperation(options client.StartWorkflowOptions, _ any, args ...any) client.WithStartWorkflowOperation {
	operation := &fakeOperation{options: options, args: args, err: f.operationErr}
	f.operations = append(f.operations, operation)
	return operation
}

func (f *fakeClient) UpdateWithStartWorkflow(ctx context.Context, options client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	options.StartWorkflowOperation.(*fakeOperation).uses++
	return f.UpdateWorkflow(ctx, options.UpdateOptions)
}

func (f *fakeClient) UpdateWorkflow(ctx context.Context, options client.UpdateWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	f.updateIDs = append(f.updateIDs, options.UpdateID)
	f.updates = append(f.updates, options)
	answer := f.script[0]
	if len(f.script) > 1 {
		f.script = f.script[1:]
	}
	value, err := answer(ctx)
	var refused *temporal.ApplicationError
	if err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	return fakeHandle{value: value, err: err}, nil
}

func (f *fakeClient) QueryWorkflow(_ context.Context, workflowID, runID, name string, args ...any) (converter.EncodedValue, error) {
	f.queries = append(f.queries, fmt.Sprint(workflowID, " ", runID, " ", name, args))
	if len(f.queryErrors) > 0 {
		err := f.queryErrors[0]
		f.queryErrors = f.queryErrors[1:]
		return nil, err
	}
	return fakeValue{content: f.content}, nil
}

type fakeHandle struct {
	client.WorkflowUpdateHandle
	value any
	err   error
}

func (h fakeHandle) Get(_ context.Context, value any) error {
	if h.err == nil {
		reflect.ValueOf(value).Elem().Set(reflect.ValueOf(h.value))
	}
	return h.err
}

type fakeValue struct {
	converter.EncodedValue
	content Cart
}

func (v fakeValue) Get(value any) error {
	*value.(*Cart) = v.content
	return nil
}

func answers(value any, err error) scripted {
	return func(context.Context) (any, error) { return value, err }
}

// neverAnswers is what a server does that is unavailable.
func neverAnswers(ctx context.Context) (any, error) {
	<-ctx.Done()
	return nil, client.NewWorkflowUpdateServiceTimeoutOrCanceledError(ctx.Err())
}

func TestRequestIsRepeatedUnderItsIDUntilItIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := Price{"apple", 1, 45, 45, 45}
		fake := &fakeClient{script: []scripted{
			neverAnswers,
			answers(Price{}, refuse(CartBusy, "moving")),
			answers(Price{}, fmt.Errorf("failed workflow update: %w", serviceerror.NewWorkflowNotReady("task failure"))),
			answers(want, nil),
		}}
		price, err := NewShop(fake).AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})

		require.NoError(t, err)
		assert.Equal(t, want, price)
		assert.Equal(t, []string{"request", "request", "request", "request"}, fake.updateIDs)
		require.Len(t, fake.operations, 4)
		for _, operation := range fake.operations {
			assert.Equal(t, 1, operation.uses, "an operation can be used once")
		}
	})
}

func TestRefusalIsNotRepeated(t *testing.T) {
	for _, refusal := range []error{refuse(OutOfStock, "none left"), refuse(PriceUnavailable, "no answer"), errors.New("no permission")} {
		fake := &fakeClient{script: []scripted{answers(Price{}, refusal)}}
		_, err := NewShop(fake).AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})

		assert.ErrorIs(t, err, refusal)
		assert.Len(t, fake.updateIDs, 1)
	}
}

func TestCallEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 42*time.Second)
		defer cancel()
		began := time.Now()
		fake := &fakeClient{script: []scripted{neverAnswers}}
		_, err := NewShop(fake).AddItem(ctx, "cart", "request", AddItem{"apple", 1})

		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 42*time.Second, time.Since(began))
		assert.Len(t, fake.updateIDs, 5, "an attempt has ten seconds")
		var last *client.WorkflowUpdateServiceTimeoutOrCanceledError
		assert.ErrorAs(t, err, &last, "and why the last one failed")
	})
}

func TestCartIsStartedOnceForAllTime(t *testing.T) {
	fake := &fakeClient{script: []scripted{answers(Price{}, nil)}}
	_, err := NewShop(fake).AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})

	require.NoError(t, err)
	options := fake.operations[0].options
	assert.Equal(t, "cart", options.ID)
	assert.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, options.WorkflowIDConflictPolicy)
	assert.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
	assert.Equal(t, TaskQueue, options.TaskQueue)
	assert.Equal(t, "a shopping cart", options.StaticSummary)
	assertNoTimeout(t, options)
}

// A timeout would cut off the requests that are being handled.
func assertNoTimeout(t *testing.T, options client.StartWorkflowOptions) {
	t.Helper()
	assert.Zero(t, options.WorkflowExecutionTimeout)
	assert.Zero(t, options.WorkflowRunTimeout)
}

func TestOrderIsStartedAndAnsweredOnce(t *testing.T) {
	want := Confirmation{"1", 4_10}
	fake := &fakeClient{script: []scripted{answers(want, nil)}}
	for range 2 {
		confirmation, run, err := NewShop(fake).PlaceOrder(t.Context(), "order", goodOrder())
		require.NoError(t, err)
		assert.Equal(t, "order", run.GetID(), "the order goes on in it")
		assert.Equal(t, want, confirmation)
	}

	assert.Equal(t, []string{ConfirmationUpdate, ConfirmationUpdate}, fake.updateIDs)
	options := fake.operations[0].options
	assert.Equal(t, "order", options.ID)
	assert.Equal(t, TaskQueue, options.TaskQueue)
	assert.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, options.WorkflowIDConflictPolicy)
	assert.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
	assert.Equal(t, "an order", options.StaticSummary)
	assertNoTimeout(t, options)
}

func TestOrderWhoseRunIsNotKnownIsAnError(t *testing.T) {
	lost := errors.New("connection lost")
	fake := &fakeClient{script: []scripted{answers(Confirmation{"1", 4_10}, nil)}, operationErr: lost}
	_, _, err := NewShop(fake).PlaceOrder(t.Context(), "order", goodOrder())
	assert.ErrorIs(t, err, lost)
}

// cuttingOff are the ways in which a caller learns that the run was terminated or timed
// out: at once, and when it asks again.
var cuttingOff = map[string]error{
	"while it waits": temporal.NewApplicationError("workflow update was aborted by closing workflow", "AcceptedUpdateCompletedWorkflow"),
	"when it asks":   serviceerror.NewWorkflowExecutionAlreadyStarted("finished", "", "run"),
}

func TestCutOffIsNotTakenForARefusal(t *testing.T) {
	for name, cut := range cuttingOff {
		t.Run(name, func(t *testing.T) {
			fake := &fakeClient{script: []scripted{answers(nil, cut)}, content: answeredCart()}
			shop := NewShop(fake)

			price, err := shop.AddItem(t.Context(), "cart", "1", AddItem{"apple", 2})
			require.NoError(t, err)
			assert.Equal(t, Price{"apple", 2, 45, 90, 90}, price, "it was answered before the cut")
			_, err = shop.AddItem(t.Context(), "cart", "new", AddItem{"apple", 2})
			assertRefusal(t, CartClosed, "the cart is closed", err)
			_, err = shop.CheckOut(t.Context(), "cart", "check-out")
			assertRefusal(t, CartClosed, "no cart is open", err)
			_, _, err = shop.PlaceOrder(t.Context(), "order", goodOrder())
			assertRefusal(t, OrderCutOff, "order 1 was cut off before it had answered", err)
		})
	}
}

func TestRequestsAreWhatTheCartTakes(t *testing.T) {
	fake := &fakeClient{script: []scripted{answers(Price{}, nil), answers(Receipt{Total: 7}, nil), answers(Confirmation{}, nil)}}
	shop := NewShop(fake)
	shop.newCart = Cart{RequestsPerRun: 7}
	_, err := shop.AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})
	require.NoError(t, err)
	receipt, err := shop.CheckOut(t.Context(), "cart", "check-out")
	require.NoError(t, err)
	_, _, err = shop.PlaceOrder(t.Context(), "order", goodOrder())
	require.NoError(t, err)

	assert.Equal(t, Receipt{Total: 7}, receipt)
	assert.Equal(t, []client.UpdateWorkflowOptions{
		{UpdateID: "request", UpdateName: "add-item", Args: []any{AddItem{"apple", 1}}, WaitForStage: client.WorkflowUpdateStageCompleted},
		{WorkflowID: "cart", UpdateID: "check-out", UpdateName: "check-out", WaitForStage: client.WorkflowUpdateStageCompleted},
		{UpdateID: "confirmation", UpdateName: "confirmation", WaitForStage: client.WorkflowUpdateStageCompleted},
	}, fake.updates)
	assert.Equal(t, []any{Cart{RequestsPerRun: 7}}, fake.operations[0].args)
	assert.Equal(t, []any{goodOrder()}, fake.operations[1].args)
}

func TestQueryIsRepeatedUntilItIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &fakeClient{content: answeredCart(), queryErrors: []error{serviceerror.NewDeadlineExceeded("no worker")}}
		content, err := NewShop(fake).Content(t.Context(), "cart")
		require.NoError(t, err)
		assert.Equal(t, answeredCart(), content)
		assert.Equal(t, []string{"cart  content[]", "cart  content[]"}, fake.queries, "of whichever run is the last")
	})
}

func TestClosedCartThatCannotBeAskedIsNoRefusal(t *testing.T) {
	closed := serviceerror.NewWorkflowExecutionAlreadyStarted("finished", "", "run")
	gone := serviceerror.NewNotFound("removed after its retention")
	fake := &fakeClient{script: []scripted{answers(nil, closed)}, queryErrors: []error{gone}}
	_, err := NewShop(fake).AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})
	assert.ErrorIs(t, err, gone)
}

func TestRefusedCheckOutIsReturned(t *testing.T) {
	fake := &fakeClient{script: []scripted{answers(nil, refuse(CartEmpty, "the cart is empty"))}}
	_, err := NewShop(fake).CheckOut(t.Context(), "cart", "check-out")
	assertRefusal(t, CartEmpty, "the cart is empty", err)
}

func TestCheckOutOfNoCartIsRefused(t *testing.T) {
	fake := &fakeClient{script: []scripted{answers(nil, serviceerror.NewNotFound("no such workflow"))}}
	_, err := NewShop(fake).CheckOut(t.Context(), "cart", "check-out")
	assertRefusal(t, CartClosed, "no cart is open", err)
}

// Without a pause, a cart between two runs would be asked thousands of times.
func TestAttemptsArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &fakeClient{script: []scripted{answers(nil, refuse(CartBusy, "moving"))}}
		ctx, cancel := context.WithTimeout(t.Context(), 9950*time.Millisecond)
		defer cancel()
		_, err := NewShop(fake).AddItem(ctx, "cart", "request", AddItem{"apple", 1})

		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Len(t, fake.updateIDs, 100, "one each tenth of a second")
	})
}

func TestCartsDoNotShareAQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueues()
		let := 0
		for i := range 100 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := q.wait(ctx, fmt.Sprint("cart-", i)); err == nil {
				let++
			}
			cancel()
		}
		// Two carts may share one of the 64 queues by chance. All in all those let two
		// callers each through, and seldom is one of them not used.
		assert.Greater(t, let, 60)
	})
}

func TestQueueGoesOnWhenATurnIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueues()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 10 * MaxConcurrentRequests {
			over, err := q.wait(ctx, "cart")
			require.NoError(t, err)
			over()
		}
	})
}

func TestClosedCartStillKnowsItsAnswers(t *testing.T) {
	closed := serviceerror.NewWorkflowExecutionAlreadyStarted("finished", "", "run")
	fake := &fakeClient{script: []scripted{answers(Price{}, closed)}, content: answeredCart()}
	shop := NewShop(fake)

	price, err := shop.AddItem(t.Context(), "cart", "1", AddItem{"apple", 2})
	require.NoError(t, err)
	assert.Equal(t, Price{"apple", 2, 45, 90, 90}, price)
	_, err = shop.AddItem(t.Context(), "cart", "2", AddItem{"apple", 2})
	assertRefusal(t, OutOfStock, "none left", err)
	_, err = shop.AddItem(t.Context(), "cart", "new", AddItem{"apple", 2})
	assertRefusal(t, CartClosed, "the cart is closed", err)
}

func TestFewRequestsAtATimeReachOneCart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mutex sync.Mutex
		underWay, mostAtOnce := 0, 0
		count := func(more int) {
			mutex.Lock()
			defer mutex.Unlock()
			underWay += more
			mostAtOnce = max(mostAtOnce, underWay)
		}
		fake := &concurrentClient{answer: func() {
			count(1)
			<-time.After(time.Second) // of the bubble's time, which passes at once
			count(-1)
		}}
		shop := NewShop(fake)
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				_, err := shop.AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})
				assert.NoError(t, err)
			})
		}
		callers.Wait()
		assert.Equal(t, MaxConcurrentRequests, mostAtOnce)
		assert.Less(t, 4*mostAtOnce, 10, "four clients stay below the server's limit")
	})
}

func TestWaitingForATurnEndsWithItsContext(t *testing.T) {
	q := newQueues()
	for range MaxConcurrentRequests {
		_, err := q.wait(t.Context(), "cart")
		require.NoError(t, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := q.wait(ctx, "cart")
	assert.ErrorIs(t, err, context.Canceled)

	fake := &fakeClient{}
	shop := NewShop(fake)
	shop.queues = q
	_, err = shop.AddItem(ctx, "cart", "request", AddItem{"apple", 1})
	assert.ErrorIs(t, err, context.Canceled)
	assert.ErrorContains(t, err, "wait for a turn at cart: ")
	assert.Empty(t, fake.updateIDs)
}

// concurrentClient may be called concurrently.
type concurrentClient struct {
	client.Client
	answer func()
}

func (c *concurrentClient) NewWithStartWorkflowOperation(client.StartWorkflowOptions, any, ...any) client.WithStartWorkflowOperation {
	return &fakeOperation{}
}

func (c *concurrentClient) UpdateWithStartWorkflow(context.Context, client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	c.answer()
	return fakeHandle{value: Price{}}, nil
}
