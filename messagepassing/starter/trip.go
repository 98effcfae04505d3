package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/client"

	"dynamicsamples/messagepassing"
)

// bookTrip sends an Update whose handler waits for long, gives up, and fetches the
// result later.
func bookTrip(ctx context.Context, connection client.Client) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := startOptions("trip")
	run, err := connection.ExecuteWorkflow(ctx, start, messagepassing.Trip)
	if err != nil {
		return fmt.Errorf("start %s: %w", start.ID, err)
	}
	fmt.Println("started", run.GetID())

	// The stage says how long UpdateWorkflow waits: for a Worker to accept the Update, or
	// for its handler to complete.
	book := client.UpdateWorkflowOptions{
		WorkflowID:   run.GetID(),
		UpdateID:     "book-hotel", // chosen by the caller, so that a retry is the same Update
		UpdateName:   messagepassing.BookUpdate,
		Args:         []any{"hotel"},
		WaitForStage: client.WorkflowUpdateStageAccepted,
	}
	if _, err := connection.UpdateWorkflow(ctx, book); err != nil {
		return fmt.Errorf("book a hotel: %w", err)
	}
	fmt.Println("hotel: accepted")

	// No answer is not no effect: the handler goes on. errors.Is does not find
	// context.DeadlineExceeded in this error.
	book.WaitForStage = client.WorkflowUpdateStageCompleted
	impatient, stop := context.WithTimeout(ctx, time.Second)
	_, err = connection.UpdateWorkflow(impatient, book)
	stop()
	var noAnswer *client.WorkflowUpdateServiceTimeoutOrCanceledError
	if !errors.As(err, &noAnswer) {
		return fmt.Errorf("wait a second for the hotel: expected %T, got %v", noAnswer, err)
	}
	fmt.Println("hotel: no answer yet")

	if err := connection.SignalWorkflow(ctx, run.GetID(), "", messagepassing.ConfirmSignal, nil); err != nil {
		return fmt.Errorf("confirm: %w", err)
	}
	// Any process can fetch the result by the two ids, also when the Workflow has closed.
	handle := connection.GetWorkflowUpdateHandle(client.GetWorkflowUpdateHandleOptions{WorkflowID: run.GetID(), UpdateID: "book-hotel"})
	var reservation string
	if err := handle.Get(ctx, &reservation); err != nil {
		return fmt.Errorf("fetch the reservation: %w", err)
	}
	fmt.Println("hotel:", reservation)
	var report messagepassing.TripReport
	if err := run.Get(ctx, &report); err != nil {
		return fmt.Errorf("wait for the trip: %w", err)
	}
	fmt.Println("result: booked", report.Booked)
	if !slices.Equal(report.Booked, []string{reservation}) {
		return fmt.Errorf("expected that %s is booked", reservation)
	}
	return nil
}
