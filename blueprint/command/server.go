package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"golang.org/x/term"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/command/internal/rehearse"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

// errDetached is the error of a command that Ctrl-C has ended while the run goes on.
var errDetached = errors.New("detached")

// onServer calls do with a connection to the server that the environment names.
func onServer(ctx context.Context, do func(context.Context, client.Client, connect.WebUI) error) error {
	const silent = slog.LevelError + 1
	return connect.RunWithCodec(ctx, silent, func(ctx context.Context, connection client.Client, options client.Options) error {
		return do(ctx, connection, connect.WebUIOf(options))
	})
}

// result is what run --json and watch --json print.
type result struct {
	WorkflowID string `json:"workflowId,omitempty"`
	RunID      string `json:"runId,omitempty"`
	URL        string `json:"url,omitempty"`
	// Outcome is completed, failed, canceled, terminated, timed out, or, of a local run that
	// never ends, stuck.
	Outcome string `json:"outcome"`
	// Stuck are the steps because of which it never ends.
	Stuck   []stuckStep     `json:"stuck,omitempty"`
	Output  json.RawMessage `json:"output,omitempty"`
	Failure *failure        `json:"failure,omitempty"`
	Status  *engine.Status  `json:"status,omitempty"`
}

// stuckStep is a step that never ends: it waits for what does not come, or is retried for
// ever, with that failure.
type stuckStep struct {
	Step           string `json:"step"`
	RetriedForEver bool   `json:"retriedForEver,omitempty"`
	Failure        string `json:"failure,omitempty"`
}

func (s stuckStep) String() string {
	if !s.RetriedForEver {
		return fmt.Sprintf("stuck: nothing ends %s", s.Step)
	}
	return fmt.Sprintf("stuck: retried forever: %s: %s", s.Step, s.Failure)
}

// failure is why a run failed.
type failure struct {
	Type    string `json:"type"`
	Step    string `json:"step,omitempty"`
	Message string `json:"message,omitempty"`
}

func (f failure) String() string {
	text := "failed with " + f.Type
	if f.Step != "" {
		text += " at step " + f.Step
	}
	if f.Message != "" {
		text += ": " + f.Message
	}
	return text
}

// resultOf is what became of a run; the error is one that says nothing about the run.
func resultOf(output converter.RawValue, err error) (result, error) {
	var (
		application *temporal.ApplicationError
		terminated  *temporal.TerminatedError
		timeout     *temporal.TimeoutError
	)
	switch {
	case err == nil:
		read, err := jsonOf(output)
		return result{Outcome: "completed", Output: read}, err
	case errors.Is(err, rehearse.ErrStuck):
		return result{Outcome: "stuck"}, nil
	case temporal.IsCanceledError(err):
		return result{Outcome: "canceled"}, nil
	case errors.As(err, &application):
		return result{Outcome: "failed", Failure: failureOf(application)}, nil
	case errors.As(err, &terminated):
		return result{Outcome: "terminated"}, nil
	case errors.As(err, &timeout):
		return result{Outcome: "timed out"}, nil
	default:
		return result{}, err
	}
}

// failureOf takes the step out of the message, where the interpreter has put it.
func failureOf(err *temporal.ApplicationError) *failure {
	told := failure{Type: err.Type(), Message: err.Message()}
	if rest, named := strings.CutPrefix(told.Message, "step "); named {
		if step, message, found := strings.Cut(rest, ": "); found {
			told.Step, told.Message = step, message
		}
	}
	return &told
}

// jsonOf is an output; the error is that it is in a form which nobody here can read.
func jsonOf(output converter.RawValue) (json.RawMessage, error) {
	payload := output.Payload()
	switch {
	case len(payload.GetData()) == 0:
		return json.RawMessage("null"), nil
	case json.Valid(payload.GetData()):
		return payload.GetData(), nil
	default:
		return nil, fmt.Errorf("reading the output: %w", follow.Unreadable(payload))
	}
}

// write prints what became of a run: the output, or on problems how else it ended.
func (r result) write(out, problems io.Writer) error {
	switch {
	case r.Outcome == "completed":
		return writeJSON(out, r.Output)
	case r.Failure != nil:
		fmt.Fprintln(problems, r.Failure)
	case len(r.Stuck) > 0:
		for _, each := range r.Stuck {
			fmt.Fprintln(problems, each)
		}
	default:
		fmt.Fprintln(problems, "the run is", r.Outcome)
	}
	return errTold
}

// report prints a result as text or JSON, and is an error unless the run completed.
func (r result) report(command *cobra.Command, asJSON bool) error {
	if !asJSON {
		return r.write(command.OutOrStdout(), command.ErrOrStderr())
	}
	if err := writeJSON(command.OutOrStdout(), r); err != nil {
		return err
	}
	if r.Outcome != "completed" {
		return errTold
	}
	return nil
}

// followRun shows a run until it ends, and reports what became of it.
func (c *commands) followRun(command *cobra.Command, connection client.Client, web connect.WebUI, run client.WorkflowRun, asJSON bool) error {
	problems := command.ErrOrStderr()
	watcher := newWatcher(problems, asJSON)
	decode, err := decoder()
	if err != nil {
		return err
	}
	output, err := follow.Run(command.Context(), connection, decode, run, watcher.show, func(queue string) { c.adviseWorker(problems, queue) })
	if command.Context().Err() != nil {
		fmt.Fprintf(problems, "detached; the run goes on. Watch it again with\n  %s watch %s\n", c.options.Program, run.GetID())
		return errDetached
	}
	ended, err := resultOf(output, err)
	if err != nil {
		return fmt.Errorf("following %s: %w", run.GetID(), err)
	}
	ended.WorkflowID, ended.RunID = run.GetID(), run.GetRunID()
	ended.URL, ended.Status = web.HistoryURL(ended.WorkflowID, ended.RunID), watcher.status()
	return ended.report(command, asJSON)
}

// adviseWorker says why nothing happens.
func (c *commands) adviseWorker(problems io.Writer, queue string) {
	fmt.Fprintf(problems, "no worker polls the task queue %q, so nothing happens yet", queue)
	if queue == c.options.TaskQueue && c.options.Worker != "" {
		fmt.Fprint(problems, "; start one with\n  "+c.options.Worker)
	}
	fmt.Fprintln(problems)
}

// watcher shows the statuses of a run: as a tree in place on a terminal, else as lines.
type watcher struct {
	out      io.Writer
	silent   bool
	screen   *follow.Screen
	terminal int
	last     *follow.View
}

func newWatcher(out io.Writer, silent bool) *watcher {
	w := &watcher{out: out, silent: silent}
	if isTerminal(out) {
		w.screen, w.terminal = &follow.Screen{Out: out}, int(out.(*os.File).Fd())
	}
	return w
}

// status is the last one.
func (w *watcher) status() *engine.Status {
	if w.last == nil {
		return nil
	}
	return &w.last.Status
}

func (w *watcher) show(view follow.View) {
	var before follow.View
	if w.last != nil {
		before = *w.last
	}
	w.last = &view
	switch {
	case w.silent:
	case w.screen != nil:
		w.draw(view)
	default:
		for _, each := range follow.Changes(before.Status, view.Status) {
			fmt.Fprintln(w.out, each)
		}
		for _, each := range follow.Notes(before.Status, view.Status) {
			fmt.Fprintln(w.out, each)
		}
		for _, each := range follow.Attempts(before.Activities, view.Activities, time.Now()) {
			fmt.Fprintln(w.out, each)
		}
	}
}

func (w *watcher) draw(view follow.View) {
	width, height, err := term.GetSize(w.terminal)
	if err != nil {
		width, height = 80, 24
	}
	const head, below = 1, 2
	lines := []string{fmt.Sprintf("%s, %d steps begun", view.Blueprint, view.Used.Steps)}
	lines = append(lines, follow.Tree(view, time.Now(), width-1, max(1, height-head-below), os.Getenv("NO_COLOR") == "")...)
	w.screen.Draw(lines)
}
