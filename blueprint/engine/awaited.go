package engine

import "dynamicsamples/blueprint/language"

// Awaited is a message that a step waits for.
type Awaited struct {
	// Step is the path of the step, and Message the name.
	Step    string `json:"step"`
	Message string `json:"message"`
}

// mostAwaited is how many are listed.
const mostAwaited = 100

// awaitedNow are the messages that wait steps wait for, in the order in which they began to.
func (r *run) awaitedNow() []Awaited {
	var found []Awaited
	for _, f := range r.mailbox.waits {
		if wait, is := f.step.Kind.(*language.Wait); is && f.outcome == nil && !f.Canceling && len(found) < mostAwaited {
			found = append(found, Awaited{Step: f.path, Message: wait.Wait})
		}
	}
	return found
}

// childRuns are the Workflow IDs of the first children that steps wait for, by the paths of the steps.
func (r *run) childRuns() map[string]string {
	found := map[string]string{}
	for _, each := range r.calls.pending {
		if each.frame.Child != nil && each.slot && len(found) < mostListed {
			found[each.frame.path] = each.frame.Child.WorkflowID
		}
	}
	return found
}
