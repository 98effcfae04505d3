package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/language"
)

func (c *commands) newSchema() *cobra.Command {
	var functions, plan bool
	command := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the language, for editors",
		Long: `Print the JSON Schema of the language. An editor that has it completes and checks
a document while it is being written; what depends on other steps, only the command check
finds. With --functions, and with --catalog or --task-queue, it also has the names that
steps may call, what they are for, and the fields of their arguments.

With --plan it is the schema of what a planner may return, for the structured output of a
model: narrower than what the checker takes, without recursion, and each object closed.`,
		Example:           c.examples("schema --catalog orders.json > orders.schema.json", "schema --plan --task-queue orders"),
		Args:              usage(cobra.NoArgs),
		ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, _ []string) error {
			schema, err := c.schema(command, functions || len(c.catalogs) > 0 || c.taskQueue != "", plan)
			if err != nil {
				return err
			}
			if _, err := command.OutOrStdout().Write(schema); err != nil {
				return fmt.Errorf("writing the schema: %w", err)
			}
			return nil
		},
	}
	command.Flags().BoolVar(&functions, "functions", false, "with what the program's own catalog has")
	command.Flags().BoolVar(&plan, "plan", false, "of what a planner may return")
	return command
}

func (c *commands) schema(command *cobra.Command, functions, plan bool) ([]byte, error) {
	if !functions && !plan {
		return language.JSONSchema()
	}
	library, err := c.newLibrary(command.Context(), nil)
	switch {
	case err != nil:
		return nil, err
	case plan:
		return language.PlanSchema(library)
	default:
		return language.CatalogSchema(library)
	}
}
