package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/language"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the language, for editors",
		Long: `Print the JSON Schema of the language. An editor that is given it completes and
checks a document while it is being written; what only the catalog and the other
steps can tell, check tells.`,
		Args:              usage(cobra.NoArgs),
		ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, _ []string) error {
			schema, err := language.JSONSchema()
			if err != nil {
				return err
			}
			if _, err := command.OutOrStdout().Write(schema); err != nil {
				return fmt.Errorf("writing the schema: %w", err)
			}
			return nil
		},
	}
}
