// Command blueprint has the commands of package command, with the catalog and the
// definitions of the examples.
package main

import (
	"os"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/command"
	"dynamicsamples/blueprint/definitions"
	"dynamicsamples/blueprint/engine"
)

func main() {
	os.Exit(command.Execute(command.New(command.Options{
		Catalog:     blueprint.ExampleCatalog(),
		Interpreter: engine.Options{Definitions: definitions.Files()},
		Owner:       "the examples",
		TaskQueue:   blueprint.TaskQueue,
		Program:     "go run ./cmd/blueprint",
		Worker:      "go run ./blueprint/worker",
	})))
}
