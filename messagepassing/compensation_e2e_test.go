//go:build e2e

package messagepassing

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// The test environment ends an activity at once when it is canceled, whatever its
// options say. A server lets it come to its end.
func TestCancellationDuringAReservation(t *testing.T) {
	connection := e2etest.Connect(t)
	reserving, proceed := make(chan struct{}), make(chan struct{})
	e2etest.RunWorker(t, connection, func(ctx context.Context, connection client.Client) error {
		w := worker.New(connection, TaskQueue, Options())
		w.RegisterWorkflow(Trip)
		w.RegisterActivity(ReleaseBooking)
		w.RegisterActivity(&slowReservation{reserving, proceed})
		return connect.RunUntilDone(ctx, w)
	})
	options := client.StartWorkflowOptions{ID: "trip", TaskQueue: TaskQueue}
	run, err := connection.ExecuteWorkflow(t.Context(), options, Trip)
	require.NoError(t, err)
	hotel, err := connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: "trip", UpdateName: BookUpdate, Args: []any{"hotel"}, WaitForStage: client.WorkflowUpdateStageAccepted,
	})
	require.NoError(t, err)
	<-reserving
	require.NoError(t, connection.CancelWorkflow(t.Context(), "trip", ""))
	require.NoError(t, connection.SignalWorkflow(t.Context(), "trip", "", ConfirmSignal, nil))
	_, err = connection.QueryWorkflow(t.Context(), "trip", "", TripQuery) // answered when both have been handled
	require.NoError(t, err)
	close(proceed)

	assertFailure(t, hotel.Get(t.Context(), nil), TripEnded, `"hotel" is not booked, and its reservation was released`)
	assertCanceled(t, run.Get(t.Context(), nil))
	var events []enumspb.EventType
	history := connection.GetWorkflowHistory(t.Context(), "trip", "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		require.NoError(t, err)
		switch event.GetEventType() {
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			events = append(events, event.GetEventType())
		}
	}
	assert.Equal(t, []enumspb.EventType{
		enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
		enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
	}, events, "the release comes after the end of the reservation")
}

// slowReservation is an activity that says when it begins, and is told when to end.
type slowReservation struct{ reserving, proceed chan struct{} }

func (s *slowReservation) ReserveBooking(ctx context.Context, _ Reservation) error {
	close(s.reserving)
	select {
	case <-s.proceed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
