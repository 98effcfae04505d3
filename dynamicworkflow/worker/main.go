// Binary worker runs the workers of the dynamicworkflow sample until Ctrl-C.
package main

import (
	"os"

	"dynamicsamples/dynamicworkflow"
	"dynamicsamples/internal/connect"
)

func main() { os.Exit(connect.WorkerMain(dynamicworkflow.RunWorker)) }
