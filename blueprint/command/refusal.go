package command

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/language"
)

// typeEnded is the type of a refusal by a run that has ended, and typeUnanswered that of what has no
// answer and may still be done. typePartly is that of what is done for the run, and not on the server.
const (
	typePartly     = "PartlyDone"
	typeEnded      = "RunEnded"
	typeUnanswered = "NoAnswer"
)

// refusal is why a run has not done what was asked of it.
type refusal struct {
	failure
	text string
}

func (r *refusal) Error() string { return r.text }

// refused is what is printed of a refusal as JSON.
type refused struct {
	WorkflowID string   `json:"workflowId"`
	Failure    *failure `json:"failure"`
}

// refused says that a run has refused what was asked of a step: as JSON where that is wanted. A
// run that has ended can be forked.
func (c *commands) refused(command *cobra.Command, asJSON bool, id, step string, err error) error {
	var why *refusal
	if !errors.As(err, &why) {
		return err
	}
	hint := c.hint(why.Type, id, step)
	why.Message, why.text = why.Message+hint, why.text+hint
	if !asJSON {
		return why
	}
	if err := writeJSON(command.OutOrStdout(), refused{id, &why.failure}); err != nil {
		return err
	}
	return errTold
}

// hint is what can be done about a refusal.
func (c *commands) hint(failureType, id, step string) string {
	switch failureType {
	case typeEnded:
		return fmt.Sprintf("; go on from a step of it, in a new run, by\n  %s fork %s --at %s", c.options.Program, inShell(id), inShell(cmp.Or(strings.TrimSuffix(step, "/undo"), "STEP")))
	case typeUnanswered:
		return fmt.Sprintf("; see how it stands by\n  %s status %s", c.options.Program, inShell(id))
	default:
		return ""
	}
}

// hasEnded is the refusal of a run that has ended.
func hasEnded(id string) *refusal {
	text := id + " has ended: nothing can be asked of it"
	return &refusal{failure{Type: typeEnded, Message: text}, text}
}

// inShell is a word as a shell takes it.
func inShell(word string) string {
	if !strings.ContainsAny(word, " []*?#~$&|;<>(){}\"'\\`!\t\n") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// didYouMean is what was probably meant, of what there is.
func didYouMean(wrong string, known []string) string {
	if meant := language.Suggest(wrong, known); meant != "" {
		return fmt.Sprintf("; did you mean %q?", meant)
	}
	return ""
}
