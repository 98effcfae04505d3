package childdispatch

import (
	"slices"
	"testing"

	"go.temporal.io/sdk/testsuite"
)

func TestCopiedMergeSort(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(MergeSort)
	environment.RegisterActivity(SortNumbers)
	environment.ExecuteWorkflow(MergeSort, Sort{Numbers: []int64{4, 2, 5, 1, 3}, LeafSize: 2})

	var sorted []int64
	if err := environment.GetWorkflowResult(&sorted); err != nil || !slices.Equal(sorted, []int64{1, 2, 3, 4, 5}) {
		t.Fatalf("got %v, %v", sorted, err)
	}
}
