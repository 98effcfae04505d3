// Binary worker runs the worker of the blueprint sample until Ctrl-C.
package main

import (
	"os"

	"dynamicsamples/blueprint"
	"dynamicsamples/internal/connect"
)

func main() { os.Exit(connect.WorkerMain(blueprint.RunWorker)) }
