package messagepassing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func newTripRun(t *testing.T) *run {
	r := newRun(t)
	r.takeTime(SendNote)
	r.takeTime(ReserveBooking)
	r.takeTime(ReleaseBooking)
	return r
}

const (
	whileReserving = time.Second + activityTime/2
	whenReserved   = time.Second + 2*activityTime
)

func TestBookingWaitsForTheConfirmation(t *testing.T) {
	for name, when := range map[string]time.Duration{"reserved": whenReserved, "reserving": whileReserving} {
		t.Run(name, func(t *testing.T) {
			r := newTripRun(t)
			hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
			flight := r.updateAt(time.Second, BookUpdate, "", "flight")
			r.at(when-time.Millisecond, func() { assert.Zero(t, hotel.completed) })
			r.signalAt(when, ConfirmSignal, nil)
			r.ExecuteWorkflow(Trip)

			assert.Equal(t, &reply{accepted: 1, completed: 1, result: "hotel-1"}, hotel)
			assert.Equal(t, &reply{accepted: 1, completed: 1, result: "flight-2"}, flight)
			assert.ElementsMatch(t, []string{"hotel-1", "flight-2"}, result[TripReport](r).Booked)
			assert.ElementsMatch(t, []string{
				`ReserveBooking {"id":"hotel-1","what":"hotel"}`,
				`ReserveBooking {"id":"flight-2","what":"flight"}`,
			}, r.started, "nothing is released")
		})
	}
}

func TestTripThatFailsUndoesItsBookingsFirst(t *testing.T) {
	for name, when := range map[string]time.Duration{"reserved": whenReserved, "reserving": whileReserving} {
		t.Run(name, func(t *testing.T) {
			r := newTripRun(t)
			hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
			r.signalAt(when, AbandonSignal, "rain")
			r.signalAt(when+time.Second, ConfirmSignal, nil)
			r.ExecuteWorkflow(Trip)

			assertFailure(t, r.GetWorkflowError(), TripAbandoned, "the trip was abandoned: rain")
			assert.Equal(t, 1, hotel.completed)
			assertFailure(t, hotel.failure, TripEnded, `"hotel" is not booked, and its reservation was released`)
			assert.Equal(t, []string{"ReserveBooking", "ReleaseBooking"}, r.ended)
			assert.Equal(t, TripReport{Booked: []string{}, Undone: []string{"hotel-1"}}, query[TripReport](r, TripQuery))
		})
	}
}

func TestCanceledTripUndoesItsBookingsFirst(t *testing.T) {
	for name, when := range map[string]time.Duration{"reserved": whenReserved, "reserving": whileReserving} {
		t.Run(name, func(t *testing.T) {
			r := newTripRun(t)
			hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
			r.cancelAt(when)
			r.signalAt(when+time.Second, ConfirmSignal, nil)
			r.ExecuteWorkflow(Trip)

			assertCanceled(t, r.GetWorkflowError())
			assert.Equal(t, 1, hotel.completed)
			assertFailure(t, hotel.failure, TripEnded, `"hotel" is not booked, and its reservation was released`)
			assert.Contains(t, r.ended, "ReleaseBooking")
			assert.Equal(t, []string{
				`ReserveBooking {"id":"hotel-1","what":"hotel"}`,
				`ReleaseBooking {"id":"hotel-1","what":"hotel"}`,
			}, r.started)
		})
	}
}

func TestReservationThatFails(t *testing.T) {
	cases := map[string]struct {
		reserveError     error
		errorType, reply string
		released         bool
	}{
		"refused": {failure(NoVacancy, "full"), NoVacancy, "full", false},
		"unknown": {errors.New("connection lost"), TripEnded, `"hotel" is not booked, and its reservation was released`, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			r.OnActivity(ReserveBooking, anyArgument, anyArgument).Return(c.reserveError)
			hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
			r.signalAt(time.Hour, ConfirmSignal, nil)
			r.ExecuteWorkflow(Trip)

			assertFailure(t, hotel.failure, c.errorType, c.reply)
			assert.Empty(t, result[TripReport](r).Booked)
			assert.Equal(t, c.released, len(result[TripReport](r).Undone) == 1)
		})
	}
}

func TestReleaseThatFailsIsReported(t *testing.T) {
	r := newRun(t)
	r.OnActivity(ReleaseBooking, anyArgument, anyArgument).Return(errors.New("connection lost"))
	hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
	r.signalAt(time.Minute, AbandonSignal, "rain")
	r.ExecuteWorkflow(Trip)

	assertFailure(t, hotel.failure, BookingNotUndone, `"hotel-1" could not be released`)
	assertFailure(t, r.GetWorkflowError(), TripAbandoned, "the trip was abandoned: rain")
}

func TestEveryNoteIsSentBeforeTheTripEnds(t *testing.T) {
	ends := map[string]func(*run){
		"confirmed": func(r *run) { r.SignalWorkflow(ConfirmSignal, nil) },
		"abandoned": func(r *run) { r.SignalWorkflow(AbandonSignal, "rain") },
		"canceled":  func(r *run) { r.CancelWorkflow() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			r := newTripRun(t)
			r.signalAt(time.Second, NoteSignal, "under way when the trip ends")
			r.at(2*time.Second, func() {
				r.SignalWorkflowSkippingWorkflowTask(NoteSignal, "comes with the end")
				end(r)
			})
			r.signalAt(2*time.Second+activityTime/2, NoteSignal, "comes while others are waited for")
			r.ExecuteWorkflow(Trip)

			require.True(t, r.IsWorkflowCompleted())
			assert.Equal(t, []string{"SendNote", "SendNote", "SendNote"}, r.ended)
			assert.Equal(t, 3, query[TripReport](r, TripQuery).NotesSent)
			assert.Zero(t, r.canceledActivities)
		})
	}
}

func TestNoteThatComesWithTheEndOfTheLastHandler(t *testing.T) {
	r := newRun(t)
	r.OnActivity(ReleaseBooking, anyArgument, anyArgument).Return(func(context.Context, Reservation) error {
		r.SignalWorkflowSkippingWorkflowTask(NoteSignal, "just in time")
		return nil
	})
	hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
	r.signalAt(time.Minute, AbandonSignal, "rain")
	r.ExecuteWorkflow(Trip)

	assert.Equal(t, 1, hotel.completed)
	assert.Equal(t, []string{"ReserveBooking", "ReleaseBooking", "SendNote"}, r.ended)
	assert.Empty(t, r.warnings, "no Signal is unhandled")
}

func TestNoteThatCannotBeSent(t *testing.T) {
	r := newRun(t)
	r.OnActivity(SendNote, anyArgument, "lost").Return(errors.New("connection lost"))
	r.OnActivity(SendNote, anyArgument, "sent").Return(nil)
	r.signalAt(time.Second, NoteSignal, "lost")
	r.signalAt(2*time.Second, NoteSignal, "sent")
	r.signalAt(3*time.Second, ConfirmSignal, nil)
	r.ExecuteWorkflow(Trip)

	assert.Equal(t, 1, result[TripReport](r).NotesSent, "the trip goes on, and does not count it")
}

func TestReasonIsBounded(t *testing.T) {
	r := newRun(t)
	r.signalAt(time.Second, AbandonSignal, strings.Repeat("x", MaxTextLength)+"y")
	r.ExecuteWorkflow(Trip)

	assertFailure(t, r.GetWorkflowError(), TripAbandoned, "the trip was abandoned: "+strings.Repeat("x", MaxTextLength))
}

func TestNothingIsReservedWhereAllIsFull(t *testing.T) {
	r := newRun(t) // with the real Activities
	hotel := r.updateAt(time.Second, BookUpdate, "", "hotel (full)")
	next := r.updateAt(2*time.Second, BookUpdate, "", "hotel")
	r.signalAt(time.Minute, ConfirmSignal, nil)
	r.ExecuteWorkflow(Trip)

	assertFailure(t, hotel.failure, NoVacancy, `"hotel (full)" has no vacancy`)
	assert.Equal(t, "hotel-2", next.result)
	assert.Equal(t, TripReport{Booked: []string{"hotel-2"}, Undone: []string{}}, result[TripReport](r))
}

func TestBookingAfterTheDecisionIsRejected(t *testing.T) {
	r := newTripRun(t)
	r.signalAt(time.Second, NoteSignal, "keeps the trip open")
	r.signalAt(2*time.Second, ConfirmSignal, nil)
	late := r.updateAt(3*time.Second, BookUpdate, "", "hotel")
	r.ExecuteWorkflow(Trip)

	assertFailure(t, late.rejection, TripEnded, "the trip has ended")
	assert.Zero(t, late.accepted)
}

func TestOnlyOneDecisionCounts(t *testing.T) {
	r := newTripRun(t)
	hotel := r.updateAt(time.Second, BookUpdate, "", "hotel")
	r.at(whenReserved, func() {
		r.SignalWorkflowSkippingWorkflowTask(ConfirmSignal, nil)
		r.SignalWorkflow(AbandonSignal, "rain")
	})
	r.ExecuteWorkflow(Trip)

	assert.Equal(t, "hotel-1", hotel.result)
	assert.Equal(t, []string{"hotel-1"}, result[TripReport](r).Booked)
}

func TestTripIsBounded(t *testing.T) {
	r := newRun(t)
	r.at(time.Second, func() {
		for i := range MaxNotes + 1 {
			r.SignalWorkflow(NoteSignal, fmt.Sprint(i))
		}
		r.SignalWorkflow(NoteSignal, "")
	})
	longest := r.updateAt(0, BookUpdate, "", strings.Repeat("x", MaxTextLength))
	tooLong := r.updateAt(0, BookUpdate, "", strings.Repeat("x", MaxTextLength+1))
	var replies []*reply
	for range MaxBookings {
		replies = append(replies, r.updateAt(time.Second, BookUpdate, "", "hotel"))
	}
	r.signalAt(time.Minute, ConfirmSignal, nil)
	r.ExecuteWorkflow(Trip)

	report := result[TripReport](r)
	assert.Len(t, report.Booked, MaxBookings)
	assert.Equal(t, MaxNotes, report.NotesSent)
	full := "Signal ignored Signal note Reason the trip has 100 notes, which is all it may (type: InvalidMessage, retryable: false)"
	assert.Equal(t, []string{full, full}, r.warnings)
	assert.Equal(t, strings.Repeat("x", MaxTextLength)+"-1", longest.result)
	assertFailure(t, tooLong.rejection, InvalidMessage, "what to book must have at most 100 bytes, got 101")
	assertFailure(t, replies[MaxBookings-1].rejection, InvalidMessage, "the trip has 20 bookings, which is all it may")
}
