package command

import (
	"fmt"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/convertertest"
)

// Each value of a message is put where it was, also those of a map, which are visited in
// another order each time; in one question to the codec, or in several.
func TestDecodedValuesStayWhereTheyWere(t *testing.T) {
	t.Parallel()
	codec := convertertest.AES()
	for _, size := range []int{20, 1200} {
		marker := &historypb.MarkerRecordedEventAttributes{Details: map[string]*commonpb.Payloads{}}
		for i := range size {
			name := fmt.Sprint(i)
			encoded, err := codec.Encode([]*commonpb.Payload{{Data: []byte(name)}, {Data: []byte(name + "b")}})
			require.NoError(t, err)
			marker.Details[name] = &commonpb.Payloads{Payloads: encoded}
		}
		require.NoError(t, decodeMessage(t.Context(), codec, marker))
		for name, found := range marker.GetDetails() {
			require.Len(t, found.GetPayloads(), 2)
			assert.Equal(t, name, string(found.GetPayloads()[0].GetData()))
			assert.Equal(t, name+"b", string(found.GetPayloads()[1].GetData()))
		}
	}
}
