package engine_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// approvalOf is the message that approves a plan at a path.
func approvalOf(t *testing.T, path, plan string) map[string]any {
	t.Helper()
	read, _, problems := language.LoadPlan([]byte(plan), 0)
	require.NoError(t, problems.Err())
	canonical, err := language.CanonicalPlan(read)
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(path + "\n" + language.Hash(canonical)))
	return object{"plan": hex.EncodeToString(sum[:]), "by": "alice"}
}

const plannedCall = `steps: [{id: a, activity: echo, with: "<a & b>"}]`

// Nothing of a plan runs before it has been approved: this plan, at this path.
func TestPlansThatMustBeApproved(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		s := newStage(t, engine.Options{EventsPerRun: events},
			updates(1, "early", "approve", approvalOf(t, "m[1]/p", plannedCall)),
			updates(3, "text", "approve", "yes"), updates(3, "none", "approve", object{"by": "alice"}), signals(3, "approve", object{"plan": "x"}),
			updates(4, "second", "approve", approvalOf(t, "m[1]/p", plannedCall)),
			updates(5, "again", "approve", approvalOf(t, "m[1]/p", plannedCall)),
			updates(5, "other", "approve", approvalOf(t, "m[0]/p", "steps: [{id: a, activity: echo, with: 1}]")),
			signals(6, "approve", approvalOf(t, "m[0]/p", plannedCall)),
			updates(7, "late", "approve", approvalOf(t, "m[0]/p", plannedCall)),
		)
		s.answers = object{"m[0]/p": plainYAML(t, plannedCall), "m[1]/p": plainYAML(t, plannedCall)}
		s.inline(document(`
steps:
  - {id: before, sleep: 2s}
  - {id: m, over: [1, 2], map: [{id: p, plan: work, approve: approve}]}
  - {id: after, sleep: 2s}
output: ${steps.m.output}
`), nil)
		assert.Equal(t, []any{"<a & b>", "<a & b>"}, s.output())
		assert.Equal(t, engine.Receipt{Step: "m[1]/p"}, s.receipt("second"))
		called := map[string]string{}
		for _, each := range s.calls() {
			called[each.Path] = short(each.Began)
		}
		plan := "/plan:" + language.Hash(canonicalPlan(t, plannedCall))[:8]
		assert.Equal(t, map[string]string{"m[0]/p": "2", "m[1]/p": "2", "m[1]/p" + plan + "/a": "4", "m[0]/p" + plan + "/a": "6"}, called)
		for id, problem := range map[string]string{
			"early": `no step waits for a message "approve" anymore: m/p: no plan of it waits for its approval`,
			"text":  `the message "approve" does not fit what the step waits for: m[0]/p: an approval is an object with the hash of the plan as plan; m[1]/p: an approval is an object with the hash of the plan as plan`,
			"none":  `the message "approve" does not fit what the step waits for: m[0]/p: an approval is an object with the hash of the plan as plan; m[1]/p: an approval is an object with the hash of the plan as plan`,
			"again": `the message "approve" does not fit what the step waits for: m[0]/p: its plan has another hash`,
			"other": `the message "approve" does not fit what the step waits for: m[0]/p: its plan has another hash`,
			"late":  `no step waits for a message "approve" anymore: m/p: no plan of it waits for its approval`,
		} {
			assert.Equal(t, problem, s.refused(id).Message(), id)
		}
		assert.Equal(t, 1, s.status().DroppedSignals)
		assert.Empty(t, s.status().Messages, "an approval is never kept")
		assert.Empty(t, s.status().Approvals)
	}
}

func canonicalPlan(t *testing.T, plan string) []byte {
	t.Helper()
	read, _, problems := language.LoadPlan([]byte(plan), 0)
	require.NoError(t, problems.Err())
	canonical, err := language.CanonicalPlan(read)
	require.NoError(t, err)
	return canonical
}

// The status shows the plans that wait, with what approves them.
func TestTheStatusShowsPlansThatMustBeApproved(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		var seen engine.Status
		s := newStage(t, engine.Options{EventsPerRun: events}, cancels(4), at(3, func(s *stage) { seen = s.status() }))
		s.answers = object{"p": plainYAML(t, plannedCall)}
		s.inline(document(`
steps:
  - {id: before, sleep: 1s}
  - {id: p, plan: work, approve: go.ahead}
`), nil)
		assert.Equal(t, "canceled", s.ending())
		assert.Equal(t, []string{"p"}, s.paths(), "nothing of the plan has run")
		require.Len(t, seen.Approvals, 1)
		approval := seen.Approvals[0]
		assert.Equal(t, "p", approval.Step)
		assert.Equal(t, "go.ahead", approval.Message)
		assert.Equal(t, approvalOf(t, "p", plannedCall)["plan"], approval.Plan)
		var plan any
		require.NoError(t, json.Unmarshal(approval.Document, &plan))
		assert.Equal(t, plainYAML(t, plannedCall), plan)
		assert.Equal(t, engine.StateRunning, seen.Steps[1].State)
		assert.Equal(t, []engine.StepStatus{{ID: "a", Kind: "activity", State: engine.StatePending}}, seen.Steps[1].Steps)
		assert.Empty(t, s.status().Approvals)
	}
}

// A plan that is not approved in time is not run.
func TestPlansThatNobodyApproves(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{})
	s.answers = object{"t/r/plan/p": plainYAML(t, plannedCall)}
	s.inline(document(`
steps:
  - id: t
    try: [{id: r, parallel: {plan: [{id: p, plan: work, approve: approve}], late: [{id: s, sleep: 1d}, {id: f, fail: {type: TooLate, message: nobody}}]}}]
    catch: [{types: [TooLate], steps: [{id: c, set: {late: true}}]}]
`), nil)
	assert.Equal(t, `{"late":true}`, compact(s.output()))
	assert.Equal(t, []string{"t/r/plan/p"}, s.paths())
}

// No plan may take the approval of another one, and none goes on in a run of version 1,
// which knows no approvals.
func TestPlansWithTheNamesOfApprovals(t *testing.T) {
	t.Parallel()
	for name, each := range map[string]struct {
		version    int
		plan, ends string
	}{
		"a wait with the name of an approval": {version: 2, plan: "steps: [{id: w, wait: approve}]",
			ends: `the message "approve" approves a plan, and a wait takes it: give them different names`},
		"an approval with the name of a wait": {version: 2, plan: "steps: [{id: q, plan: work, approve: go}]",
			ends: `the message "go" approves a plan, and a wait takes it: give them different names`},
		"version 1": {version: 1, plan: "steps: [{id: q, plan: work, approve: other}]",
			ends: "step q: approve needs version 2 of the interpreter, and this run began with version 1: start a new run"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := stageAt(t, each.version, engine.Options{})
			s.answers = object{"p": plainYAML(t, each.plan)}
			s.inline(document(`
steps:
  - {id: p, plan: work}
  - {id: w, wait: go, timeout: 1s}
  - {id: q, plan: work, approve: approve}
`), nil)
			assert.Equal(t, engine.FailureInvalidPlan, s.failure().Type())
			assert.Contains(t, s.ending(), each.ends)
		})
	}
}
