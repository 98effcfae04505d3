package engine

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// originActivity is the Activity that reads where a fork begins.
const originActivity = "blueprint.read_origin"

// ErrForkRefused is the type of the failure of a fork that cannot be made.
const ErrForkRefused = "ForkRefused"

// Fork says where a run begins that goes on from a moment of another one.
type Fork struct {
	// Origin is a run of the chain that is forked. It has ended.
	Origin Origin `json:"origin"`
	// At is the path of the step at which the fork stands paused: before its beginning, or, where it
	// failed, with its failure held. Of what happened several times it is the last: that a step of
	// this path began, or failed. A path without the numbers of rounds and items is that of all.
	At string `json:"at"`
	// By is who asks, as they say themselves, and Note why.
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
	// DryRun only finds out whether the fork could be made, and gives a Forked, under a Workflow ID of
	// its own: the origin may still run, as if it were terminated now.
	DryRun bool `json:"dryRun,omitempty"`
}

// Origin is a run.
type Origin struct {
	WorkflowID string `json:"workflowId"`
	RunID      string `json:"runId"`
}

// Forked is where a fork has come from.
type Forked struct {
	// Origin is the run of the chain that had the moment.
	Origin Origin `json:"origin"`
	// At is the path of the step before which the fork began, or, where Held says so, whose failure
	// it began with.
	At   string `json:"at"`
	Held bool   `json:"held,omitempty"`
	// By is who asked for it, as they say themselves, and Note why.
	By   string `json:"by,omitempty"`
	Note string `json:"note,omitempty"`
	// Children is the first run of the origin's chain, where the fork takes its children over. Earlier
	// are those of the chains that the origin was itself a fork of, the last ones.
	Children string   `json:"children,omitempty"`
	Earlier  []string `json:"earlier,omitempty"`
}

// chains are those whose children a fork of the fork takes over as well.
func (f *Forked) chains() []string {
	if f == nil {
		return nil
	}
	const most = 20
	chains := f.Earlier
	if f.Children != "" {
		chains = append(slices.Clone(chains), f.Children)
	}
	return chains[max(0, len(chains)-most):]
}

// forkedRun is what the next run of a fork is started with.
type forkedRun struct {
	Type  string          `json:"type"`
	Input json.RawMessage `json:"input"`
	Next  *continuation   `json:"next"`
	// Forked is all that a dry run finds.
	Forked *Forked `json:"forked,omitempty"`
}

// How the Activity is called that reads the origin.
const (
	originTime      = 10 * time.Minute
	originHeartbeat = time.Minute
	originAttempts  = 5
)

// runFork is the Workflow Type ForkWorkflow. It goes on as the origin's own.
func (i *Interpreter) runFork(ctx workflow.Context, arguments converter.EncodedValues) (any, error) {
	asked, err := decodeFork(arguments)
	if err != nil {
		return nil, err
	}
	info := workflow.GetInfo(ctx)
	reading := workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: originTime, HeartbeatTimeout: originHeartbeat,
		RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: originAttempts}, Summary: "reading the origin",
	})
	var found forkedRun
	if err := workflow.ExecuteActivity(reading, originActivity, asked).Get(ctx, &found); err != nil {
		return nil, failureOf(err).err()
	}
	if asked.DryRun {
		return found.Forked, nil
	}
	next := found.Next
	next.By, next.Run = info.FirstRunID, info.WorkflowExecution.RunID
	memo := memoOf(next.Record.Name, next.Record.Hash)
	memo["fork"] = next.State.Fork
	if err := workflow.UpsertMemo(ctx, memo); err != nil {
		return nil, fmt.Errorf("noting the origin in the memo: %w", err)
	}
	if found.Type == InlineWorkflow {
		return nil, workflow.NewContinueAsNewError(ctx, InlineWorkflow, value{}, found.Input, next)
	}
	return nil, workflow.NewContinueAsNewError(ctx, found.Type, found.Input, next)
}

// decodeFork reads what is asked. There is no more to say: a state that a client brings is none.
func decodeFork(arguments converter.EncodedValues) (asked Fork, err error) {
	if count := len(converter.GetPayloads(arguments).GetPayloads()); count != 1 {
		return asked, refusedFork("a fork takes one argument, {origin: {workflowId, runId}, at, by, note, dryRun}, not %d", count)
	}
	var encoded json.RawMessage
	if err := arguments.Get(&encoded); err != nil {
		return asked, invalidInput(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		return asked, refusedFork("a fork is an object {origin: {workflowId, runId}, at, by, note, dryRun}: %s", shortened(textOfJSONError(err), longestReason))
	}
	return asked, asked.check()
}

func (f Fork) check() error {
	for _, each := range []struct {
		field, text string
		most        int
		needed      bool
	}{
		{"origin.workflowId", f.Origin.WorkflowID, longestOpStep, true},
		{"origin.runId", f.Origin.RunID, longestOpID, true},
		{"at", f.At, longestOpStep, true},
		{"by", f.By, longestBy, false},
		{"note", f.Note, longestNote, false},
	} {
		switch {
		case each.needed && each.text == "":
			return refusedFork("%s is missing: a fork is an object {origin: {workflowId, runId}, at, by, note, dryRun}", each.field)
		case len(each.text) > each.most:
			return refusedFork("%s must have at most %d bytes, got %d", each.field, each.most, len(each.text))
		}
	}
	return nil
}

func refusedFork(format string, arguments ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, arguments...), ErrForkRefused, nil)
}
