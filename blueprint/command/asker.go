package command

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/engine"
)

// errNotAgreed is the error where whoever was asked did not agree.
var errNotAgreed = errors.New("nothing was done: it was not agreed to")

// asker is who asks something of a run: the flags that such commands have in common.
type asker struct {
	by, note string
	// id names an operation, so that it is not done twice.
	id     string
	yes    bool
	asJSON bool
}

// addTo adds the flags that each of the commands has.
func (a *asker) addTo(command *cobra.Command, printed string) {
	command.Flags().StringVar(&a.by, "by", "", "who asks: it is shown to others as it is")
	command.Flags().StringVar(&a.note, "note", "", "why: it is shown to others as it is")
	command.Flags().BoolVar(&a.asJSON, "json", false, "print "+printed+" as JSON")
	completeNothingFor(command, "by", "note")
}

// addID adds the flag of commands that send an operation.
func (a *asker) addID(command *cobra.Command) {
	command.Flags().StringVar(&a.id, "id", "", "the `ID` of the operation: what the run has done under it is not done again")
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
	if a.yes || agreed(command.InOrStdin(), command.ErrOrStderr(), question) {
		return nil
	}
	return errNotAgreed
}

// agreed asks a question, and is true for a yes.
func agreed(in io.Reader, out io.Writer, question string) bool {
	fmt.Fprint(out, question, " [y/N] ")
	answer, _ := bufio.NewReader(in).ReadString('\n')
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// completeNothingFor is for flags whose values no shell knows.
func completeNothingFor(command *cobra.Command, flags ...string) {
	for _, each := range flags {
		// The flags exist.
		_ = command.RegisterFlagCompletionFunc(each, completeNothing)
	}
}
