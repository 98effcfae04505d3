package blueprint

import (
	"context"
	"fmt"
	"slices"

	"dynamicsamples/blueprint/build"
	"dynamicsamples/blueprint/language"
)

// Words are two words whose letters are compared.
type Words struct {
	First  string `json:"first"`
	Second string `json:"second"`
}

// PlanLetters plans the comparison of two words: a graph of one step for each letter, of
// one for each word that needs its letters, and of one that needs both words. It fails
// with ErrNotALetter before anything is planned.
func PlanLetters(_ context.Context, words Words) (*language.Plan, error) {
	first, err := countWord("first", words.First)
	if err != nil {
		return nil, err
	}
	second, err := countWord("second", words.Second)
	if err != nil {
		return nil, err
	}
	shared := build.Activity("shared", "shared_letters").
		With(build.Args{"first": output("first"), "second": output("second")}).
		Needs("first", "second")
	nodes := append(slices.Concat(first, second), shared)
	return build.NewPlan(build.Dag("letters", nodes...)).Output("${steps.letters.output.shared}").Plan()
}

// countWord are the nodes for one word.
func countWord(name, word string) ([]build.DagNode, error) {
	var nodes []build.DagNode
	var needs []string
	indices := []any{}
	for i, letter := range []rune(word) {
		if !isLetter(letter) {
			return nil, refuse(ErrNotALetter, "%q has the character %q: only the letters A to Z can be compared", word, letter)
		}
		id := fmt.Sprintf("%s_%d", name, i)
		nodes = append(nodes, build.Activity(id, "letter_index").
			Summary(string(letter)).
			With(build.Args{"letter": string(letter)}))
		needs = append(needs, id)
		indices = append(indices, output(id))
	}
	count := build.Activity(name, "count_letters").With(build.Args{"indices": indices})
	return append(nodes, count.Needs(needs...)), nil
}

func output(id string) string { return "${steps." + id + ".output}" }

func isLetter(letter rune) bool {
	return 'a' <= letter && letter <= 'z' || 'A' <= letter && letter <= 'Z'
}

// Letter is one letter.
type Letter struct {
	Letter string `json:"letter"`
}

// LetterIndex tells a letter's place in the alphabet, from 0 to 25, in upper and lower
// case alike. It fails with ErrNotALetter.
func LetterIndex(_ context.Context, letter Letter) (int, error) {
	letters := []rune(letter.Letter)
	switch {
	case len(letters) != 1 || !isLetter(letters[0]):
		return 0, refuse(ErrNotALetter, "%q is no letter", letter.Letter)
	case letters[0] >= 'a':
		return int(letters[0] - 'a'), nil
	default:
		return int(letters[0] - 'A'), nil
	}
}

// Indices are letters' places in the alphabet.
type Indices struct {
	Indices []int `json:"indices"`
}

// lettersInAlphabet is how many counts there are.
const lettersInAlphabet = 26

// CountLetters counts how often each letter occurs.
func CountLetters(_ context.Context, indices Indices) ([]int, error) {
	counts := make([]int, lettersInAlphabet)
	for _, each := range indices.Indices {
		if each < 0 || each >= lettersInAlphabet {
			return nil, refuse(ErrNotALetter, "no letter has the index %d", each)
		}
		counts[each]++
	}
	return counts, nil
}

// Counts are how often each letter occurs in two words.
type Counts struct {
	First  []int `json:"first"`
	Second []int `json:"second"`
}

// SharedLetters counts the letters that occur in both words, each as often as in both.
func SharedLetters(_ context.Context, counts Counts) (int, error) {
	shared := 0
	for i := range min(len(counts.First), len(counts.Second)) {
		shared += min(counts.First[i], counts.Second[i])
	}
	return shared, nil
}

// Numbers are a list that is sorted.
type Numbers struct {
	Numbers []int64 `json:"numbers"`
}

// leafSize is how long a list may be that is sorted in one Activity.
const leafSize = 5

// PlanSort plans to sort a short list in one Activity, and a long one by two plans for its
// halves, at once, whose outputs are merged.
func PlanSort(_ context.Context, list Numbers) (*language.Plan, error) {
	if len(list.Numbers) <= leafSize {
		return build.NewPlan(build.Activity("sort", "sort_numbers").With(list)).Plan()
	}
	middle := len(list.Numbers) / 2
	half := func(name string, numbers []int64) build.NamedSteps {
		return build.Branch(name, build.Plan("sort", "plan_sort").
			Summary(fmt.Sprintf("%d numbers", len(numbers))).
			With(Numbers{numbers}))
	}
	return build.NewPlan(
		build.Parallel("halves", half("left", list.Numbers[:middle]), half("right", list.Numbers[middle:])),
		build.Activity("merge", "merge_numbers").With(output("halves")),
	).Plan()
}

// SortNumbers sorts a list.
func SortNumbers(_ context.Context, list Numbers) ([]int64, error) {
	return slices.Sorted(slices.Values(list.Numbers)), nil
}

// Halves are two sorted lists.
type Halves struct {
	Left  []int64 `json:"left"`
	Right []int64 `json:"right"`
}

// MergeNumbers makes one sorted list of two.
func MergeNumbers(_ context.Context, halves Halves) ([]int64, error) {
	left, right := halves.Left, halves.Right
	merged := make([]int64, 0, len(left)+len(right))
	for len(left) > 0 && len(right) > 0 {
		if right[0] < left[0] {
			merged, right = append(merged, right[0]), right[1:]
		} else {
			merged, left = append(merged, left[0]), left[1:]
		}
	}
	return append(append(merged, left...), right...), nil
}

// Errands are what somebody outside wants to have done, each by the name of an Activity.
type Errands struct {
	Errands []NamedErrand `json:"errands"`
}

// NamedErrand is an errand with the name of the Activity that is to do it.
type NamedErrand struct {
	Do   string `json:"do"`
	What string `json:"what"`
}

// PlanErrands plans a step for each errand. It takes any name: it is the checker that
// refuses those that the catalog does not have.
func PlanErrands(_ context.Context, errands Errands) (*language.Plan, error) {
	var steps []build.Step
	for i, each := range errands.Errands {
		steps = append(steps, build.Activity(fmt.Sprintf("errand_%d", i+1), each.Do).With(build.Args{"what": each.What}))
	}
	return build.NewPlan(steps...).Plan()
}
