package messagepassing

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// message is a signal or, with an id, an update.
type message struct {
	when     time.Duration
	name     string
	id       string
	argument any
}

// unit is what the times of a cluster's life are multiples of. It is long, because the test
// environment does not stop the clock while an activity is being called or is answering: on
// a busy machine, a message that is due shortly after that would come before its time.
const unit = 100 * time.Second

// randomMessages is a life of a cluster: messages that come closer together than
// they can be handled, some of them twice.
func randomMessages(seed uint64, count int) []message {
	random := rand.New(rand.NewPCG(seed, seed))
	var messages []message
	when := time.Duration(0)
	for i := range count {
		// Never at the moment when an activity ends, which is a multiple of a unit after the
		// one that began it.
		when += time.Duration(random.IntN(16))*unit + unit/time.Duration(count+1)
		next := message{when: when, id: fmt.Sprintf("id-%d", i)}
		switch kind := random.IntN(10); {
		case i == count/10:
			next.name, next.id = StartClusterSignal, ""
		case kind < 2 && i > 0 && messages[i-1].name != StartClusterSignal:
			again := messages[random.IntN(i)]
			next.name, next.id, next.argument = again.name, again.id, again.argument
		case kind < 5:
			next.name, next.argument = AssignNodesUpdate, Assignment{fmt.Sprintf("job-%d", random.IntN(5)), 1 + random.IntN(4)}
		case kind < 8:
			next.name, next.argument = ReleaseNodesUpdate, fmt.Sprintf("job-%d", random.IntN(5))
		default:
			next.name, next.id = RepairSignal, ""
			next.argument = Repair{fmt.Sprintf("repair-%d", i), fmt.Sprintf("node-%02d", 1+random.IntN(6))}
		}
		messages = append(messages, next)
	}
	return append(messages, message{when: when + 1000*unit, name: ShutDownSignal})
}

// life is what became of a cluster and of those who sent it messages.
type life struct {
	state   ClusterState
	replies []*reply // one for each message, nil for a signal
	// moves and repairs are activities. Only their order among each other counts: a
	// repair and an assignment change nothing for one another.
	moves, repairs []string
	runs           int
}

// live sends the messages to a cluster and follows it from run to run as the server
// does: a message that comes after the end of a run goes to the next. A caller who is
// told that the run continues sends the same update again. messagesPerRun gives each
// run's limit.
func live(t *testing.T, messages []message, messagesPerRun func(run int) int) life {
	got := life{replies: make([]*reply, len(messages))}
	input := ClusterInput{Nodes: 6}
	elapsed := time.Duration(0)
	sent := make([]bool, len(messages))
	for {
		got.runs++
		input.MessagesPerRun = messagesPerRun(got.runs)
		r := newRun(t)
		r.take(10*unit, MoveNodes)
		r.take(10*unit, RepairNode)
		sendAll(r, messages, sent, got.replies, elapsed)
		begin := r.Now()
		r.ExecuteWorkflow(ClusterManager, input)
		elapsed += r.Now().Sub(begin)
		for _, activity := range r.started {
			if strings.HasPrefix(activity, "MoveNodes") {
				got.moves = append(got.moves, activity)
			} else {
				got.repairs = append(got.repairs, activity)
			}
		}
		require.Len(t, r.ended, len(r.started), "no activity is cut off")
		require.Empty(t, r.warnings, "no handler is cut off, no signal is unread")
		takeBack(t, messages, sent, got.replies)

		var continued *workflow.ContinueAsNewError
		if !errors.As(r.GetWorkflowError(), &continued) {
			got.state = result[ClusterState](r)
			require.NotContains(t, sent, false)
			require.Equal(t, got.runs, got.state.Run)
			return got
		}
		input = nextInput(t, continued)
	}
}

// sendAll sends what has not been sent, each at its time, and what is late at once in
// its order.
func sendAll(r *run, messages []message, sent []bool, replies []*reply, elapsed time.Duration) {
	for i, message := range messages {
		if sent[i] {
			continue
		}
		when := max(message.when-elapsed, time.Duration(i)*time.Microsecond)
		r.at(when, func() {
			sent[i] = true
			if message.id == "" {
				r.SignalWorkflow(message.name, message.argument)
				return
			}
			replies[i] = &reply{}
			r.update(replies[i], message.name, message.id, message.argument)
		})
	}
}

// takeBack finds the updates that the run refused because it continues.
func takeBack(t *testing.T, messages []message, sent []bool, replies []*reply) {
	answered := map[string]*reply{}
	for i, reply := range replies {
		if reply != nil && sent[i] && reply.over() {
			answered[messages[i].id] = reply
		}
	}
	for i := range replies {
		if replies[i] == nil || !sent[i] {
			continue
		}
		// The server gives an id the same answer again. The test environment forgets to
		// when the run ends with it, or when it was a rejection.
		if !replies[i].over() {
			replies[i] = answered[messages[i].id]
		}
		require.NotNil(t, replies[i], "update %d, %v, has no answer", i, messages[i])
		var failure *temporal.ApplicationError
		if errors.As(replies[i].err(), &failure) && failure.Type() == ClusterContinuing {
			sent[i] = false
		}
	}
}

func never(int) int { return 0 }

func TestContinuingAsNewAtAnyPointChangesNothing(t *testing.T) {
	const count = 60
	for seed := range uint64(3) {
		messages := randomMessages(seed, count)
		expected := live(t, messages, never)
		require.Equal(t, 1, expected.runs)

		for point := 1; point <= count; point++ {
			assertSameLife(t, expected, live(t, messages, func(run int) int {
				if run == 1 {
					return point
				}
				return 0
			}), "seed %d, continued after %d messages", seed, point)
		}
		always := live(t, messages, func(int) int { return 1 })
		assertSameLife(t, expected, always, "seed %d, continued after each message", seed)
		assert.Greater(t, always.runs, 20)
		random := rand.New(rand.NewPCG(seed, 7))
		assertSameLife(t, expected, live(t, messages, func(int) int { return 1 + random.IntN(9) }), "seed %d, continued at random", seed)
	}
}

func assertSameLife(t *testing.T, expected, got life, message string, values ...any) {
	t.Helper()
	expected.state.Run = got.state.Run
	require.Equal(t, expected.state, got.state, fmt.Sprintf(message, values...))
	require.Equal(t, expected.moves, got.moves, fmt.Sprintf(message, values...))
	require.Equal(t, expected.repairs, got.repairs, fmt.Sprintf(message, values...))
	for i := range expected.replies {
		if expected.replies[i] == nil {
			continue
		}
		require.Equal(t, expected.replies[i].result, got.replies[i].result, fmt.Sprintf(message, values...))
		require.Equal(t, fmt.Sprint(expected.replies[i].err()), fmt.Sprint(got.replies[i].err()), fmt.Sprintf(message, values...))
	}
}
