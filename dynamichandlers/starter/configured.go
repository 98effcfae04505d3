package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"go.temporal.io/sdk/client"

	"dynamicsamples/dynamichandlers"
)

// configured starts a run that takes the messages that handlers.json names, and sends
// them, together with some that it does not name.
func configured(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// The workflow reads its input as strictly as this, but a mistake is better found
	// before anything is started.
	if _, err := dynamichandlers.ReadConfiguration([]byte(dynamichandlers.HandlersJSON)); err != nil {
		return fmt.Errorf("read handlers.json: %w", err)
	}
	start := client.StartWorkflowOptions{
		ID:                       fmt.Sprintf("configured-%08x", rand.Uint32()),
		TaskQueue:                dynamichandlers.TaskQueue,
		WorkflowExecutionTimeout: timeout,
		// Otherwise a run that is open would be taken for the new one, and the
		// configuration would change nothing.
		WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
	run, err := connection.ExecuteWorkflow(ctx, start, "Configured", json.RawMessage(dynamichandlers.HandlersJSON))
	if err != nil {
		return fmt.Errorf("start Configured: %w", err)
	}
	if err := connection.SignalWorkflow(ctx, run.GetID(), "", "update_data", map[string]string{"item": "lamp"}); err != nil {
		return fmt.Errorf("send Signal update_data: %w", err)
	}
	if err := setLimit(ctx, connection, run.GetID()); err != nil {
		return err
	}
	if err := getData(ctx, connection, run.GetID()); err != nil {
		return err
	}
	if err := useFallback(ctx, connection, run.GetID()); err != nil {
		return err
	}
	if err := askWithoutEnvelope(ctx, connection, run.GetID()); err != nil {
		return err
	}
	// Where the run ends or continues as new in the same moment, SendUpdate sends the
	// Update again under its ID.
	if _, err := dynamichandlers.SendUpdate(ctx, connection, run.GetID(), "complete_now"); err != nil {
		return fmt.Errorf("send Update complete_now: %w", err)
	}
	var outcome dynamichandlers.Outcome
	if err := run.Get(ctx, &outcome); err != nil {
		return fmt.Errorf("wait for Configured: %w", err)
	}
	fmt.Printf("ended by %s after %d Signals and Updates\n", outcome.FinishedBy, outcome.Handled)
	return nil
}

func getData(ctx context.Context, connection client.Client, workflowID string) error {
	answer, err := connection.QueryWorkflow(ctx, workflowID, "", "get_data")
	if err != nil {
		return fmt.Errorf("send Query get_data: %w", err)
	}
	var data struct {
		Limit int `json:"set_limit"`
		Order struct {
			Item string `json:"item"`
		} `json:"update_data"`
	}
	if err := answer.Get(&data); err != nil {
		return fmt.Errorf("read the answer of get_data: %w", err)
	}
	fmt.Printf("get_data: %s for at most %d\n", data.Order.Item, data.Limit)
	if data.Order.Item != "lamp" || data.Limit != 7 {
		return fmt.Errorf("get_data: expected what was sent, got %+v", data)
	}
	return nil
}

// useFallback sends a Signal, a Query and an Update under names that the run does not
// know. Only the Signal needs no envelope.
func useFallback(ctx context.Context, connection client.Client, workflowID string) error {
	if err := connection.SignalWorkflow(ctx, workflowID, "", "weather", "rain"); err != nil {
		return fmt.Errorf("send Signal weather: %w", err)
	}
	envelope := dynamichandlers.Envelope{Name: "weather"}
	answer, err := connection.QueryWorkflow(ctx, workflowID, "", dynamichandlers.AnyQuery, envelope)
	if err != nil {
		return fmt.Errorf("send Query any_query: %w", err)
	}
	var weather string
	if err := answer.Get(&weather); err != nil {
		return fmt.Errorf("read the answer of any_query: %w", err)
	}
	fmt.Println("any_query weather:", weather)

	// Tell asks the run which Updates it takes, and uses the envelope for any other name.
	color, err := dynamichandlers.Tell(ctx, connection, workflowID, "set_color", json.RawMessage(`"red"`))
	if err != nil {
		return fmt.Errorf("send Update set_color: %w", err)
	}
	fmt.Printf("set_color red: %s\n", color.Payload().GetData())
	return nil
}
