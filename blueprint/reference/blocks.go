package reference

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"dynamicsamples/blueprint/language"
)

func (r *run) choose(s start, kind *language.Switch) part {
	for _, each := range kind.Switch {
		holds, failure := r.condition(s, each.When)
		if failure != nil {
			return s.fails(failure)
		}
		if holds {
			return r.block(s, each.Steps)
		}
	}
	return r.block(s, kind.Else)
}

func (r *run) loop(s start, kind *language.Loop) part {
	times, failure := r.times(s, kind)
	var items []any
	if kind.Over != nil {
		items, failure = r.roundsOver(s, kind)
		times = int64(len(items))
	}
	if failure != nil {
		return s.fails(failure)
	}
	whole := s.ends(Completed, nil)
	for round := int64(0); round < times; round++ {
		s = s.after(whole)
		inside := s
		if kind.Over != nil {
			inside.scope.names = with(with(s.scope.names, kind.ItemName(), items[round]), kind.IndexName(), any(round))
		} else {
			inside.scope.names = with(s.scope.names, kind.RoundName(), any(round))
		}
		if more, failure := r.holds(inside, kind.While, true); failure != nil || !more {
			return whole.or(failure)
		}
		if failure := r.tooManyRounds(s, kind, round); failure != nil {
			return whole.or(failure)
		}
		inside.path = fmt.Sprintf("%s[%d]", s.path, round)
		done := r.sequence(inside, kind.Loop)
		enough, failure := done.ending != Completed, (*Failure)(nil)
		if !enough {
			enough, failure = r.holds(s.after(done), kind.Until, false)
		}
		whole = whole.then(done.or(failure))
		whole.scope = s.scope.leave(done.scope)
		if enough || failure != nil {
			break
		}
	}
	return whole
}

// holds decides about a loop; what is not written is otherwise.
func (r *run) holds(s start, condition *language.Value, otherwise bool) (bool, *Failure) {
	if condition == nil {
		return otherwise, nil
	}
	return r.condition(s, condition)
}

// times is how many rounds there are, if that is known before.
func (r *run) times(s start, kind *language.Loop) (int64, *Failure) {
	if kind.Times == nil {
		return int64(never), nil
	}
	times, failure := r.count(s, kind.Times)
	if failure == nil {
		failure = r.tooManyRounds(s, kind, times-1)
	}
	return times, failure
}

// roundsOver are the items that have a round each.
func (r *run) roundsOver(s start, kind *language.Loop) ([]any, *Failure) {
	items, failure := r.list(s, kind.Over)
	if failure == nil {
		failure = r.tooManyRounds(s, kind, int64(len(items))-1)
	}
	return items, failure
}

// tooManyRounds is the failure of a loop that needs a round of that number.
func (r *run) tooManyRounds(s start, kind *language.Loop, round int64) *Failure {
	if kind.Max > 0 && round >= int64(kind.Max) {
		return &Failure{Type: "BudgetExceeded", Step: s.path, Details: []any{"max", int64(kind.Max)}}
	}
	return r.exceeds(s, "rounds", round, r.budget().Rounds, 10_000)
}

// graph runs one node after the other. An edge on_failure takes the failure.
func (r *run) graph(s start, kind *language.Graph) part {
	whole := s.ends(Completed, nil)
	id := kind.Start
	if id == "" {
		id = kind.Graph[0].ID
	}
	for round := int64(0); id != "" && whole.ending == Completed; round++ {
		if failure := r.exceeds(s, "rounds", round, r.budget().Rounds, 10_000); failure != nil {
			return whole.or(failure)
		}
		node := kind.Graph[slices.IndexFunc(kind.Graph, func(node *language.Step) bool { return node.ID == id })]
		inside := s.after(whole)
		inside.path = fmt.Sprintf("%s[%d]/%s", s.path, round, node.ID)
		done := r.step(inside.under(above{takes: func(at time.Duration, vars map[string]any, failure *Failure) bool {
			seen := inside
			seen.path, seen.at, seen.scope.vars = s.path, at, vars
			return r.edge(seen, node, failure) != ""
		}}), node)
		if taken := r.taking(s.after(done), node, done); taken != "" {
			failure := done.failure
			done = r.undo(done, s.letsGo())
			done.ending, done.failure = Completed, nil
			done.scope = done.scope.catching(failure)
			id = taken
		} else {
			done.scope.outputs = withOutputOf(done.scope, node.ID, done)
			way, failure := r.way(inside.after(done), node, done)
			if failure != nil {
				whole = whole.then(done).or(failure)
				break
			}
			id = way
		}
		whole = whole.then(done)
	}
	whole.scope = s.scope.leave(whole.scope)
	return whole
}

// taking is the node that an edge leads to which takes the failure of a node, or "".
func (r *run) taking(s start, node *language.Step, done part) string {
	if done.ending != Failed {
		return ""
	}
	return r.edge(s, node, done.failure)
}

func (r *run) edge(s start, node *language.Step, failure *Failure) string {
	for _, each := range node.OnFailure {
		if each.Names(failure.Type) && r.takes(s, each.When, failure) {
			return each.To
		}
	}
	return ""
}

// takes reports whether a condition holds for a failure; one that cannot be evaluated does not.
func (r *run) takes(s start, when *language.Value, reason *Failure) bool {
	s.scope = s.scope.catching(reason)
	holds, failure := r.holds(s, when, true)
	return holds && failure == nil
}

// way is the node that follows one that has completed; "" is the end.
func (r *run) way(s start, node *language.Step, done part) (string, *Failure) {
	for _, each := range slices.Concat(node.Next, node.OnSuccess) { // at most one of them is there
		if done.ending != Completed || done.end >= s.cancel {
			break
		}
		if holds, failure := r.holds(s, each.When, true); holds || failure != nil {
			return each.To, failure
		}
	}
	return "", nil
}

// try takes a failure that one of its catches names. Nothing cancels its finally, whose end
// only counts where all went well before.
func (r *run) try(s start, kind *language.Try) part {
	catch := func(s start, failure *Failure) int {
		return slices.IndexFunc(kind.Catch, func(each language.Catch) bool {
			return each.Names(failure.Type) && r.takes(s, each.When, failure)
		})
	}
	whole := r.block(s.under(above{takes: func(at time.Duration, vars map[string]any, failure *Failure) bool {
		seen := s
		seen.at, seen.scope.vars = at, vars
		return catch(seen, failure) >= 0
	}}), kind.Try)
	at := -1
	if whole.ending == Failed {
		at = catch(s.after(whole), whole.failure)
	}
	if at >= 0 {
		failure := whole.failure
		whole = r.undo(whole, s.letsGo())
		inside := s.after(whole).in("catch")
		inside.scope = inside.scope.catching(failure)
		whole = whole.then(r.block(inside, kind.Catch[at].Steps))
		whole.scope = s.scope.leave(whole.scope)
	}
	inside := s.after(whole).in("finally")
	inside.cancel, inside.shielded = never, s.letsGo()
	last := r.block(inside, kind.Finally)
	ended := whole.then(last)
	if last.ending == Completed || whole.ending != Completed {
		ended.ending, ended.output, ended.failure = whole.ending, whole.output, whole.failure
	}
	return ended
}

// plan asks for steps, checks them and runs them.
func (r *run) plan(s start, kind *language.PlanStep, id string) part {
	planned := r.call(s, kind.Plan, kind.With, r.world.Activity, id, nil)
	if planned.ending != Completed {
		return planned
	}
	plan, canonical, problems := r.read(s, planned.output)
	if len(problems) > 0 {
		invalid := &Failure{Type: "InvalidPlan", Step: s.path}
		for _, each := range problems {
			invalid.Details = append(invalid.Details, each.String())
		}
		return planned.or(invalid)
	}
	if kind.Approve != "" {
		approved := r.approve(s.after(planned), kind.Approve, canonical)
		if planned = planned.then(approved); approved.ending != Completed {
			return planned
		}
	}
	planned.planned = true
	inside := s.after(planned).in("plan:" + language.Hash(canonical)[:8])
	inside.planned = planned.end
	done := r.sequence(inside, plan.Steps)
	whole := planned.then(r.leave(s, done, plan.Output))
	whole.planned = true
	return whole
}

// approve waits for the message with the hash of the plan at its path.
func (r *run) approve(s start, name string, plan []byte) part {
	hash := sha256.Sum256([]byte(s.path + "\n" + language.Hash(plan)))
	asked := Approval{Message: name, Plan: hex.EncodeToString(hash[:]), At: s.at}
	r.approvals = append(r.approvals, asked)
	for _, each := range r.messages() {
		object, _ := each.Value.(map[string]any)
		if each.Name == name && each.At >= s.at && object["plan"] == asked.Plan {
			return s.until(each.At)
		}
	}
	return s.until(never)
}

// read is the plan that an activity returned, if it can run at that step, and its
// bytes.
func (r *run) read(s start, document any) (*language.Plan, []byte, language.Diagnostics) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, nil, language.Diagnostics{{Message: err.Error()}}
	}
	plan, source, problems := language.LoadPlan(text, 0)
	if len(problems) > 0 {
		return nil, nil, problems
	}
	outer := language.Outer{
		Vars:  slices.Collect(maps.Keys(s.scope.vars)),
		Steps: slices.Collect(maps.Keys(s.scope.outputs)),
		Names: slices.Collect(maps.Keys(s.scope.names)),
	}
	if problems := language.CheckPlan(plan, source, r.world.Catalog, language.DefaultBudget(), outer); len(problems) > 0 {
		return nil, nil, problems
	}
	canonical, err := language.CanonicalPlan(plan)
	if err != nil {
		return nil, nil, language.Diagnostics{{Message: err.Error()}}
	}
	return plan, canonical, nil
}
