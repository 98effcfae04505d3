// Package progress tells a person that something long is under way: a plain line every
// few seconds, the same on a terminal, in a file and in a pipe. What is over within a
// moment shows nothing.
package progress

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// interval is the time between two lines.
const interval = 5 * time.Second

// Show says on out that label is under way until the returned function is called,
// which may be done more than once.
func Show(out io.Writer, label string) (done func()) {
	ticker := time.NewTicker(interval)
	stop := showLines(out, label, time.Now(), ticker.C)
	return func() {
		ticker.Stop()
		stop()
	}
}

func showLines(out io.Writer, label string, start time.Time, ticks <-chan time.Time) func() {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case now := <-ticks:
				fmt.Fprintf(out, "%s: %s so far\n", label, now.Sub(start).Round(time.Second))
			case <-stop:
				return
			}
		}
	}()
	return sync.OnceFunc(func() {
		close(stop)
		<-stopped
	})
}
