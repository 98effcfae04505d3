package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

// What an Activity fails with can be handed on: otherwise a Local Activity would make the
// Workflow Task fail forever, and another one would be taken for one that times out.
func TestErrorsOfActivitiesCanBeHandedOn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 5<<20)
	final := temporal.NewNonRetryableApplicationError
	for name, each := range map[string]struct {
		err        error
		kind, says string
	}{
		"no UTF-8":                {final("bad \xff text", "T", nil), "T", "bad \uFFFD text"},
		"a type that is no UTF-8": {final("text", "T\xff", nil), "T\uFFFD", "text"},
		"a cause":                 {final("text", "T", errors.New("bad \xff cause")), "T", "text"},
		"long":                    {final(long, "T", nil), "T", strings.Repeat("x", 32<<10)},
		"a long type":             {final("text", long, nil), strings.Repeat("x", 32<<10) + "…", "text"},
		"long and no UTF-8":       {final("\xff"+long, "T", nil), "T", "\uFFFDxxx"},
		"an ordinary error":       {errors.New("bad \xff text"), "", "bad \uFFFD text"},
	} {
		function := bounded(func(context.Context) error { return each.err }, 100).(func(context.Context) error)
		err := function(t.Context())
		failure := temporal.GetDefaultFailureConverter().ErrorToFailure(err)
		encoded, problem := proto.Marshal(failure)
		require.NoError(t, problem, name)
		assert.Less(t, len(encoded), 70<<10, name)
		assert.Equal(t, each.kind, failure.GetApplicationFailureInfo().GetType(), name)
		assert.True(t, strings.HasPrefix(failure.Message, each.says), name)
	}
	untouched := errors.New("bad text")
	function := bounded(func(context.Context) error { return untouched }, 100).(func(context.Context) error)
	assert.Same(t, untouched, function(t.Context()))
}

// A panic goes on as one, with a text that can be handed on.
func TestPanicsOfActivitiesCanBeHandedOn(t *testing.T) {
	t.Parallel()
	for says, reason := range map[string]any{
		"bad \uFFFD text":                 "bad \xff text",
		"17":                              17,
		"an error":                        errors.New("an error"),
		strings.Repeat("x", 32<<10) + "…": strings.Repeat("x", 5<<20),
	} {
		function := bounded(func(context.Context) error { panic(reason) }, 100).(func(context.Context) error)
		assert.PanicsWithValue(t, says, func() { _ = function(t.Context()) }, fmt.Sprintf("%.20v", reason))
	}
}
