package language

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// Definition is a whole blueprint, as plain data. Load makes one of a document, the
// package build writes one in Go, and Canonical gives the bytes that both share.
type Definition struct {
	// Blueprint is the name: lower-case letters, digits and dashes.
	Blueprint string `json:"blueprint"`
	// Version is major.minor.patch.
	Version string `json:"version"`
	// Summary says in a line what the blueprint is for.
	Summary string `json:"summary,omitempty"`
	// Input is a JSON Schema of the input; without one any value is taken.
	Input *Schema `json:"input,omitempty"`
	// Defaults are the options of every Activity and workflow step that says nothing
	// else.
	Defaults *Defaults `json:"defaults,omitempty"`
	// Budget lowers what one run may consume.
	Budget *Budget `json:"budget,omitempty"`
	// Timeout is how long a run may take, a duration, an expression or {until: a time}. Then
	// what is under way is canceled, and the run fails.
	Timeout *Value `json:"timeout,omitempty"`
	// Operate are the operations that people may ask of its runs: without the key all that the
	// interpreter allows, with an empty list none.
	Operate []string `json:"operate,omitzero"`
	// Vars are the variables and their first values.
	Vars map[string]any `json:"vars,omitempty"`
	// State are what queries of these names answer with, each a value.
	State map[string]any `json:"state,omitempty"`
	// Search are the run's Search Attributes, by name, each a value.
	Search map[string]any `json:"search,omitempty"`
	// Steps are what it does, one after the other.
	Steps []*Step `json:"steps"`
	// Output is the result, a value; without one the last step's output is.
	Output *Value `json:"output,omitempty"`
}

// Plan is what an Activity returns to a plan step.
type Plan struct {
	// Steps are run one after the other.
	Steps []*Step `json:"steps"`
	// Output is the plan step's output; without one the last step's is.
	Output *Value `json:"output,omitempty"`
}

// Step is one step: an id and exactly one kind, whose keys stand beside the id.
type Step struct {
	// ID is unique in the step's block.
	ID string `json:"id"`
	// Summary is shown in the Web UI beside the step's path; a template.
	Summary string `json:"summary,omitempty"`
	// Timeout is how long the step may take, with all its attempts and the pauses between: a
	// duration, an expression or {until: a time}. Then what is inside is canceled and awaited.
	Timeout *Value `json:"timeout,omitempty"`
	// OnTimeout are the steps when it was not done in time, after what had completed in it is
	// undone. None at all are written as an empty list; without the key a timeout is a failure.
	OnTimeout []*Step `json:"on_timeout,omitzero"`
	// Hold is true where a failure of the step, or one in it that nothing takes before, waits for
	// what people decide; or an object that says which, and for how long.
	Hold *Hold `json:"hold,omitempty"`
	// Operate are the operations that people may ask of the step, and of those in it; without the
	// key all that are allowed around it.
	Operate []string `json:"operate,omitzero"`
	// Needs names the nodes of a dag that come first.
	Needs []string `json:"needs,omitempty"`
	// When is the condition of a node of a dag, an expression, evaluated once what it needs has
	// ended. Where it is false, the node is skipped, and so is what needs it.
	When *Value `json:"when,omitempty"`
	// Next names the node of a graph that follows, or lists edges: {when, to}, the last without
	// a condition.
	Next Edges `json:"next,omitempty"`
	// OnSuccess names the node of a graph that follows when this one succeeds, or lists edges.
	OnSuccess Edges `json:"on_success,omitempty"`
	// OnFailure names the node of a graph that follows when this one fails, or lists edges,
	// which may name types of failures. What no edge takes fails the step.
	OnFailure Edges `json:"on_failure,omitempty"`
	// Kind is what the step does.
	Kind Kind `json:"-"`

	// Index numbers the steps of a program in document order, from 0; End is the index after
	// the steps that this one holds. KindName is KindOf the step, Blocks are the kind's, and
	// AllBlocks those of the step. Sets says that it may set variables of the block around it.
	// Compile sets them.
	Index     int     `json:"-"`
	End       int     `json:"-"`
	KindName  string  `json:"-"`
	Blocks    []Block `json:"-"`
	AllBlocks []Block `json:"-"`
	Sets      bool    `json:"-"`
}

// BlocksOf are the blocks of steps that the step holds, in document order: those of its kind,
// and on_timeout.
func BlocksOf(step *Step) []Block {
	blocks := step.Kind.Blocks()
	if step.OnTimeout != nil {
		blocks = append(blocks, Block{Name: onTimeout, Pointer: "/on_timeout", Steps: step.OnTimeout})
	}
	return blocks
}

const onTimeout = "on_timeout"

// Kind is one kind of step: a pointer to one of the types that kinds lists.
type Kind interface {
	// Blocks are the steps that the step holds, in document order.
	Blocks() []Block

	// check finds what is wrong with the step, and with the steps that it holds.
	check(c *checker, at spot) result

	// values are what may hold expressions, without those of the steps that it holds.
	values() []any
}

// Block is a list of steps that a step holds.
type Block struct {
	// Name tells the block from the step's others: "catch", a branch's name; "" is the
	// step's only or main one.
	Name string
	// Pointer is the block's place in the step's document, a JSON pointer: "/catch/0/steps".
	Pointer string
	// Steps are the block's steps.
	Steps []*Step
	// Copies says that the steps have a copy of the variables: what they set is not
	// seen outside.
	Copies bool
}

// Value is a value of a document: null, a boolean, a number (int64 or float64), a
// string, which may hold expressions, a []any or a map[string]any. It is a struct so
// that a null that is written differs from nothing.
type Value struct{ Raw any }

// Duration is a length of time as a document writes it: "1h30m", "250ms", "2d".
type Duration string

// Options are how an Activity is called, in Temporal's terms. What is empty is left
// to the blueprint's defaults, then to the catalog's. The timeouts of a step may be expressions.
type Options struct {
	// StartToClose bounds one attempt.
	StartToClose Duration `json:"startToClose,omitempty"`
	// ScheduleToClose bounds all attempts together.
	ScheduleToClose Duration `json:"scheduleToClose,omitempty"`
	// ScheduleToStart bounds the time in the Task Queue.
	ScheduleToStart Duration `json:"scheduleToStart,omitempty"`
	// Heartbeat bounds the time between two heartbeats.
	Heartbeat Duration `json:"heartbeat,omitempty"`
	// Retry is the Retry Policy.
	Retry *Retry `json:"retry,omitempty"`
}

// timeout is an option that a step may give as an expression.
type timeout struct {
	key    string
	length *Duration
}

func (o *Options) timeouts() []timeout {
	return []timeout{{"startToClose", &o.StartToClose}, {"scheduleToClose", &o.ScheduleToClose}, {"scheduleToStart", &o.ScheduleToStart}, {"heartbeat", &o.Heartbeat}}
}

// OptionsOf takes each option from the first that sets it: a step that sets startToClose alone
// keeps the heartbeat of others. A Retry Policy is taken as a whole.
func OptionsOf(from ...Options) Options {
	var options Options
	for _, each := range from {
		options.StartToClose = cmp.Or(options.StartToClose, each.StartToClose)
		options.ScheduleToClose = cmp.Or(options.ScheduleToClose, each.ScheduleToClose)
		options.ScheduleToStart = cmp.Or(options.ScheduleToStart, each.ScheduleToStart)
		options.Heartbeat = cmp.Or(options.Heartbeat, each.Heartbeat)
		options.Retry = cmp.Or(options.Retry, each.Retry)
	}
	return options
}

// Evaluated are the options with what evaluate makes of each timeout that is an expression.
func (o Options) Evaluated(evaluate func(key string, of Duration) (Duration, error)) (Options, error) {
	err := evaluated(o.timeouts(), evaluate)
	return o, err
}

func evaluated(timeouts []timeout, evaluate func(key string, of Duration) (Duration, error)) error {
	for _, each := range timeouts {
		if !each.length.IsExpression() {
			continue
		}
		length, err := evaluate(each.key, *each.length)
		if err != nil {
			return err
		}
		*each.length = length
	}
	return nil
}

// Retry is a Retry Policy in Temporal's terms.
type Retry struct {
	// InitialInterval is the time before the second attempt.
	InitialInterval Duration `json:"initialInterval,omitempty"`
	// BackoffCoefficient makes each interval longer than the last, at least 1.
	BackoffCoefficient float64 `json:"backoffCoefficient,omitempty"`
	// MaximumInterval bounds the interval.
	MaximumInterval Duration `json:"maximumInterval,omitempty"`
	// MaximumAttempts bounds the attempts; without it there is no bound.
	MaximumAttempts int32 `json:"maximumAttempts,omitempty"`
	// NonRetryableErrorTypes are the failures that are not tried again.
	NonRetryableErrorTypes []string `json:"nonRetryableErrorTypes,omitempty"`
}

// BlockOptions are what every kind of step has that holds steps.
type BlockOptions struct {
	// Retry is how the step is tried again when it fails, after what had completed in it is undone.
	Retry *BlockRetry `json:"retry,omitempty"`
}

// SetRetry says how a step of any such kind is tried again.
func (o *BlockOptions) SetRetry(retry *BlockRetry) { o.Retry = retry }

func (o *BlockOptions) retry() *BlockRetry { return o.Retry }

// BlockRetry is how often, and when, a step that holds steps is tried again: a Retry Policy in
// Temporal's terms, and the failures that it is for.
type BlockRetry struct {
	// InitialInterval is the time before the second attempt, 1s unless said.
	InitialInterval Duration `json:"initialInterval,omitempty"`
	// BackoffCoefficient makes each interval longer than the last, at least 1, and 2 unless said.
	BackoffCoefficient float64 `json:"backoffCoefficient,omitempty"`
	// MaximumInterval bounds the interval; unless said, it is 100 times the initial one.
	MaximumInterval Duration `json:"maximumInterval,omitempty"`
	// MaximumAttempts bounds the attempts.
	MaximumAttempts int32 `json:"maximumAttempts"`
	// NonRetryableErrorTypes are the failures that are not tried again.
	NonRetryableErrorTypes []string `json:"nonRetryableErrorTypes,omitempty"`
	// Types are the only failures that are tried again; without them all are.
	Types []string `json:"types,omitempty"`
}

// RetryOf is how a step is tried again that holds steps, or nil.
func RetryOf(step *Step) *BlockRetry {
	if block, is := step.Kind.(interface{ retry() *BlockRetry }); is {
		return block.retry()
	}
	return nil
}

func (r *BlockRetry) policy() *Retry {
	return &Retry{
		InitialInterval: r.InitialInterval, BackoffCoefficient: r.BackoffCoefficient, MaximumInterval: r.MaximumInterval,
		MaximumAttempts: r.MaximumAttempts, NonRetryableErrorTypes: r.NonRetryableErrorTypes,
	}
}

// Names reports whether a failure of a type is one that is tried again.
func (r *BlockRetry) Names(failure string) bool {
	return (len(r.Types) == 0 || slices.Contains(r.Types, failure)) && !slices.Contains(r.NonRetryableErrorTypes, failure)
}

// Interval is the time before the attempt that follows so many.
func (r *BlockRetry) Interval(attempts int) time.Duration {
	initial, _ := r.InitialInterval.parseOr(implicitInitialInterval)
	longest, _ := r.MaximumInterval.parseOr(min(initial, longestInitialInterval) * implicitMaximumTimes)
	interval := float64(initial) * math.Pow(cmp.Or(r.BackoffCoefficient, implicitBackoff), float64(attempts-1))
	return time.Duration(min(interval, float64(longest)))
}

// ChildOptions are how a Child Workflow is started.
type ChildOptions struct {
	// ExecutionTimeout bounds the child with all its runs.
	ExecutionTimeout Duration `json:"executionTimeout,omitempty"`
	// RunTimeout bounds one run of the child.
	RunTimeout Duration `json:"runTimeout,omitempty"`
	// Retry is the Retry Policy.
	Retry *Retry `json:"retry,omitempty"`
}

func (o *ChildOptions) timeouts() []timeout {
	return []timeout{{"executionTimeout", &o.ExecutionTimeout}, {"runTimeout", &o.RunTimeout}}
}

// Evaluated are the options with what evaluate makes of each timeout that is an expression.
func (o ChildOptions) Evaluated(evaluate func(key string, of Duration) (Duration, error)) (ChildOptions, error) {
	err := evaluated(o.timeouts(), evaluate)
	return o, err
}

// Defaults are the options of steps that do not say. Retry is that of Activities: a
// Child Workflow is only tried again where its own step asks for it.
type Defaults struct {
	Options
	// ExecutionTimeout bounds a Child Workflow with all its runs.
	ExecutionTimeout Duration `json:"executionTimeout,omitempty"`
	// RunTimeout bounds one run of a Child Workflow.
	RunTimeout Duration `json:"runTimeout,omitempty"`
	// Hold is true where every failure that nothing takes waits for what people decide; or an
	// object that says which, and for how long.
	Hold *Hold `json:"hold,omitempty"`
}

// Undo is the Activity that takes a completed step back.
type Undo struct {
	// Activity is a name of the catalog.
	Activity string `json:"activity"`
	// With is its argument, a value that also sees the output of the step.
	With *Value `json:"with,omitempty"`
	Options
}

// Budget bounds what one run may consume; a limit that is left out stays as it is.
type Budget struct {
	// Depth bounds the nesting of blocks, plans and child blueprints together.
	Depth int `json:"depth,omitempty"`
	// Steps bounds the steps that a run and its plans start.
	Steps int `json:"steps,omitempty"`
	// Rounds bounds the rounds of one loop or graph.
	Rounds int `json:"rounds,omitempty"`
	// Items bounds the items of one map.
	Items int `json:"items,omitempty"`
	// PlanSteps bounds the steps of one plan.
	PlanSteps int `json:"planSteps,omitempty"`
	// Plans bounds the plans of a run and of its children.
	Plans int `json:"plans,omitempty"`
	// Cost bounds the evaluation of one expression, in CEL's cost units.
	Cost int `json:"cost,omitempty"`
	// OutputBytes bounds one value: an argument, an output, a variable, as JSON.
	OutputBytes int `json:"outputBytes,omitempty"`
	// StateBytes bounds everything that a run remembers, as JSON.
	StateBytes int `json:"stateBytes,omitempty"`
	// Children bounds the Child Workflows of a run and of the blueprints it starts.
	Children int `json:"children,omitempty"`
	// Branches bounds the branches of one step, and the nodes of one dag or graph.
	Branches int `json:"branches,omitempty"`
	// Expressions bounds the expressions of a document or plan, and ExpressionBytes their
	// length together.
	Expressions     int `json:"expressions,omitempty"`
	ExpressionBytes int `json:"expressionBytes,omitempty"`
	// DocumentBytes bounds a document or plan, as it is written.
	DocumentBytes int `json:"documentBytes,omitempty"`
}
