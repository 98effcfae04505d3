package language

import (
	"fmt"
	"time"
)

// timeouts notes what is wrong with the timeouts of an Activity, each of which the step, the
// document or the catalog may give it.
func (w *warnings) timeouts(at spot, name string, own Options, local bool) {
	signature, _ := w.checker.catalog.Activity(name)
	options := OptionsOf(own, w.defaults(), signature.Options)
	switch {
	case options.StartToClose == "" && options.ScheduleToClose == "":
		w.untimed = append(w.untimed, at)
	case options.Heartbeat == "" && !local: // a Local Activity is told of a cancel at once
		w.unheard(at, name, options)
	}
}

func (w *warnings) defaults() Options {
	if w.definition.Defaults == nil {
		return Options{}
	}
	return w.definition.Defaults.Options
}

// unheard warns of an Activity that may go on for longer than a timeout around it allows,
// because without heartbeats it does not hear of the cancel.
func (w *warnings) unheard(at spot, name string, options Options) {
	allowed := w.allowed(at.node)
	attempt := attemptOf(options)
	if allowed == 0 || attempt <= allowed {
		return
	}
	w.checker.warn(at, "no-heartbeat", fmt.Sprintf(
		"%s has no heartbeat timeout: the cancel when the timeout of %s is over does not reach an attempt, which may go on for %s; set heartbeat, and let the Activity send heartbeats, or a startToClose of at most %s",
		quote(name), DurationOf(allowed), DurationOf(attempt), DurationOf(allowed)))
}

// attemptOf bounds an attempt; 0 is not known.
func attemptOf(options Options) time.Duration {
	attempt, err := options.StartToClose.parseOr(maximumDuration)
	all, otherErr := options.ScheduleToClose.parseOr(maximumDuration)
	if err != nil || otherErr != nil {
		return 0
	}
	return min(attempt, all)
}

// allowed is the shortest timeout, of those that are written out, that cancels the step; 0 is none.
func (w *warnings) allowed(node *stepNode) time.Duration {
	shortest := time.Duration(0)
	add := func(timeout *Value) {
		if length := writtenOut(timeout); length > 0 && (shortest == 0 || length < shortest) {
			shortest = length
		}
	}
	var inside *stepList
	for each := node; each != nil; each = each.list.around {
		if each.shields(inside) {
			return shortest
		}
		if inside == nil || inside != each.late {
			add(each.step.Timeout)
		}
		inside = each.list
	}
	add(w.definition.Timeout)
	return shortest
}

// shields reports whether no cancel reaches a block of the step: the last steps of a try.
func (n *stepNode) shields(block *stepList) bool {
	_, isTry := n.step.Kind.(*Try)
	return isTry && block == n.lists[len(n.lists)-1]
}

// writtenOut is the length of a timeout that is no expression; 0 is none.
func writtenOut(timeout *Value) time.Duration {
	if timeout == nil {
		return 0
	}
	switch raw := timeout.Raw.(type) {
	case string:
		length, err := Duration(raw).Parse()
		if err != nil {
			return 0
		}
		return length
	case int64:
		return time.Duration(raw) * time.Second
	case float64:
		return time.Duration(raw * float64(time.Second))
	}
	return 0
}

// noTimeout warns once of all Activities without a timeout: the same key in defaults helps
// them all.
func (w *warnings) noTimeout() {
	if len(w.untimed) == 0 {
		return
	}
	others := ""
	switch more := len(w.untimed) - 1; more {
	case 0:
	case 1:
		others = "; one more step has none"
	default:
		others = fmt.Sprintf("; %d more steps have none", more)
	}
	first := w.untimed[0]
	w.checker.warn(first, "no-timeout", fmt.Sprintf(
		"%s has no timeout: one attempt then has 1m, and unless retry says otherwise attempts are made without end; set startToClose or scheduleToClose here or in defaults%s",
		quote(calledBy(first.node.step.Kind)), others))
}

func calledBy(kind Kind) string {
	if plan, is := kind.(*PlanStep); is {
		return plan.Plan
	}
	return kind.(*Activity).Activity
}
