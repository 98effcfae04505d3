// Binary worker runs the worker of the childdispatch sample until Ctrl-C.
package main

import (
	"os"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/connect"
)

func main() { os.Exit(connect.WorkerMain(childdispatch.RunWorker)) }
