package scenarios

import (
	"context"
	"slices"

	"dynamicsamples/childdispatch"
	"dynamicsamples/internal/scenario"
)

func sortScenarios() []scenario.Scenario {
	descending := make([]int64, childdispatch.DefaultLeafSize<<childdispatch.MaxDepth+1)
	for i := range descending {
		descending[i] = int64(len(descending) - i)
	}
	return []scenario.Scenario{
		{
			Name:     "merge-sort",
			Input:    "sort 12 numbers, at most 5 in one Activity",
			Expected: `[-4,0,1,2,3,3,3,5,7,8,9,12]`,
			LookFor:  "under Relationships is a tree of MergeSorts, whose IDs say where in it they are",
			Run:      execute(childdispatch.MergeSort, childdispatch.Sort{Numbers: []int64{5, 3, 9, 1, 12, 3, -4, 8, 0, 7, 3, 2}}),
		},
		{
			Name:  "too-deep",
			Input: "sort 321 numbers, which need one level of children more than is allowed",
			Expected: `failed with TooDeep (not retryable)
321 numbers in leaves of 5 need 7 levels of children, at most 6 are allowed`,
			LookFor: "the run has failed and no child was started",
			Run:     execute(childdispatch.MergeSort, childdispatch.Sort{Numbers: descending}),
		},
		{
			Name:  "too-large",
			Input: "sort 150,000 bytes of numbers",
			Expected: `failed with InputTooLarge (not retryable)
25000 numbers have 150001 bytes, at most 131072 are allowed`,
			Run: execute(childdispatch.MergeSort, childdispatch.Sort{Numbers: slices.Repeat([]int64{12345}, 25_000), LeafSize: 25_000}),
		},
		{
			Name:     "reset-sort",
			Input:    "reset a sort to its first task while its halves run",
			Expected: `[1,2,3,4,5,6]`,
			LookFor:  "the second run has sorted with halves of its own",
			Run:      resetSort,
		},
	}
}

func resetSort(ctx context.Context, s *scenario.Session) error {
	sort := childdispatch.Sort{Numbers: []int64{6, 5, 4, 3, 2, 1}, LeafSize: 1}
	run, err := s.Start(ctx, childdispatch.TaskQueue, childdispatch.MergeSort, sort)
	if err != nil {
		return err
	}
	if err := awaitRunning(ctx, s, run.GetID()+".left", run.GetID()+".right"); err != nil {
		return err
	}
	again, err := resetToFirstTask(ctx, s, run)
	if err != nil {
		return err
	}
	return s.PrintResult(ctx, "", again)
}
