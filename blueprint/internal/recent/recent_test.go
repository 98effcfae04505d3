package recent_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint/internal/recent"
)

func TestCache(t *testing.T) {
	cache := recent.New[string, int](10)
	cache.Put("a", 1, 4)
	cache.Put("b", 2, 6)
	assert.Equal(t, 10, cache.Weight())
	has := func(key string) bool { _, found := cache.Get(key); return found }
	assert.True(t, has("a"), "it is the last that was used now")
	cache.Put("c", 3, 1)
	assert.False(t, has("b"), "nobody has asked for it for longest")
	assert.True(t, has("a"))
	assert.Equal(t, 5, cache.Weight())
	cache.Put("large", 4, 11)
	assert.False(t, has("large"), "it weighs more than all may")
	cache.Put("whole", 5, 10)
	assert.True(t, has("whole"))
	assert.False(t, has("a"))
	cache.Put("whole", 6, 1)
	value, _ := cache.Get("whole")
	assert.Equal(t, 5, value, "the first stays")
	assert.Equal(t, 10, cache.Weight())

	var none *recent.Cache[string, int]
	none.Put("a", 1, 1)
	_, found := none.Get("a")
	assert.False(t, found)
}
