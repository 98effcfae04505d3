//go:build e2e

package engine_test

// recordedBlocks are runs of what version 2 of the language has in its blocks.
func recordedBlocks() []recordedRun {
	return []recordedRun{
		{name: "dag-with-conditions", want: `[[1,null,null,"loop"],"First",2]`, document: `
vars: {failures: 0}
steps:
  - {id: d, dag: [{id: a, activity: echo, with: 1}, {id: b, needs: [a], when: "${steps.a.output > 1}", activity: echo, with: 2}, {id: c, needs: [b, e], activity: echo, with: 3}, {id: e, when: "${steps.size() == 0}", steps: [{id: l, times: 6, loop: [{id: x, activity: echo, with: loop}]}]}]}
  - id: t
    try:
      - id: f
        failFast: false
        dag: [{id: a, activity: work, with: {fail: First}}, {id: b, needs: [a], activity: echo, with: never}, {id: c, steps: [{id: l, times: 6, loop: [{id: x, activity: echo, with: 1}]}, {id: y, fail: {type: Second, message: second}}]}]
    catch: [{types: [First], steps: [{id: n, set: {failures: "${size(error.details)}"}}, {id: x, activity: echo, with: "${error.type}"}]}]
output: [["${steps.d.output.a}", "${steps.d.output.b}", "${steps.d.output.c}", "${steps.d.output.e}"], "${steps.t.output}", "${vars.failures}"]
`},
	}
}
