package progress

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestPlainLines(t *testing.T) {
	reader, writer := io.Pipe()
	ticks := make(chan time.Time)
	start := time.Now()
	done := showLines(writer, "building", start, ticks)

	line := make([]byte, 100)
	for _, elapsed := range []time.Duration{5 * time.Second, 65*time.Second + time.Millisecond} {
		ticks <- start.Add(elapsed)
		n, err := reader.Read(line)
		assert.NoError(t, err)
		assert.Equal(t, "building: "+elapsed.Round(time.Second).String()+" so far\n", string(line[:n]))
	}
	done()
	done()
}

func TestWhatIsSoonOverShowsNothing(t *testing.T) {
	var out bytes.Buffer
	Show(&out, "quick")()
	assert.Empty(t, out.String())
}
