package main

import (
	"context"
	"errors"
	"fmt"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/messagepassing"
)

// manageCluster sends Updates to a Workflow that continues as new after each two
// messages. UpdateCluster sends an Update that meets the end of a run again, with the
// same id.
func manageCluster(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := startOptions("cluster")
	run, err := connection.ExecuteWorkflow(ctx, start, messagepassing.ClusterManager, messagepassing.ClusterInput{Nodes: 3, MessagesPerRun: 2})
	if err != nil {
		return fmt.Errorf("start %s: %w", start.ID, err)
	}
	fmt.Println("started", run.GetID())
	if err := connection.SignalWorkflow(ctx, run.GetID(), "", messagepassing.StartClusterSignal, nil); err != nil {
		return fmt.Errorf("start the cluster: %w", err)
	}
	for _, job := range []messagepassing.Assignment{{Job: "red", Count: 1}, {Job: "blue", Count: 2}} {
		nodes, err := messagepassing.UpdateCluster(ctx, connection, run.GetID(), "assign-"+job.Job, messagepassing.AssignNodesUpdate, job)
		if err != nil {
			return fmt.Errorf("assign nodes: %w", err)
		}
		fmt.Printf("%s: %v\n", job.Job, nodes)
	}
	_, err = messagepassing.UpdateCluster(ctx, connection, run.GetID(), "assign-green",
		messagepassing.AssignNodesUpdate, messagepassing.Assignment{Job: "green", Count: 1})
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != messagepassing.NotEnoughNodes {
		return fmt.Errorf("assign too many nodes: expected %s, got %v", messagepassing.NotEnoughNodes, err)
	}
	fmt.Println("green:", failure.Message())
	if err := connection.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ShutDownSignal, nil); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	var state messagepassing.ClusterState
	if err := run.Get(ctx, &state); err != nil { // of the last run of the chain
		return fmt.Errorf("wait for the cluster: %w", err)
	}
	fmt.Println("result: more than one run:", state.Run > 1)
	if state.Run == 1 {
		return errors.New("expected that the cluster has continued as new")
	}
	return nil
}
