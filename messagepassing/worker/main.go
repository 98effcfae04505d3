// Binary worker runs the worker of the messagepassing sample until Ctrl-C.
package main

import (
	"os"

	"dynamicsamples/internal/connect"
	"dynamicsamples/messagepassing"
)

func main() { os.Exit(connect.WorkerMain(messagepassing.RunWorker)) }
