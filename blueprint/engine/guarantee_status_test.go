package engine_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	sdkpb "go.temporal.io/api/sdk/v1"

	"dynamicsamples/blueprint/engine"
)

// statusDocument has a loop, a map, a plan, and failures.
const statusDocument = `
blueprint: tested
version: 1.0.0
steps:
  - {id: first, summary: "the first", activity: work, with: {takes: 1}}
  - id: t
    try:
      - id: l
        loop: [{id: a, activity: work, with: {takes: 1}}]
        times: 3
      - {id: broken, activity: work, with: {takes: 1, fail: Bad}}
      - {id: never, activity: work}
    catch: [{types: [Bad], steps: [{id: m, map: [{id: each, activity: work, with: {takes: "${item}", fail: "${item == 1 ? 'Odd' : ''}"}}], over: [1, 2, 9], tolerate: 3}]}]
    finally: [{id: f, sleep: 1s}]
  - id: p
    parallel:
      plan: [{id: q, plan: work, with: {output: {steps: [{id: x, activity: work, with: {takes: 1}}, {id: y, activity: work, with: {takes: 5}}]}}}]
      wait: [{id: w, wait: go, timeout: 2s, on_timeout: [{id: late, set: {x: 1}}]}]
      race: [{id: r, race: {slow: [{id: s, sleep: 1h}], quick: [{id: k, set: {x: 1}}]}}]
      stop: [{id: z, sleep: 3s}, {id: e, stop: 5}]
`

// details is the status as the Web UI shows it.
func (s *stage) details() string {
	s.t.Helper()
	answer, err := s.environment.QueryWorkflow("__temporal_workflow_metadata")
	require.NoError(s.t, err)
	var metadata sdkpb.WorkflowMetadata
	require.NoError(s.t, answer.Get(&metadata))
	return metadata.GetCurrentDetails()
}

// outline is the status as lines: state, id, kind, counts, times and error.
func outline(steps []engine.StepStatus, indent string) string {
	var text strings.Builder
	for _, each := range steps {
		fmt.Fprintf(&text, "%s%s ", indent, each.State)
		if each.Block != "" {
			fmt.Fprintf(&text, "(%s) ", each.Block)
		}
		fmt.Fprintf(&text, "%s %s", each.Kind, each.ID)
		if each.Summary != "" {
			fmt.Fprintf(&text, " %q", each.Summary)
		}
		if each.Attempts > 0 {
			fmt.Fprintf(&text, " %d/%d/%d", each.Attempts, each.Running, each.Failures)
		}
		if each.Started != nil {
			fmt.Fprintf(&text, " %s-", short(each.Started.Sub(stageStart)))
		}
		if each.Ended != nil {
			text.WriteString(short(each.Ended.Sub(stageStart)))
		}
		if each.Error != "" {
			fmt.Fprintf(&text, " %s", each.Error)
		}
		text.WriteString("\n" + outline(each.Steps, indent+"  "))
	}
	return text.String()
}

func TestStatus(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	look := func(seconds float64) event {
		return at(seconds, func(s *stage) {
			seen[short(secondsOf(seconds))] = outline(s.status().Steps, "") + s.details()
		})
	}
	// Long after 3.5 seconds nothing ends in these runs, so that none goes on in another.
	s := newStage(t, engine.Options{}, look(2.5), look(7.5), look(17.5)).inline(statusDocument, nil)
	require.Equal(t, 5.0, s.output())
	assert.Equal(t, strings.TrimPrefix(`
succeeded activity first "the first" 1/0/0 0-1
running try t 1/1/0 1-
  running loop l 1/1/0 1-
    running activity a 2/1/0 1-2
  pending activity broken
  pending activity never
  pending (catch) map m
    pending activity each
  pending (finally) sleep f
pending parallel p
  pending (plan) plan q
  pending (race) race r
    pending (quick) set k
    pending (slow) sleep s
  pending (stop) sleep z
  pending (stop) stop e
  pending (wait) wait w
    pending (on_timeout) set late
**tested@1.0.0** `+"`"+s.status().Hash[:8]+"`"+`

- ✓ `+"`first`"+` activity
- ▶ `+"`t`"+` try
  - ▶ `+"`l`"+` loop
    - ▶ `+"`a`"+` activity ×2
  - ○ `+"`broken`"+` activity
  - ○ `+"`never`"+` activity
  - ○ catch: `+"`m`"+` map
    - ○ `+"`each`"+` activity
  - ○ finally: `+"`f`"+` sleep
- ○ `+"`p`"+` parallel
  - ○ plan: `+"`q`"+` plan
  - ○ race: `+"`r`"+` race
    - ○ quick: `+"`k`"+` set
    - ○ slow: `+"`s`"+` sleep
  - ○ stop: `+"`z`"+` sleep
  - ○ stop: `+"`e`"+` stop
  - ○ wait: `+"`w`"+` wait
    - ○ on_timeout: `+"`late`"+` set
`, "\n"), seen["2.500"])
	assert.Equal(t, strings.TrimPrefix(`
succeeded activity first "the first" 1/0/0 0-1
running try t 1/1/0 1-
  succeeded loop l 1/0/0 1-4
    succeeded activity a 3/0/0 1-4
  failed activity broken 1/0/1 4-5 Bad: as told
  pending activity never
  running (catch) map m 1/1/0 5-
    running activity each 3/1/1 5-7 Odd: as told
  pending (finally) sleep f
pending parallel p
  pending (plan) plan q
  pending (race) race r
    pending (quick) set k
    pending (slow) sleep s
  pending (stop) sleep z
  pending (stop) stop e
  pending (wait) wait w
    pending (on_timeout) set late
`, "\n"), before(seen["7.500"], "**"))
	assert.Equal(t, strings.TrimPrefix(`
succeeded activity first "the first" 1/0/0 0-1
succeeded try t 1/0/0 1-15
  succeeded loop l 1/0/0 1-4
    succeeded activity a 3/0/0 1-4
  failed activity broken 1/0/1 4-5 Bad: as told
  skipped activity never
  succeeded (catch) map m 1/0/0 5-14
    succeeded activity each 3/0/1 5-14 Odd: as told
  succeeded (finally) sleep f 1/0/0 14-15
running parallel p 1/1/0 15-
  running (plan) plan q 1/1/0 15-
    succeeded activity x 1/0/0 15-16
    running activity y 1/1/0 16-
  succeeded (race) race r 1/0/0 15-15
    succeeded (quick) set k 1/0/0 15-15
    canceled (slow) sleep s 1/0/0 15-15
  running (stop) sleep z 1/1/0 15-
  pending (stop) stop e
  succeeded (wait) wait w 1/0/0 15-17
    succeeded (on_timeout) set late 1/0/0 17-17
**tested@1.0.0** `+"`"+s.status().Hash[:8]+"`"+`

- ✓ `+"`first`"+` activity
- ✓ `+"`t`"+` try
  - ✓ `+"`l`"+` loop
    - ✓ `+"`a`"+` activity ×3
  - ✗ `+"`broken`"+` activity — Bad: as told
  - – `+"`never`"+` activity
  - ✓ catch: `+"`m`"+` map
    - ✓ `+"`each`"+` activity ×3 — Odd: as told
  - ✓ finally: `+"`f`"+` sleep
- ▶ `+"`p`"+` parallel
  - ▶ plan: `+"`q`"+` plan
    - ✓ `+"`x`"+` activity
    - ▶ `+"`y`"+` activity
  - ✓ race: `+"`r`"+` race
    - ✓ quick: `+"`k`"+` set
    - ⊘ slow: `+"`s`"+` sleep
  - ▶ stop: `+"`z`"+` sleep
  - ○ stop: `+"`e`"+` stop
  - ✓ wait: `+"`w`"+` wait
    - ✓ on_timeout: `+"`late`"+` set
`, "\n"), seen["17.500"])
	assert.Contains(t, s.details(), "- ■ `p` parallel\n")
	assert.Contains(t, s.details(), "  - ■ stop: `e` stop\n")
	assert.Contains(t, s.details(), "  - ⊘ plan: `q` plan\n")
}

func before(text, mark string) string {
	found, _, _ := strings.Cut(text, mark)
	return found
}

// The status goes through continue-as-new: nothing that is told of a step changes.
func TestTheStatusOfTheNextRun(t *testing.T) {
	t.Parallel()
	once := newStage(t, engine.Options{}).inline(statusDocument, nil)
	again := newStage(t, engine.Options{EventsPerRun: 1}).inline(statusDocument, nil)
	assert.GreaterOrEqual(t, again.runs, 5)
	// Activities that are under way hold the next run up: the times differ.
	withoutTimes := func(steps []engine.StepStatus) string {
		var clear func(steps []engine.StepStatus)
		clear = func(steps []engine.StepStatus) {
			for i := range steps {
				steps[i].Started, steps[i].Ended = nil, nil
				clear(steps[i].Steps)
			}
		}
		clear(steps)
		return outline(steps, "")
	}
	assert.Equal(t, withoutTimes(once.status().Steps), withoutTimes(again.status().Steps))
	assert.Equal(t, once.status().Hash, again.status().Hash)
	assert.Equal(t, stageStart, again.status().Started.UTC())
	assert.Equal(t, once.status().Used.Steps, again.status().Used.Steps)
	assert.Equal(t, 1, again.status().Used.Plans)
}

func TestTheStatusCountsMessagesAndChildren(t *testing.T) {
	t.Parallel()
	var status engine.Status
	newStage(t, engine.Options{}, updates(1, "1", "go", 1), updates(1, "2", "go", 2), at(2, func(s *stage) { status = s.status() })).inline(document(`
steps:
  - {id: c, workflow: sub, with: {takes: 3}}
  - {id: w, wait: go}
`), nil)
	assert.Equal(t, map[string]int{"go": 2}, status.Messages)
	assert.Equal(t, 1, status.Used.Children)
	assert.Equal(t, 1, status.Used.Steps)
	assert.Positive(t, status.Used.StateBytes)
}

// What is shown is bounded: an error's length, and the number of lines.
func TestTheDetailsAreBounded(t *testing.T) {
	t.Parallel()
	var steps strings.Builder
	for i := range 300 {
		fmt.Fprintf(&steps, "  - {id: s%d, set: {x: 1}}\n", i)
	}
	s := newStage(t, engine.Options{}).inline(document("steps:\n"+steps.String()+`
  - id: t
    try: [{id: f, fail: {type: Bad, message: "${input}"}}]
    catch: [{steps: [{id: c, set: {x: 1}}]}]
`), "\n"+strings.Repeat("ä", 1000))
	require.NoError(t, s.err)
	details := s.details()
	assert.Len(t, strings.Split(details, "\n"), 104)
	assert.True(t, strings.HasSuffix(details, "`s99` set\n- …\n"), details)
	status := s.status().Steps[300].Steps[0]
	assert.LessOrEqual(t, len(status.Error), 210)
	assert.True(t, strings.HasSuffix(status.Error, "ä…"), status.Error)
}

// What a run never comes to is skipped once the step above has ended, and not before.
func TestStatusOfWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	var before string
	s := newStage(t, engine.Options{}, at(1.5, func(s *stage) { before = outline(s.status().Steps, "") })).inline(document(`
steps:
  - id: choose
    switch:
      - when: ${false}
        steps: [{id: g, steps: [{id: a, set: {x: 1}}]}]
      - when: ${true}
        steps: [{id: b, sleep: 2s}]
    else: [{id: c, set: {x: 1}}]
  - {id: f, activity: work, with: {fail: Enough}}
  - {id: last, set: {x: 1}}
`), nil)
	require.Error(t, s.err)
	assert.Equal(t, strings.TrimPrefix(`
running switch choose 1/1/0 0-
  pending (case 1) steps g
    pending set a
  running (case 2) sleep b 1/1/0 0-
  pending (else) set c
pending activity f
pending set last
`, "\n"), before)
	assert.Equal(t, strings.TrimPrefix(`
succeeded switch choose 1/0/0 0-2
  skipped (case 1) steps g
    skipped set a
  succeeded (case 2) sleep b 1/0/0 0-2
  skipped (else) set c
failed activity f 1/0/1 2-2 Enough: as told
skipped set last
`, "\n"), outline(s.status().Steps, ""))
}
