package dynamichandlers

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
)

// Each bound of this sample, at the bound and one beyond, through the workflow.

// What the README promises, and clients rely on.
func TestBoundsHaveTheValuesOfTheREADME(t *testing.T) {
	assert.Equal(t, []int{50, 200, 65536, 100}, []int{MaxHandlers, MaxDescriptionLength, MaxConfigurationSize, MaxProblems})
	assert.Equal(t, []int{100, 1024, 100, 1000}, []int{MaxMessages, MaxValueSize, MaxNameLength, MaxMessagesPerRun})
	assert.Equal(t, []int{50, 100, 100}, []int{MaxUnregisteredNames, MaxUpdateIDs, MaxUpdateIDLength})
	assert.Equal(t, "dynamichandlers", TaskQueue)
	assert.Equal(t, []string{"InvalidConfiguration", "InvalidValue", "UnknownName"}, []string{InvalidConfiguration, InvalidValue, UnknownName})
}

// refusalOf starts a run that a trigger ends, and returns what is wrong with its
// configuration, "" where nothing is.
func refusalOf(t *testing.T, configuration string) string {
	t.Helper()
	environment := newEnvironment()
	environment.RegisterDelayedCallback(environment.CancelWorkflow, 0)
	environment.ExecuteWorkflow("Configured", raw(configuration), State{})
	var failure *temporal.ApplicationError
	if temporal.IsCanceledError(environment.GetWorkflowError()) {
		return ""
	}
	require.ErrorAs(t, environment.GetWorkflowError(), &failure)
	assert.Equal(t, InvalidConfiguration, failure.Type())
	return failure.Message()
}

// configurationOf has a trigger, so many more signals, and a plugin of so many signals.
func configurationOf(own, ofPlugin int) string {
	list := func(prefix string, count int) string {
		var handlers []string
		for i := range count {
			handlers = append(handlers, fmt.Sprintf(`{"name":"%s%d","type":"store"}`, prefix, i))
		}
		return strings.Join(handlers, ",")
	}
	return fmt.Sprintf(`{"signals":[%s],"updates":[{"name":"end","type":"trigger"}],"plugins":[{"name":"p","signals":[%s]}]}`,
		list("own", own), list("plugin", ofPlugin))
}

func TestBoundOfHandlersCountsThoseOfPlugins(t *testing.T) {
	assert.Empty(t, refusalOf(t, configurationOf(20, MaxHandlers-21)))
	assert.Equal(t, "51 handlers, at most 50 are allowed", refusalOf(t, configurationOf(20, MaxHandlers-20)))
}

func TestBoundsOfAConfiguration(t *testing.T) {
	const trigger = `{"signals":[{"name":%q,"type":"trigger","description":%q}]}`
	text := func(length int) string { return strings.Repeat("x", length) }
	assert.Empty(t, refusalOf(t, fmt.Sprintf(trigger, text(MaxNameLength), text(MaxDescriptionLength))))
	assert.Equal(t, "signals[0]: the name has 101 bytes, at most 100 are allowed\nsignals[0]: the description has 201 bytes, at most 200 are allowed",
		refusalOf(t, fmt.Sprintf(trigger, text(MaxNameLength+1), text(MaxDescriptionLength+1))))

	small := fmt.Sprintf(trigger, "end", "")
	assert.Empty(t, refusalOf(t, small+strings.Repeat(" ", MaxConfigurationSize-len(small))))
	assert.Equal(t, "the configuration has 65537 bytes, at most 65536 are allowed",
		refusalOf(t, small+strings.Repeat(" ", MaxConfigurationSize+1-len(small))))
}

func TestBoundOfProblems(t *testing.T) {
	for count, last := range map[int]string{
		MaxProblems:     `unknown key "k99", known are plugins, queries, signals, updates`,
		MaxProblems + 1: "and 1 more",
	} {
		var keys []string
		for i := range count {
			keys = append(keys, fmt.Sprintf(`"k%02d":0`, i))
		}
		problems := strings.Split(refusalOf(t, "{"+strings.Join(keys, ",")+"}"), "\n")
		assert.Equal(t, last, problems[len(problems)-1])
	}
}

// Cut to the bound, two IDs could become one.
func TestBoundOfAnUpdateID(t *testing.T) {
	longest := strings.Repeat("x", MaxUpdateIDLength)
	var kept, longer, other, named answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.UpdateWorkflow("price", longest, &kept, 1)
		environment.UpdateWorkflow("price", longest+"a", &longer, 2)
		environment.UpdateWorkflow("end", longest+"b", &other)
		environment.UpdateWorkflow(AnyUpdate, longest+"c", &named, Envelope{"color", []json.RawMessage{[]byte("3")}})
	})
	assert.Equal(t, `{"owner":"workflow","name":"price"}`, kept.text(t))
	assertRefused(t, longer, InvalidValue, "price: the Update ID has 101 bytes, at most 100 are allowed")
	assertRefused(t, other, InvalidValue, "end: the Update ID has 101 bytes, at most 100 are allowed")
	assertRefused(t, named, InvalidValue, "color: the Update ID has 101 bytes, at most 100 are allowed")
	assert.Equal(t, `{"price":1}`, query(t, environment, "data"))
}

// A chain of runs knows its last hundred Updates.
func TestBoundOfTheUpdateIDs(t *testing.T) {
	id := func(i int) string { return fmt.Sprintf("%0*d", MaxUpdateIDLength, i) }
	first := newEnvironment()
	first.RegisterDelayedCallback(func() {
		for i := range MaxUpdateIDs + 1 {
			first.UpdateWorkflow("note", id(i), &answers{}, i)
		}
	}, 0)
	first.RegisterDelayedCallback(func() {
		first.SetContinueAsNewSuggested(true)
		first.SignalWorkflow("price", 1)
	}, time.Second)
	first.ExecuteWorkflow("Configured", raw(ordersFile), State{})
	configuration, state, goesOn := continued(t, first)
	require.True(t, goesOn)
	assert.Len(t, state.UpdateIDs, MaxUpdateIDs)

	var forgotten, remembered answers
	second := newEnvironment()
	second.RegisterDelayedCallback(func() {
		second.UpdateWorkflow("note", id(1), &remembered, "again")
		second.UpdateWorkflow("note", id(0), &forgotten, "again")
		second.SignalWorkflow("done", nil)
	}, 0)
	second.ExecuteWorkflow("Configured", configuration, state)
	assert.Equal(t, `{"owner":"workflow","name":"note","repeated":true}`, remembered.text(t))
	assert.Equal(t, `{"owner":"workflow","name":"note","previous":100}`, forgotten.text(t))
}

func TestBoundsOfAnEnvelope(t *testing.T) {
	argument := func(size int) []json.RawMessage {
		return []json.RawMessage{json.RawMessage(`"` + strings.Repeat("x", size-2) + `"`)}
	}
	longest := strings.Repeat("x", MaxNameLength)
	var kept, longName, largeValue answers
	inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		environment.UpdateWorkflow(AnyUpdate, "", &kept, Envelope{longest, argument(MaxValueSize)})
		environment.UpdateWorkflow(AnyUpdate, "", &longName, Envelope{longest + "x", argument(3)})
		environment.UpdateWorkflow(AnyUpdate, "", &largeValue, Envelope{"color", argument(MaxValueSize + 1)})
	})
	assert.Equal(t, `{"owner":"unregistered","name":"`+longest+`"}`, kept.text(t))
	assertRefused(t, longName, InvalidValue, "any_update: the name has 101 bytes, at most 100 are allowed")
	assertRefused(t, largeValue, InvalidValue, "color: the value has 1025 bytes, at most 1024 are kept")
}

// The bound is of bytes, not of characters, and of the value as it is kept: bytes are
// kept in base64.
func TestBoundsOfASignal(t *testing.T) {
	longest := strings.Repeat("é", MaxNameLength/2)
	for _, workflowType := range []any{CollectByName, CollectInOrder} {
		inbox := collectTogether(t, workflowType, Inbox{Open: true},
			sent{longest, 1}, sent{CloseSignal, nil})
		assert.Equal(t, []string{longest + " 1"}, lines(inbox.Messages))
		inbox = collectTogether(t, workflowType, Inbox{Open: true},
			sent{longest + "x", 1}, sent{CloseSignal, nil})
		assert.Equal(t, []string{strings.Repeat("é", 48) + "... 1"}, lines(inbox.Messages))

		inbox = collectTogether(t, workflowType, Inbox{Open: true},
			sent{"a", make([]byte, 765)}, sent{"b", make([]byte, 768)}, sent{"c", strings.Repeat("x", MaxValueSize-1)}, sent{CloseSignal, nil})
		assert.Len(t, inbox.Messages[0].Value, 1022)
		assert.Equal(t, "the value has 1026 bytes, at most 1024 are kept", inbox.Messages[1].Problem)
		assert.Equal(t, "the value has 1025 bytes, at most 1024 are kept", inbox.Messages[2].Problem)
	}
}

func TestBoundOfMessages(t *testing.T) {
	for extra, first := range []string{"a 0", "a 1"} {
		for _, workflowType := range []any{CollectByName, CollectInOrder} {
			var signals []sent
			for i := range MaxMessages + extra {
				signals = append(signals, sent{"a", i})
			}
			inbox := collectTogether(t, workflowType, Inbox{Open: true}, append(signals, sent{CloseSignal, nil})...)
			assert.Len(t, inbox.Messages, MaxMessages)
			assert.Equal(t, []string{first}, lines(inbox.Messages[:1]))
		}
	}
}

// sendMany sends the Signals in two portions: all at once would fill the queue of the
// test environment, which then hangs.
func sendMany(environment *testsuite.TestWorkflowEnvironment, count int) {
	var signals []sent
	for i := range count {
		signals = append(signals, sent{"price", i})
	}
	arriveTogether(environment, signals[:count/2]...)
	environment.RegisterDelayedCallback(func() { arriveTogether(environment, signals[count/2:]...) }, time.Second)
}

func TestBoundOfMessagesPerRun(t *testing.T) {
	cases := []struct {
		name             string
		perRun, messages int
		continues        bool
	}{
		{"fewer than asked for", 3, 2, false},
		{"as many as asked for", 3, 3, true},
		{"none asked for, fewer", 0, MaxMessagesPerRun - 1, false},
		{"none asked for, as many", 0, MaxMessagesPerRun, true},
		{"too many asked for, fewer", MaxMessagesPerRun + 1, MaxMessagesPerRun - 1, false},
		{"too many asked for, as many", MaxMessagesPerRun + 1, MaxMessagesPerRun, true},
		{"less than none", -1, MaxMessagesPerRun - 1, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			environment := newEnvironment()
			sendMany(environment, c.messages)
			environment.RegisterDelayedCallback(environment.CancelWorkflow, time.Minute)
			environment.ExecuteWorkflow(CollectInOrder, Inbox{Open: true, MessagesPerRun: c.perRun})
			if !c.continues {
				assert.True(t, temporal.IsCanceledError(environment.GetWorkflowError()))
				return
			}
			assert.Equal(t, c.messages, nextInbox(t, environment, "CollectInOrder").Total)
		})
	}
	t.Run("configured, fewer", func(t *testing.T) {
		environment := newEnvironment()
		sendMany(environment, MaxMessagesPerRun-1)
		environment.RegisterDelayedCallback(environment.CancelWorkflow, time.Minute)
		environment.ExecuteWorkflow("Configured", raw(ordersFile), State{})
		assert.True(t, temporal.IsCanceledError(environment.GetWorkflowError()))
	})
}

// A name that is known, and a name that is registered, have room where there is none
// for another.
func TestKnownNameWhenFull(t *testing.T) {
	var registered answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		for i := range MaxUnregisteredNames {
			environment.SignalWorkflow(fmt.Sprintf("n%d", i), i)
		}
		environment.SignalWorkflow("n0", "again")
		environment.SignalWorkflow("n50", "too many")
		environment.SignalWorkflow("price", 7)
		environment.UpdateWorkflow(AnyUpdate, "", &registered, Envelope{"note", []json.RawMessage{[]byte(`"gift"`)}})
	})
	assert.Equal(t, `"again"`, query(t, environment, AnyQuery, Envelope{Name: "n0"}))
	assert.Equal(t, `49`, query(t, environment, AnyQuery, Envelope{Name: "n49"}))
	_, err := environment.QueryWorkflow(AnyQuery, Envelope{Name: "n50"})
	assert.ErrorContains(t, err, `nothing is known under "n50"`)
	assert.Equal(t, `{"owner":"workflow","name":"note"}`, registered.text(t))
	assert.Equal(t, `{"note":"gift","price":7}`, query(t, environment, "data"))
}

// A validator runs before the Signals that wait are handled.
func TestLastPlaceTakenBySignals(t *testing.T) {
	var late answers
	environment := inOneTask(ordersFile, func(environment *testsuite.TestWorkflowEnvironment) {
		for i := range MaxUnregisteredNames {
			environment.SignalWorkflowSkippingWorkflowTask(fmt.Sprintf("n%d", i), i)
		}
		environment.UpdateWorkflow(AnyUpdate, "", &late, Envelope{"late", []json.RawMessage{[]byte("1")}})
	})
	assert.Equal(t, 1, late.accepted)
	var failure *temporal.ApplicationError
	require.ErrorAs(t, late.err, &failure)
	assert.Equal(t, InvalidValue, failure.Type())
	assert.Equal(t, "late: not stored: too many names that nobody registered", failure.Message())
	_, err := environment.QueryWorkflow(AnyQuery, Envelope{Name: "late"})
	assert.ErrorContains(t, err, `nothing is known under "late"`)
	assert.Equal(t, `49`, query(t, environment, AnyQuery, Envelope{Name: "n49"}))
}
