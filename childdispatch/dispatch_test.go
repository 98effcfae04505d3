package childdispatch

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

func dispatchBatch(t *testing.T, e *environment, batch Batch) []Result {
	t.Helper()
	e.ExecuteWorkflow(Dispatch, batch)
	require.NoError(t, e.GetWorkflowError())
	var results []Result
	require.NoError(t, e.GetWorkflowResult(&results))
	return results
}

// images are slow items, so that all that may be in flight are so at once.
func images(count int) []Item {
	items := make([]Item, count)
	for i := range items {
		items[i] = Item{ID: fmt.Sprintf("image-%d", i), Type: "image", Size: 1, Delay: time.Second}
	}
	return items
}

func TestTheTypeChoosesTheChild(t *testing.T) {
	e := newEnvironment(t)
	items := []Item{
		{ID: "cat.png", Type: "image", Size: 1},
		{ID: "talk.mp4", Type: "video", Size: 2},
		{ID: "terms.pdf", Type: "document", Size: 3},
	}
	results := dispatchBatch(t, e, Batch{Items: items})

	assert.Equal(t, []Result{
		{ID: "cat.png", Output: &Output{"ProcessImage", "standard thumbnail of cat.png", 1}},
		{ID: "talk.mp4", Output: &Output{"ProcessVideo", "standard film of talk.mp4, standard poster of talk.mp4", 2}},
		{ID: "terms.pdf", Output: &Output{"ProcessDocument", "standard index of terms.pdf", 3}},
	}, results)
	assert.Equal(t, []Task{
		{Item: items[0], Quality: "standard"}, {Item: items[1], Quality: "standard"}, {Item: items[2], Quality: "standard"},
	}, e.tasks(t), "each child gets its item, once")
	assert.Equal(t, 4, e.count("Convert"))
}

func TestTheItemNamesTheChild(t *testing.T) {
	e := newEnvironment(t)
	results := dispatchBatch(t, e, Batch{Items: []Item{{ID: "a", Type: "image", Workflow: "ProcessDocument", Size: 1}}})

	assert.Equal(t, []Result{{ID: "a", Output: &Output{"ProcessDocument", "standard index of a", 1}}}, results)
}

func TestTenantsOverrideTheTable(t *testing.T) {
	items := []Item{{ID: "a", Type: "image", Size: 1}, {ID: "b", Type: "video", Size: 1}, {ID: "c", Type: "scan", Size: 1}}
	cases := []struct{ tenant, image, video, scan string }{
		{"", "ProcessImage standard", "ProcessVideo standard", UnknownType},
		{"nobody", "ProcessImage standard", "ProcessVideo standard", UnknownType},
		{"studio", "ProcessImage standard", "ProcessVideo cinema", UnknownType},
		{"archive", "ProcessDocument searchable", "ProcessVideo standard", "ProcessDocument searchable"},
	}
	for _, c := range cases {
		t.Run(c.tenant, func(t *testing.T) {
			var got []string
			for _, result := range dispatchBatch(t, newEnvironment(t), Batch{Tenant: c.tenant, Items: items}) {
				if result.Failure != nil {
					got = append(got, result.Failure.Type)
					continue
				}
				quality, _, _ := strings.Cut(result.Output.Made, " ")
				got = append(got, result.Output.By+" "+quality)
			}
			assert.Equal(t, []string{c.image, c.video, c.scan}, got)
		})
	}
}

func TestAnItemFailsByItself(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	cases := []struct {
		name    string
		item    Item
		failure Failure
		started int
	}{
		{"unknown type", Item{ID: "a", Type: "audio", Size: 1}, Failure{UnknownType, `no child workflow for type "audio"; known are document, image, video`}, 0},
		{"no type", Item{ID: "a", Size: 1}, Failure{UnknownType, `no child workflow for type ""; known are document, image, video`}, 0},
		{"unknown name", Item{ID: "a", Workflow: "Dispatch", Size: 1}, Failure{UnknownWorkflow, `no child workflow "Dispatch"; known are ProcessDocument, ProcessImage, ProcessVideo`}, 0},
		{"no id", Item{Type: "image", Size: 1}, Failure{InvalidItem, "an item's id has 1 to 64 letters, digits, dots, dashes or underscores"}, 0},
		{"huge id", Item{ID: long, Type: "image", Size: 1}, Failure{InvalidItem, "an item's id has 1 to 64 letters, digits, dots, dashes or underscores"}, 0},
		{"huge type", Item{ID: "a", Type: long, Size: 1}, Failure{InvalidItem, "an item's type and workflow have at most 64 bytes"}, 0},
		{"id of 65 bytes", Item{ID: strings.Repeat("x", 65), Type: "image", Size: 1}, Failure{InvalidItem, "an item's id has 1 to 64 letters, digits, dots, dashes or underscores"}, 0},
		{"type of 65 bytes", Item{ID: "a", Type: long[:65], Size: 1}, Failure{InvalidItem, "an item's type and workflow have at most 64 bytes"}, 0},
		{"type of 64 bytes", Item{ID: "a", Type: long[:64], Size: 1}, Failure{UnknownType, `no child workflow for type "` + long[:64] + `"; known are document, image, video`}, 0},
		{"workflow of 65 bytes", Item{ID: "a", Workflow: long[:65], Size: 1}, Failure{InvalidItem, "an item's type and workflow have at most 64 bytes"}, 0},
		{"workflow of 64 bytes", Item{ID: "a", Workflow: long[:64], Size: 1}, Failure{UnknownWorkflow, `no child workflow "` + long[:64] + `"; known are ProcessDocument, ProcessImage, ProcessVideo`}, 0},
		{"negative delay", Item{ID: "a", Type: "image", Size: 1, Delay: -1}, Failure{InvalidItem, "an item's size and delay are not negative"}, 0},
		{"negative size", Item{ID: "a", Type: "image", Size: -1}, Failure{InvalidItem, "an item's size and delay are not negative"}, 0},
		{"failing child", Item{ID: "a", Type: "image"}, Failure{EmptyItem, "a is empty"}, 1},
		{"failing child in its first step", Item{ID: "a", Type: "video"}, Failure{EmptyItem, "a is empty"}, 1},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			e := newEnvironment(t)
			good := Item{ID: "good", Type: "document", Size: 1}
			results := dispatchBatch(t, e, Batch{Items: []Item{good, c.item, good}})

			output := &Output{"ProcessDocument", "standard index of good", 1}
			assert.Equal(t, []Result{
				{ID: "good", Output: output}, {ID: shorten(c.item.ID), Failure: &c.failure}, {ID: "good", Output: output},
			}, results)
			assert.Len(t, e.children, 2+c.started)
		})
	}
}

func TestResultsAreInTheOrderOfTheItems(t *testing.T) {
	e := newEnvironment(t)
	results := dispatchBatch(t, e, Batch{Items: []Item{
		{ID: "slow", Type: "image", Size: 1, Delay: 30 * time.Second},
		{ID: "quick", Type: "image", Size: 1},
		{ID: "middling", Type: "image", Size: 1, Delay: time.Second},
	}})

	assert.Equal(t, "standard thumbnail of slow", results[0].Output.Made)
	assert.Equal(t, "standard thumbnail of quick", results[1].Output.Made)
	assert.Equal(t, "standard thumbnail of middling", results[2].Output.Made)
}

func TestABatchIsBounded(t *testing.T) {
	e := newEnvironment(t)
	results := dispatchBatch(t, e, Batch{Items: images(MaxItems)})

	for i, result := range results {
		assert.Equal(t, fmt.Sprintf("standard thumbnail of image-%d", i), result.Output.Made)
	}
	assert.Len(t, e.children, MaxItems)
	assert.Equal(t, MaxConcurrentChildren, e.mostEver)
}

func TestChildrenOfABatchHaveIDsAndOptions(t *testing.T) {
	e := newEnvironment(t)
	dispatchBatch(t, e, Batch{Items: []Item{{ID: "a", Type: "image", Size: 1}, {ID: "a", Type: "video", Size: 1}}})

	assert.Equal(t, []startedChild{
		{"ProcessImage", "parent.000-a", replaceRunningChild, enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, DefaultChildTimeout},
		{"ProcessVideo", "parent.001-a", replaceRunningChild, enumspb.PARENT_CLOSE_POLICY_TERMINATE, true, DefaultChildTimeout},
	}, e.children)
}

func TestABatchIsCheckedBeforeTheFirstChild(t *testing.T) {
	for message, batch := range map[string]Batch{
		"201 items, at most 200 are allowed":    {Items: images(MaxItems + 1)},
		"items must not be empty (at most 200)": {Tenant: "studio"},
	} {
		e := newEnvironment(t)
		e.ExecuteWorkflow(Dispatch, batch)
		assertRefused(t, e.GetWorkflowError(), InvalidBatch, message)
		assert.Empty(t, e.recorder.Scheduled)
	}
}

func TestTheLongestIDOfAnItem(t *testing.T) {
	id := strings.Repeat("x", 64)
	results := dispatchBatch(t, newEnvironment(t), Batch{Items: []Item{{ID: id, Type: "image", Size: 1}}})
	assert.Equal(t, []Result{{ID: id, Output: &Output{"ProcessImage", "standard thumbnail of " + id, 1}}}, results)
}

func TestTooLongAWorkflowIDIsRefused(t *testing.T) {
	inputs := map[string]struct {
		workflowType, input any
		errorType           string
	}{
		"Dispatch":         {Dispatch, Batch{Items: images(1)}, InvalidBatch},
		"ProcessCatalogue": {ProcessCatalogue, Job{Window: 1}, InvalidJob},
		"MergeSort":        {MergeSort, Sort{Numbers: descending(1)}, InvalidSort},
		"Supervise":        {Supervise, 1, InvalidBatch},
		"LeaveChildren":    {LeaveChildren, nil, InvalidBatch},
	}
	for name, c := range inputs {
		t.Run(name, func(t *testing.T) {
			e := newEnvironment(t)
			options := startOptions()
			options.ID = strings.Repeat("x", maxParentID)
			e.SetStartWorkflowOptions(options)
			e.OnWorkflow(Attend, mock.Anything).Return("finished", nil).Maybe()
			execute(e, c.workflowType, c.input)
			require.NoError(t, e.GetWorkflowError())

			e = newEnvironment(t)
			options.ID = strings.Repeat("x", maxParentID+1)
			e.SetStartWorkflowOptions(options)
			execute(e, c.workflowType, c.input)
			assertRefused(t, e.GetWorkflowError(), c.errorType, "the workflow's id has 801 bytes, at most 800 leave room for its children's")
			assert.Empty(t, e.recorder.Scheduled)
		})
	}
}

// execute runs the workflow with one argument, or with none where it is nil.
func execute(e *environment, workflowType, input any) {
	if input == nil {
		e.ExecuteWorkflow(workflowType)
		return
	}
	e.ExecuteWorkflow(workflowType, input)
}

func TestCanceledBatchEndsWithItsChildren(t *testing.T) {
	e := newEnvironment(t)
	e.RegisterDelayedCallback(e.CancelWorkflow, time.Second/2)
	e.ExecuteWorkflow(Dispatch, Batch{Items: images(MaxItems)})

	var canceled *temporal.CanceledError
	require.ErrorAs(t, e.GetWorkflowError(), &canceled)
	assert.Len(t, e.children, MaxConcurrentChildren, "nothing is started after the cancellation")
	assert.Equal(t, MaxConcurrentChildren, e.canceled, "every child has been canceled")
	assert.Zero(t, e.underWay, "and waited for")
	assert.Zero(t, e.count("Convert"))
}

// On a canceled context a child would be started all the same, and then canceled.
func TestWhatIsCanceledBeforeItsFirstTaskStartsNoChild(t *testing.T) {
	inputs := map[string]struct{ workflowType, input any }{
		"Dispatch":         {Dispatch, Batch{Items: images(1)}},
		"ProcessCatalogue": {ProcessCatalogue, Job{Catalogue: slow(1), Window: 1}},
		"MergeSort":        {MergeSort, Sort{Numbers: descending(6)}},
		"Supervise":        {Supervise, 1},
		"Claim":            {Claim, Visit{ID: "desk"}},
	}
	for name, c := range inputs {
		t.Run(name, func(t *testing.T) {
			e := newEnvironment(t)
			e.RegisterDelayedCallback(e.CancelWorkflow, 0)
			e.ExecuteWorkflow(c.workflowType, c.input)
			var canceled *temporal.CanceledError
			require.ErrorAs(t, e.GetWorkflowError(), &canceled)
			assert.Empty(t, e.recorder.Scheduled)
		})
	}
}

func TestTooLargeAnOutputStaysWithTheChild(t *testing.T) {
	largest := strings.Repeat("x", MaxOutputSize)
	e := newEnvironment(t)
	e.OnActivity(Convert, mock.Anything, mock.Anything).Return(largest, nil)
	assert.Equal(t, []Result{{ID: "a", Output: &Output{"ProcessImage", largest, 1}}},
		dispatchBatch(t, e, Batch{Items: []Item{{ID: "a", Type: "image", Size: 1}}}))

	e = newEnvironment(t)
	e.OnActivity(Convert, mock.Anything, mock.Anything).Return(strings.Repeat("x", MaxOutputSize+1), nil)
	results := dispatchBatch(t, e, Batch{Items: []Item{{ID: "a", Type: "image", Size: 1}}})

	assert.Equal(t, []Result{{ID: "a", Failure: &Failure{OutputTooLarge, "4097 bytes were made, at most 4096 are allowed"}}}, results)
}

func TestHowAChildEnded(t *testing.T) {
	cases := map[string]struct {
		err  error
		want Failure
	}{
		"failed":      {temporal.NewApplicationError("no ink", "NoInk"), Failure{"NoInk", "no ink"}},
		"canceled":    {temporal.NewCanceledError(), Failure{ChildCanceled, "the child was canceled"}},
		"terminated":  {&temporal.TerminatedError{}, Failure{ChildTerminated, "the child was terminated"}},
		"timed out":   {temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, nil), Failure{ChildTimedOut, "the child, or an activity of it, did not end in its time"}},
		"not started": {&temporal.ChildWorkflowExecutionAlreadyStartedError{}, Failure{ChildAlreadyRunning, "a workflow with the child's id is running"}},
		"anyhow":      {errors.New(strings.Repeat("é", 200)), Failure{ChildFailed, strings.Repeat("é", 98) + "..."}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, &c.want, failureOf(errors.Join(c.err)))
			assertRefused(t, endOf(errors.Join(c.err)), c.want.Type, c.want.Reason)
		})
	}
	assert.NoError(t, endOf(nil))
}
