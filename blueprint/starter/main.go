// Binary starter demonstrates the blueprint sample: it starts workflows that are YAML
// documents, and prints what becomes of them.
package main

import (
	"os"

	"dynamicsamples/blueprint"
	"dynamicsamples/internal/scenario"
)

func main() { os.Exit(scenario.StarterMain(blueprint.Sample(), blueprint.Commands()...)) }
