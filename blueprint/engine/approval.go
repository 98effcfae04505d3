package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// Approval is a plan that waits until somebody approves it: by the message of that name, an
// object with the hash as plan, and whatever else the sender wants to have in the history.
type Approval struct {
	// Step is the path of the plan step.
	Step string `json:"step"`
	// Message is the name of the message, and Plan the hash that it must have: of this plan at
	// this path, so that it approves nothing else.
	Message string `json:"message"`
	Plan    string `json:"plan"`
	// Document is the plan.
	Document json.RawMessage `json:"document"`
}

// awaitApproval lets the step wait for the message that approves its plan.
func (r *run) awaitApproval(ctx workflow.Context, f *frame) {
	sum := sha256.Sum256([]byte(f.path + "\n" + f.PlanHash))
	f.approval = hex.EncodeToString(sum[:])
	r.mailbox.add(ctx, f)
}

// approves tries a message on a plan that waits for its approval.
func (p *placing) approves(f *frame, message Message) bool {
	object, _ := message.Value.any.(map[string]any)
	switch hash, isText := object["plan"].(string); {
	case !isText:
		return p.no(f.path, "an approval is an object with the hash of the plan as plan")
	case hash != f.approval:
		return p.no(f.path, "its plan has another hash")
	default:
		return true
	}
}

// messagesNow are the names of messages in the documents under way, and whether they approve
// plans: no plan may take another's approval.
func (r *run) messagesNow() map[string]bool { return r.messagesBut(nil) }

// messagesBut are the same without what is below a frame.
func (r *run) messagesBut(without *frame) map[string]bool {
	names := map[string]bool{}
	for _, program := range r.programsBut(without) {
		for _, name := range workflow.DeterministicKeys(program.Waits) {
			names[name] = false
		}
		for _, name := range workflow.DeterministicKeys(program.Approvals) {
			names[name] = true
		}
	}
	return names
}

// approvals are the plans that wait, in the order in which they began to.
func (r *run) approvals() []Approval {
	var found []Approval
	for _, f := range r.mailbox.waits {
		if plan, is := f.step.Kind.(*language.PlanStep); is && f.outcome == nil && !f.Canceling {
			found = append(found, Approval{Step: f.path, Message: plan.Approve, Plan: f.approval, Document: f.Plan})
		}
	}
	return found
}
