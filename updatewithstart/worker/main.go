// Binary worker runs the worker of the updatewithstart sample until Ctrl-C.
package main

import (
	"os"

	"dynamicsamples/internal/connect"
	"dynamicsamples/updatewithstart"
)

func main() { os.Exit(connect.WorkerMain(updatewithstart.RunWorker)) }
