package command

import (
	_ "embed"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

//go:embed CODES.md
var codesPage string // what authors read, and what --explain looks in

// code is a kind of problem.
type code struct {
	name string
	// text says what it is about.
	text string
	// wrong and right are documents, without the name and the version; "" where an example
	// would be too long.
	wrong, right string
	// section is all of it, as Markdown.
	section string
}

// allCodes are the codes, in the order of the page.
func allCodes() []code {
	sections := strings.Split(codesPage, "\n## ")
	var all []code
	for _, section := range sections[1:] {
		name, rest, _ := strings.Cut(section, "\n")
		text, examples, _ := strings.Cut(strings.TrimSpace(rest), "\n\nWrong:\n")
		wrong, right, _ := strings.Cut(examples, "Right:\n")
		all = append(all, code{name, text, exampleIn(wrong), exampleIn(right), strings.TrimSpace(section)})
	}
	return all
}

// exampleIn is what stands between the fences.
func exampleIn(text string) string {
	_, rest, _ := strings.Cut(text, "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	return example
}

// explainCode prints the section of a code.
func explainCode(out io.Writer, name string) error {
	var names []string
	for _, each := range allCodes() {
		if each.name == name {
			_, err := fmt.Fprintln(out, each.section)
			return err
		}
		names = append(names, each.name)
	}
	return &usageError{fmt.Errorf("check: there is no code %q%s", name, didYouMean(name, names))}
}

// completeCodes completes the names of codes.
func completeCodes(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var names []string
	for _, each := range allCodes() {
		names = append(names, each.name)
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}
