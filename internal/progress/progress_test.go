package progress

import (
	"bytes"
	"io"
	"strings"
	"sync"
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

// spinnerOutput is what a terminal gets.
type spinnerOutput struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (o *spinnerOutput) Write(text []byte) (int, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.Write(text)
}

func (o *spinnerOutput) String() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.text.String()
}

func TestSpinnerShowsItsLabelAndGoesAway(t *testing.T) {
	out := &spinnerOutput{}
	done := showSpinner(out, "building")
	assert.Eventually(t, func() bool { return strings.Contains(out.String(), "building") }, 10*time.Second, time.Millisecond)
	done()
	done()
	const upAndErase = "\x1b[1A\x1b[J"
	assert.True(t, strings.HasSuffix(out.String(), upAndErase), "the line is free for what comes next")
}
