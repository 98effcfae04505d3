package dynamichandlers

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

func newEnvironment() *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	environment := suite.NewTestWorkflowEnvironment()
	environment.SetWorkerOptions(Options())
	Register(environment)
	return environment
}

// sent is one signal of a test.
type sent struct {
	name  string
	value any
}

// arriveTogether delivers the signals before the workflow's code runs again, as they
// arrive while no worker is there. The first of them are there before it runs at all.
func arriveTogether(environment *testsuite.TestWorkflowEnvironment, signals ...sent) {
	environment.RegisterDelayedCallback(func() {
		for i, signal := range signals {
			if i < len(signals)-1 {
				environment.SignalWorkflowSkippingWorkflowTask(signal.name, signal.value)
			} else {
				environment.SignalWorkflow(signal.name, signal.value)
			}
		}
	}, 0)
}

// numbered gives each name its place as the value.
func numbered(names ...string) []sent {
	var signals []sent
	for i, name := range names {
		signals = append(signals, sent{name, i + 1})
	}
	return signals
}

func collectTogether(t *testing.T, workflowType any, inbox Inbox, signals ...sent) Inbox {
	t.Helper()
	environment := newEnvironment()
	arriveTogether(environment, signals...)
	environment.ExecuteWorkflow(workflowType, inbox)
	require.NoError(t, environment.GetWorkflowError())
	var result Inbox
	require.NoError(t, environment.GetWorkflowResult(&result))
	return result
}

// lines words messages as "name value".
func lines(messages []Message) []string {
	texts := []string{}
	for _, message := range messages {
		texts = append(texts, strings.TrimSpace(fmt.Sprintf("%s %s %s", message.Name, message.Value, message.Problem)))
	}
	return texts
}

// The one difference between the two: the order between names.
func TestOrderOfSignalsThatWaitTogether(t *testing.T) {
	signals := numbered("price", "stock", "alert", "price", "open", "stock", "close")
	byName := collectTogether(t, CollectByName, Inbox{}, signals...)
	inOrder := collectTogether(t, CollectInOrder, Inbox{}, signals...)

	assert.Equal(t, []string{"alert 3", "price 1", "price 4", "stock 2", "stock 6"}, lines(byName.Messages))
	assert.Equal(t, []string{"price 1", "stock 2", "alert 3", "price 4", "stock 6"}, lines(inOrder.Messages))
	assert.Equal(t, 5, byName.Total)
	assert.Equal(t, 5, inOrder.Total)
}

func TestNamesAreSortedEveryTime(t *testing.T) {
	for range 100 {
		inbox := collectTogether(t, CollectByName, Inbox{Open: true}, numbered("e", "b", "d", "a", "c", "close")...)
		require.Equal(t, []string{"a 4", "b 2", "c 5", "d 3", "e 1"}, lines(inbox.Messages))
	}
}

func TestSignalsBeforeOpenWait(t *testing.T) {
	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		environment := newEnvironment()
		arriveTogether(environment, numbered("a", "b")...)
		environment.ExecuteWorkflow(workflowType, Inbox{MessagesPerRun: 1})

		// With nothing kept there is no reason to continue as new: the run waits forever.
		assert.ErrorContains(t, environment.GetWorkflowError(), "deadline exceeded")
	}
}

func TestSignalsBehindCloseAreKept(t *testing.T) {
	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		inbox := collectTogether(t, workflowType, Inbox{Open: true}, numbered("a", "close", "b", "c", "close")...)
		assert.Equal(t, []string{"a 1", "b 3", "c 4"}, lines(inbox.Messages))
	}
}

func TestSignalsBehindTheLastOfARunAreHandedOn(t *testing.T) {
	for name, workflowType := range map[string]any{"CollectByName": CollectByName, "CollectInOrder": CollectInOrder} {
		t.Run(name, func(t *testing.T) {
			environment := newEnvironment()
			arriveTogether(environment, numbered("a", "b", "c")...)
			environment.ExecuteWorkflow(workflowType, Inbox{Open: true, MessagesPerRun: 2})

			next := nextInbox(t, environment, name)
			assert.True(t, next.Open)
			assert.Equal(t, 2, next.MessagesPerRun)
			assert.Equal(t, []string{"a 1", "b 2", "c 3"}, lines(next.Messages))
		})
	}
}

func nextInbox(t *testing.T, environment *testsuite.TestWorkflowEnvironment, workflowType string) Inbox {
	t.Helper()
	var continued *workflow.ContinueAsNewError
	require.ErrorAs(t, environment.GetWorkflowError(), &continued)
	assert.Equal(t, workflowType, continued.WorkflowType.Name)
	var next Inbox
	require.NoError(t, converter.GetDefaultDataConverter().FromPayloads(continued.Input, &next))
	return next
}

// Signals of random names come in random portions to runs of a random length, and
// all of them come out.
func TestNoSignalIsLostInAChainOfRuns(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 1))
	for name, workflowType := range map[string]any{"CollectByName": CollectByName, "CollectInOrder": CollectInOrder} {
		for range 30 {
			var signals []sent
			for i := range random.IntN(40) {
				signals = append(signals, sent{string(rune('a' + random.IntN(4))), i})
			}
			inbox := Inbox{Open: true, MessagesPerRun: 1 + random.IntN(5)}
			for waiting, ended := signals, false; !ended; {
				portion := min(len(waiting), 1+random.IntN(8))
				environment := newEnvironment()
				ended = portion == len(waiting)
				arriving := append([]sent{}, waiting[:portion]...)
				if ended {
					arriving = append(arriving, sent{CloseSignal, nil})
				}
				waiting = waiting[portion:]
				inbox.MessagesPerRun = min(inbox.MessagesPerRun, max(1, portion))
				arriveTogether(environment, arriving...)
				environment.ExecuteWorkflow(workflowType, inbox)
				if ended {
					require.NoError(t, environment.GetWorkflowError())
					require.NoError(t, environment.GetWorkflowResult(&inbox))
				} else {
					inbox = nextInbox(t, environment, name)
				}
			}
			assertKept(t, signals, inbox.Messages, name == "CollectInOrder")
			assert.Equal(t, len(signals), inbox.Total)
		}
	}
}

// assertKept asserts that each signal is there once and, if the order between names
// is kept, that it is in its place; within one name it always is.
func assertKept(t *testing.T, signals []sent, messages []Message, betweenNames bool) {
	t.Helper()
	want := []string{}
	perName := map[string][]string{}
	for _, signal := range signals {
		line := fmt.Sprintf("%s %d", signal.name, signal.value)
		want = append(want, line)
		perName[signal.name] = append(perName[signal.name], line)
	}
	got := lines(messages)
	assert.ElementsMatch(t, want, got)
	if betweenNames {
		assert.Equal(t, want, got)
	}
	for name, lines := range perName {
		ofName := []string{}
		for _, line := range got {
			if strings.HasPrefix(line, name+" ") {
				ofName = append(ofName, line)
			}
		}
		assert.Equal(t, lines, ofName)
	}
}

func TestOpenedInboxStaysOpen(t *testing.T) {
	environment := newEnvironment()
	arriveTogether(environment, numbered("open", "a")...)
	environment.ExecuteWorkflow(CollectInOrder, Inbox{MessagesPerRun: 1})
	assert.True(t, nextInbox(t, environment, "CollectInOrder").Open)
}

func TestLongHistoryContinuesAsNew(t *testing.T) {
	environment := newEnvironment()
	environment.SetContinueAsNewSuggested(true)
	arriveTogether(environment, numbered("a")...)
	environment.ExecuteWorkflow(CollectInOrder, Inbox{Open: true})
	assert.Equal(t, []string{"a 1"}, lines(nextInbox(t, environment, "CollectInOrder").Messages))
}

func TestMessagesAreBounded(t *testing.T) {
	var signals []sent
	for i := range MaxMessages + 50 {
		signals = append(signals, sent{"a", i})
	}
	inbox := collectTogether(t, CollectInOrder, Inbox{Open: true}, append(signals, sent{CloseSignal, nil})...)
	assert.Len(t, inbox.Messages, MaxMessages)
	assert.Equal(t, MaxMessages+50, inbox.Total)
	assert.Equal(t, []string{"a 50"}, lines(inbox.Messages[:1]), "of too many, the last are kept")
}

// A client may send such a signal; asking for its channel would panic.
func TestReservedNamesAreLeftAlone(t *testing.T) {
	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		inbox := collectTogether(t, workflowType, Inbox{Open: true}, numbered("__temporal_x", "a", "__temporal_y", "__z", "close")...)
		assert.ElementsMatch(t, []string{"a 2", "__z 4"}, lines(inbox.Messages))
	}
}

func jsonPayload(data string) converter.RawValue {
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     []byte(data),
	})
}

func TestAnyValueIsKept(t *testing.T) {
	cases := []struct {
		name  string
		value any
		want  Message
	}{
		{"none", nil, Message{}},
		{"text", "x", Message{Value: json.RawMessage(`"x"`)}},
		{"object", map[string]int{"a": 1}, Message{Value: json.RawMessage(`{"a":1}`)}},
		{"list", []int{1, 2}, Message{Value: json.RawMessage(`[1,2]`)}},
		{"bytes", []byte("abc"), Message{Value: json.RawMessage(`"YWJj"`)}},
		{"large", strings.Repeat("x", MaxValueSize), Message{Problem: "the value has 1026 bytes, at most 1024 are kept"}},
		{"as large as allowed", strings.Repeat("x", MaxValueSize-2), Message{Value: json.RawMessage(`"` + strings.Repeat("x", MaxValueSize-2) + `"`)}},
		{"not JSON", jsonPayload(`{"a":`), Message{Problem: "the value is not valid JSON"}},
	}
	for _, c := range cases {
		for _, workflowType := range []any{CollectByName, CollectInOrder} {
			t.Run(c.name, func(t *testing.T) {
				inbox := collectTogether(t, workflowType, Inbox{Open: true}, sent{"a", c.value}, sent{CloseSignal, nil})
				c.want.Name = "a"
				assert.Equal(t, []Message{c.want}, inbox.Messages)
			})
		}
	}
}

func TestLongNameIsCut(t *testing.T) {
	inbox := collectTogether(t, CollectInOrder, Inbox{Open: true}, sent{strings.Repeat("é", MaxNameLength), 1}, sent{CloseSignal, nil})
	assert.Equal(t, []string{strings.Repeat("é", 48) + "... 1"}, lines(inbox.Messages))
}

// twoArguments encodes each signal's value twice, as a client can that is not Go's.
type twoArguments struct{ converter.DataConverter }

func (c twoArguments) ToPayloads(values ...any) (*commonpb.Payloads, error) {
	if len(values) == 1 && values[0] == "twice" {
		values = append(values, values[0])
	}
	return c.DataConverter.ToPayloads(values...)
}

func TestArgumentsThatAChannelDropsAreReported(t *testing.T) {
	problems := map[string]any{
		"": CollectByName, // it cannot know
		"came with 2 arguments, only the first is kept": CollectInOrder,
	}
	for problem, workflowType := range problems {
		environment := newEnvironment()
		environment.SetDataConverter(twoArguments{converter.GetDefaultDataConverter()})
		arriveTogether(environment, sent{"a", "twice"}, sent{CloseSignal, nil})
		environment.ExecuteWorkflow(workflowType, Inbox{Open: true})
		var inbox Inbox
		require.NoError(t, environment.GetWorkflowResult(&inbox))
		assert.Equal(t, []Message{{Name: "a", Value: json.RawMessage(`"twice"`), Problem: problem}}, inbox.Messages)
	}
}

// The interceptor leaves the payloads to the SDK, which undoes the codec.
func TestCodecIsHonored(t *testing.T) {
	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		environment := newEnvironment()
		environment.SetDataConverter(converter.NewCodecDataConverter(converter.GetDefaultDataConverter(),
			converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true})))
		arriveTogether(environment, append(numbered("b", "a"), sent{CloseSignal, nil})...)
		environment.ExecuteWorkflow(workflowType, Inbox{Open: true})
		var inbox Inbox
		require.NoError(t, environment.GetWorkflowResult(&inbox))
		assert.ElementsMatch(t, []string{"b 1", "a 2"}, lines(inbox.Messages))
	}
}

func TestCancellationEndsTheCollecting(t *testing.T) {
	for _, inbox := range []Inbox{{}, {Open: true}} {
		environment := newEnvironment()
		environment.RegisterDelayedCallback(environment.CancelWorkflow, 0)
		environment.ExecuteWorkflow(CollectInOrder, inbox)
		var canceled *temporal.CanceledError
		require.ErrorAs(t, environment.GetWorkflowError(), &canceled)
	}
}

// The worker is wrong, not the run: a panic fails the task, which is tried again.
func TestWorkerWithoutTheInterceptorPanics(t *testing.T) {
	inputs := map[string]any{"CollectInOrder": Inbox{}, "Configured": json.RawMessage(ordersFile)}
	for workflowType, input := range inputs {
		var suite testsuite.WorkflowTestSuite
		environment := suite.NewTestWorkflowEnvironment()
		Register(environment)
		environment.ExecuteWorkflow(workflowType, input)
		var panicked *temporal.PanicError
		require.ErrorAs(t, environment.GetWorkflowError(), &panicked)
		assert.Contains(t, panicked.Error(), "without the interceptor ArrivalOrder")
	}
}

// A query that took messages would take them on one worker and not on the next.
func TestQueryCannotTakeMessages(t *testing.T) {
	environment := newEnvironment()
	environment.RegisterWorkflowWithOptions(func(ctx workflow.Context) error {
		arrivals := arrivalsOf(ctx)
		err := workflow.SetQueryHandler(ctx, "take", func() (int, error) {
			taken := len(arrivals.Get(ctx))
			arrivals.Set(ctx, nil)
			return taken, nil
		})
		if err != nil {
			return err
		}
		return workflow.Await(ctx, func() bool { return len(arrivals.Get(ctx)) > 0 })
	}, workflow.RegisterOptions{Name: "careless"})
	arriveTogether(environment, sent{"a", 1})
	environment.ExecuteWorkflow("careless")
	require.NoError(t, environment.GetWorkflowError())
	_, err := environment.QueryWorkflow("take")
	assert.ErrorContains(t, err, "query handler must not use temporal context")
}
