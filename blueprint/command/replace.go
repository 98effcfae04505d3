package command

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

func (c *commands) newReplace() *cobra.Command {
	operation := engine.Operation{Op: "replace"}
	var yes, asJSON bool
	command := &cobra.Command{
		Use:   "replace ID FILE",
		Short: "Let a paused run go on by another document",
		Long: `Let a paused run go on by the document of FILE. What has begun must be in it as it was; what
has not may be added, removed or changed. All that is against the document is told, with
--dry-run without replacing anything. Without --yes the command asks first. The interpreter
must allow it.`,
		Example: c.examples("replace o-1 order-1.0.1.yaml --dry-run", `replace o-1 order-1.0.1.yaml --by Mei --note "the carrier's new name"`),
		Args:    usage(cobra.ExactArgs(2)),
		RunE: func(command *cobra.Command, arguments []string) error {
			id, file := arguments[0], arguments[1]
			read, err := readDocument(command, file)
			if err != nil {
				return err
			}
			if operation.Document, err = json.Marshal(string(read.text)); err != nil {
				return fmt.Errorf("encoding the document: %w", err)
			}
			if !operation.DryRun && !yes && !agreed(command.InOrStdin(), command.ErrOrStderr(), fmt.Sprintf("Let %s go on by %s?", id, file)) {
				return errNotAgreed
			}
			done := "goes on by " + file + ":"
			if operation.DryRun {
				done = "nothing is against " + file + " in"
			}
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
				return decide(ctx, command.OutOrStdout(), connection, id, operation, done, asJSON)
			})
		},
	}
	command.Flags().BoolVar(&operation.DryRun, "dry-run", false, "only tell what is against the document")
	command.Flags().StringVar(&operation.By, "by", "", "who asks: the status shows it as it is")
	command.Flags().StringVar(&operation.Note, "note", "", "why: the status shows it as it is")
	command.Flags().BoolVar(&yes, "yes", false, "do not ask")
	command.Flags().BoolVar(&asJSON, "json", false, "print how the run stands then as JSON")
	for _, each := range []string{"by", "note"} {
		_ = command.RegisterFlagCompletionFunc(each, completeNothing)
	}
	return command
}
