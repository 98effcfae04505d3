// Binary starter demonstrates the dynamicworkflow sample: it starts workflows whose
// types nobody registered and prints what comes back.
package main

import (
	"os"

	"dynamicsamples/dynamicworkflow"
	"dynamicsamples/internal/scenario"
)

func main() { os.Exit(scenario.StarterMain(dynamicworkflow.Sample())) }
