package language

import (
	"fmt"
	"maps"
	"slices"
)

// walk looks at all steps of a list and of the blocks in them.
func (w *warnings) walk(list *stepList) {
	for _, node := range list.nodes {
		w.look(node)
		for _, inner := range node.lists {
			w.walk(inner)
		}
		w.walk(node.late)
	}
}

func (w *warnings) look(node *stepNode) {
	at := node.spot()
	w.retry(at, node.step)
	switch kind := node.step.Kind.(type) {
	case *Activity:
		w.timeouts(at, kind.Activity, kind.Options, kind.Local)
	case *PlanStep:
		w.timeouts(at, kind.Plan, kind.Options, false)
	case *Workflow:
		if kind.Detach {
			w.detached(at, node)
		}
	case *Set:
		w.sets = append(w.sets, node)
	case *Wait:
		w.schema(at.at("schema"), kind.Schema)
	case *Race:
		w.deadline(at, kind)
	case *Graph:
		w.edges(node.lists[0])
	case *Try:
		w.catches(at, kind)
	}
}

// deadline warns of a race in which one branch only lets time pass while another one can
// fail: the race then waits for the time, and the failure is lost.
func (w *warnings) deadline(at spot, race *Race) {
	names := race.Race.Names()
	timer := slices.IndexFunc(names, func(name string) bool { return onlyWaits(race.Race[name]) })
	if timer < 0 || !slices.ContainsFunc(names, func(name string) bool { return raised(race.Race[name]).any }) {
		return
	}
	w.checker.warn(at.at("race", names[timer]), "deadline-race",
		"this race is a deadline: when another branch fails, the race waits for this one all the same, and the failure is lost; set timeout: at the step that must end in time, with on_timeout: for what is done when it did not")
}

// onlyWaits reports whether steps do nothing but let time pass, and say how it ended.
func onlyWaits(steps []*Step) bool {
	sleeps := false
	for _, step := range steps {
		switch step.Kind.(type) {
		case *Sleep:
			sleeps = true
		case *Set, *Fail, *Stop:
		default:
			return false
		}
	}
	return sleeps
}

// failures are the types of failures that steps can raise.
type failures struct {
	any      bool // an Activity or a child may raise any
	every    bool // a child, or a fail that goes by an expression, even one that the interpreter makes
	plans    bool
	waits    bool
	late     bool
	explicit map[string]bool
}

func raised(steps []*Step) *failures {
	f := &failures{explicit: map[string]bool{}}
	f.add(steps)
	return f
}

func (f *failures) add(steps []*Step) {
	for _, step := range steps {
		f.late = f.late || step.Timeout != nil && step.OnTimeout == nil
		switch kind := step.Kind.(type) {
		case *Activity:
			f.any = true
		case *Workflow:
			f.any, f.every = true, true
		case *PlanStep:
			// What stands in a plan is not known.
			f.any, f.every, f.plans = true, true, true
		case *Wait:
			f.waits = f.waits || step.Timeout != nil && step.OnTimeout == nil
		case *Fail:
			if kind.Fail.Caught || kind.Fail.HasExpression() {
				f.any, f.every = true, true
			} else {
				f.explicit[kind.Fail.Type] = true
			}
		}
		for _, block := range BlocksOf(step) {
			f.add(block.Steps)
		}
	}
}

// raises reports whether a failure of a type can arise.
func (f *failures) raises(name string) bool {
	if f.every || f.explicit[name] {
		return true
	}
	switch name {
	case "BudgetExceeded", "ExpressionError", "InternalError", "InvalidOptions", "LargeValueMissing", "LargeValueDamaged":
		return true
	case "WaitTimeout":
		return f.waits
	case "StepTimeout":
		return f.late
	case "InvalidPlan", "ChildAlreadyRunning", "ChildTerminated":
		return false
	default:
		return f.any
	}
}

// catches warns of the types of a catch that nothing in the try can raise.
func (w *warnings) catches(at spot, try *Try) {
	inside := raised(try.Try)
	for i, each := range try.Catch {
		w.types(at.at("catch").item(i).at("types"), each.Types, inside, "nothing in this try can raise %s: the catch never runs for it")
	}
}

// retry warns of the types of failures that are tried again and that nothing inside can raise.
func (w *warnings) retry(at spot, step *Step) {
	retry := RetryOf(step)
	if retry == nil {
		return
	}
	inside := raised(nil)
	for _, block := range step.Kind.Blocks() {
		inside.add(block.Steps)
	}
	w.types(at.at("retry").at("types"), retry.Types, inside, "nothing in this step can raise %s: it is never tried again for it")
}

// detached warns of a child on its own in a step that is tried again.
func (w *warnings) detached(at spot, node *stepNode) {
	for list := node.list; list.around != nil; list = list.around.list {
		if around := list.around; RetryOf(around.step) != nil && list != around.late {
			w.checker.warnKey(at.at("detach"), "detached-in-retry", fmt.Sprintf(
				"each attempt of %s starts another such child, and none is canceled or undone: it is on its own", quote(around.step.ID)))
			return
		}
	}
}

// edges warns of the types of edges that their node cannot raise.
func (w *warnings) edges(nodes *stepList) {
	for _, node := range nodes.nodes {
		inside := raised([]*Step{node.step})
		for i, each := range node.step.OnFailure {
			if len(each.Types) > 0 {
				w.types(node.spot().at("on_failure").item(i).at("types"), each.Types, inside, "nothing in this node can raise %s: the edge is never taken for it")
			}
		}
	}
}

func (w *warnings) types(at spot, names []string, inside *failures, message string) {
	for i, name := range names {
		if !inside.raises(name) {
			place := at.item(i)
			line, column := w.checker.source.Position(place.path.String())
			w.add(place, line, column, "never-raised", fmt.Sprintf(message, quote(name)), w.checker.near(name, slices.Collect(maps.Keys(inside.explicit))))
		}
	}
}

// lostVariables warns of variables that are set where only a copy of them is.
func (w *warnings) lostVariables() {
	for _, node := range w.sets {
		region := regionOf(node)
		if region == nil || region.plans() {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(node.step.Kind.(*Set).Set)) {
			if w.known(region, name) && w.lost(region, node, name) {
				w.checker.warnKey(node.spot().at("set", name), "lost-variable", fmt.Sprintf(
					"this sets a copy of the variable %s, which nothing in this %s reads: what stands around keeps the value it had; hand it on by the output of the last step", quote(name), region.what))
			}
		}
	}
}

// region is the part of a document that shares one copy of the variables.
type region struct {
	list *stepList
	node *stepNode // of a dag: each node has a copy of its own
	what string
}

// regionOf is the innermost region around a step, or nil.
func regionOf(node *stepNode) *region {
	for ; node != nil; node = node.list.around {
		if !node.list.copies {
			continue
		}
		switch node.holder().(type) {
		case *Dag:
			return &region{list: node.list, node: node, what: "node"}
		case *Map:
			return &region{list: node.list, what: "map"}
		default:
			return &region{list: node.list, what: "branch"}
		}
	}
	return nil
}

func (r *region) holds(node *stepNode) bool {
	for ; node != nil; node = node.list.around {
		if node.list == r.list && (r.node == nil || r.node == node) {
			return true
		}
	}
	return false
}

// plans reports whether a plan in the region may read any variable.
func (r *region) plans() bool {
	for _, node := range r.list.nodes {
		if (r.node == nil || r.node == node) && raised([]*Step{node.step}).plans {
			return true
		}
	}
	return false
}

// known reports whether a variable exists around a region.
func (w *warnings) known(region *region, name string) bool {
	return hasKey(w.definition.Vars, name) || slices.ContainsFunc(w.sets, func(node *stepNode) bool {
		return hasKey(node.step.Kind.(*Set).Set, name) && regionOf(node) == nil
	})
}

// lost reports whether what a step sets is read only where the copy is not: a set that is the
// last step of its region may as well be there for its output.
func (w *warnings) lost(region *region, node *stepNode, name string) bool {
	reads := func(each reading) bool { return region.holds(each.node) && !each.own }
	if slices.ContainsFunc(w.reads[name], reads) || slices.ContainsFunc(w.reads[""], reads) {
		return false
	}
	return !isLast(node, region) || slices.ContainsFunc(w.reads[name], func(each reading) bool { return !region.holds(each.node) })
}

// isLast reports whether the output of a step is that of its region.
func isLast(node *stepNode, region *region) bool {
	for node != region.node && node.list != region.list {
		if node.list.nodes[len(node.list.nodes)-1] != node {
			return false
		}
		node = node.list.around
	}
	return region.node != nil || node.list.nodes[len(node.list.nodes)-1] == node
}
