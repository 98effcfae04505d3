//go:build e2e

package blueprint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/blueprint"
)

// Guarantee 3: no blueprint, however hostile, leaves a run stuck on a failing workflow
// task, or blocks a worker until the deadlock detector finds it.
func TestHostileDocuments(t *testing.T) {
	if os.Getenv("BLUEPRINT_SOAK") == "" {
		t.Skip("make soak runs it: it depends on how fast the machine is")
	}
	p := newPlant(t)
	p.work("hostile", p.interpreter(blueprint.Options{}))
	costly := "${[1,2,3,4,5,6,7,8,9,10].map(a, [1,2,3,4,5,6,7,8,9,10].map(b, [1,2,3,4,5,6,7,8,9,10].map(c, [1,2,3,4,5,6].map(d, a * b * c * d)).size()).size()).size()}"
	half := strings.Repeat("x", 400_000)
	cases := []struct {
		name, steps string
		input       any
		ending      string
	}{
		{"rounds of nothing", `
steps:
  - id: outer
    loop: [{id: inner, loop: [{id: s, set: {n: "${round}"}}], times: 9900}]
    times: 10
output: done`, nil, `"done"`},
		{"costly expressions", `
steps: [{id: l, loop: [{id: s, set: {n: "` + costly + `"}}], times: 300}]
output: done`, nil, `"done"`},
		{"as many timers as there may be", `
steps: [{id: m, map: [{id: s, sleep: 2s}], over: "${input}", concurrency: 1000}]
output: done`, make([]int, 500), `"done"`},
		{"many costly expressions in a value", `
steps: [{id: s, set: {` + many(40, func(i int) string {
			return fmt.Sprintf(`n%d: "%s"`, i, strings.Replace(costly, "1,", fmt.Sprint(i+1, ","), 1))
		}) + `}}]
output: done`, nil, `failed BudgetExceeded: step s: the budget allows cost: 100000 ["cost",100000]`},
		{"large local outputs at once", `
steps: [{id: m, map: [{id: e, activity: echo, local: true, with: "${input}"}, {id: s, set: {x: 1}}], over: [1,2,3,4,5,6,7,8,9,10,11,12]}]
output: done`, half, `"done"`},
		{"large local outputs one after the other", `
steps: [{id: l, loop: [{id: e, activity: echo, local: true, with: "${input}"}, {id: s, set: {x: 1}}], times: 15}]
output: done`, half, `"done"`},
		{"large arguments at once", `
steps: [{id: m, map: [{id: e, activity: work, with: {input: "${input}"}}], over: [1,2,3,4,5,6,7,8,9,10,11,12], concurrency: 12}]
output: done`, half, `"done"`},
		{"large inputs of children at once", `
steps: [{id: m, map: [{id: e, workflow: sub, with: {input: "${input}"}}], over: [1,2,3,4,5,6,7,8,9,10,11,12], concurrency: 12}]
output: done`, half, `"done"`},
		{"many timers", `
steps: [{id: m, map: [{id: n, map: [{id: s, sleep: 3s}], over: "${input}", concurrency: 1000}, {id: e, set: {x: 1}}], over: "${input}", concurrency: 1000}]
output: done`, make([]int, 150), `failed BudgetExceeded: step m[4]/n[0]/s: the budget allows timers: 500 ["timers",500]`},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			began := time.Now()
			id := strings.ReplaceAll(each.name, " ", "-")
			run := p.start("hostile", id, blueprint.InlineWorkflow, document(each.steps), each.input)
			done := make(chan string, 1)
			go func() { done <- run.ending() }()
			select {
			case got := <-done:
				assert.Equal(t, each.ending, got)
			case <-time.After(time.Minute):
				assert.Fail(t, "it is stuck")
				assert.NoError(t, p.connection.TerminateWorkflow(t.Context(), id, "", ""))
				<-done
			}
			assert.Empty(t, p.trouble(t, run))
			t.Log(time.Since(began), len(historiesOf(t, p.connection, id, run.first)))
		})
	}
}

func many(count int, each func(i int) string) string {
	var all []string
	for i := range count {
		all = append(all, each(i))
	}
	return strings.Join(all, ", ")
}
