package dynamichandlers

import (
	"path/filepath"
	"testing"

	"dynamicsamples/internal/replaytest"
)

// None of these workflows has a command before its end, so the replay says something
// because it compares the end: that shows everything that the run has kept, in its
// order. Without the worker's interceptor there would be no order of arrival.
func TestGoldenHistories(t *testing.T) {
	replaytest.Histories(t, Register, Options().Interceptors...)
}

func TestAHundredReplaysHaveOneOrder(t *testing.T) {
	for _, name := range []string{"names-sorted", "arrival-order", "signal-with-start"} {
		history := replaytest.Load(t, filepath.Join(replaytest.Folder, name+".json"))
		for range 100 {
			replaytest.Replay(t, history, Register, Options().Interceptors...)
			if t.Failed() {
				return
			}
		}
	}
}
