package command

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func (c *commands) newReplace() *cobra.Command {
	var flags asker
	var dryRun bool
	command := &cobra.Command{
		Use:   "replace ID FILE",
		Short: "Let a paused run go on by another document",
		Long: `Let a paused run go on by the document of FILE. What has begun must be in it as it was; what
has not may be added, removed or changed. All that is against the document is told, with
--dry-run without replacing anything. Without --yes the command asks first. The interpreter
must allow it.`,
		Example: c.examples("replace o-1 order-1.0.1.yaml --dry-run", `replace o-1 order-1.0.1.yaml --by Mei --note "the carrier's new name"`),
		Args:    usage(cobra.ExactArgs(2)), ValidArgsFunction: completeSecondDocument,
		RunE: func(command *cobra.Command, arguments []string) error {
			id, file := arguments[0], arguments[1]
			read, err := readDocument(command, file)
			if err != nil {
				return err
			}
			operation := flags.operation("replace")
			operation.DryRun = dryRun
			if operation.Document, err = json.Marshal(string(read.text)); err != nil {
				return fmt.Errorf("encoding the document: %w", err)
			}
			if dryRun {
				return c.decide(command, id, decided{operation, "", file + " can take the place of the document of"}, flags)
			}
			return c.decide(command, id, decided{operation, fmt.Sprintf("Let %s go on by %s?", id, file), "goes on by " + file + ":"}, flags)
		},
	}
	command.Flags().BoolVar(&dryRun, "dry-run", false, "only tell what is against the document")
	flags.addTo(command, "how the run stands then")
	flags.addID(command)
	flags.addYes(command)
	return command
}

// completeSecondDocument completes the name of a document after an ID.
func completeSecondDocument(command *cobra.Command, arguments []string, typed string) ([]string, cobra.ShellCompDirective) {
	if len(arguments) == 1 {
		return completeDocuments(command, arguments, typed)
	}
	return completeNothing(command, arguments, typed)
}
