package convertertest

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEachConverterReadsWhatItHasWritten(t *testing.T) {
	converters := All()
	converters["gob"] = Gob()
	for name, each := range converters {
		t.Run(name, func(t *testing.T) {
			payloads, err := each.ToPayloads("Ana", 7)
			require.NoError(t, err)
			if name != "default" && name != "gob" {
				assert.NotContains(t, string(payloads.GetPayloads()[0].GetData()), "Ana")
			}
			var text string
			var number int
			require.NoError(t, each.FromPayloads(payloads, &text, &number))
			assert.Equal(t, "Ana", text)
			assert.Equal(t, 7, number)
		})
	}
}
