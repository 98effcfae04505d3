package dynamichandlers

import (
	"encoding/json"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// State is what one run of Configured hands to the next.
type State struct {
	// Data is the last value under each name, by owner.
	Data map[string]map[string]json.RawMessage `json:"data"`
	// Signals are the last MaxMessages of them, in the order of their arrival.
	Signals []ReceivedSignal `json:"signals,omitempty"`
	// UpdateIDs are the IDs of the last MaxUpdateIDs Updates.
	UpdateIDs UpdateIDs `json:"update_ids,omitempty"`
	// Handled counts the Signals and Updates of all runs.
	Handled int `json:"handled"`
	// EarlierRuns counts the runs before this one.
	EarlierRuns int `json:"earlier_runs"`
}

// ReceivedSignal is one Signal and whose it was.
type ReceivedSignal struct {
	Owner string `json:"owner"`
	Message
}

// Outcome is the result of Configured.
type Outcome struct {
	// FinishedBy is the name of the trigger that ended it.
	FinishedBy string `json:"finished_by"`
	// Handled counts the Signals and Updates of all runs.
	Handled int `json:"handled"`
	// Data is the last value under each name, by owner.
	Data map[string]map[string]json.RawMessage `json:"data"`
}

// configured is one run of Configured.
type configured struct {
	configuration Configuration
	state         State
	arrivals      workflow.LocalVar[[]arrival]
	// handledHere counts the Signals and Updates of this run.
	handledHere int
	// finishedBy is the name of the trigger that came, if one did.
	finishedBy string
	// status is one of running, finished and canceled.
	status string
}

// How a run of Configured stands, as get_status words it.
const (
	running  = "running"
	finished = "finished"
	canceled = "canceled"
)

// Configured takes the messages that its configuration names, keeps what comes under
// other names, and returns when a trigger has come. The configuration is raw, so
// that it is read here as strictly as from a file; carried is empty unless a run
// continues as new. It fails with an ApplicationError of type InvalidConfiguration,
// not retryable, before it has registered anything.
func Configured(ctx workflow.Context, configuration converter.RawValue, carried State) (Outcome, error) {
	text, err := toJSON(ctx, configuration)
	if err != nil {
		return Outcome{}, refuse(err.Error())
	}
	read, err := ReadConfiguration(text)
	if err != nil {
		// As it is: wrapped with fmt.Errorf, it would reach the caller without its type.
		return Outcome{}, err
	}
	if carried.Data == nil {
		carried.Data = map[string]map[string]json.RawMessage{}
	}
	run := &configured{configuration: read, state: carried, arrivals: arrivalsOf(ctx), status: running}
	// Before anything blocks: an Update for a name that is not registered by then is
	// rejected.
	if err := run.register(ctx); err != nil {
		return Outcome{}, err
	}
	return run.serve(ctx, configuration)
}

// serve handles Signals until a trigger, a cancellation or the length of its Event History
// ends this run. No handler of this workflow blocks, so none is unfinished then.
func (c *configured) serve(ctx workflow.Context, configuration converter.RawValue) (Outcome, error) {
	for {
		err := workflow.Await(ctx, func() bool {
			return len(c.arrivals.Get(ctx)) > 0 || c.finishedBy != "" || c.isFull(ctx)
		})
		// Before any way out of this run, and to the last one: the next run gets its
		// input and nothing else.
		c.handleSignals(ctx)
		switch {
		case c.finishedBy != "":
			c.status = finished
			return c.outcome(), nil
		case err != nil:
			c.status = canceled
			return Outcome{}, err
		case c.isFull(ctx):
			c.state.EarlierRuns++
			return Outcome{}, workflow.NewContinueAsNewError(ctx, workflow.GetInfo(ctx).WorkflowType.Name, configuration, c.state)
		}
	}
}

// isFull reports whether it is time to continue as new.
func (c *configured) isFull(ctx workflow.Context) bool {
	return c.handledHere >= MaxMessagesPerRun || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
}

func (c *configured) outcome() Outcome {
	return Outcome{FinishedBy: c.finishedBy, Handled: c.state.Handled, Data: c.state.Data}
}

// handleSignals handles the Signals that wait, in the order of their arrival.
func (c *configured) handleSignals(ctx workflow.Context) {
	for _, message := range takeInOrder(ctx, c.arrivals) {
		c.handleSignal(ctx, message)
	}
}

func (c *configured) handleSignal(ctx workflow.Context, message Message) {
	handler, registered := c.configuration.find(signalKind, message.Name)
	owner := Unregistered
	if registered {
		owner = handler.owner
	}
	switch {
	case handler.Type == Trigger:
		c.finishedBy = handler.Name
	case message.Problem == "" && c.state.hasRoom(owner, message.Name):
		c.state.store(owner, message.Name, message.Value)
	case message.Problem == "":
		message.Problem = noRoom
	}
	c.state.Signals = lastOf(append(c.state.Signals, ReceivedSignal{owner, message}), MaxMessages)
	c.count(ctx, message.Name)
}

// count counts a Signal or Update, and shows it in the Web UI.
func (c *configured) count(ctx workflow.Context, name string) {
	c.handledHere++
	c.state.Handled++
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("%d signals and updates handled, the last was `%s`", c.state.Handled, name))
}
