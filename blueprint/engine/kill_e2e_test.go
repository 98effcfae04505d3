//go:build e2e

package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/engine"
)

// job is a kind of run that is under way while machines are killed.
type job struct {
	name     string
	workflow string
	input    any
	// messages come after the run has started, in order.
	messages []delivery
	// loose says that which steps complete depends on who is faster.
	loose bool
}

// delivery is a message for the run, or for a child of it.
type delivery struct {
	to      string
	message engine.Message
	after   time.Duration
}

func jobs() []job {
	order := func(amount int, address string) object {
		return object{"id": "o", "sku": "lamp", "amount": amount, "card": "visa", "address": address}
	}
	approval := []delivery{{message: engine.NewMessage("approve", object{"approved": true, "by": "Mei"})}}
	return []job{
		{name: "sequence", workflow: "activity-pipeline", input: object{"source": "database"}},
		{name: "parallel", workflow: "dynamic-pipeline", input: object{"source": "database"}},
		{name: "map", workflow: "import-rows", input: object{"rows": []string{"Ana, 12", "Luis, many", "Mei, 7", "Noor, 3", "Ben, 1", "Eva, 2"}}},
		{name: "failing map", workflow: "import-rows", input: object{"rows": []string{"Ana, 12", "Luis, many", "Mei, 7"}}, loose: true},
		{name: "race", workflow: "fastest-quote", input: object{"parcel": "p", "answers": object{"east": "1h", "north": "10ms", "west": "1h"}}, loose: true},
		{name: "small order", workflow: "order", input: order(4_999, "home")},
		{name: "wait", workflow: "order", input: order(25_000, "home"), messages: approval},
		{name: "undo", workflow: "order", input: order(25_000, "moon"), messages: approval},
		{name: "plan", workflow: "letters-in-common", input: object{"first": "Apple", "second": "paella"}},
		{name: "plans in plans", workflow: "merge-sort", input: object{"numbers": []int{5, 3, 9, 1, 12, 3, -4, 8, 0, 7, 3, 2}}},
		{name: "children", workflow: "media-batch", input: object{"items": []any{
			object{"id": "cat.png", "type": "image"}, object{"id": "talk.mp4", "type": "video"},
			object{"id": "song.ogg", "type": "audio"}, object{"id": "terms.pdf", "type": "document"},
		}}},
		{name: "runs", workflow: "read-pages", input: object{"pages": 40}},
		{name: "child that outlives a run", workflow: "book", input: object{"pages": 40}, messages: []delivery{
			{message: engine.NewMessage("publish", "in spring")},
			{to: "/make/cover/cover", message: engine.NewMessage("approve", "Mei"), after: 3 * time.Second},
		}},
		{name: "dag", workflow: "build", input: object{"commit": "a1b2"}},
		{name: "graph", workflow: "conditional-graph", input: object{"source": "import"}},
		{name: "loop", workflow: "poll-until-ready", input: object{"job": "j", "pause": "1s"}},
		{name: "local", workflow: "label", input: object{"name": "Ana"}},
	}
}

// jobOf is the job of the run of that number.
func jobOf(i int) job { return jobs()[i%len(jobs())] }

// Whatever is killed, and whenever: each run comes to its right end, and each of its steps
// completes once. Three workers, each a process of its own, share the work; one after
// the other is killed and started again, and so is the server.
func TestKilledMachines(t *testing.T) {
	t.Parallel()
	count, kills, seed := 100, 12, uint64(1)
	if isSoak() {
		count, kills, seed = 600, 200, uint64(time.Now().UnixNano())
	}
	h := newHall(t, seed)
	wants := h.undisturbed()
	started := h.each(count, time.Duration(kills)*600*time.Millisecond/time.Duration(count), func(i int, id string) { h.run(id, jobOf(i)) })
	h.kill(kills)
	started.Wait()
	h.agree(count, wants)
	h.reports()
	assert.Positive(t, h.givenUp, "nothing that was under way was hit")
}
