package scenarios

import (
	"context"
	"fmt"
	"slices"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/messagepassing"
)

func startCluster(ctx context.Context, s *scenario.Session, input messagepassing.ClusterInput) (client.WorkflowRun, error) {
	run, err := s.Start(ctx, messagepassing.TaskQueue, messagepassing.ClusterManager, input)
	if err != nil {
		return nil, err
	}
	return run, s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.StartClusterSignal, nil)
}

// shutDown waits for the cluster's last state.
func shutDown(ctx context.Context, s *scenario.Session, run client.WorkflowRun) (messagepassing.ClusterState, error) {
	var state messagepassing.ClusterState
	if err := s.Client.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ShutDownSignal, nil); err != nil {
		return state, err
	}
	err := run.Get(ctx, &state)
	return state, err
}

func clusterAssignsNodes(ctx context.Context, s *scenario.Session) error {
	run, err := startCluster(ctx, s, messagepassing.ClusterInput{Nodes: 4})
	if err != nil {
		return err
	}
	red, err := startUpdate(ctx, s, run, messagepassing.AssignNodesUpdate, messagepassing.Assignment{Job: "red", Count: 2})
	if err != nil {
		return err
	}
	blue, err := startUpdate(ctx, s, run, messagepassing.AssignNodesUpdate, messagepassing.Assignment{Job: "blue", Count: 2})
	if err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "red", red); err != nil {
		return err
	}
	if err := s.PrintResult(ctx, "blue", blue); err != nil {
		return err
	}
	if err := update(ctx, s, "green", run, messagepassing.AssignNodesUpdate, messagepassing.Assignment{Job: "green", Count: 1}); err != nil {
		return err
	}
	_, err = shutDown(ctx, s, run)
	return err
}

func clusterContinuesAsNew(ctx context.Context, s *scenario.Session) error {
	const count = 12
	run, err := startCluster(ctx, s, messagepassing.ClusterInput{Nodes: count, MessagesPerRun: 5})
	if err != nil {
		return err
	}
	assigned, err := assignAndRepair(ctx, s.Client, run.GetID(), count)
	if err != nil {
		return err
	}
	again, err := messagepassing.UpdateCluster(ctx, s.Client, run.GetID(), "assign-0",
		messagepassing.AssignNodesUpdate, messagepassing.Assignment{Job: "job-0", Count: 1})
	if err != nil {
		return err
	}
	state, err := shutDown(ctx, s, run)
	if err != nil {
		return err
	}
	repairs := 0
	for _, node := range state.Nodes {
		repairs += node.Repairs
	}
	different := slices.Compact(slices.Sorted(slices.Values(assigned)))
	s.Printf("assigned: %d of %d nodes, each once", len(different), count)
	s.Printf("repaired: %d times", repairs)
	s.Printf("more than one run: %v", state.Run > 1)
	if slices.Equal(again, assigned[:1]) {
		s.Printf("again: the same node")
	}
	return nil
}

// assignAndRepair sends that many Updates and Signals at the same time, each for one
// node, and returns the nodes in the order of the Updates.
func assignAndRepair(ctx context.Context, connection client.Client, workflowID string, count int) ([]string, error) {
	assigned := make([]string, count)
	group, ctx := errgroup.WithContext(ctx)
	for i := range count {
		group.Go(func() error {
			nodes, err := messagepassing.UpdateCluster(ctx, connection, workflowID, fmt.Sprintf("assign-%d", i),
				messagepassing.AssignNodesUpdate, messagepassing.Assignment{Job: fmt.Sprintf("job-%d", i), Count: 1})
			if err == nil {
				assigned[i] = nodes[0]
			}
			return err
		})
		group.Go(func() error {
			repair := messagepassing.Repair{ID: fmt.Sprintf("repair-%d", i), Node: fmt.Sprintf("node-%02d", i+1)}
			return connection.SignalWorkflow(ctx, workflowID, "", messagepassing.RepairSignal, repair)
		})
	}
	return assigned, group.Wait()
}

func clusterContinuesOnUpdate(ctx context.Context, s *scenario.Session) error {
	run, err := startCluster(ctx, s, messagepassing.ClusterInput{Nodes: 2})
	if err != nil {
		return err
	}
	if err := update(ctx, s, "the run that ends", run, messagepassing.ContinueUpdate, nil); err != nil {
		return err
	}
	state, err := shutDown(ctx, s, run)
	if err != nil {
		return err
	}
	s.Printf("runs: %d", state.Run)
	return nil
}
