package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/devserver"
)

func newServer() *cobra.Command {
	var database string
	command := &cobra.Command{
		Use:   "server",
		Short: "Run a dev server until Ctrl-C, to go through a sample by hand",
		Long: `Run a Temporal dev server with its Web UI until Ctrl-C, to go through a sample by
hand. It listens on port 7233, and its Web UI on port 8233, or on free ports where
those are taken. The temporal program is the one on the PATH, else bin/temporal,
which is built once.`,
		Args: cobra.NoArgs,
		RunE: func(command *cobra.Command, _ []string) error {
			return serve(command, database)
		},
	}
	command.Flags().StringVar(&database, "db", "", "keep the server's data in this `FILE`; without it, they end with the server")
	return command
}

func serve(command *cobra.Command, database string) error {
	ctx := command.Context()
	options, err := connect.Options(silent)
	if err != nil {
		return err
	}
	server, err := startServer(ctx, options.Namespace, database, command.ErrOrStderr())
	if err != nil {
		return err
	}
	announce(command.OutOrStdout(), server)
	select {
	case <-ctx.Done():
	case <-server.Done():
	}
	return server.Stop()
}

func announce(out io.Writer, server *devserver.Server) {
	fmt.Fprintf(out, `Temporal dev server, until Ctrl-C.
Web UI: %[2]s

In another terminal:
  export TEMPORAL_ADDRESS=%[1]s %[3]s=%[2]s
`, server.Address(), server.WebURL(), connect.WebURLVariable)
}
