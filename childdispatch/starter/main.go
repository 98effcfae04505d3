// Binary starter demonstrates the childdispatch sample: it starts parents whose child
// workflows are chosen by data, and prints what becomes of the children.
package main

import (
	"os"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/scenario"
)

func main() { os.Exit(scenario.StarterMain(childdispatch.Sample())) }
