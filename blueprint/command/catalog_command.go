package command

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

func (c *commands) newCatalog() *cobra.Command {
	var output string
	var asJSON bool
	command := &cobra.Command{
		Use:   "catalog",
		Short: "Print or save what documents may call",
		Long: `Print what documents may call: the service's Activities, Child Workflows and blueprints,
with what they take and give. With --task-queue a Worker is asked, by the Workflow Type
"` + engine.CatalogWorkflow + `". A file that --output saves is all that check, test, schema, new and
run --local need to know of a service: give it to them with --catalog.`,
		Example: c.examples("catalog --task-queue orders --output orders.json", "check --catalog orders.json order.yaml"),
		Args:    usage(cobra.NoArgs), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, _ []string) error {
			described, err := c.describe(command)
			switch {
			case err != nil:
				return err
			case output != "":
				return saveJSON(output, described)
			case asJSON:
				return writeJSON(command.OutOrStdout(), described)
			}
			writeCatalog(command.OutOrStdout(), described)
			return nil
		},
	}
	command.Flags().StringVarP(&output, "output", "o", "", "save it as JSON in a `FILE`")
	command.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	// It exists.
	_ = command.MarkFlagFilename("output", "json")
	return command
}

// describe tells what there is to call.
func (c *commands) describe(command *cobra.Command) (engine.Description, error) {
	service, err := c.service(command.Context())
	if err != nil || service.described != nil {
		return valueOf(service.described), err
	}
	made, err := engine.New(service.catalog, service.options)
	if err != nil {
		return engine.Description{}, err
	}
	return made.Describe(), nil
}

func valueOf(described *engine.Description) engine.Description {
	if described == nil {
		return engine.Description{}
	}
	return *described
}

func saveJSON(file string, value any) error {
	var text strings.Builder
	if err := writeJSON(&text, value); err != nil {
		return err
	}
	return replaceFile(file, []byte(text.String()))
}

func writeCatalog(out io.Writer, described engine.Description) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, each := range []struct {
		kind      string
		functions map[string]engine.DescribedFunction
	}{{"activity", described.Activities}, {"workflow", described.Workflows}} {
		for _, name := range slices.Sorted(maps.Keys(each.functions)) {
			function := each.functions[name]
			fmt.Fprintf(table, "%s %s\t%s\t%s\n", each.kind, name, typesOf(function), function.Description)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(described.Blueprints)) {
		blueprint := described.Blueprints[name]
		fmt.Fprintf(table, "blueprint %s\t%s\t%s\n", name, typeOf(blueprint.Input, deepest), blueprint.Summary)
	}
	// The writer below reports its own errors.
	_ = table.Flush()
	for _, each := range described.Problems {
		fmt.Fprintf(out, "not served: %s\n", each)
	}
}

// deepest is how deep a type is shown.
const deepest = 2

// typesOf shows what a function takes and gives.
func typesOf(function engine.DescribedFunction) string {
	takes := "nothing"
	if !function.NoInput {
		takes = typeOf(function.Input, deepest)
	}
	if function.Output != nil && function.Output.Type == "null" {
		return takes
	}
	return takes + " -> " + typeOf(function.Output, deepest)
}

// typeOf shows a schema as short as a person reads it: {id: string, note?: string}.
func typeOf(schema *language.Schema, depth int) string {
	if schema == nil {
		return "any"
	}
	kinds := schema.Types
	if schema.Type != "" {
		kinds = []string{schema.Type}
	}
	kinds = slices.DeleteFunc(slices.Clone(kinds), func(kind string) bool { return kind == "null" })
	switch {
	case slices.Contains(kinds, "array") && depth > 0:
		return "[" + typeOf(schema.Items, depth-1) + "]"
	case len(schema.Properties) > 0 && depth > 0:
		return "{" + strings.Join(fieldsOf(schema, depth), ", ") + "}"
	case len(kinds) == 0:
		return "any"
	default:
		return strings.Join(kinds, " or ")
	}
}

func fieldsOf(schema *language.Schema, depth int) []string {
	var fields []string
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		optional := "?"
		if slices.Contains(schema.Required, name) {
			optional = ""
		}
		fields = append(fields, name+optional+": "+typeOf(schema.Properties[name], depth-1))
	}
	return fields
}
