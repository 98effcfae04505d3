package messagepassing

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func approvedAt(t *testing.T, when time.Duration) *run {
	r := newRun(t)
	r.signalAt(when, ApproveSignal, Approval{Name: "Ana"})
	return r
}

func TestGreetingWaitsForApproval(t *testing.T) {
	r := approvedAt(t, time.Hour)
	r.signalAt(time.Second, ApproveSignal, Approval{})
	r.signalAt(2*time.Second, ApproveSignal, Approval{Name: strings.Repeat("x", MaxTextLength+1)})
	begin := r.Now()
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, "Hello, world (approved by Ana)", result[string](r))
	assert.Equal(t, time.Hour, r.Now().Sub(begin), "invalid approvals are ignored")
}

func TestIgnoredApprovalsAreLogged(t *testing.T) {
	r := approvedAt(t, time.Minute)
	r.signalAt(time.Second, ApproveSignal, map[string]string{"nme": "Ana"})
	r.signalAt(2*time.Second, ApproveSignal, Approval{Name: strings.Repeat("x", MaxTextLength+1)})
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, []string{
		"Signal ignored Signal approve Reason name must not be empty (at most 100 bytes) (type: InvalidMessage, retryable: false)",
		"Signal ignored Signal approve Reason name must have at most 100 bytes, got 101 (type: InvalidMessage, retryable: false)",
	}, r.warnings)
}

func TestLongestNameApproves(t *testing.T) {
	name := strings.Repeat("\x00", MaxTextLength)
	r := newRun(t)
	r.signalAt(time.Second, ApproveSignal, Approval{Name: name})
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, "Hello, world (approved by "+name+")", result[string](r))
}

func TestGreetingThatNobodyApprovesCanBeCanceled(t *testing.T) {
	r := approvedAt(t, time.Hour)
	r.cancelAt(time.Second)
	begin := r.Now()
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, time.Second, r.Now().Sub(begin), "it does not wait for a Signal")
}

func TestApprovalAndCancellationInOneTask(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(ApproveSignal, Approval{Name: "Ana"})
		r.CancelWorkflow()
	})
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, "Hello, world (approved by Ana)", result[string](r), "the approval was there to be received")
}

func TestFirstApprovalCounts(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		r.SignalWorkflowSkippingWorkflowTask(ApproveSignal, Approval{Name: "Ana"})
		r.SignalWorkflow(ApproveSignal, Approval{Name: "Luis"})
	})
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, "Hello, world (approved by Ana)", result[string](r))
}

func TestLanguagesQueryChangesNothing(t *testing.T) {
	r := approvedAt(t, time.Minute)
	asked := 0
	r.at(time.Second, func() {
		asked++
		for range 2 {
			assert.Equal(t, []string{"chinese", "english"}, query[[]string](r, LanguagesQuery, LanguagesInput{}))
			assert.Equal(t, []string{"arabic", "chinese", "english", "french", "hindi", "spanish"},
				query[[]string](r, LanguagesQuery, LanguagesInput{IncludeUnsupported: true}))
		}
	})
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	require.Equal(t, 1, asked)
	assert.Equal(t, "english", query[string](r, LanguageQuery), "a closed workflow can be queried")
}

func TestSetLanguage(t *testing.T) {
	r := approvedAt(t, time.Minute)
	first := r.updateAt(time.Second, SetLanguageUpdate, "", "chinese")
	second := r.updateAt(2*time.Second, SetLanguageUpdate, "", "chinese")
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, &reply{accepted: 1, completed: 1, result: "english"}, first)
	assert.Equal(t, &reply{accepted: 1, completed: 1, result: "chinese"}, second)
	assert.Equal(t, "你好，世界 (approved by Ana)", result[string](r))
	assert.Empty(t, r.started)
}

func TestSetLanguageIsRejectedBeforeItIsAccepted(t *testing.T) {
	cases := map[string]struct{ language, errorType, message string }{
		"unknown": {"french", UnsupportedLanguage, `language "french" is not supported`},
		"empty":   {"", InvalidMessage, "language must not be empty (at most 100 bytes)"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := approvedAt(t, time.Minute)
			got := r.updateAt(time.Second, SetLanguageUpdate, "", c.language)
			r.ExecuteWorkflow(Greeting, GreetingInput{})

			assertFailure(t, got.rejection, c.errorType, c.message)
			assert.Zero(t, got.accepted)
			assert.Equal(t, "Hello, world (approved by Ana)", result[string](r), "a rejected update has no effect")
		})
	}
}

// The first updates of a run come before its first line has run.
func TestFirstMessagesFindTheStateAndTheHandlers(t *testing.T) {
	r := approvedAt(t, time.Minute)
	got := r.updateAt(0, SetLanguageUpdate, "", "english")
	learned := r.updateAt(0, LearnLanguageUpdate, "", "french")
	r.ExecuteWorkflow(Greeting, GreetingInput{Language: "chinese"})

	require.NoError(t, got.err())
	assert.Equal(t, "chinese", got.result, "the handler sees the workflow's input")
	require.NoError(t, learned.err())
	assert.Equal(t, "Bonjour, monde (approved by Ana)", result[string](r))
}

func TestGreetingStartedInUnknownLanguage(t *testing.T) {
	r := newRun(t)
	r.ExecuteWorkflow(Greeting, GreetingInput{Language: "klingon"})

	assertFailure(t, r.GetWorkflowError(), UnsupportedLanguage, `language "klingon" is not supported`)
}

func TestLearnLanguageFetchesOnce(t *testing.T) {
	r := approvedAt(t, time.Minute)
	r.takeTime(FetchGreeting, "Bonjour, monde")
	first := r.updateAt(time.Second, LearnLanguageUpdate, "", "french")
	second := r.updateAt(2*time.Second, LearnLanguageUpdate, "", "french")
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, "english", first.result)
	assert.Equal(t, "french", second.result)
	assert.Equal(t, []string{`FetchGreeting "french"`}, r.started, "the second caller finds what the first has fetched")
	assert.Equal(t, "Bonjour, monde (approved by Ana)", result[string](r))
}

func TestLastLearnedLanguageWins(t *testing.T) {
	r := approvedAt(t, time.Minute)
	r.OnActivity(FetchGreeting, anyArgument, "french").Return("Bonjour, monde", nil).After(activityTime)
	r.OnActivity(FetchGreeting, anyArgument, "hindi").Return("नमस्ते दुनिया", nil).After(time.Second)
	slow := r.updateAt(time.Second, LearnLanguageUpdate, "", "french")
	quick := r.updateAt(2*time.Second, LearnLanguageUpdate, "", "hindi")
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, "english", slow.result)
	assert.Equal(t, "french", quick.result)
	assert.Equal(t, "नमस्ते दुनिया (approved by Ana)", result[string](r), "though its greeting came sooner")
}

func TestLearnLanguageFailsWithItsTypeAfterAcceptance(t *testing.T) {
	r := approvedAt(t, time.Minute)
	got := r.updateAt(time.Second, LearnLanguageUpdate, "", "klingon")
	next := r.updateAt(time.Second, LearnLanguageUpdate, "", "french")
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assertFailure(t, got.failure, UnsupportedLanguage, `the greeting service does not support "klingon"`)
	assert.Equal(t, 1, got.accepted)
	assert.Equal(t, 1, next.completed, "a failure releases the lock")
	assert.Equal(t, "Bonjour, monde (approved by Ana)", result[string](r))
}

func TestLanguageIsCheckedBeforeItIsFetched(t *testing.T) {
	r := approvedAt(t, time.Minute)
	got := r.updateAt(time.Second, LearnLanguageUpdate, "", strings.Repeat("x", MaxTextLength+1))
	empty := r.updateAt(time.Second, LearnLanguageUpdate, "", "")
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assertFailure(t, empty.rejection, InvalidMessage, "language must not be empty (at most 100 bytes)")
	assertFailure(t, got.rejection, InvalidMessage, "language must have at most 100 bytes, got 101")
	assert.Empty(t, r.started)
}

func TestGreetingWaitsForHandlers(t *testing.T) {
	r := approvedAt(t, 2*time.Second)
	r.takeTime(FetchGreeting, "Bonjour, monde")
	got := r.updateAt(time.Second, LearnLanguageUpdate, "", "french")
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, 1, got.completed)
	assert.Equal(t, "Bonjour, monde (approved by Ana)", result[string](r))
}

func TestCanceledGreetingWaitsForHandlers(t *testing.T) {
	r := newRun(t)
	r.takeTime(FetchGreeting, "Bonjour, monde")
	r.cancelAt(2 * time.Second)
	holder := r.updateAt(time.Second, LearnLanguageUpdate, "", "french")
	waiter := r.updateAt(time.Second, LearnLanguageUpdate, "", "hindi")
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assertCanceled(t, r.GetWorkflowError())
	assert.Equal(t, 1, holder.completed)
	assertCanceled(t, holder.failure)
	assert.Equal(t, 1, waiter.completed)
	assertCanceled(t, waiter.failure)
	assert.Len(t, r.started, 1, "nothing is scheduled after the cancellation")
}

func TestLongestLanguageIsFetched(t *testing.T) {
	longest := strings.Repeat("x", MaxTextLength)
	r := approvedAt(t, time.Minute)
	r.OnActivity(FetchGreeting, anyArgument, longest).Return("Xxx", nil)
	got := r.updateAt(time.Second, LearnLanguageUpdate, "", longest)
	r.ExecuteWorkflow(Greeting, GreetingInput{})

	assert.Equal(t, "english", got.result)
	assert.Equal(t, "Xxx (approved by Ana)", result[string](r))
}

func TestTheServiceGreetsInItsLanguages(t *testing.T) {
	greetings := map[string]string{}
	for _, language := range serviceLanguages() {
		text, err := FetchGreeting(t.Context(), language)
		require.NoError(t, err)
		greetings[language] = text
	}
	assert.Equal(t, map[string]string{
		"arabic": "مرحبا بالعالم", "chinese": "你好，世界", "english": "Hello, world",
		"french": "Bonjour, monde", "hindi": "नमस्ते दुनिया", "spanish": "Hola, mundo",
	}, greetings)
}
