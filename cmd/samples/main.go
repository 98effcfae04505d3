// Command samples runs what spans the samples: the demo of all of them, the dev
// server to go through one by hand, and the recording of what their tests and
// READMEs keep.
package main

import (
	"os"

	"github.com/spf13/cobra"

	"dynamicsamples/internal/connect"
)

func main() { os.Exit(connect.Main(newRoot().ExecuteContext)) }

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "samples",
		Short: "Run the samples of dynamic workflows in Go",
		Long: `Run the samples of dynamic workflows in Go.

The samples need a Temporal server. It is the one that the environment names
(TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the other variables and profiles of
envconfig); else one that listens on localhost:7233; else a dev server that is
started for the command and stopped at its end.`,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.AddCommand(newList(), newRun(), newServer(), newRecord(), newReadme())
	return root
}
