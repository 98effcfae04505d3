package blueprint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
)

func TestLetterIndex(t *testing.T) {
	for letter, want := range map[string]int{"a": 0, "A": 0, "m": 12, "M": 12, "z": 25, "Z": 25} {
		index, err := LetterIndex(t.Context(), Letter{letter})
		require.NoError(t, err)
		assert.Equal(t, want, index, letter)
	}
	for _, letter := range []string{"", "6", " ", "é", "[", "`", "@", "{", "ab"} {
		_, err := LetterIndex(t.Context(), Letter{letter})
		assertRefusedAs(t, err, ErrNotALetter)
	}
}

func TestCountLetters(t *testing.T) {
	counts, err := CountLetters(t.Context(), Indices{[]int{0, 25, 0}})
	require.NoError(t, err)
	want := make([]int, 26)
	want[0], want[25] = 2, 1
	assert.Equal(t, want, counts)
	for _, index := range []int{-1, 26} {
		_, err := CountLetters(t.Context(), Indices{[]int{index}})
		assertRefusedAs(t, err, ErrNotALetter)
	}
}

func TestMergeNumbers(t *testing.T) {
	for _, each := range []struct{ left, right, want []int64 }{
		{nil, nil, []int64{}},
		{[]int64{1}, nil, []int64{1}},
		{nil, []int64{1, 2}, []int64{1, 2}},
		{[]int64{1, 3, 3, 9}, []int64{2, 3, 10}, []int64{1, 2, 3, 3, 3, 9, 10}},
	} {
		merged, err := MergeNumbers(t.Context(), Halves{each.left, each.right})
		require.NoError(t, err)
		assert.Equal(t, each.want, merged)
	}
}

func TestUnknownSource(t *testing.T) {
	_, err := FetchContact(t.Context(), Source{"nowhere"})
	assertRefusedAs(t, err, ErrUnknownSource)
}

func TestListContacts(t *testing.T) {
	for _, each := range []struct {
		after string
		most  int
		ids   string
		next  string
	}{
		{"", 2, "c-1 c-2", "c-2"}, {"c-2", 2, "c-3 c-4", "c-4"}, {"c-4", 2, "c-5", ""}, {"c-3", 2, "c-4 c-5", ""}, {"c-5", 2, "", ""}, {"", 9, "c-1 c-2 c-3 c-4 c-5", ""},
		{"c-4", 0, "c-5", ""}, {"", 0, "c-1", "c-1"},
	} {
		page, err := ListContacts(t.Context(), ContactsQuery{each.after, each.most})
		require.NoError(t, err)
		var ids []string
		for _, contact := range page.Contacts {
			ids = append(ids, contact.ID)
		}
		assert.Equal(t, each.ids, strings.Join(ids, " "), each)
		assert.Equal(t, each.next, page.Next, each)
	}
}

func assertRefusedAs(t *testing.T, err error, kind string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, kind, failure.Type())
	assert.True(t, failure.NonRetryable())
}
