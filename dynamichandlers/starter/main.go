// Binary starter demonstrates the dynamichandlers sample: it sends signals, queries
// and updates that nobody named when the workflows were written. Its commands drive
// one run by hand.
package main

import (
	"os"

	"dynamicsamples/dynamichandlers"
	"dynamicsamples/internal/scenario"
)

func main() {
	os.Exit(scenario.StarterMain(dynamichandlers.Sample(), dynamichandlers.Commands()...))
}
