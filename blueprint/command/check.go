package command

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"dynamicsamples/blueprint/command/internal/marked"
	"dynamicsamples/blueprint/language"
)

// checkFlags are the flags of check.
type checkFlags struct {
	folder       string
	asJSON, plan bool
}

func (c *commands) newCheck() *cobra.Command {
	var flags checkFlags
	command := &cobra.Command{
		Use:   "check FILE...",
		Short: "Tell everything that is wrong with documents",
		Long: `Tell everything that is wrong with documents, each problem with its place, and
with what was probably meant. The documents may call what the catalog has,
and start the service's blueprints, each other, and those in --definitions.

A FILE that is - is standard input. The exit status is 1 where there are problems.`,
		Example:           c.examples("check order.yaml", "check --definitions blueprints --json blueprints/*.yaml"),
		Args:              usage(cobra.MinimumNArgs(1)),
		ValidArgsFunction: completeDocuments,
		RunE: func(command *cobra.Command, names []string) error {
			return c.check(command, names, flags)
		},
	}
	addDefinitions(command, &flags.folder)
	command.Flags().BoolVar(&flags.asJSON, "json", false, "print the problems as JSON")
	command.Flags().BoolVar(&flags.plan, "plan", false, "the files are plans, as a planner returns them")
	return command
}

func (c *commands) check(command *cobra.Command, names []string, flags checkFlags) error {
	documents, problems, err := c.checkFiles(command, names, flags)
	if err != nil {
		return err
	}
	if flags.asJSON {
		if err := writeJSON(command.OutOrStdout(), checked{Files: len(documents), Problems: problems}); err != nil {
			return err
		}
	} else {
		writeProblems(command.OutOrStdout(), documents, problems)
	}
	if len(problems) > 0 {
		return errTold
	}
	return nil
}

// checked is what check --json prints.
type checked struct {
	Files    int                  `json:"files"`
	Problems language.Diagnostics `json:"problems"`
}

// checkFiles reads the files and finds their problems, file by file.
func (c *commands) checkFiles(command *cobra.Command, names []string, flags checkFlags) ([]document, language.Diagnostics, error) {
	opened, err := openFolder(flags.folder)
	if err != nil {
		return nil, nil, err
	}
	library, err := c.newLibrary(command.Context(), opened)
	if err != nil {
		return nil, nil, err
	}
	var documents []document
	for _, name := range names {
		read, err := readDocument(command, name)
		if err != nil {
			return nil, nil, err
		}
		documents = append(documents, read)
		if !flags.plan {
			// What is wrong with it is told below, all at once.
			_ = library.add(read)
		}
	}
	problems := language.Diagnostics{}
	for _, each := range documents {
		if flags.plan {
			problems = append(problems, library.readPlan(each)...)
			continue
		}
		problems = append(problems, library.read(each)...)
	}
	return documents, problems, nil
}

func writeProblems(out io.Writer, documents []document, problems language.Diagnostics) {
	if len(problems) == 0 {
		fmt.Fprintf(out, "no problems in %s\n", count(len(documents), "file"))
		return
	}
	texts := map[string][]byte{}
	for _, each := range documents {
		texts[each.name] = each.text
	}
	for _, each := range problems {
		marked.Write(out, styleFor(out), texts[each.File], each)
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%s in %s\n", count(len(problems), "problem"), count(len(documents), "file"))
}

func count(number int, what string) string {
	if number == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", number, what)
}

// styleFor is coloured for terminals, unless the environment asks for no colours.
func styleFor(out io.Writer) marked.Style {
	if isTerminal(out) && os.Getenv("NO_COLOR") == "" {
		return marked.Coloured()
	}
	return marked.Style{}
}

func isTerminal(out io.Writer) bool {
	file, isFile := out.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}

func writeJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("writing the result: %w", err)
	}
	return nil
}
