package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/messagepassing"
)

// manageCluster sends Updates to a Workflow that continues as new after each two
// messages. UpdateCluster sends an Update that meets the end of a run again, with the
// same id.
func manageCluster(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	id := uniqueID("cluster")
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: messagepassing.TaskQueue},
		messagepassing.ClusterManager, messagepassing.ClusterInput{Nodes: 3, MessagesPerRun: 2})
	if err != nil {
		return fmt.Errorf("start %s: %w", id, err)
	}
	fmt.Println("started", id)
	if err := connection.SignalWorkflow(ctx, id, "", messagepassing.StartClusterSignal, nil); err != nil {
		return fmt.Errorf("start the cluster: %w", err)
	}
	for _, job := range []messagepassing.Assignment{{Job: "red", Count: 1}, {Job: "blue", Count: 2}, {Job: "green", Count: 1}} {
		nodes, err := messagepassing.UpdateCluster(ctx, connection, id, "assign-"+job.Job, messagepassing.AssignNodesUpdate, job)
		var failure *temporal.ApplicationError
		switch {
		case err == nil:
			fmt.Printf("%s: %v\n", job.Job, nodes)
		case errors.As(err, &failure) && failure.Type() == messagepassing.NotEnoughNodes:
			fmt.Printf("%s: %s\n", job.Job, failure.Message())
		default:
			return fmt.Errorf("assign nodes: %w", err)
		}
	}
	if err := connection.SignalWorkflow(ctx, id, "", messagepassing.ShutDownSignal, nil); err != nil {
		return fmt.Errorf("shut down: %w", err)
	}
	var state messagepassing.ClusterState
	if err := run.Get(ctx, &state); err != nil { // of the last run of the chain
		return fmt.Errorf("wait for the cluster: %w", err)
	}
	fmt.Println("result: more than one run:", state.Run > 1)
	return nil
}
