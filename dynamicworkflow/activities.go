package dynamicworkflow

import (
	"context"
	"fmt"
	"unicode"
)

// Greeting is the input of DefaultGreeting.
type Greeting struct {
	Greeting string `json:"greeting"`
	Name     string `json:"name"`
}

// DefaultGreeting puts the greeting before the name.
func DefaultGreeting(_ context.Context, input Greeting) (string, error) {
	return fmt.Sprintf("%s, %s!", input.Greeting, input.Name), nil
}

// LetterPosition returns the letter's place in the alphabet, 0 for A or a, 25 for Z
// or z. It stands for work that is worth an activity. It fails with an
// ApplicationError of type InvalidWord for anything but one such letter.
func LetterPosition(_ context.Context, letter string) (int, error) {
	if len(letter) != 1 || !isLetter(rune(letter[0])) {
		return 0, invalidWord("%q is not one letter from A to Z", letter)
	}
	return int(unicode.ToLower(rune(letter[0])) - 'a'), nil
}
