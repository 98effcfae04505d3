package blueprint

import (
	"context"
	"fmt"
	"strings"

	"dynamicsamples/blueprint/build"
	"dynamicsamples/blueprint/language"
)

// Book says how long a book is.
type Book struct {
	Chapters int `json:"chapters"`
	// Words are those of one chapter.
	Words int `json:"words"`
}

// PlanBook writes a book and plans to count its words: a step for each chapter, with its
// text, and one that adds up. A plan may be as large as the Worker allows.
func PlanBook(_ context.Context, book Book) (*language.Plan, error) {
	var chapters []build.DagNode
	counts := []any{}
	for i := range book.Chapters {
		id := fmt.Sprintf("chapter_%d", i+1)
		text := fmt.Sprintf("chapter%04d", i+1) + strings.Repeat(" so it goes on", (book.Words-1)/4)
		chapters = append(chapters, build.Activity(id, "count_words").With(build.Args{"text": text}))
		counts = append(counts, "${steps.read.output."+id+"}")
	}
	return build.NewPlan(
		build.Dag("read", chapters...),
		build.Activity("words", "add_up").With(build.Args{"numbers": counts}),
	).Plan()
}

// Text is some text.
type Text struct {
	Text string `json:"text"`
}

// CountWords counts the words of a text.
func CountWords(_ context.Context, text Text) (int, error) {
	return len(strings.Fields(text.Text)), nil
}

// AddUp adds numbers up.
func AddUp(_ context.Context, list Numbers) (int64, error) {
	var sum int64
	for _, each := range list.Numbers {
		sum += each
	}
	return sum, nil
}
