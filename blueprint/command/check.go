package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"dynamicsamples/blueprint/command/internal/fix"
	"dynamicsamples/blueprint/command/internal/marked"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/readme"
)

// checkFlags are the flags of check.
type checkFlags struct {
	folder       string
	asJSON, plan bool
	// strict refuses what has warnings, too.
	strict bool
	// fix mends the files, and difference only shows what it would change.
	fix, difference bool
	format          string
	explain         string
}

// How check prints problems.
const (
	formatText  = "text"
	formatJSON  = "json"
	formatSARIF = "sarif"
)

// prepare finds flags that do not go together.
func (f *checkFlags) prepare(names []string) error {
	if f.asJSON {
		f.format = formatJSON
	}
	switch {
	case f.explain != "" && len(names) > 0:
		return &usageError{errors.New("check: --explain takes a code and no files")}
	case f.explain == "" && len(names) == 0:
		return &usageError{errors.New("check: name a file; see check --help")}
	case !slices.Contains([]string{formatText, formatJSON, formatSARIF}, f.format):
		return &usageError{fmt.Errorf("check: --format is text, json or sarif, not %q", f.format)}
	case f.difference && !f.fix:
		return &usageError{errors.New("check: --diff goes with --fix")}
	case f.fix && !f.difference && slices.Contains(names, standardInput):
		return &usageError{errors.New("check: standard input cannot be written; see --diff")}
	}
	return nil
}

func (c *commands) newCheck() *cobra.Command {
	var flags checkFlags
	command := &cobra.Command{
		Use:   "check FILE...",
		Short: "Report everything that is wrong with documents",
		Long: `Report everything that is wrong with documents, each problem with its place and
with what was probably meant. The documents may call what the catalog has, and start the
service's blueprints, each other, and those in --definitions.

Warnings report what is allowed and probably not meant. The exit status is 1 where there
are problems, and with --strict also where there are warnings.

A FILE that is - is standard input.`,
		Example:           c.examples("check order.yaml", "check --definitions blueprints --json blueprints/*.yaml"),
		Args:              usage(cobra.ArbitraryArgs),
		ValidArgsFunction: completeDocuments,
		RunE: func(command *cobra.Command, names []string) error {
			if err := flags.prepare(names); err != nil {
				return err
			}
			if flags.explain != "" {
				return explainCode(command.OutOrStdout(), flags.explain)
			}
			return c.check(command, names, flags)
		},
	}
	addDefinitions(command, &flags.folder)
	command.Flags().BoolVar(&flags.asJSON, "json", false, "print the problems as JSON")
	command.Flags().StringVar(&flags.format, "format", formatText, "how to print the problems: text, json or sarif (for code hosts)")
	command.Flags().BoolVar(&flags.fix, "fix", false, "correct what is certain: show each change, and write the files")
	command.Flags().BoolVarP(&flags.difference, "diff", "d", false, "with --fix: only show the changes")
	command.Flags().StringVar(&flags.explain, "explain", "", "explain a `CODE`, with a wrong and a right example")
	// Both flags exist.
	_ = command.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]cobra.Completion{formatText, formatJSON, formatSARIF}, cobra.ShellCompDirectiveNoFileComp))
	_ = command.RegisterFlagCompletionFunc("explain", completeCodes)
	command.Flags().BoolVar(&flags.strict, "strict", false, "end with status 1 for warnings as well")
	command.Flags().BoolVar(&flags.plan, "plan", false, "the files are plans, as a planner returns them")
	return command
}

func (c *commands) check(command *cobra.Command, names []string, flags checkFlags) error {
	documents, all, err := c.checkFiles(command, names, flags)
	if err != nil {
		return err
	}
	problems, warnings := divided(all)
	switch flags.format {
	case formatJSON:
		err = writeJSON(command.OutOrStdout(), checked{Files: len(documents), Problems: problems, Warnings: warnings})
	case formatSARIF:
		err = writeJSON(command.OutOrStdout(), sarifOf(all))
	default:
		writeProblems(command.OutOrStdout(), documents, all)
	}
	if err != nil {
		return err
	}
	if len(problems) > 0 || flags.strict && len(warnings) > 0 {
		return errTold
	}
	return nil
}

// divided are the problems and the warnings.
func divided(all language.Diagnostics) (problems, warnings language.Diagnostics) {
	problems = language.Diagnostics{}
	for _, each := range all {
		if each.Level == language.LevelWarning {
			warnings = append(warnings, each)
		} else {
			problems = append(problems, each)
		}
	}
	return problems, warnings
}

// checked is what check --json prints.
type checked struct {
	Files    int                  `json:"files"`
	Problems language.Diagnostics `json:"problems"`
	Warnings language.Diagnostics `json:"warnings,omitempty"`
}

// checkFiles reads the files and finds their problems, or else their warnings, file by file.
func (c *commands) checkFiles(command *cobra.Command, names []string, flags checkFlags) ([]document, language.Diagnostics, error) {
	library, err := c.openLibrary(command, flags.folder)
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
			// What is wrong with it is reported below, all at once.
			_ = library.add(read)
		}
	}
	problems := language.Diagnostics{}
	for at, each := range documents {
		find := func(text []byte) language.Diagnostics {
			if flags.plan {
				return library.readPlan(document{each.name, text})
			}
			return library.read(document{each.name, text})
		}
		if flags.fix {
			if documents[at].text, err = mend(command, names[at], each, find, flags.difference); err != nil {
				return nil, nil, err
			}
		}
		found := find(documents[at].text)
		if len(found) == 0 {
			found = library.warnings(documents[at], flags.plan)
		}
		problems = append(problems, found...)
	}
	return documents, problems, nil
}

// mend shows the changes that are certain, and writes the file unless they are only shown.
func mend(command *cobra.Command, name string, read document, find fix.Check, onlyShow bool) ([]byte, error) {
	changes := fix.Document(read.text, find)
	for _, each := range changes {
		fmt.Fprint(command.ErrOrStderr(), readme.Difference(read.name, each.Before, each.After))
	}
	if len(changes) == 0 {
		return read.text, nil
	}
	mended := changes[len(changes)-1].After
	if onlyShow {
		return mended, nil
	}
	return mended, replaceFile(name, mended)
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
	fmt.Fprintf(out, "%s in %s\n", counted(problems), count(len(documents), "file"))
}

// counted is how many problems there are, and how many warnings.
func counted(all language.Diagnostics) string {
	problems, warnings := divided(all)
	switch {
	case len(warnings) == 0:
		return count(len(problems), "problem")
	case len(problems) == 0:
		return "no problems, " + count(len(warnings), "warning")
	default:
		return count(len(problems), "problem") + ", " + count(len(warnings), "warning")
	}
}

func count(number int, what string) string {
	if number == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", number, what)
}

// styleFor is colored for terminals, unless the environment asks for no colors.
func styleFor(out io.Writer) marked.Style {
	if isTerminal(out) && os.Getenv("NO_COLOR") == "" {
		return marked.Colored()
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
