package childdispatch

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

func sortedBy(t *testing.T, e *environment, sort Sort) []int64 {
	t.Helper()
	e.ExecuteWorkflow(MergeSort, sort)
	require.NoError(t, e.GetWorkflowError())
	var sorted []int64
	require.NoError(t, e.GetWorkflowResult(&sorted))
	return sorted
}

func descending(count int) []int64 {
	numbers := make([]int64, count)
	for i := range numbers {
		numbers[i] = int64(count - i)
	}
	return numbers
}

func TestMergeSortIsSort(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	inputs := [][]int64{{}, {7}, {2, 1}, slices.Repeat([]int64{5}, 40), descending(DefaultLeafSize << MaxDepth)}
	for range 40 {
		numbers := make([]int64, random.IntN(100))
		spread := 1 + random.Int64N(50) // small spreads make duplicates
		for i := range numbers {
			numbers[i] = random.Int64N(2*spread) - spread
		}
		inputs = append(inputs, numbers)
	}
	for _, numbers := range inputs {
		leafSize := 1 + random.IntN(8)
		if levelsBelow(len(numbers), leafSize) > MaxDepth {
			leafSize = DefaultLeafSize
		}
		e := newEnvironment(t)
		got := sortedBy(t, e, Sort{Numbers: numbers, LeafSize: leafSize})

		want := slices.Sorted(slices.Values(numbers))
		require.Equal(t, append([]int64{}, want...), got, "%v in leaves of %d", numbers, leafSize)
		leaves := e.count("SortNumbers")
		assert.Len(t, e.children, 2*(leaves-1), "a list is a leaf, or has two halves")
		for _, child := range e.children {
			levels := strings.Count(child.ID, ".")
			assert.LessOrEqual(t, levels, MaxDepth)
		}
	}
}

func TestALeafIsSortedInOneActivity(t *testing.T) {
	e := newEnvironment(t)
	assert.Equal(t, []int64{1, 2, 3, 4, 5}, sortedBy(t, e, Sort{Numbers: descending(5)}))
	assert.Equal(t, 1, e.count("SortNumbers"))
	assert.Empty(t, e.children)
}

func TestEachHalfIsAChild(t *testing.T) {
	e := newEnvironment(t)
	assert.Equal(t, []int64{1, 2, 3, 4, 5, 6, 7}, sortedBy(t, e, Sort{Numbers: descending(7), LeafSize: 2}))

	half := func(id string) startedChild {
		return startedChild{"MergeSort", id, replaceRunningChild, enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, sortTimeout}
	}
	assert.ElementsMatch(t, []startedChild{
		half("parent.left"), half("parent.right"), half("parent.left.left"), half("parent.left.right"),
		half("parent.right.left"), half("parent.right.right"),
	}, e.children, "the halves know the size of a leaf, too")
}

func TestASortIsCheckedBeforeAnythingIsScheduled(t *testing.T) {
	large := slices.Repeat([]int64{-1_000_000}, MaxSortBytes/9+1)
	cases := []struct {
		name               string
		sort               Sort
		errorType, message string
	}{
		{"one level too deep", Sort{Numbers: descending(DefaultLeafSize<<MaxDepth + 1)}, TooDeep,
			"321 numbers in leaves of 5 need 7 levels of children, at most 6 are allowed"},
		{"too deep in small leaves", Sort{Numbers: descending(65), LeafSize: 1}, TooDeep,
			"65 numbers in leaves of 1 need 7 levels of children, at most 6 are allowed"},
		{"too deep as a child", Sort{Numbers: descending(6), Depth: MaxDepth}, TooDeep,
			"6 numbers in leaves of 5 need 7 levels of children, at most 6 are allowed"},
		{"too large", Sort{Numbers: large, LeafSize: len(large)}, InputTooLarge,
			"14564 numbers have 131077 bytes, at most 131072 are allowed"},
		{"no numbers", Sort{}, InvalidSort, "numbers must be a list (which may be empty)"},
		{"negative leaves", Sort{Numbers: []int64{}, LeafSize: -1}, InvalidSort, "leaf_size is positive and depth is not negative, got -1 and 0"},
		{"negative depth", Sort{Numbers: []int64{}, Depth: -1}, InvalidSort, "leaf_size is positive and depth is not negative, got 5 and -1"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := newEnvironment(t)
			e.ExecuteWorkflow(MergeSort, c.sort)
			assertRefused(t, e.GetWorkflowError(), c.errorType, c.message)
			assert.Empty(t, e.recorder.Scheduled)
		})
	}
}

func TestTheLargestAndTheDeepestSort(t *testing.T) {
	// 131,072 bytes as JSON.
	largest := append(slices.Repeat([]int64{12345}, 21_844), 123456)
	for _, sort := range []Sort{
		{Numbers: largest, LeafSize: len(largest)},
		{Numbers: descending(5), Depth: MaxDepth},
		{Numbers: descending(64), LeafSize: 1},
	} {
		e := newEnvironment(t)
		assert.Equal(t, slices.Sorted(slices.Values(sort.Numbers)), sortedBy(t, e, sort))
	}
}

func TestAFailedHalfCancelsTheOther(t *testing.T) {
	e := newEnvironment(t)
	e.OnActivity(SortNumbers, mock.Anything, []int64{1, 2}).Return(nil, temporal.NewNonRetryableApplicationError("worn out", "WornOut", nil)).After(time.Second)
	e.OnActivity(SortNumbers, mock.Anything, []int64{3, 4}).Return([]int64{3, 4}, nil).After(time.Hour)
	begin := e.Now()
	e.ExecuteWorkflow(MergeSort, Sort{Numbers: []int64{1, 2, 3, 4}, LeafSize: 2})

	assertRefused(t, e.GetWorkflowError(), "WornOut", "worn out")
	assert.Equal(t, 1, e.canceled, "the other half was canceled")
	assert.Zero(t, e.underWay, "and waited for")
	assert.Less(t, e.Now().Sub(begin), time.Minute)
}

func TestTheTypeOfAFailureComesThroughAllLevels(t *testing.T) {
	e := newEnvironment(t)
	e.OnActivity(SortNumbers, mock.Anything, mock.Anything).Return(func(_ context.Context, numbers []int64) ([]int64, error) {
		if slices.Contains(numbers, 13) {
			return nil, temporal.NewNonRetryableApplicationError("13 brings bad luck", "BadLuck", nil)
		}
		return SortNumbers(t.Context(), numbers)
	})
	e.ExecuteWorkflow(MergeSort, Sort{Numbers: descending(40), LeafSize: 2})
	assertRefused(t, e.GetWorkflowError(), "BadLuck", "13 brings bad luck")
}

func TestCanceledSortEndsWithItsHalves(t *testing.T) {
	e := newEnvironment(t)
	e.OnActivity(SortNumbers, mock.Anything, mock.Anything).Return([]int64{1}, nil).After(time.Minute)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second)
	e.ExecuteWorkflow(MergeSort, Sort{Numbers: descending(4), LeafSize: 2})

	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Equal(t, 2, e.canceled)
	assert.Zero(t, e.underWay)
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte{1, 2, 2}, []byte{0, 2, 9})
	f.Add([]byte{}, []byte{1})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		left, right := ascending(a), ascending(b)
		want := append(slices.Clone(left), right...)
		slices.Sort(want)
		assert.Equal(t, append([]int64{}, want...), merge(left, right))
	})
}

func ascending(bytes []byte) []int64 {
	numbers := []int64{}
	for _, each := range bytes {
		numbers = append(numbers, int64(each))
	}
	slices.Sort(numbers)
	return numbers
}
