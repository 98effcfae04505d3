package command

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/command/internal/rehearse"
	"dynamicsamples/blueprint/engine"
)

// runLocal runs a document without a server.
func (c *commands) runLocal(command *cobra.Command, read document, flags runFlags) error {
	service, err := c.openLibrary(command, flags.addFolder)
	if err != nil {
		return err
	}
	made, library, err := prepareLocal(command, read, service)
	if err != nil {
		return err
	}
	var outcomes rehearse.Outcomes
	if flags.outcomes != "" {
		file, err := readDocument(command, flags.outcomes)
		if err != nil {
			return err
		}
		if outcomes, err = rehearse.ReadOutcomes(file.text); err != nil {
			return fmt.Errorf("%s: %w", file.name, err)
		}
	}
	if absent := library.absentCalls(read, outcomes); len(absent) > 0 {
		writeProblems(command.ErrOrStderr(), []document{read}, absent)
		return errTold
	}
	done := rehearse.Run(command.Context(), made, read.text, json.RawMessage(flags.input), outcomes)
	if err := command.Context().Err(); err != nil {
		return err
	}
	ended, err := rehearsalResult(done)
	if !flags.asJSON {
		writeCalls(command.ErrOrStderr(), done)
	}
	if err != nil {
		return err
	}
	if flags.asJSON {
		return rehearsed{ended, done.Lasted.Seconds(), nonNil(done.Calls), done.Deliveries}.report(command)
	}
	return ended.report(command, false)
}

// openLibrary is what documents may call, with the definitions in a folder, if one is named.
func (c *commands) openLibrary(command *cobra.Command, folder string) (*library, error) {
	opened, err := openFolder(folder)
	if err != nil {
		return nil, err
	}
	return c.newLibrary(command.Context(), opened)
}

// prepareLocal checks a document and makes an interpreter that can run it, and the library that
// it has.
func prepareLocal(command *cobra.Command, read document, service *library) (*engine.Interpreter, *library, error) {
	if problems := service.read(read); len(problems) > 0 {
		writeProblems(command.ErrOrStderr(), []document{read}, problems)
		return nil, nil, errTold
	}
	library := service.clone()
	// It has been read above.
	_ = library.add(read)
	made, err := library.interpreter()
	return made, library, err
}

// rehearsalResult is what became of a run without a server.
func rehearsalResult(done rehearse.Rehearsal) (result, error) {
	ended, err := resultOf(done.Output, done.Err)
	ended.Status = done.Status
	if ended.Outcome != "stuck" {
		return ended, err
	}
	for _, each := range done.RetriedForEver() {
		ended.Stuck = append(ended.Stuck, stuckStep{Step: each.Path, RetriedForEver: true, Failure: each.Failure})
	}
	if done.Status == nil {
		return ended, err
	}
	for _, each := range follow.Leaves(*done.Status) {
		// What is retried forever is among them, and so are the children in which that is.
		if len(done.RetriedForEver()) == 0 || strings.HasSuffix(each, " (wait)") {
			ended.Stuck = append(ended.Stuck, stuckStep{Step: each})
		}
	}
	for _, each := range done.Status.Approvals {
		ended.Stuck = append(ended.Stuck, stuckStep{Step: fmt.Sprintf("the plan of %s, no message %s has plan: %s", each.Step, each.Message, each.Plan)})
	}
	return ended, err
}

// rehearsed is what run --local --json prints.
type rehearsed struct {
	result
	Seconds  float64             `json:"seconds"`
	Calls    []rehearse.Call     `json:"calls"`
	Messages []rehearse.Delivery `json:"messages,omitempty"`
}

func (r rehearsed) report(command *cobra.Command) error {
	if err := writeJSON(command.OutOrStdout(), r); err != nil {
		return err
	}
	if r.Outcome != "completed" {
		return errTold
	}
	return nil
}

func nonNil(calls []rehearse.Call) []rehearse.Call {
	if calls == nil {
		return []rehearse.Call{}
	}
	return calls
}

// writeCalls lists what was called, and what became of the messages.
func writeCalls(out io.Writer, done rehearse.Rehearsal) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	if len(done.Calls) > 0 {
		fmt.Fprintln(table, "at\ttook\tstep\tcall\tended")
	}
	for _, each := range done.Calls {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", seconds(each.Start), took(each), each.Path, each.Kind+" "+nameOf(each), endOf(each))
	}
	// The writer below reports its own errors.
	_ = table.Flush()
	for _, each := range done.Deliveries {
		fmt.Fprintf(out, "message %s at %s: %s\n", each.Name, seconds(each.At), deliveryOf(each))
	}
	fmt.Fprintf(out, "%s after %s of virtual time\n", count(len(done.Calls), "call"), seconds(done.Lasted.Seconds()))
}

// seconds is a virtual time as a clock shows it: 48:00:00 is two days.
func seconds(number float64) string {
	length := time.Duration(number * float64(time.Second)).Round(time.Millisecond)
	text := fmt.Sprintf("%02d:%02d:%02d", length/time.Hour, length/time.Minute%60, length/time.Second%60)
	if rest := length % time.Second; rest > 0 {
		text += strings.TrimRight(fmt.Sprintf(".%03d", rest/time.Millisecond), "0")
	}
	return text
}

// nameOf is what was called; of a timer its length.
func nameOf(call rehearse.Call) string {
	length, err := time.ParseDuration(call.Name)
	if call.Kind != "timer" || err != nil {
		return call.Name
	}
	return seconds(length.Seconds())
}

func took(call rehearse.Call) string {
	if call.End == nil {
		return "-"
	}
	return seconds(*call.End - call.Start)
}

func endOf(call rehearse.Call) string {
	text := call.Ended
	switch {
	case text == "" && call.RetriedForEver:
		text = "retried forever"
	case text == "":
		text = "open"
	}
	if call.Attempts > 1 {
		text += fmt.Sprintf(", %d attempts", call.Attempts)
	}
	if call.Failure != "" {
		text += ": " + call.Failure
	}
	return text
}

func deliveryOf(delivery rehearse.Delivery) string {
	switch {
	case delivery.Refused != "":
		return "refused, " + delivery.Refused
	case delivery.Step != "":
		return "taken by " + delivery.Step
	default:
		return "kept for a step that has not begun"
	}
}
