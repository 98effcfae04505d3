package language

import "slices"

// Activity calls an Activity of the catalog; its output is the Activity's result.
type Activity struct {
	// Activity is a name of the catalog.
	Activity string `json:"activity"`
	// With is its argument, a value.
	With *Value `json:"with,omitempty"`
	// Local asks for a Local Activity, where the catalog allows one.
	Local bool `json:"local,omitempty"`
	Options
	// Undo takes the step back.
	Undo *Undo `json:"undo,omitempty"`
}

// Blocks implements Kind.
func (*Activity) Blocks() []Block { return nil }

func (a *Activity) check(c *checker, at spot) result {
	signature := c.activity(at.at("activity"), a.Activity)
	c.argument(at, a.With, a.Activity, signature)
	c.options(at, a.Options, a.Local)
	if a.Local {
		a.checkLocal(c, at, signature)
	}
	c.undo(at, a.Undo, signature.Output)
	return result{output: signature.Output}
}

func (a *Activity) checkLocal(c *checker, at spot, signature Signature) {
	if _, found := c.catalog.Activity(a.Activity); found && !signature.Local {
		c.report(at.at("local"), "not-local", "the catalog does not let "+quote(a.Activity)+" run as a local activity")
	}
	if a.Heartbeat != "" {
		c.report(at.at("heartbeat"), "not-local", "a local activity has no heartbeats")
	}
	if a.ScheduleToStart != "" {
		c.report(at.at("scheduleToStart"), "not-local", "a local activity waits in no task queue")
	}
}

func (a *Activity) calls(called *Called) {
	called.activity(a.Activity)
	called.undo(a.Undo)
}

func (a *Activity) values() []any {
	return slices.Concat(raw(a.With), expressionsOf(a.timeouts()), a.Undo.values())
}
