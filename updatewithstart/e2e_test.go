//go:build e2e

package updatewithstart

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// A crowd is what shops in TestCrowdWhileTheWorkerIsKilled.
const (
	crowdRequests = 200
	crowdCarts    = 4
	crowdClients  = 4
)

// request is one thing that somebody wants, under one update id.
type request struct {
	cart, updateID string
	added          AddItem
}

// reply is what a caller was told: a price, or the type of the refusal.
type reply struct {
	price   Price
	refusal string
}

func TestCrowdWhileTheWorkerIsKilled(t *testing.T) {
	server := e2etest.StartServer(t)
	process := workerProcess{program: buildWorker(t), server: server}
	process.start(t)
	shops := openShops(t, server)
	requests := wishes()

	var answered atomic.Int32
	killAt := map[int32]bool{40: true, 110: true}
	var killing sync.WaitGroup
	send := func(shop *Shop, wanted request) reply {
		got := replyTo(t, shop, wanted)
		if killAt[answered.Add(1)] {
			killing.Go(func() { process.kill(t); process.start(t) })
		}
		return got
	}
	replies := make([]reply, len(requests))
	var callers sync.WaitGroup
	for i, wanted := range requests {
		callers.Go(func() {
			replies[i] = send(shops[i%crowdClients], wanted)
			// Somebody else, who has not heard the answer, asks again.
			assert.Equal(t, replies[i], replyTo(t, shops[(i+1)%crowdClients], wanted), "%s", wanted.updateID)
		})
	}
	callers.Wait()
	killing.Wait()

	for _, cart := range slices.Sorted(maps.Keys(bought(requests, replies))) {
		want := bought(requests, replies)[cart]
		receipt, err := shops[0].CheckOut(t.Context(), cart, "check-out")
		require.NoError(t, err)
		assert.ElementsMatch(t, want.Lines, receipt.Lines, cart)
		assert.Equal(t, want.Total, receipt.Total, cart)
		content, err := shops[0].Content(t.Context(), cart)
		require.NoError(t, err)
		assert.GreaterOrEqual(t, content.EarlierRuns, 3, "the cart must have been handed over several times")
	}
	for i, wanted := range requests {
		if replies[i].refusal == InvalidItem {
			continue // turned away by the validator, which leaves nothing to remember
		}
		assert.Equal(t, replies[i], replyTo(t, shops[i%crowdClients], wanted), "%s, after the cart was closed", wanted.updateID)
	}
	told := countRefusals(replies)
	for _, refusal := range []string{"", UnknownItem, OutOfStock, InvalidItem} {
		assert.NotZero(t, told[refusal], "some must get %q: %v", refusal, told)
	}
}

// wishes are the crowd's requests, the same in each test.
func wishes() []request {
	random := rand.New(rand.NewPCG(1, 2))
	items := []string{"apple", "apple", "apple", "bread", "bread", "bread", "lamp", "mango", "unicorn", ""}
	requests := make([]request, crowdRequests)
	for i := range requests {
		requests[i] = request{
			cart:     fmt.Sprintf("cart-%d", i%crowdCarts),
			updateID: fmt.Sprintf("request-%d", i),
			added:    AddItem{Item: items[random.IntN(len(items))], Quantity: 1 + random.IntN(3)},
		}
	}
	return requests
}

func replyTo(t *testing.T, shop *Shop, wanted request) reply {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	price, err := shop.AddItem(ctx, wanted.cart, wanted.updateID, wanted.added)
	var refused *temporal.ApplicationError
	if errors.As(err, &refused) {
		return reply{refusal: refused.Type()}
	}
	assert.NoError(t, err, "%s must get a price or a typed reason", wanted.updateID)
	return reply{price: price}
}

// bought counts, for each cart, what the callers were told that it holds.
func bought(requests []request, replies []reply) map[string]Receipt {
	carts := map[string]Receipt{}
	for i, wanted := range requests {
		receipt := carts[wanted.cart]
		if replies[i].refusal == "" {
			place := slices.IndexFunc(receipt.Lines, func(line Line) bool { return line.Item == wanted.added.Item })
			if place < 0 {
				place = len(receipt.Lines)
				receipt.Lines = append(receipt.Lines, Line{Item: wanted.added.Item})
			}
			receipt.Lines[place].Quantity += wanted.added.Quantity
			receipt.Lines[place].Price += replies[i].price.Price
			receipt.Total += replies[i].price.Price
		}
		carts[wanted.cart] = receipt
	}
	return carts
}

func openShops(t *testing.T, server e2etest.Server) []*Shop {
	shops := make([]*Shop, crowdClients)
	for i := range shops {
		shops[i] = NewShop(server.Dial(t))
		shops[i].attemptTimeout = 2 * time.Second
		shops[i].newCart.RequestsPerRun = 7
	}
	return shops
}

func buildWorker(t *testing.T) (program string) {
	program = filepath.Join(t.TempDir(), "worker")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./worker").CombinedOutput()
	require.NoError(t, err, string(output))
	return program
}

// workerProcess is the sample's worker as a process of its own.
type workerProcess struct {
	program string
	server  e2etest.Server
	running *exec.Cmd
}

func (w *workerProcess) start(t *testing.T) {
	// Not the test's context: the process is killed and waited for by name.
	w.running = exec.CommandContext(context.WithoutCancel(t.Context()), w.program)
	w.running.Env = append(os.Environ(), w.server.Environment()...)
	running := w.running
	if assert.NoError(t, running.Start()) {
		t.Cleanup(func() { _ = running.Process.Kill(); _ = running.Wait() })
	}
}

// kill ends the process without giving it a chance to say goodbye.
func (w *workerProcess) kill(t *testing.T) {
	assert.NoError(t, w.running.Process.Kill())
	assert.Error(t, w.running.Wait(), "it must have been killed")
}

// However the requests and the checkout meet, a caller gets a price if and only if
// the item is on the receipt.
func TestCrowdAtTheCheckout(t *testing.T) {
	shops := openShopsWithWorker(t)
	for round := range 5 {
		cart := fmt.Sprintf("cart-%d", round)
		var receipt Receipt
		requests, replies := crowdUntil(t, shops, cart, func() {
			var err error
			receipt, err = shops[0].CheckOut(t.Context(), cart, "check-out")
			assert.NoError(t, err)
		})
		assert.Equal(t, bought(requests, replies)[cart], receipt)
	}
}

// However the requests and the cancellation meet, each caller gets a price or that
// the cart is closed.
func TestCrowdAtTheCancellation(t *testing.T) {
	shops := openShopsWithWorker(t)
	for round := range 5 {
		cart := fmt.Sprintf("cart-%d", round)
		requests, replies := crowdUntil(t, shops, cart, func() {
			assert.NoError(t, shops[0].client.CancelWorkflow(t.Context(), cart, ""))
		})
		content, err := shops[0].Content(t.Context(), cart)
		require.NoError(t, err)
		assert.Equal(t, bought(requests, replies)[cart].Lines, content.Lines)
		assertCanceled(t, shops[0].client.GetWorkflow(t.Context(), cart, "").Get(t.Context(), nil))
	}
}

// crowdUntil sends 40 requests for an apple at once, and ends the cart when ten of
// them have been answered. All callers must get a price or CartClosed.
func crowdUntil(t *testing.T, shops []*Shop, cart string, end func()) ([]request, []reply) {
	requests := make([]request, 40)
	replies := make([]reply, len(requests))
	var answered atomic.Int32
	var callers sync.WaitGroup
	for i := range requests {
		requests[i] = request{cart, fmt.Sprintf("request-%d", i), AddItem{"apple", 1}}
		callers.Go(func() {
			replies[i] = replyTo(t, shops[i%crowdClients], requests[i])
			if answered.Add(1) == 10 {
				end()
			}
		})
	}
	callers.Wait()
	told := countRefusals(replies)
	assert.Equal(t, len(requests), told[""]+told[CartClosed], "%v", told)
	return requests, replies
}

func countRefusals(replies []reply) map[string]int {
	told := map[string]int{}
	for _, reply := range replies {
		told[reply.refusal]++
	}
	return told
}

func openShopsWithWorker(t *testing.T) []*Shop {
	shops := openShops(t, e2etest.StartServer(t))
	e2etest.RunWorker(t, shops[0].client, func(ctx context.Context, connection client.Client) error {
		w := worker.New(connection, TaskQueue, Options())
		Register(w)
		return connect.RunUntilDone(ctx, w)
	})
	return shops
}
