package engine

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/storage"
)

// runNamed is the Worker's dynamic workflow: the workflow's type is the name of a
// blueprint, or name@version; its argument is the input.
func (i *Interpreter) runNamed(ctx workflow.Context, arguments converter.EncodedValues) (any, error) {
	reference := workflow.GetInfo(ctx).WorkflowType.Name
	switch reference {
	case InlineWorkflow:
		return i.runInline(ctx, arguments)
	case ForkWorkflow:
		return i.runFork(ctx, arguments)
	}
	var input json.RawMessage
	var carried *continuation
	if err := decodeArguments(arguments, &input, &carried); err != nil {
		return nil, err
	}
	carried = carried.trusted(ctx)
	if carried == nil {
		carried = &continuation{Record: i.recorded(ctx, reference, func() *record { return i.prepareNamed(reference) })}
	}
	return i.run(ctx, carried, input, func(next *continuation) error {
		return workflow.NewContinueAsNewError(ctx, reference, input, next)
	})
}

// decodeArguments reads the input, which may be left out and may be null, and what a run
// or a parent has added.
func decodeArguments(arguments converter.EncodedValues, input *json.RawMessage, carried **continuation) error {
	switch count := len(converter.GetPayloads(arguments).GetPayloads()); count {
	case 0:
		return nil
	case 1:
		return invalidInput(arguments.Get(input))
	case 2:
		return invalidInput(arguments.Get(input, carried))
	default:
		return invalidInput(fmt.Errorf("a blueprint takes one input, not %d", count))
	}
}

// invalidInput is the failure of a run whose arguments cannot be read.
func invalidInput(err error) error {
	var lost *storage.LostError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &lost):
		return failureOf(err).err()
	default:
		return (&Failure{Type: FailureInvalidInput, Message: err.Error()}).err()
	}
}

// runInline is the Workflow Type InlineWorkflow: its arguments are a document and the input.
func (i *Interpreter) runInline(ctx workflow.Context, arguments converter.EncodedValues) (any, error) {
	var document value
	var input json.RawMessage
	var carried *continuation
	if err := decodeInline(arguments, &document, &input, &carried); err != nil {
		return nil, err
	}
	carried = carried.trusted(ctx)
	if carried == nil {
		hash := language.Hash([]byte(textOf(document.any)))
		carried = &continuation{Record: i.recorded(ctx, hash, func() *record { return i.prepareInline(document.any) })}
	}
	return i.run(ctx, carried, input, func(next *continuation) error {
		// The record has the document.
		return workflow.NewContinueAsNewError(ctx, InlineWorkflow, value{}, input, next)
	})
}

// decodeInline reads a document and the input, which may be left out, and what a run or a
// parent has added.
func decodeInline(arguments converter.EncodedValues, document *value, input *json.RawMessage, carried **continuation) error {
	switch count := len(converter.GetPayloads(arguments).GetPayloads()); count {
	case 0:
		return invalidInput(errors.New("a document is missing, the first argument"))
	case 1:
		return invalidInput(arguments.Get(document))
	case 2:
		return invalidInput(arguments.Get(document, input))
	case 3:
		return invalidInput(arguments.Get(document, input, carried))
	default:
		return invalidInput(fmt.Errorf("a document and one input are taken, not %d arguments", count))
	}
}

// trusted is what the run can believe of what it was given: nothing, where no run of the
// interpreter gave it; else the record, and the state where the run goes on from it.
func (c *continuation) trusted(ctx workflow.Context) *continuation {
	switch {
	case !c.handedOn(ctx):
		return nil
	case c.State != nil && !c.goesOn(ctx):
		return &continuation{Record: c.Record}
	default:
		return c
	}
}

// goesOn reports whether Continue-As-New of the run that saved the state began this one.
// A run that the server retries, or that a cron schedule starts, is given the arguments of
// the one before, whose state is not its own: what completed there may have been undone.
func (c *continuation) goesOn(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	switch {
	case c.Run != "":
		return c.Run == info.ContinuedExecutionRunID
	case info.Attempt <= 1:
		return true
	default:
		// Until version 2, a run did not say which it was, and a retry went on from its state.
		return workflow.GetVersion(ctx, "a retry begins anew", workflow.DefaultVersion, 1) == workflow.DefaultVersion
	}
}

// handedOn reports whether a run of the interpreter has started this one: a client
// cannot pass a record, which says what may be called.
func (c *continuation) handedOn(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	switch {
	case c == nil:
		return false
	case info.ContinuedExecutionRunID != "" && c.By == info.FirstRunID:
		return true
	default:
		return info.ParentWorkflowExecution != nil && c.By == info.ParentWorkflowExecution.RunID
	}
}

// recorded makes the record of a document, once, and keeps it in the history. What an attempt
// at the Workflow Task has made, the next one finds.
func (i *Interpreter) recorded(ctx workflow.Context, document string, prepare func() *record) *record {
	var prepared *record
	replaying := workflow.IsReplaying(ctx)
	attempt := fmt.Sprintf("%s %p %s", workflow.GetInfo(ctx).WorkflowExecution.RunID, i.library(), document)
	beside(ctx, func() {
		if !replaying {
			prepared = i.programs.preparation(attempt, prepare)
		}
	})
	var made record
	if err := workflow.SideEffect(ctx, func(workflow.Context) any { return prepared }).Get(&made); err != nil {
		return &record{Refused: failureOf(err)}
	}
	return &made
}

// run runs the blueprint of the record until it ends or goes on in a new run.
func (i *Interpreter) run(ctx workflow.Context, carried *continuation, input json.RawMessage, next func(*continuation) error) (any, error) {
	if refused := carried.Record.Refused; refused != nil {
		return nil, refused.err()
	}
	if version := carried.Record.Interpreter; version > Version {
		// The Workflow Task fails and is handed to another Worker, while the run goes on.
		panic(fmt.Sprintf("the run was started by version %d of the interpreter, and this Worker has version %d: deploy the newer one everywhere", version, Version))
	}
	if err := i.moment.admits(i, carried.Record); err != nil {
		return nil, err
	}
	// To check a large document and to compile it takes half a second each.
	yield(ctx)
	r, err := i.newRun(ctx, carried, input)
	if err != nil {
		return nil, err
	}
	i.moment.begins(r, input)
	// The steps are canceled one by one, and finally and undo not at all.
	detached, stop := workflow.NewDisconnectedContext(ctx)
	defer func() {
		// A run that was given up does not know what there still is to cancel.
		if r.lost == nil {
			stop()
		}
	}()
	if carried.State == nil {
		r.tasks = append(r.tasks, task{r.root, taskEnter})
	} else {
		r.resume(detached, r.root)
	}
	// Only now are the waits known that an update can be meant for.
	if err := r.offer(ctx); err != nil {
		return nil, err
	}
	if r.work(ctx, detached) {
		if err := r.noteReplacement(ctx); err != nil {
			return nil, err
		}
		return nil, next(r.carried(ctx))
	}
	i.moment.ends(r) // not deferred: a run that is dropped from the cache ends beside the next replay
	return r.result(ctx)
}

// newRun makes a run that begins, or goes on where the last one left.
func (i *Interpreter) newRun(ctx workflow.Context, carried *continuation, input json.RawMessage) (*run, error) {
	var program *language.Program
	var err error
	offThread(ctx, len(carried.Record.Definition), func() {
		program, err = i.programs.blueprint(carried.Record.Hash, carried.Record.Definition)
	})
	if err != nil {
		return nil, (&Failure{Type: FailureInvalidDocument, Message: err.Error()}).err()
	}
	info := workflow.GetInfo(ctx)
	r := &run{
		id:          info.WorkflowExecution.ID,
		runID:       info.WorkflowExecution.RunID,
		record:      carried.Record,
		state:       carried.State,
		interpreter: i,
		logger:      workflow.GetLogger(ctx),
		now:         workflow.Now(ctx),
	}
	r.mailbox.rules = r.rulesOf()
	r.root = &frame{saved: saved{Role: roleRun}, executor: whole{}, program: program}
	r.keyed = program.UsesKeys()
	if own := program.Definition.Budget; own != nil && r.state == nil {
		r.record.Budget = own.Within(r.record.Budget)
	}
	if r.input, err = r.decodeInput(ctx, input); err != nil {
		return nil, err
	}
	if r.state == nil {
		return r, r.first(ctx)
	}
	if r.since(2) && r.state.Key == "" {
		r.state.Key = firstOf(info) // see savedKey
	}
	r.compile(ctx, r.state.Root)
	if err := r.reopen(); err != nil {
		return nil, err
	}
	r.renewKeys(ctx)
	return r, nil
}

// decodeInput reads the input, if it is not larger than a value may be: to read a million
// numbers takes so long that a busy worker would take the run for stuck.
func (r *run) decodeInput(ctx workflow.Context, encoded json.RawMessage) (any, error) {
	if len(encoded) > r.record.Budget.OutputBytes {
		return nil, exceeded("outputBytes", r.record.Budget.OutputBytes).err()
	}
	if len(encoded) == 0 {
		return nil, nil
	}
	var input value
	var err error
	offThread(ctx, len(encoded), func() { err = json.Unmarshal(encoded, &input) })
	if err == nil && r.since(2) {
		err = input.problem
	}
	return input.any, invalidInput(err)
}

// compile makes the long plans of the last run ready; an error comes when they are opened.
func (r *run) compile(ctx workflow.Context, s saved) {
	if len(s.Plan) > promptBytes {
		offThread(ctx, len(s.Plan), func() { _, _ = r.interpreter.programs.plan(s.PlanHash, s.Plan) })
	}
	for _, each := range s.Below {
		r.compile(ctx, each)
	}
}

// first prepares the first run.
func (r *run) first(ctx workflow.Context) error {
	program := r.root.program
	r.state = &state{Started: r.now, Visits: make([]visit, len(program.Steps))}
	r.beginKeys(ctx)
	if reason := r.checkInput(program); reason != nil {
		return reason.err()
	}
	r.openRoot(&names{Vars: object{}})
	vars, reason := r.evaluateAs(r.root, "vars", program.Definition.Vars, r.root.innerScope)
	if reason != nil {
		return reason.err()
	}
	r.root.innerScope.set(vars.(map[string]any))
	if !r.hasMemo(ctx) {
		if err := workflow.UpsertMemo(ctx, memoOf(r.record.Name, r.record.Hash)); err != nil {
			return fmt.Errorf("noting the blueprint in the memo: %w", err)
		}
	}
	return nil
}

// checkInput tries the input on the schema, by the rules of the run's version.
func (r *run) checkInput(program *language.Program) *Failure {
	schema := program.Definition.Input
	err := error(nil)
	if r.since(2) {
		var work int
		work, err = program.FitsWithin(schema, r.input, r.record.Budget.Cost*workPerCost)
		r.pace.spent += uint64(work / workPerPace)
	} else {
		err = program.Fits(schema, r.input)
	}
	switch {
	case err == nil:
		return nil
	case r.since(2) && errors.Is(err, language.ErrTooMuchWork):
		return exceeded("cost", r.record.Budget.Cost)
	default:
		return &Failure{Type: FailureInvalidInput, Message: fmt.Sprintf("the input does not fit the blueprint's schema: %v", err)}
	}
}

// openRoot gives the root its scope.
func (r *run) openRoot(scopeNames *names) {
	r.root.Scope = scopeNames
	r.root.innerScope = &scope{run: r, names: scopeNames}
	r.root.ownScope = r.root.innerScope
	r.root.innerScope.grow(scopeNames.Vars.size())
}

// reopen makes the frames of the last run.
func (r *run) reopen() error {
	root := r.state.Root
	r.root.saved = root
	r.root.Below = nil
	r.openRoot(root.Scope)
	for _, each := range r.state.Undo {
		r.bytes += each.bytes()
	}
	for _, each := range r.state.Messages {
		r.bytes += each.size()
	}
	for _, each := range r.state.Kept {
		r.mailbox.bytes += each.bytes()
	}
	for _, each := range root.Below {
		if _, err := r.open(r.root, each); err != nil {
			return fmt.Errorf("going on where the last run left: %w", err)
		}
	}
	r.reopenGates()
	r.reopenHolds()
	return nil
}

// offer lets the outside ask for the status and bring messages.
func (r *run) offer(ctx workflow.Context) error {
	if err := r.serveStatus(ctx); err != nil {
		return err
	}
	if err := r.serveOperations(ctx); err != nil {
		return err
	}
	if err := r.serveState(ctx); err != nil {
		return err
	}
	return r.serveMessages(ctx)
}

// result is what the caller of the run gets.
func (r *run) result(ctx workflow.Context) (any, error) {
	if r.lost != nil {
		return nil, r.lost.err()
	}
	r.publish(ctx)
	if err := r.noteLeft(ctx); err != nil {
		return nil, err
	}
	ended := r.root.outcome
	switch ended.Kind {
	case failed:
		return nil, r.withUndoFailures(ended.Failure).err()
	case canceled:
		return nil, temporal.NewCanceledError()
	default:
		return ended.Output, nil
	}
}

// leftMessages is what the memo of a run that has ended tells of messages.
type leftMessages struct {
	// Kept are those that no step has taken, by name; Dropped counts the signals that no
	// step could take.
	Kept    map[string]int `json:"kept,omitempty"`
	Dropped int            `json:"dropped,omitempty"`
}

// noteLeft notes the messages that are left in the memo, where there are any.
func (r *run) noteLeft(ctx workflow.Context) error {
	left := leftMessages{Kept: r.mailbox.rules.left(r), Dropped: r.state.Dropped}
	if !r.since(2) || len(left.Kept) == 0 && left.Dropped == 0 {
		return nil
	}
	if err := workflow.UpsertMemo(ctx, map[string]any{"messages": left}); err != nil {
		return fmt.Errorf("noting the messages that are left in the memo: %w", err)
	}
	return nil
}

// withUndoFailures adds to the failure what could not be undone.
func (r *run) withUndoFailures(failure *Failure) *Failure {
	told := *failure
	for _, each := range r.state.UndoFailures {
		told.Message += fmt.Sprintf("; %s failed: %s: %s", each.Step, each.Type, each.Message)
	}
	return &told
}

// hasMemo reports whether a parent has noted the blueprint already.
func (r *run) hasMemo(ctx workflow.Context) bool {
	_, noted := workflow.GetInfo(ctx).Memo.GetFields()["blueprint"]
	return noted
}
