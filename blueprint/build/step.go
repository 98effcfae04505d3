package build

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"dynamicsamples/blueprint/language"
)

// Step is a step of any kind.
type Step interface {
	// assemble makes the step, with the steps in it.
	assemble(*assembly) *language.Step
}

// DagNode is a step of a dag: any step, also after Needs or When.
type DagNode interface {
	assembleDagNode(*assembly) *language.Step
}

// GraphNode is a step of a graph: any step, also after Next, OnSuccess, OnFailure and those with Edges.
type GraphNode interface {
	assembleGraphNode(*assembly) *language.Step
}

// assembly collects what cannot be assembled.
type assembly struct{ problems []error }

func (a *assembly) steps(steps []Step) []*language.Step {
	return each(a, steps, Step.assemble)
}

// each assembles a list; steps that are nil are problems.
func each[S comparable](a *assembly, steps []S, assemble func(S, *assembly) *language.Step) []*language.Step {
	assembled := []*language.Step{}
	for _, step := range steps {
		var none S
		if step == none {
			a.problems = append(a.problems, errors.New("a step is nil"))
			continue
		}
		assembled = append(assembled, assemble(step, a))
	}
	return assembled
}

// common is what steps of all kinds have, on a builder of type B.
type common[B any] struct {
	builder B
	base    language.Step
	// onTimeout are the steps when it was not done in time, nil where it does not say.
	onTimeout []Step
	// kind makes the step's kind, with the steps in it.
	kind func(*assembly) language.Kind
}

// Summary is shown in the Web UI beside the step's path; it may hold expressions.
func (c *common[B]) Summary(text string) B {
	c.base.Summary = text
	return c.builder
}

// Timeout is how long the step may take: a time.Duration, a text like "2d", an expression, or
// the Until of a time.
func (c *common[B]) Timeout(length any) B {
	c.base.Timeout = value(length)
	return c.builder
}

// OnTimeout are the steps when it was not done in time; none at all go on.
func (c *common[B]) OnTimeout(steps ...Step) B {
	c.onTimeout = append(append([]Step{}, c.onTimeout...), steps...)
	return c.builder
}

// Hold lets failures of the step, and those in it that nothing takes before, wait for what people
// decide.
func (c *common[B]) Hold(hold Hold) B {
	c.base.Hold = hold.language()
	return c.builder
}

// Operate are the operations that people may ask of the step, and of those in it.
func (c *common[B]) Operate(operations ...string) B {
	c.base.Operate = append([]string{}, operations...)
	return c.builder
}

// Needs makes the step a node of a dag that comes after others.
func (c *common[B]) Needs(nodes ...string) *AfterNeeds {
	return &AfterNeeds{step: c, needs: nodes}
}

// When makes the step a node of a dag that is skipped where the condition is false.
func (c *common[B]) When(condition string) *AfterNeeds {
	return (&AfterNeeds{step: c}).When(condition)
}

// Next makes the step a node of a graph that another follows.
func (c *common[B]) Next(node string) *WithEdges { return &WithEdges{step: c, next: language.To(node)} }

// OnSuccess makes the step a node of a graph that another follows when it succeeds.
func (c *common[B]) OnSuccess(node string) *WithEdges {
	return (&WithEdges{step: c}).OnSuccess(node)
}

// NextEdges makes the step a node of a graph that the first edge leads on from that fits.
func (c *common[B]) NextEdges(edges ...Edge) *WithEdges {
	return &WithEdges{step: c, next: edgesOf(edges)}
}

// OnSuccessEdges are the edges for when the step succeeds, the first that fits.
func (c *common[B]) OnSuccessEdges(edges ...Edge) *WithEdges {
	return (&WithEdges{step: c}).OnSuccessEdges(edges...)
}

// OnFailureEdges are the edges for when the step fails, the first that fits.
func (c *common[B]) OnFailureEdges(edges ...Edge) *WithEdges {
	return (&WithEdges{step: c}).OnFailureEdges(edges...)
}

// OnFailure makes the step a node of a graph that another follows when it fails.
func (c *common[B]) OnFailure(node string) *WithEdges {
	return (&WithEdges{step: c}).OnFailure(node)
}

func (c *common[B]) assemble(a *assembly) *language.Step {
	step := c.base
	step.Kind = c.kind(a)
	if c.onTimeout != nil {
		step.OnTimeout = a.steps(c.onTimeout)
	}
	return &step
}

func (c *common[B]) assembleDagNode(a *assembly) *language.Step { return c.assemble(a) }

func (c *common[B]) assembleGraphNode(a *assembly) *language.Step { return c.assemble(a) }

// AfterNeeds is a node of a dag that comes after others.
type AfterNeeds struct {
	step  Step
	needs []string
	when  *language.Value
}

// When is the node's condition, an expression; where it is false, the node is skipped, and
// so is what needs it.
func (n *AfterNeeds) When(condition string) *AfterNeeds {
	n.when = value(condition)
	return n
}

func (n *AfterNeeds) assembleDagNode(a *assembly) *language.Step {
	step := n.step.assemble(a)
	step.Needs, step.When = n.needs, n.when
	return step
}

// WithEdges is a node of a graph that others follow.
type WithEdges struct {
	step                       Step
	next, onSuccess, onFailure language.Edges
}

// Edge is a way from a node of a graph to another one.
type Edge struct{ edge language.Edge }

// To is the edge to a node.
func To(node string) Edge { return Edge{language.Edge{To: node}} }

// When is the edge, where a condition holds.
func (e Edge) When(condition string) Edge {
	e.edge.When = value(condition)
	return e
}

// Types is the edge, for failures of some types.
func (e Edge) Types(types ...string) Edge {
	e.edge.Types = types
	return e
}

func edgesOf(edges []Edge) language.Edges {
	var all language.Edges
	for _, each := range edges {
		all = append(all, each.edge)
	}
	return all
}

// OnSuccessEdges are the edges for when this node succeeds, the first that fits.
func (n *WithEdges) OnSuccessEdges(edges ...Edge) *WithEdges {
	n.onSuccess = edgesOf(edges)
	return n
}

// OnFailureEdges are the edges for when this node fails, the first that fits.
func (n *WithEdges) OnFailureEdges(edges ...Edge) *WithEdges {
	n.onFailure = edgesOf(edges)
	return n
}

// OnSuccess names the node that follows when this one succeeds.
func (n *WithEdges) OnSuccess(node string) *WithEdges {
	n.onSuccess = language.To(node)
	return n
}

// OnFailure names the node that follows when this one fails.
func (n *WithEdges) OnFailure(node string) *WithEdges {
	n.onFailure = language.To(node)
	return n
}

func (n *WithEdges) assembleGraphNode(a *assembly) *language.Step {
	step := n.step.assemble(a)
	step.Next, step.OnSuccess, step.OnFailure = n.next, n.onSuccess, n.onFailure
	return step
}

// begin is the common part of a step whose kind holds no steps.
func begin[B any](builder B, id string, kind language.Kind) common[B] {
	return common[B]{builder: builder, base: language.Step{ID: id}, kind: func(*assembly) language.Kind { return kind }}
}

// holding is the common part of a step whose kind holds steps.
func holding[B any](builder B, id string, kind func(*assembly) language.Kind) block[B] {
	return block[B]{common: common[B]{builder: builder, base: language.Step{ID: id}, kind: kind}}
}

// value is a value of a blueprint; a time.Duration is written as one.
func value(raw any) *language.Value {
	if length, isDuration := raw.(time.Duration); isDuration {
		raw = string(language.DurationOf(length))
	}
	return &language.Value{Raw: raw}
}

// Until is a length of time that ends at a time, a text of RFC 3339 or an expression.
func Until(moment string) any { return map[string]any{"until": moment} }

// NamedSteps are steps with a name: a branch.
type NamedSteps struct {
	name  string
	steps []Step
}

// Branch is a branch of a Parallel or a Race.
func Branch(name string, steps ...Step) NamedSteps { return NamedSteps{name, steps} }

func (a *assembly) branches(branches []NamedSteps) language.Branches {
	assembled := language.Branches{}
	for i, each := range branches {
		if slices.ContainsFunc(branches[:i], func(other NamedSteps) bool { return other.name == each.name }) {
			a.problems = append(a.problems, fmt.Errorf("there are two branches %q", each.name))
		}
		assembled[each.name] = a.steps(each.steps)
	}
	return assembled
}
