package build

import (
	"strconv"

	"dynamicsamples/blueprint/language"
)

// ActivityStep calls an Activity.
type ActivityStep struct {
	common[*ActivityStep]
	options[*ActivityStep]
	activity language.Activity
}

// Activity calls an Activity of the catalog; its output is the Activity's result.
func Activity(id, activity string) *ActivityStep {
	s := &ActivityStep{activity: language.Activity{Activity: activity}}
	s.common = begin(s, id, &s.activity)
	s.options = options[*ActivityStep]{s, &s.activity.Options}
	return s
}

// With is the Activity's argument.
func (s *ActivityStep) With(argument any) *ActivityStep {
	s.activity.With = value(argument)
	return s
}

// Local asks for a Local Activity, where the catalog allows one.
func (s *ActivityStep) Local() *ActivityStep {
	s.activity.Local = true
	return s
}

// Undo takes the step back.
func (s *ActivityStep) Undo(undo *UndoActivity) *ActivityStep {
	s.activity.Undo = &undo.undo
	return s
}

// WorkflowStep starts a Child Workflow.
type WorkflowStep struct {
	common[*WorkflowStep]
	childTimeouts[*WorkflowStep]
	workflow language.Workflow
}

// Workflow starts a Child Workflow of the catalog, or another blueprint by
// name@version; its output is the child's result.
func Workflow(id, workflow string) *WorkflowStep {
	s := &WorkflowStep{workflow: language.Workflow{Workflow: workflow}}
	s.common = begin(s, id, &s.workflow)
	s.childTimeouts = childTimeouts[*WorkflowStep]{s, &s.workflow.ExecutionTimeout, &s.workflow.RunTimeout}
	return s
}

// With is the child's input.
func (s *WorkflowStep) With(input any) *WorkflowStep {
	s.workflow.With = value(input)
	return s
}

// Detach leaves the child running; the output is then {workflowId, runId}.
func (s *WorkflowStep) Detach() *WorkflowStep {
	s.workflow.Detach = true
	return s
}

// Retry is the Retry Policy.
func (s *WorkflowStep) Retry(retry Retry) *WorkflowStep {
	s.workflow.Retry = retry.policy()
	return s
}

// Undo takes the step back.
func (s *WorkflowStep) Undo(undo *UndoActivity) *WorkflowStep {
	s.workflow.Undo = &undo.undo
	return s
}

// GroupStep runs steps one after the other.
type GroupStep struct{ block[*GroupStep] }

// Group runs steps one after the other; its output is the last step's.
func Group(id string, steps ...Step) *GroupStep {
	s := &GroupStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		return &language.Group{Steps: a.steps(steps), BlockOptions: s.retried}
	})
	return s
}

// ParallelStep runs branches at once.
type ParallelStep struct{ block[*ParallelStep] }

// Parallel runs branches at once and joins them; its output is an object, from a
// branch's name to its output.
func Parallel(id string, branches ...NamedSteps) *ParallelStep {
	s := &ParallelStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		return &language.Parallel{Parallel: a.branches(branches), BlockOptions: s.retried}
	})
	return s
}

// RaceStep runs branches against each other.
type RaceStep struct {
	block[*RaceStep]
	first *language.Value
}

// Race runs branches at once; the first that ends well wins. Its output is {winner,
// output}, with First {winners, outputs}.
func Race(id string, branches ...NamedSteps) *RaceStep {
	s := &RaceStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		return &language.Race{Race: a.branches(branches), First: s.first, BlockOptions: s.retried}
	})
	return s
}

// First is how many branches win, a number or an expression.
func (s *RaceStep) First(branches any) *RaceStep {
	s.first = value(branches)
	return s
}

// Case is a case of a Switch.
type Case struct {
	when  string
	steps []Step
}

// When is a case of a Switch: a condition, an expression, and what is done.
func When(condition string, steps ...Step) Case { return Case{condition, steps} }

// SwitchStep runs one of several cases.
type SwitchStep struct {
	block[*SwitchStep]
	otherwise []Step
}

// Switch runs the steps of the first case whose condition holds; its output is theirs,
// or null.
func Switch(id string, cases ...Case) *SwitchStep {
	s := &SwitchStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		kind := &language.Switch{Else: a.steps(s.otherwise), BlockOptions: s.retried}
		for _, each := range cases {
			kind.Switch = append(kind.Switch, language.Case{When: value(each.when), Steps: a.steps(each.steps)})
		}
		return kind
	})
	return s
}

// Else are the steps when no case holds.
func (s *SwitchStep) Else(steps ...Step) *SwitchStep {
	s.otherwise = append(s.otherwise, steps...)
	return s
}

// LoopStep repeats steps.
type LoopStep struct {
	block[*LoopStep]
	loop language.Loop
}

// Loop repeats steps, as Times, While, Until or Over say; its output is that of the last
// round, or null.
func Loop(id string, steps ...Step) *LoopStep {
	s := &LoopStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		kind := s.loop
		kind.Loop, kind.BlockOptions = a.steps(steps), s.retried
		return &kind
	})
	return s
}

// Times is how many rounds there are, a number or an expression.
func (s *LoopStep) Times(rounds any) *LoopStep {
	s.loop.Times = value(rounds)
	return s
}

// While is the condition before each round, an expression.
func (s *LoopStep) While(condition string) *LoopStep {
	s.loop.While = value(condition)
	return s
}

// Until is the condition after each round, an expression that sees the round.
func (s *LoopStep) Until(condition string) *LoopStep {
	s.loop.Until = value(condition)
	return s
}

// Over is a list, an expression, whose items have a round each.
func (s *LoopStep) Over(list string) *LoopStep {
	s.loop.Over = value(list)
	return s
}

// Max bounds the rounds.
func (s *LoopStep) Max(rounds int) *LoopStep {
	s.loop.Max = rounds
	return s
}

// As names the round in expressions, with Over the item.
func (s *LoopStep) As(name string) *LoopStep {
	s.loop.As = name
	return s
}

// MapStep runs steps for each item of a list.
type MapStep struct {
	block[*MapStep]
	each language.Map
}

// Map runs the same steps for each item of a list, an expression; its output is the
// list of their outputs, in the order of the items.
func Map(id, over string, steps ...Step) *MapStep {
	s := &MapStep{each: language.Map{Over: value(over)}}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		kind := s.each
		kind.Map, kind.BlockOptions = a.steps(steps), s.retried
		return &kind
	})
	return s
}

// As names the item in expressions.
func (s *MapStep) As(name string) *MapStep {
	s.each.As = name
	return s
}

// Concurrency bounds the items at once, a number or an expression.
func (s *MapStep) Concurrency(items any) *MapStep {
	s.each.Concurrency = value(items)
	return s
}

// Tolerate is how many items may fail, a number or an expression.
func (s *MapStep) Tolerate(items any) *MapStep {
	s.each.Tolerate = items
	return s
}

// ToleratePercent is how many items of a hundred may fail.
func (s *MapStep) ToleratePercent(percent float64) *MapStep {
	s.each.Tolerate = strconv.FormatFloat(percent, 'f', -1, 64) + "%"
	return s
}

// DagStep runs nodes in the order of what they need.
type DagStep struct {
	block[*DagStep]
	failFast *bool
}

// Dag runs nodes, each as soon as the nodes that it needs have ended; its output is an
// object, from a node's id to its output.
func Dag(id string, nodes ...DagNode) *DagStep {
	s := &DagStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		return &language.Dag{Dag: each(a, nodes, DagNode.assembleDagNode), FailFast: s.failFast, BlockOptions: s.retried}
	})
	return s
}

// FailFast says whether the first failure cancels the other nodes, which it does unless said.
// With false they go on, and then the step fails.
func (s *DagStep) FailFast(fast bool) *DagStep {
	s.failFast = &fast
	return s
}

// GraphStep runs nodes along their edges.
type GraphStep struct {
	block[*GraphStep]
	start string
}

// Graph runs one node after the other along their edges; its output is that of the last
// node.
func Graph(id string, nodes ...GraphNode) *GraphStep {
	s := &GraphStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		return &language.Graph{Graph: each(a, nodes, GraphNode.assembleGraphNode), Start: s.start, BlockOptions: s.retried}
	})
	return s
}

// Start is the node to begin with; the first unless said.
func (s *GraphStep) Start(node string) *GraphStep {
	s.start = node
	return s
}

// PlanStep runs what an Activity plans.
type PlanStep struct {
	common[*PlanStep]
	options[*PlanStep]
	plan language.PlanStep
}

// Plan calls an Activity that returns steps, and runs them; its output is the plan's.
func Plan(id, activity string) *PlanStep {
	s := &PlanStep{plan: language.PlanStep{Plan: activity}}
	s.common = begin(s, id, &s.plan)
	s.options = options[*PlanStep]{s, &s.plan.Options}
	return s
}

// With is the Activity's argument.
func (s *PlanStep) With(argument any) *PlanStep {
	s.plan.With = value(argument)
	return s
}

// Approve is the name of the message that approves the plan before any of it runs.
func (s *PlanStep) Approve(message string) *PlanStep {
	s.plan.Approve = message
	return s
}

// WaitStep waits for a message.
type WaitStep struct {
	common[*WaitStep]
	wait language.Wait
}

// Wait waits for a message of a name; its output is the message's value.
func Wait(id, message string) *WaitStep {
	s := &WaitStep{wait: language.Wait{Wait: message}}
	s.common = begin(s, id, &s.wait)
	return s
}

// Schema is the schema of the message's value.
func (s *WaitStep) Schema(schema *Schema) *WaitStep {
	s.wait.Schema = schema
	return s
}

// Match is the condition that the value must meet, an expression that sees it as message.
func (s *WaitStep) Match(condition any) *WaitStep {
	s.wait.Match = value(condition)
	return s
}

// SleepStep waits for a while.
type SleepStep struct{ common[*SleepStep] }

// Sleep is a durable timer: a time.Duration, a text like "2d", an expression, or the Until of
// a time. Its output is null.
func Sleep(id string, length any) *SleepStep {
	s := &SleepStep{}
	s.common = begin(s, id, &language.Sleep{Sleep: value(length)})
	return s
}

// SetStep sets variables.
type SetStep struct{ common[*SetStep] }

// Set gives variables new values, all at once; its output is the object of them.
func Set(id string, values Args) *SetStep {
	s := &SetStep{}
	s.common = begin(s, id, &language.Set{Set: values})
	return s
}

// TryStep runs steps and takes their failures.
type TryStep struct {
	block[*TryStep]
	catches []caught
	last    []Step
}

type caught struct {
	types []string
	when  *language.Value
	steps []Step
}

// Try runs steps; its output is theirs, or that of the catch that ran.
func Try(id string, steps ...Step) *TryStep {
	s := &TryStep{}
	s.block = holding(s, id, func(a *assembly) language.Kind {
		kind := &language.Try{Try: a.steps(steps), Finally: a.steps(s.last), BlockOptions: s.retried}
		for _, each := range s.catches {
			kind.Catch = append(kind.Catch, language.Catch{Types: each.types, When: each.when, Steps: a.steps(each.steps)})
		}
		return kind
	})
	return s
}

// Catch is what is done about failures of some types; of several, the first that fits.
func (s *TryStep) Catch(types []string, steps ...Step) *TryStep {
	s.catches = append(s.catches, caught{types: types, steps: steps})
	return s
}

// CatchWhen is what is done about failures of some types, or of all where there are none, for
// which a condition holds.
func (s *TryStep) CatchWhen(types []string, condition string, steps ...Step) *TryStep {
	s.catches = append(s.catches, caught{types, value(condition), steps})
	return s
}

// CatchAll is what is done about every other failure.
func (s *TryStep) CatchAll(steps ...Step) *TryStep { return s.Catch(nil, steps...) }

// Finally are steps that run in any case.
func (s *TryStep) Finally(steps ...Step) *TryStep {
	s.last = append(s.last, steps...)
	return s
}

// FailStep ends with a failure.
type FailStep struct {
	common[*FailStep]
	fail language.Fail
}

// Fail ends with a failure of a type, a word or a URI, and a message; both may hold expressions.
func Fail(id, failureType, message string) *FailStep {
	s := &FailStep{fail: language.Fail{Fail: language.Failure{Type: failureType, Message: message}}}
	s.common = begin(s, id, &s.fail)
	return s
}

// Rethrow fails with the failure that a catch or an edge on_failure has taken, as it was.
func Rethrow(id string) *RethrowStep {
	s := &RethrowStep{}
	s.common = begin(s, id, &language.Fail{Fail: language.Failure{Caught: true}})
	return s
}

// RethrowStep fails as what was caught did.
type RethrowStep struct{ common[*RethrowStep] }

// Details are further values of the failure.
func (s *FailStep) Details(values ...any) *FailStep {
	s.fail.Fail.Details = append(s.fail.Fail.Details, values...)
	return s
}

// StopStep ends the run well.
type StopStep struct{ common[*StopStep] }

// Stop ends the whole run well, with its output.
func Stop(id string, output any) *StopStep {
	s := &StopStep{}
	s.common = begin(s, id, &language.Stop{Stop: value(output)})
	return s
}
