package expression

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A regular expression costs what compiling it does, once in an evaluation, whether or not it
// is kept; runs of version 1 do not pay for those that are written down.
func TestCompilingCosts(t *testing.T) {
	template := mustCompile(t, "${l.map(x, x.matches('[ab]{50}')).size() + l.filter(x, x.matches('c')).size()}")
	names := values{"l": []any{"a", "b", "c"}}
	spent := func(strict bool, patterns *Patterns) uint64 {
		spent := uint64(0)
		_, err := template.Evaluate(names, Limits{Cost: 100_000, Bytes: 1000, Spent: &spent, Strict: strict, Patterns: patterns})
		require.NoError(t, err)
		return spent
	}
	kept := NewPatterns(1000)
	free := spent(false, nil)
	paid := spent(true, kept)
	assert.Equal(t, paid, spent(true, kept), "it does not matter that they are kept now")
	assert.Equal(t, paid, spent(true, nil))
	assert.Equal(t, free, spent(false, kept))
	assert.Equal(t, uint64(10*len("[ab]{50}")+10*len("c")+202), paid-free)
	assert.NotZero(t, kept.Steps())
}

// What all documents' regular expressions take is bounded, however many there are.
func TestPatternsAreBounded(t *testing.T) {
	kept := NewPatterns(20_000)
	memory := func() uint64 {
		runtime.GC()
		var statistics runtime.MemStats
		runtime.ReadMemStats(&statistics)
		return statistics.HeapAlloc
	}
	before := memory()
	for i := range 200 {
		template := mustCompile(t, fmt.Sprintf("${s.matches('%s%d')}", strings.Repeat("(a|b|cd){90}", 4), i))
		_, err := template.Evaluate(values{"s": "a"}, Limits{Cost: 1_000_000, Bytes: 100, Patterns: kept})
		require.NoError(t, err)
	}
	assert.LessOrEqual(t, kept.Steps(), 20_000)
	assert.Less(t, int64(memory())-int64(before), int64(4<<20))
}
