// Binary worker runs the worker of the dynamicactivity sample until Ctrl-C.
package main

import (
	"os"

	"dynamicsamples/dynamicactivity"
	"dynamicsamples/internal/connect"
)

func main() { os.Exit(connect.WorkerMain(dynamicactivity.RunWorker)) }
