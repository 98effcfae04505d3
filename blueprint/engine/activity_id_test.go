package engine

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Whatever calls an Activity for a path again in the same run, no Activity ID is used twice.
func TestNoActivityIDIsUsedTwice(t *testing.T) {
	r := &run{record: &record{Interpreter: Version}}
	long := strings.Repeat("l", 300)
	assert.Equal(t, []string{"a/b", "a/b~2", "a", "a/b~3"}, []string{r.activityID("a/b"), r.activityID("a/b"), r.activityID("a"), r.activityID("a/b")})
	first, second := r.activityID(long), r.activityID(long)
	assert.Len(t, first, 120+1+32)
	assert.Equal(t, first+"~2", second)
}
