package engine_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/blueprint/engine"
)

// A run tells what it runs and what it is in, beside what its document sets; a document cannot
// set that.
func TestRunAttributes(t *testing.T) {
	t.Parallel()
	for _, events := range []int{0, 1} {
		options := engine.Options{EventsPerRun: events, RunAttributes: true, SearchAttributes: map[string]string{"Stage": "Keyword"}}
		s := newStage(t, options, pauses(1.5, ""), resumes(2.5, ""), at(4, func(s *stage) { s.environment.SignalWorkflow("go", 1) }))
		s.inline(document(`
search: {Stage: "${steps.a.output}", BlueprintName: another, BlueprintStates: "${['held']}"}
steps:
  - {id: a, activity: work, with: {takes: 1, output: new}}
  - {id: b, activity: work, with: {takes: 2}}
  - {id: w, wait: go}
`), nil)
		require.NoError(t, s.err)
		assert.Equal(t, []string{
			"BlueprintName:Keyword=tested BlueprintVersion:Keyword=1.0.0", "Stage:Keyword=new", "BlueprintStates:KeywordList=[paused]", "unset 1",
			"BlueprintStates:KeywordList=[waiting]", "unset 1",
		}, s.searched)
	}
}

// A run that is paused while it waits is in both states, and one that has ended is in none.
func TestRunAttributesOfSeveralStates(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{RunAttributes: true}, pauses(1, ""), cancels(2)).inline(document(`steps: [{id: w, wait: go}]`), nil)
	assert.Equal(t, "canceled", s.ending())
	assert.Equal(t, []string{"BlueprintName:Keyword=tested BlueprintStates:KeywordList=[waiting] BlueprintVersion:Keyword=1.0.0", "BlueprintStates:KeywordList=[paused waiting]", "unset 1"}, s.searched)
}

// A run tells that a failure of it is held, until somebody says what is to be done.
func TestRunAttributesOfWhatIsHeld(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{RunAttributes: true}, asks(3, "retry", "a", `{"takes": 2, "output": "done"}`))
	s.inline(document(`steps: [{id: a, hold: true, activity: work, with: {takes: 1, fail: Bad}}]`), nil)
	require.NoError(t, s.err)
	assert.Equal(t, []string{"BlueprintName:Keyword=tested BlueprintVersion:Keyword=1.0.0", "BlueprintStates:KeywordList=[held]", "unset 1"}, s.searched)
}

// Without the option a run sets none, and nobody else sets those.
func TestRunAttributesAreOff(t *testing.T) {
	t.Parallel()
	s := newStage(t, engine.Options{}).inline(document(`steps: [{id: s, sleep: 1s}]`), nil)
	require.NoError(t, s.err)
	assert.Empty(t, s.searched)
	_, err := engine.New(newCatalog(), engine.Options{SearchAttributes: map[string]string{"BlueprintVersion": "Keyword"}})
	require.EqualError(t, err, "the Search Attribute BlueprintVersion is one that runs set themselves: enable it with RunAttributes, and give that of the documents another name")
}
