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
