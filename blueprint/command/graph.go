package command

import (
	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/command/internal/diagram"
	"dynamicsamples/blueprint/language"
)

func (c *commands) newGraph() *cobra.Command {
	var svg, plan bool
	command := &cobra.Command{
		Use:   "graph FILE",
		Short: "Draw a document as Mermaid or SVG",
		Long: `Draw a document as text for Mermaid, which GitHub and other Markdown viewers render,
or as an SVG picture that any browser shows. The document may call anything: only its
structure matters.`,
		Example: c.examples("graph --svg order.yaml > order.svg"),
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: completeDocuments,
		RunE: func(command *cobra.Command, names []string) error {
			read, err := readDocument(command, names[0])
			if err != nil {
				return err
			}
			definition, problems := loadToDraw(read, plan)
			if len(problems) > 0 {
				writeProblems(command.ErrOrStderr(), []document{read}, problems)
				return errTold
			}
			drawn := []byte(diagram.Mermaid(definition))
			if svg {
				drawn = diagram.SVG(definition)
			}
			_, err = command.OutOrStdout().Write(drawn)
			return err
		},
	}
	command.Flags().BoolVar(&svg, "svg", false, "draw SVG")
	command.Flags().BoolVar(&plan, "plan", false, "the file is a plan, as a planner returns it")
	return command
}

// loadToDraw reads a document, or a plan as if it were one.
func loadToDraw(read document, isPlan bool) (*language.Definition, language.Diagnostics) {
	if !isPlan {
		definition, _, problems := language.Load(read.name, read.text, 0)
		return definition, problems
	}
	plan, _, problems := language.LoadPlan(read.text, 0)
	if len(problems) > 0 {
		return nil, inFile(read.name, problems)
	}
	return &language.Definition{Blueprint: "plan", Version: "1.0.0", Steps: plan.Steps, Output: plan.Output}, nil
}
