// Package progress tells a person that something long is under way: a spinner where
// the output is a terminal, and a plain line every few seconds where it is a file or
// a pipe. What is over within a moment shows nothing.
package progress

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// plainInterval is the time between two lines where there is no terminal.
const plainInterval = 5 * time.Second

// Show says on out that label is under way until the returned function is called,
// which may be done more than once.
func Show(out io.Writer, label string) (done func()) {
	if isTerminal(out) {
		return showSpinner(out, label)
	}
	ticker := time.NewTicker(plainInterval)
	stop := showLines(out, label, time.Now(), ticker.C)
	return func() {
		ticker.Stop()
		stop()
	}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

func showSpinner(out io.Writer, label string) func() {
	display := mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh())
	spinner := display.New(0, mpb.SpinnerStyle(),
		mpb.BarWidth(1),
		mpb.AppendDecorators(decor.Name(" "+label+" "), decor.Elapsed(decor.ET_STYLE_GO)),
	)
	return sync.OnceFunc(func() {
		const removeFromScreen = true
		spinner.Abort(removeFromScreen)
		display.Wait()
	})
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
