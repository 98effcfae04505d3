// Binary worker runs the worker of the dynamichandlers sample until Ctrl-C.
package main

import (
	"os"

	"dynamicsamples/dynamichandlers"
	"dynamicsamples/internal/connect"
)

func main() { os.Exit(connect.WorkerMain(dynamichandlers.RunWorker)) }
