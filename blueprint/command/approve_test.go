package command

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

func TestWhichPlanIsApproved(t *testing.T) {
	t.Parallel()
	waiting := []engine.Approval{{Step: "m[0]/p", Plan: "a"}, {Step: "m[1]/p", Plan: "b"}, {Step: "q", Plan: "c"}, {Step: "g/r", Plan: "d"}}
	for step, want := range map[string]string{"m[1]/p": "b", "q": "c", "r": "d", "g/r": "d"} {
		approval, err := approvalOf(waiting, step)
		require.NoError(t, err)
		assert.Equal(t, want, approval.Plan)
	}
	for step, want := range map[string]string{
		"p": "several plans wait that p could be: m[0]/p, m[1]/p",
		"x": "no plan of x waits until somebody approves it; there wait: m[0]/p, m[1]/p, q, g/r",
	} {
		_, err := approvalOf(waiting, step)
		assert.EqualError(t, err, want)
	}
	_, err := approvalOf(nil, "p")
	assert.EqualError(t, err, "no plan waits until somebody approves it")
}

// Only what was given goes into the message.
func TestTheMessageThatApproves(t *testing.T) {
	t.Parallel()
	approval := engine.Approval{Plan: "hash"}
	assert.Equal(t, map[string]string{"plan": "hash"}, approvalMessage(approval, "", ""))
	assert.Equal(t, map[string]string{"plan": "hash", "by": "Mei", "note": "ok"}, approvalMessage(approval, "Mei", "ok"))
}
