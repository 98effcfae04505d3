package language

// PlanStep calls an Activity that returns a Plan, checks the plan and runs it; its
// output is the plan's.
type PlanStep struct {
	// Plan is the Activity, a name of the catalog.
	Plan string `json:"plan"`
	// With is its argument, a value.
	With *Value `json:"with,omitempty"`
	// Approve is the name of the message that approves the plan before any of it runs: an object
	// with the hash of the plan as plan.
	Approve string `json:"approve,omitempty"`
	Options
}

// Blocks implements Kind: the steps of a plan are not in the document.
func (*PlanStep) Blocks() []Block { return nil }

func (p *PlanStep) check(c *checker, at spot) result {
	signature := c.activity(at.at("plan"), p.Plan)
	c.argument(at, p.With, p.Plan, signature)
	c.options(at, p.Options, false)
	if signature.Output != nil {
		plan := &Schema{Types: []string{"object", "array"}}
		if reason := differs(signature.Output, plan, "what "+p.Plan+" returns", true); reason != "" {
			c.report(at.at("plan"), "wrong-type", reason)
		}
	}
	if p.Approve != "" {
		c.messageName(at.at("approve"), p.Approve, true)
	}
	return result{}
}

func (p *PlanStep) calls(called *Called) { called.activity(p.Plan) }

func (p *PlanStep) values() []any { return append(raw(p.With), expressionsOf(p.timeouts())...) }
