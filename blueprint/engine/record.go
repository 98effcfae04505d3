package engine

import (
	"encoding/json"
	"time"

	"dynamicsamples/blueprint/language"
)

// record is what a run was started with: its definition, what that may call, and what
// it may consume. It is made once, in the first task of the first run, is kept in the
// run's own history, and goes with it through Continue-As-New. So neither an edited
// file, nor a changed catalog, nor a Worker that never had the file makes a
// difference to a run under way.
type record struct {
	// Interpreter is the Version that the run was started with.
	Interpreter int `json:"interpreter"`
	// Name is the blueprint's name@version.
	Name string `json:"name,omitempty"`
	// Hash names the definition's content.
	Hash string `json:"hash,omitempty"`
	// Definition is the canonical document.
	Definition json.RawMessage `json:"definition,omitempty"`
	// Calls are what the definition may call: the Activities and workflows of the catalog,
	// and the blueprints, by exact name@version, with all that they may call in turn.
	Calls callees `json:"calls,omitzero"`
	// Budget is what the run may consume.
	Budget language.Budget `json:"budget"`
	// Depth is how deep the run itself is nested in others.
	Depth int `json:"depth,omitempty"`
	// ContinueAfter is the number of history events after which a run goes on in a new
	// one.
	ContinueAfter int `json:"continueAfter"`
	// PayloadBytes is what one payload may have, where that is not the server's limit.
	PayloadBytes payloadBytes `json:"payloadBytes,omitempty"`
	// Search are the Search Attributes that documents may set, with their types.
	Search map[string]string `json:"search,omitempty"`
	// Operations are those that are allowed besides those that always are.
	Operations []string `json:"operations,omitempty"`
	// Refused is why the blueprint is not run.
	Refused *Failure `json:"refused,omitempty"`
}

// size is about how many bytes the record has.
func (r *record) size() int {
	const rest = 1000
	return rest + len(r.Definition) + r.Calls.size()
}

// callee is how an Activity or a Child Workflow of the catalog is called.
type callee struct {
	// TaskQueue is where its Worker polls; "" is the run's own.
	TaskQueue string `json:"taskQueue,omitempty"`
	// Options are those that neither the step nor the blueprint sets.
	Options language.Options `json:"options,omitzero"`
	// Child are the options of a Child Workflow.
	Child language.ChildOptions `json:"child,omitzero"`
}

// continuation is what a run hands to its next run, or a parent to its child blueprint: the
// second argument of the workflow. Clients leave it out.
type continuation struct {
	// Record is what the run was started with.
	Record *record `json:"record"`
	// State is where the run goes on; nil is the beginning.
	State *state `json:"state,omitempty"`
	// By is the id of the run that hands it on, which no client knows beforehand: the first
	// of the chain for a next run, the parent's for a child.
	By string `json:"by"`
	// Run is the run that saved the state, and continued as new.
	Run string `json:"run,omitempty"`
}

// state is everything that a run remembers, as one value from which it can go on.
type state struct {
	// Root is the tree of the steps under way.
	Root saved `json:"root"`
	// Undo are what can take completed steps back, in the order of their completion.
	Undo []undoEntry `json:"undo,omitempty"`
	// UndoFailures are the failures of those that ran.
	UndoFailures []Failure `json:"undoFailures,omitempty"`
	// Messages are those that no wait has taken, by name, in the order of arrival.
	Messages map[string]values `json:"messages,omitempty"`
	// MessageIDs are the ids of the updates that brought the last messages.
	MessageIDs []string `json:"messageIds,omitempty"`
	// Kept are the messages that no wait has taken, in the order of arrival, and Answered
	// the last updates that brought one; version 1 has Messages and MessageIDs.
	Kept     []keptMessage `json:"kept,omitempty"`
	Answered []answered    `json:"answered,omitempty"`
	// Dropped counts the signals that no wait could take.
	Dropped int `json:"dropped,omitempty"`
	// Used counts what is bounded for the run as a whole.
	Used used `json:"used"`
	// Key is what the keys of the steps are made of; see run.beginKeys and run.savedKey.
	Key string `json:"key,omitempty"`
	// Searched are the Search Attributes as they were set last; see run.tellSearch.
	Searched object `json:"searched,omitempty"`
	// Started is when the first run began.
	Started time.Time `json:"started"`
	// Visits are what the status tells of each step of the blueprint, by its index.
	Visits []visit `json:"visits,omitempty"`
	// Paused is what is paused, and Operations are the last that were done.
	Paused     []Paused   `json:"paused,omitempty"`
	Operations []Operated `json:"operations,omitempty"`
	// Fork is where a fork has come from.
	Fork *Forked `json:"fork,omitempty"`
	// Holds are the steps whose failures somebody has asked to hold, and NotHeld counts those for
	// which there was no room.
	Holds   []Paused `json:"holds,omitempty"`
	NotHeld int      `json:"notHeld,omitempty"`
}

// used counts what a run has consumed.
type used struct {
	Steps int `json:"steps,omitempty"`
	// Over says that more steps were wanted than the budget allows.
	Over     bool `json:"over,omitempty"`
	Plans    int  `json:"plans,omitempty"`
	Children int  `json:"children,omitempty"`
	Waits    int  `json:"waits,omitempty"`
}

// saved is the part of a frame that a new run needs to go on.
type saved struct {
	// At is the frame's place in the one above: which block, step, item, round or node.
	At int `json:"at,omitempty"`
	// Role is what the frame is for.
	Role role `json:"role,omitempty"`
	// Phase is how far the step is, where it has phases.
	Phase phase `json:"phase,omitempty"`
	// Canceling says that the frame is to end as canceled.
	Canceling bool `json:"canceling,omitempty"`
	// Shielded says that a cancel from above does not reach the frame.
	Shielded bool `json:"shielded,omitempty"`
	// Decided is how the frame is going to end once what runs below has ended.
	Decided *outcome `json:"decided,omitempty"`
	// Next counts the steps, rounds or items that have been started; in a race that is won
	// it is the winner's place, in a try the place of the catch.
	Next int `json:"next,omitempty"`
	// Limit is how many rounds a loop may have, how many branches of a race win, or how many items
	// of a map may run at once, where that is an expression; in a graph whose node has failed it is the place
	// of the edge that takes the failure.
	Limit int `json:"limit,omitempty"`
	// Failed counts the items that have failed, the branches of a race that several win, or the
	// undos.
	Failed int `json:"failed,omitempty"`
	// Tolerated is how many items may fail, where that is an expression.
	Tolerated int `json:"tolerated,omitempty"`
	// Winners are the places of those branches that have won, in the order of their ends.
	Winners []int `json:"winners,omitempty"`
	// Items is the list of a map.
	Items values `json:"items,omitempty"`
	// Outputs are the outputs of the parts that have ended, by their place.
	Outputs values `json:"outputs,omitempty"`
	// Done says which nodes of a dag have ended, or are skipped.
	Done []bool `json:"done,omitempty"`
	// Last is the output of the part that ended last.
	Last value `json:"last,omitzero"`
	// Failure is what a catch has taken, that of the attempt of a step, or of the branch of a race, that failed last,
	// or that of the first node of a dag whose others go on; Failures are those of all.
	Failure  *Failure `json:"failure,omitempty"`
	Failures values   `json:"failures,omitempty"`
	// Retryable and NonRetryable are what the failure that an edge of a graph has taken says of
	// another attempt.
	Retryable    bool `json:"retryable,omitempty"`
	NonRetryable bool `json:"nonRetryable,omitempty"`
	// Ticket is the place of a wait among those for the same message.
	Ticket int `json:"ticket,omitempty"`
	// Deadline is when a timer ends, or when a step must be done.
	Deadline time.Time `json:"deadline,omitzero"`
	// Before are the variables that each attempt of a step begins with, and NextAttempt is when
	// the next one does.
	Before      object    `json:"before,omitempty"`
	NextAttempt time.Time `json:"nextAttempt,omitzero"`
	// Stopped is since when the step's time stands still, because something inside is paused.
	Stopped time.Time `json:"stopped,omitzero"`
	// Child is the Child Workflow that was started.
	Child *childRef `json:"child,omitempty"`
	// Plan is the canonical plan, with its hash and what the status tells of its steps.
	Plan     json.RawMessage `json:"plan,omitempty"`
	PlanHash string          `json:"planHash,omitempty"`
	Visits   []visit         `json:"visits,omitempty"`
	// Gate is the frame's number among those that wait at a gate: to begin, or to end as Ended.
	Gate  int      `json:"gate,omitempty"`
	Ended *outcome `json:"ended,omitempty"`
	// Key is what the keys of a step are made of that was under way when its run was forked.
	Key string `json:"key,omitempty"`
	// Held is the frame's failure, where that waits for what people decide. Settled says that they
	// have, so that no hold takes it. Input is what they have given the step, and Again says that it
	// begins anew once what had completed in it is taken back.
	Held    *held  `json:"held,omitempty"`
	Settled bool   `json:"settled,omitempty"`
	Input   *given `json:"input,omitempty"`
	// Tries counts how often it has begun anew, where it holds steps and has no retry of its own.
	Tries int  `json:"tries,omitempty"`
	Again bool `json:"again,omitempty"`
	// Broken says that the last attempt failed in the step itself, where its failure does not tell.
	// Planned says that it has run a plan.
	Broken  bool `json:"broken,omitempty"`
	Planned bool `json:"planned,omitempty"`
	// Entries are what an undo frame has to do.
	Entries []undoEntry `json:"entries,omitempty"`
	// Scope are the names that the frame adds.
	Scope *names `json:"scope,omitempty"`
	// Below are the frames below.
	Below []saved `json:"below,omitempty"`
}

// names are what a scope adds to those around it.
type names struct {
	// Vars are the variables, where the scope has a copy of its own.
	Vars object `json:"vars,omitempty"`
	// Outputs are the outputs of the block's steps.
	Outputs object `json:"outputs,omitempty"`
	// Locals are the item, the index, the round, or the error.
	Locals object `json:"locals,omitempty"`
}

// childRef is a Child Workflow under way.
type childRef struct {
	WorkflowID string `json:"workflowId"`
	RunID      string `json:"runId"`
}

// undoEntry is an Activity that takes a completed step back.
type undoEntry struct {
	// Step is the path of the step.
	Step string `json:"step"`
	// Activity, Argument and Options are the call; the argument was evaluated when the
	// step completed.
	Activity string           `json:"activity"`
	Argument *value           `json:"argument,omitempty"`
	Options  language.Options `json:"options,omitzero"`
	// Holds are those of the step and of what it stands in: the failure of the undo is held, too.
	Holds []language.Hold `json:"holds,omitempty"`
}

// role is what a frame is for.
type role string

const (
	roleStep  role = ""
	roleBlock role = "block"
	roleUndo  role = "undo"
	roleRun   role = "run"
	// roleAttempt does what a step with a timeout or a retry of its own is for.
	roleAttempt role = "attempt"
)

// phase is how far a step is.
type phase string

const (
	phaseBegin   phase = ""
	phaseRunning phase = "running"
	phaseUndo    phase = "undo"
	phaseCatch   phase = "catch"
	phaseFinally phase = "finally"
)
