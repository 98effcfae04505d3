package dynamicworkflow

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/replaytest"
)

// letterWatch notes which letters were scheduled, and how many at a time.
type letterWatch struct {
	letters            []string
	underWay, mostEver int
	canceled           int
	recorder           replaytest.Recorder
}

func watchLetters(t *testing.T, environment *testsuite.TestWorkflowEnvironment) *letterWatch {
	watch := &letterWatch{}
	environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&watch.recorder}})
	environment.SetOnActivityStartedListener(func(_ *activity.Info, _ context.Context, args converter.EncodedValues) {
		var letter string
		assert.NoError(t, args.Get(&letter))
		watch.letters = append(watch.letters, letter)
		watch.underWay++
		watch.mostEver = max(watch.mostEver, watch.underWay)
	})
	environment.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { watch.underWay-- })
	environment.SetOnActivityCanceledListener(func(*activity.Info) { watch.canceled++ })
	return watch
}

// commonLetters states what LettersInCommon means, in the plainest way.
func commonLetters(first, second string) int {
	common := 0
	for letter := 'a'; letter <= 'z'; letter++ {
		count := func(word string) int { return strings.Count(strings.ToLower(word), string(letter)) }
		common += min(count(first), count(second))
	}
	return common
}

func randomWord(random *rand.Rand, length int) string {
	const letters = "abcdefgABCDEFGxyzXYZ"
	var word strings.Builder
	for range length {
		word.WriteByte(letters[random.IntN(len(letters))])
	}
	return word.String()
}

func TestLettersInCommonOfRandomWords(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		first, second := randomWord(random, 1+random.IntN(30)), randomWord(random, 1+random.IntN(30))
		environment, _ := newEnvironment(t)
		watch := watchLetters(t, environment)
		environment.ExecuteWorkflow("letters-in-common", first, second)

		require.NoError(t, environment.GetWorkflowError())
		var common int
		require.NoError(t, environment.GetWorkflowResult(&common))
		assert.Equal(t, commonLetters(first, second), common, "%q and %q", first, second)
		assert.ElementsMatch(t, strings.Split(first+second, ""), watch.letters, "one activity a letter")
	}
}

func TestLettersAreBounded(t *testing.T) {
	environment, _ := newEnvironment(t)
	watch := watchLetters(t, environment)
	environment.OnActivity(LetterPosition, mock.Anything, mock.Anything).Return(0, nil).After(time.Second)
	environment.ExecuteWorkflow("letters-in-common", strings.Repeat("a", MaxLetters/2), strings.Repeat("a", MaxLetters/2))

	require.NoError(t, environment.GetWorkflowError())
	assert.Len(t, watch.letters, 200)
	assert.Equal(t, 10, watch.mostEver)
}

func TestWordsAreCheckedBeforeAnythingIsScheduled(t *testing.T) {
	cases := []struct{ name, first, second, message string }{
		{"first word empty", "", "x", `word 1 must not be empty`},
		{"second word empty", "x", "", `word 2 must not be empty`},
		{"digit", "Route", "66", `word 2 has the character '6': only the letters A to Z can be counted`},
		{"letter outside the alphabet", "naïve", "x", `word 1 has the character 'ï': only the letters A to Z can be counted`},
		{"too long", strings.Repeat("a", MaxLetters), "b", `the words have 201 letters together, at most 200 can be counted`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			environment, _ := newEnvironment(t)
			watch := watchLetters(t, environment)
			environment.ExecuteWorkflow("letters-in-common", c.first, c.second)

			assertFailure(t, environment, InvalidWord, c.message)
			assert.Empty(t, watch.letters)
		})
	}
}

func TestMissingWordIsRefused(t *testing.T) {
	environment, _ := newEnvironment(t)
	watch := watchLetters(t, environment)
	environment.ExecuteWorkflow("letters-in-common", "Parallel")

	assertFailure(t, environment, InvalidWord, "word 2 must not be empty")
	assert.Empty(t, watch.letters)
}

func TestFailedLetterCancelsTheOthers(t *testing.T) {
	environment, _ := newEnvironment(t)
	watch := watchLetters(t, environment)
	wornOut := temporal.NewNonRetryableApplicationError("worn out", "WornOut", nil)
	environment.OnActivity(LetterPosition, mock.Anything, "x").Return(0, wornOut).After(time.Second)
	environment.OnActivity(LetterPosition, mock.Anything, mock.Anything).Return(0, nil).After(time.Minute)
	environment.ExecuteWorkflow("letters-in-common", "aax", strings.Repeat("b", 50))

	assertFailure(t, environment, "WornOut", "worn out")
	assert.Len(t, watch.recorder.Scheduled, MaxConcurrentLetters, "no letter is scheduled after the failure")
}

func TestCancellationReachesTheLetters(t *testing.T) {
	environment, _ := newEnvironment(t)
	watch := watchLetters(t, environment)
	environment.OnActivity(LetterPosition, mock.Anything, mock.Anything).Return(0, nil).After(time.Minute)
	environment.RegisterDelayedCallback(environment.CancelWorkflow, time.Second)
	environment.ExecuteWorkflow("letters-in-common", strings.Repeat("a", 50), "b")

	var canceled *temporal.CanceledError
	require.ErrorAs(t, environment.GetWorkflowError(), &canceled)
	assert.Len(t, watch.recorder.Scheduled, MaxConcurrentLetters, "no letter is scheduled after the cancellation")
	assert.Equal(t, MaxConcurrentLetters, watch.canceled)
}

// A server cancels a run also between two letters, when none is under way that could fail.
func TestCanceledRunIsCanceledWithoutAFailedLetter(t *testing.T) {
	environment, _ := newEnvironment(t)
	watch := watchLetters(t, environment)
	environment.ExecuteWorkflow(func(ctx workflow.Context) error {
		ctx, cancel := workflow.WithCancel(ctx)
		cancel()
		_, err := letterPositions(ctx, []string{"a"})
		return err
	})

	var canceled *temporal.CanceledError
	require.ErrorAs(t, environment.GetWorkflowError(), &canceled)
	assert.Empty(t, watch.recorder.Scheduled)
}

func TestLetterPosition(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestActivityEnvironment()
	environment.RegisterActivity(LetterPosition)
	for letter, want := range map[string]int{"a": 0, "A": 0, "m": 12, "Z": 25} {
		result, err := environment.ExecuteActivity(LetterPosition, letter)
		require.NoError(t, err)
		var position int
		require.NoError(t, result.Get(&position))
		assert.Equal(t, want, position, letter)
	}
	for letter, message := range map[string]string{
		"": `"" is not one letter from A to Z`, "ab": `"ab" is not one letter from A to Z`,
		"1": `"1" is not one letter from A to Z`, "é": `"é" is not one letter from A to Z`,
		"@": `"@" is not one letter from A to Z`, "[": `"[" is not one letter from A to Z`,
		"`": `"` + "`" + `" is not one letter from A to Z`, "{": `"{" is not one letter from A to Z`,
	} {
		_, err := environment.ExecuteActivity(LetterPosition, letter)
		var failure *temporal.ApplicationError
		require.ErrorAs(t, err, &failure)
		assert.Equal(t, InvalidWord, failure.Type())
		assert.Equal(t, message, failure.Message())
		assert.True(t, failure.NonRetryable())
	}
}
