package updatewithstart

import (
	"context"
	"errors"
	"fmt"
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
	script     []func(context.Context) (Price, error)
	operations []*fakeOperation
	updateIDs  []string
	content    Cart
}

type fakeOperation struct {
	client.WithStartWorkflowOperation
	options client.StartWorkflowOptions
	uses    int
}

func (f *fakeClient) NewWithStartWorkflowOperation(options client.StartWorkflowOptions, _ any, _ ...any) client.WithStartWorkflowOperation {
	operation := &fakeOperation{options: options}
	f.operations = append(f.operations, operation)
	return operation
}

func (f *fakeClient) UpdateWithStartWorkflow(ctx context.Context, options client.UpdateWithStartWorkflowOptions) (client.WorkflowUpdateHandle, error) {
	options.StartWorkflowOperation.(*fakeOperation).uses++
	f.updateIDs = append(f.updateIDs, options.UpdateOptions.UpdateID)
	answer := f.script[0]
	if len(f.script) > 1 {
		f.script = f.script[1:]
	}
	price, err := answer(ctx)
	var refused *temporal.ApplicationError
	if err != nil && !errors.As(err, &refused) {
		return nil, err
	}
	return fakeHandle{price: price, err: err}, nil
}

func (f *fakeClient) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return fakeValue{content: f.content}, nil
}

type fakeHandle struct {
	client.WorkflowUpdateHandle
	price Price
	err   error
}

func (h fakeHandle) Get(_ context.Context, value any) error {
	*value.(*Price) = h.price
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

func answers(price Price, err error) func(context.Context) (Price, error) {
	return func(context.Context) (Price, error) { return price, err }
}

// neverAnswers is what a service does that is out of reach.
func neverAnswers(ctx context.Context) (Price, error) {
	<-ctx.Done()
	return Price{}, client.NewWorkflowUpdateServiceTimeoutOrCanceledError(ctx.Err())
}

func TestRequestIsRepeatedUnderItsIDUntilItIsAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := Price{"apple", 1, 45, 45, 45}
		fake := &fakeClient{script: []func(context.Context) (Price, error){
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
		fake := &fakeClient{script: []func(context.Context) (Price, error){answers(Price{}, refusal)}}
		_, err := NewShop(fake).AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})

		assert.ErrorIs(t, err, refusal)
		assert.Len(t, fake.updateIDs, 1)
	}
}

func TestCallEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
		defer cancel()
		began := time.Now()
		fake := &fakeClient{script: []func(context.Context) (Price, error){neverAnswers}}
		_, err := NewShop(fake).AddItem(ctx, "cart", "request", AddItem{"apple", 1})

		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 25*time.Second, time.Since(began))
		assert.Len(t, fake.updateIDs, 3, "an attempt has ten seconds")
	})
}

func TestCartIsStartedOnceForAllTime(t *testing.T) {
	fake := &fakeClient{script: []func(context.Context) (Price, error){answers(Price{}, nil)}}
	_, err := NewShop(fake).AddItem(t.Context(), "cart", "request", AddItem{"apple", 1})

	require.NoError(t, err)
	options := fake.operations[0].options
	assert.Equal(t, "cart", options.ID)
	assert.Equal(t, enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING, options.WorkflowIDConflictPolicy)
	assert.Equal(t, enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE, options.WorkflowIDReusePolicy)
	assert.Equal(t, Lifetime, options.WorkflowExecutionTimeout)
}

func TestClosedCartStillKnowsItsAnswers(t *testing.T) {
	closed := serviceerror.NewWorkflowExecutionAlreadyStarted("finished", "", "run")
	fake := &fakeClient{script: []func(context.Context) (Price, error){answers(Price{}, closed)}, content: answeredCart()}
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
	return fakeHandle{}, nil
}
