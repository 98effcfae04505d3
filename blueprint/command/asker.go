package command

import (
	"bufio"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/engine"
)

// errNotAgreed is the error where whoever was asked did not agree, and errNobodyAnswers where nobody
// was there to be asked.
var (
	errNotAgreed     = errors.New("nothing was done: it was not agreed to")
	errNobodyAnswers = errors.New("nothing was done: nobody has answered; where nobody can, --yes does it without a question")
)

// asker is who asks something of a run: the flags that such commands have in common.
type asker struct {
	by, note string
	// id names what is asked, so that it is not done twice.
	id     string
	yes    bool
	asJSON bool
}

// addTo adds the flags that each of the commands has.
func (a *asker) addTo(command *cobra.Command, printed string) {
	command.Flags().StringVar(&a.by, "by", "", "who asks: it is shown to others as it is")
	command.Flags().StringVar(&a.note, "note", "", "why: it is shown to others as it is")
	completeNothingFor(command, "by", "note")
	a.addJSON(command, printed)
}

func (a *asker) addJSON(command *cobra.Command, printed string) {
	command.Flags().BoolVar(&a.asJSON, "json", false, "print "+printed+" as JSON")
}

// addID adds the flag of commands that change a run.
func (a *asker) addID(command *cobra.Command) {
	command.Flags().StringVar(&a.id, "id", "", "the `ID` of what is asked: what the run has done under it is not done again; a new one unless given")
	completeNothingFor(command, "id")
}

// addYes adds the flag of commands that ask first.
func (a *asker) addYes(command *cobra.Command) {
	command.Flags().BoolVar(&a.yes, "yes", false, "do not ask")
}

// operation is what is asked, by whom, and why.
func (a *asker) operation(op string) engine.Operation {
	return engine.Operation{Op: op, ID: a.id, By: a.by, Note: a.note}
}

// agrees asks a question, unless it has been answered already.
func (a *asker) agrees(command *cobra.Command, question string) error {
	if a.yes {
		return nil
	}
	problems := command.ErrOrStderr()
	fmt.Fprint(problems, question, " [y/N] ")
	answer, err := bufio.NewReader(command.InOrStdin()).ReadString('\n')
	switch answer = strings.ToLower(strings.TrimSpace(answer)); {
	case answer == "y" || answer == "yes":
		return nil
	case answer == "" && err != nil:
		fmt.Fprintln(problems)
		return errNobodyAnswers
	default:
		return errNotAgreed
	}
}

// completeNothingFor is for flags whose values no shell knows.
func completeNothingFor(command *cobra.Command, flags ...string) {
	for _, each := range flags {
		// The flags exist.
		_ = command.RegisterFlagCompletionFunc(each, completeNothing)
	}
}
