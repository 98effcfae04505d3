// Binary starter demonstrates the updatewithstart sample: it fills carts that nobody
// has started, places orders that answer early, and prints what it is told.
package main

import (
	"os"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/updatewithstart"
)

func main() { os.Exit(scenario.StarterMain(updatewithstart.Sample(), updatewithstart.Commands()...)) }
