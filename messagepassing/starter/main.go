// Binary starter demonstrates the messagepassing sample: it sends messages to
// workflows and prints what comes back. Its commands send one message by hand.
package main

import (
	"os"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/messagepassing"
)

func main() { os.Exit(scenario.StarterMain(messagepassing.Sample(), messagepassing.Commands()...)) }
