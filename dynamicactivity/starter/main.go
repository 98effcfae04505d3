// Binary starter demonstrates the dynamicactivity sample: it sends records through
// pipelines of activities that are called by name and prints what comes back.
package main

import (
	"os"

	"dynamicsamples/dynamicactivity"
	"dynamicsamples/internal/scenario"
)

func main() { os.Exit(scenario.StarterMain(dynamicactivity.Sample())) }
