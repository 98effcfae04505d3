package messagepassing

import (
	"errors"
	"fmt"
	"slices"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Messages of Trip.
const (
	// BookUpdate takes what is to be booked, reserves it, and returns the reservation's
	// id once the trip is confirmed. It fails with TripEnded, the reservation undone,
	// when the trip ends in any other way, and with NoVacancy or BookingNotUndone.
	BookUpdate = "book"
	// NoteSignal takes a text that is sent to the traveller, each in a goroutine of its
	// own.
	NoteSignal = "note"
	// ConfirmSignal ends the trip well.
	ConfirmSignal = "confirm"
	// AbandonSignal takes a reason and lets the trip fail with TripAbandoned.
	AbandonSignal = "abandon"
	// TripQuery returns a TripReport, also when the trip is over.
	TripQuery = "trip"
)

// Bounds of one trip, and with them of its history and of what runs at a time.
const (
	MaxBookings = 20
	MaxNotes    = 100
)

// TripReport is what TripQuery returns, and at last the workflow.
type TripReport struct {
	// Booked are the ids of reservations, sorted.
	Booked []string `json:"booked"`
	// Undone, sorted too, are bookings that were reserved, and released when the trip ended.
	Undone []string `json:"undone"`
	// NotesSent counts the notes that reached the traveller.
	NotesSent int `json:"notes_sent"`
}

// Reservation is the argument of the activities ReserveBooking and ReleaseBooking.
type Reservation struct {
	// ID is the same in each attempt, so that a repeated one reserves nothing twice.
	ID   string `json:"id"`
	What string `json:"what"`
}

type trip struct {
	notes, confirmations, abandonments workflow.ReceiveChannel

	bookings  int
	received  int // notes
	sending   int // notes that a goroutine is at work on
	confirmed bool
	abandoned error
	ended     bool
	report    TripReport
}

// Trip collects bookings until it is confirmed, abandoned or cancelled. However it
// ends, it first waits for the handlers that are at work: each has either booked or
// undone its reservation when the workflow closes, and each note has been sent.
func Trip(ctx workflow.Context) (TripReport, error) {
	state := newTrip(ctx)
	if err := state.setHandlers(ctx); err != nil {
		return TripReport{}, err
	}
	outcome := state.waitForDecision(ctx)
	state.ended = true // lets handlers go that still wait for the decision
	state.finishHandlers(ctx)
	// A failure, too, is returned only now.
	return state.report, outcome
}

func newTrip(ctx workflow.Context) *trip {
	return &trip{
		notes:         workflow.GetSignalChannel(ctx, NoteSignal),
		confirmations: workflow.GetSignalChannel(ctx, ConfirmSignal),
		abandonments:  workflow.GetSignalChannel(ctx, AbandonSignal),
		report:        TripReport{Booked: []string{}, Undone: []string{}},
	}
}

func (t *trip) setHandlers(ctx workflow.Context) error {
	return firstError(
		workflow.SetQueryHandler(ctx, TripQuery, func() (TripReport, error) { return t.report, nil }),
		workflow.SetUpdateHandlerWithOptions(ctx, BookUpdate, t.book, workflow.UpdateHandlerOptions{
			Validator:   t.validateBook,
			Description: "Reserve now, and return when the trip is confirmed",
		}),
	)
}

// waitForDecision returns how the trip ends: nil when it is confirmed, a
// TripAbandoned, or a CanceledError.
func (t *trip) waitForDecision(ctx workflow.Context) error {
	for !t.isDecided() {
		if err := workflow.Await(ctx, t.mailHasCome); err != nil {
			return err
		}
		t.receiveSignals(ctx)
	}
	return t.abandoned
}

func (t *trip) mailHasCome() bool {
	return t.notes.Len() > 0 || t.confirmations.Len() > 0 || t.abandonments.Len() > 0
}

func (t *trip) receiveSignals(ctx workflow.Context) {
	receiveAll(t.notes, func(note string) { t.startNote(ctx, note) })
	receiveAll(t.confirmations, func(any) {
		if !t.isDecided() {
			t.confirmed = true
		}
	})
	receiveAll(t.abandonments, func(reason string) {
		if !t.isDecided() {
			t.abandoned = failure(TripAbandoned, "the trip was abandoned: %s", reason)
		}
	})
}

// isDecided stays true once it is: handlers have acted on the decision, and one that
// comes later changes nothing.
func (t *trip) isDecided() bool { return t.confirmed || t.abandoned != nil || t.ended }

// finishHandlers waits for the handlers of updates and for the goroutines of
// signals. The SDK counts the first only.
func (t *trip) finishHandlers(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	for {
		waitForHandlers(ctx)
		_ = workflow.Await(ctx, func() bool { return t.sending == 0 }) // never cancelled
		if workflow.AllHandlersFinished(ctx) && !t.mailHasCome() {
			return
		}
		t.receiveSignals(ctx) // what came meanwhile
	}
}

// startNote sends a note in a goroutine. The count is taken here and not in the
// goroutine, which does not run before this coroutine blocks.
func (t *trip) startNote(ctx workflow.Context, note string) {
	if t.received == MaxNotes || checkText("note", note) != nil {
		return // a signal cannot be refused
	}
	t.received++
	t.sending++
	workflow.Go(ctx, func(ctx workflow.Context) {
		defer func() { t.sending-- }()
		if sendNote(ctx, note) == nil {
			t.report.NotesSent++
		}
	})
}

// sendNote is not cancelled with the trip: a note that was received is sent.
func sendNote(ctx workflow.Context, note string) error {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	ctx = workflow.WithActivityOptions(ctx, activityOptions("note"))
	return workflow.ExecuteActivity(ctx, SendNote, note).Get(ctx, nil)
}

func (t *trip) validateBook(what string) error {
	switch {
	case t.isDecided():
		return failure(TripEnded, "the trip has ended")
	case t.bookings >= MaxBookings:
		return failure(InvalidMessage, "the trip has %d bookings and takes no more", MaxBookings)
	default:
		return checkText("what to book", what)
	}
}

// book reserves, waits for the decision, and undoes the reservation unless the trip
// is confirmed.
func (t *trip) book(ctx workflow.Context, what string) (string, error) {
	t.bookings++
	reservation := Reservation{ID: fmt.Sprintf("%s-%d", what, t.bookings), What: what}
	err := reserve(ctx, reservation)
	if isRefusal(err) {
		return "", err
	}
	if err == nil {
		err = workflow.Await(ctx, t.isDecided)
	}
	if err == nil && t.confirmed {
		t.report.Booked = slices.Sorted(slices.Values(append(t.report.Booked, reservation.ID)))
		return reservation.ID, nil
	}
	// A reservation whose last attempt timed out or was cancelled may have been made.
	// Releasing it does no harm if it was not.
	return "", t.undo(ctx, reservation)
}

func isRefusal(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.Type() == NoVacancy
}

func reserve(ctx workflow.Context, reservation Reservation) error {
	options := activityOptions("reserve " + reservation.What)
	// An attempt under way is not given up on cancellation: the release must not
	// overtake it.
	options.WaitForCancellation = true
	ctx = workflow.WithActivityOptions(ctx, options)
	return workflow.ExecuteActivity(ctx, ReserveBooking, reservation).Get(ctx, nil)
}

// undo releases the reservation and says so to the caller of the update. When the
// trip is cancelled the handler's context is, too, and no activity would start on it.
func (t *trip) undo(ctx workflow.Context, reservation Reservation) error {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	ctx = workflow.WithActivityOptions(ctx, activityOptions("release "+reservation.What))
	if err := workflow.ExecuteActivity(ctx, ReleaseBooking, reservation).Get(ctx, nil); err != nil {
		return failure(BookingNotUndone, "%q could not be released", reservation.ID)
	}
	t.report.Undone = slices.Sorted(slices.Values(append(t.report.Undone, reservation.ID)))
	return failure(TripEnded, "%q is not booked, and its reservation was released", reservation.What)
}
