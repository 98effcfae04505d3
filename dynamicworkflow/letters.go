package dynamicworkflow

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// InvalidWord is the type of the ApplicationError for a word that is empty, has a
// character that is no letter, or has too many letters. It is not retryable.
const InvalidWord = "InvalidWord"

// Bounds of LettersInCommon.
const (
	// MaxLetters bounds the two words together, and with them the Event History: each
	// letter is one Activity.
	MaxLetters = 200
	// MaxConcurrentLetters bounds the Activities that run at the same time.
	MaxConcurrentLetters = 10
)

const lettersInAlphabet = 26

// LettersInCommon counts the letters that two words share, regardless of case: "l"
// twice in both counts two. It runs one Activity for each letter, so the number of
// steps depends on the input. It fails with an ApplicationError of type
// InvalidWord, before anything is scheduled, for anything but letters from A to Z.
func LettersInCommon(ctx workflow.Context, first, second string) (int, error) {
	if err := checkWords(first, second); err != nil {
		return 0, err
	}
	positions, err := letterPositions(ctx, strings.Split(first+second, ""))
	if err != nil {
		return 0, err
	}
	inFirst, inSecond := tally(positions[:len(first)]), tally(positions[len(first):])
	common := 0
	for letter := range inFirst {
		common += min(inFirst[letter], inSecond[letter])
	}
	return common, nil
}

func checkWords(words ...string) error {
	total := 0
	for i, word := range words {
		// The SDK gives a registered workflow the zero value for a missing argument.
		if word == "" {
			return invalidWord("word %d must not be empty", i+1)
		}
		for _, character := range word {
			if !isLetter(character) {
				return invalidWord("word %d has the character %q: only the letters A to Z can be counted", i+1, character)
			}
		}
		total += len(word)
	}
	if total > MaxLetters {
		return invalidWord("the words have %d letters together, at most %d can be counted", total, MaxLetters)
	}
	return nil
}

func isLetter(character rune) bool {
	return 'a' <= character && character <= 'z' || 'A' <= character && character <= 'Z'
}

func invalidWord(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), InvalidWord, nil)
}

// letterPositions runs one Activity for each letter, a bounded number at a time, and
// returns their results in the order of the letters. When one fails, the others are
// canceled and awaited before it returns.
func letterPositions(ctx workflow.Context, letters []string) ([]int, error) {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	positions := make([]int, len(letters))
	slots := workflow.NewSemaphore(ctx, MaxConcurrentLetters)
	group := workflow.NewWaitGroup(ctx)
	var failure error
	for i, letter := range letters {
		// A slot may come free after the cancellation: nothing more is scheduled.
		if slots.Acquire(ctx, 1) != nil || ctx.Err() != nil {
			break
		}
		group.Go(ctx, func(ctx workflow.Context) {
			defer slots.Release(1)
			err := letterPosition(ctx, letter, &positions[i])
			if err != nil && failure == nil {
				failure = err
				cancel()
			}
		})
	}
	group.Wait(ctx)
	if failure == nil {
		failure = ctx.Err()
	}
	return positions, failure
}

func letterPosition(ctx workflow.Context, letter string, position *int) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		WaitForCancellation:    true,
		Summary:                "letter " + letter,
	})
	return workflow.ExecuteActivity(ctx, LetterPosition, letter).Get(ctx, position)
}

// LetterPosition is the Activity that returns the letter's place in the alphabet, 0 for
// A or a, 25 for Z or z. It stands for work that is worth an Activity. It fails with an
// ApplicationError of type InvalidWord for anything but one such letter.
func LetterPosition(_ context.Context, letter string) (int, error) {
	if len(letter) != 1 || !isLetter(rune(letter[0])) {
		return 0, invalidWord("%q is not one letter from A to Z", letter)
	}
	return int(unicode.ToLower(rune(letter[0])) - 'a'), nil
}

// tally counts how often each letter of the alphabet occurs.
func tally(positions []int) [lettersInAlphabet]int {
	var counts [lettersInAlphabet]int
	for _, position := range positions {
		counts[position]++
	}
	return counts
}
