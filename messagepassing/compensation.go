package messagepassing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Messages of Trip.
const (
	// BookUpdate takes what is to be booked, reserves it, and returns the reservation's
	// id once the trip is confirmed. It fails with TripEnded, the reservation released,
	// when the trip ends in any other way, and with NoVacancy or BookingNotUndone.
	BookUpdate = "book"
	// NoteSignal takes a text that is sent to the traveler, each in a goroutine of its
	// own.
	NoteSignal = "note"
	// ConfirmSignal ends the trip well.
	ConfirmSignal = "confirm"
	// AbandonSignal takes a reason and lets the trip fail with TripAbandoned.
	AbandonSignal = "abandon"
	// TripQuery returns a TripReport, also when the trip is over.
	TripQuery = "trip"
)

// Types of the ApplicationErrors that callers of Trip get.
const (
	// NoVacancy: there is nothing to reserve.
	NoVacancy = "NoVacancy"
	// TripAbandoned: the traveler gave up the trip.
	TripAbandoned = "TripAbandoned"
	// TripEnded: the trip ended, or the reservation failed, and nothing is booked. What
	// may have been reserved has been released.
	TripEnded = "TripEnded"
	// BookingNotUndone: the trip has ended, and the reservation could not be released.
	// A person must look at it.
	BookingNotUndone = "BookingNotUndone"
)

// Bounds of one trip, and with them of its Event History and of what runs at a time.
const (
	MaxBookings = 20
	MaxNotes    = 100
)

// TripReport is what TripQuery returns, and at the end the Workflow.
type TripReport struct {
	// Booked are the ids of reservations, sorted.
	Booked []string `json:"booked"`
	// Undone, sorted too, are bookings that were reserved, and released when the trip ended.
	Undone []string `json:"undone"`
	// NotesSent counts the notes that reached the traveler.
	NotesSent int `json:"notes_sent"`
}

// Reservation is the argument of the Activities ReserveBooking and ReleaseBooking.
type Reservation struct {
	// ID is the same in each attempt, so that a repeated one reserves nothing twice.
	ID   string `json:"id"`
	What string `json:"what"`
}

type trip struct {
	notes, confirmations, abandonments workflow.ReceiveChannel

	bookings int
	received int // notes
	sending  int // notes that a goroutine is sending
	decided  bool
	// outcome, once decided, is nil for a confirmed trip, a TripAbandoned or a
	// CanceledError.
	outcome error
	report  TripReport
}

// Trip collects bookings until it is confirmed, abandoned or canceled. However it ends,
// it first waits for its handlers: each has either booked or released its reservation
// when the Workflow closes, and each note has been sent.
func Trip(ctx workflow.Context) (TripReport, error) {
	state := newTrip(ctx)
	if err := state.setHandlers(ctx); err != nil {
		return TripReport{}, err
	}
	workflow.Go(ctx, state.decide)
	state.receiveNotes(ctx)
	// A failure, too, is returned only now.
	return state.report, state.outcome
}

func newTrip(ctx workflow.Context) *trip {
	return &trip{
		notes:         workflow.GetSignalChannelWithOptions(ctx, NoteSignal, workflow.SignalChannelOptions{Description: "Send a note to the traveler"}),
		confirmations: workflow.GetSignalChannelWithOptions(ctx, ConfirmSignal, workflow.SignalChannelOptions{Description: "Keep what is booked, and end"}),
		abandonments:  workflow.GetSignalChannelWithOptions(ctx, AbandonSignal, workflow.SignalChannelOptions{Description: "Undo what is booked, and fail"}),
		report:        TripReport{Booked: []string{}, Undone: []string{}},
	}
}

func (t *trip) setHandlers(ctx workflow.Context) error {
	return cmp.Or(
		workflow.SetQueryHandlerWithOptions(ctx, TripQuery, func() (TripReport, error) { return t.report, nil }, workflow.QueryHandlerOptions{
			Description: "What is booked, what is undone, and how many notes were sent",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, BookUpdate, t.book, workflow.UpdateHandlerOptions{
			Validator:   t.validateBook,
			Description: "Reserve now, and return when the trip is confirmed",
		}),
	)
}

// decide takes the first decision, and only that. A cancellation and a confirmation can
// arrive in one Workflow Task: then ctx is canceled and the channel has a Signal, and
// neither shows which came first. A Selector that waits already does: it takes what
// comes first in the Event History. Of decisions that came before the Workflow's first
// line it takes the case that was added first, so a cancellation.
func (t *trip) decide(ctx workflow.Context) {
	decision := workflow.NewSelector(ctx)
	decision.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {
		t.decided, t.outcome = true, ctx.Err()
	})
	decision.AddReceive(t.confirmations, func(signals workflow.ReceiveChannel, _ bool) {
		t.decided = signals.ReceiveAsync(nil)
	})
	decision.AddReceive(t.abandonments, func(signals workflow.ReceiveChannel, _ bool) {
		var reason string
		// Receive would block here if the reason was no text.
		if t.decided = signals.ReceiveAsync(&reason); t.decided {
			t.outcome = failure(TripAbandoned, "the trip was abandoned: %.*s", MaxTextLength, reason)
		}
	})
	for !t.decided {
		decision.Select(ctx)
	}
}

// receiveNotes receives notes until the trip may close. A canceled trip may still have
// to wait, so this is done on a detached context.
func (t *trip) receiveNotes(ctx workflow.Context) {
	detachedCtx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	for {
		_ = workflow.Await(detachedCtx, func() bool { return t.notes.Len() > 0 || t.mayClose(ctx) }) // never canceled
		if t.notes.Len() == 0 {
			t.ignoreLaterDecisions(ctx)
			return
		}
		receiveAll(t.notes, func(note string) { t.startNote(detachedCtx, note) })
	}
}

// mayClose counts the goroutines of Signals too: the SDK counts Update handlers only.
func (t *trip) mayClose(ctx workflow.Context) bool {
	return t.decided && workflow.AllHandlersFinished(ctx) && t.sending == 0
}

// ignoreLaterDecisions receives them, or the SDK would warn of unhandled Signals.
func (t *trip) ignoreLaterDecisions(ctx workflow.Context) {
	late := failure(TripEnded, "the trip has ended")
	receiveAll(t.confirmations, func(any) { ignoreSignal(ctx, ConfirmSignal, late) })
	receiveAll(t.abandonments, func(any) { ignoreSignal(ctx, AbandonSignal, late) })
}

// startNote sends a note in a goroutine. The count is taken here and not in the
// goroutine, which does not run before this coroutine blocks. The context is a detached
// one: a note that was received is sent, also when the trip is canceled.
func (t *trip) startNote(detachedCtx workflow.Context, note string) {
	if err := t.checkNote(note); err != nil {
		ignoreSignal(detachedCtx, NoteSignal, err)
		return
	}
	t.received++
	t.sending++
	workflow.Go(detachedCtx, func(ctx workflow.Context) {
		defer func() { t.sending-- }()
		if sendNote(ctx, note) == nil {
			t.report.NotesSent++
		}
	})
}

func (t *trip) checkNote(note string) error {
	if t.received >= MaxNotes {
		return failure(InvalidMessage, "the trip has %d notes, which is all it may", MaxNotes)
	}
	return checkText("note", note)
}

func sendNote(ctx workflow.Context, note string) error {
	ctx = workflow.WithActivityOptions(ctx, activityOptions("note"))
	return workflow.ExecuteActivity(ctx, SendNote, note).Get(ctx, nil)
}

func (t *trip) validateBook(what string) error {
	switch {
	case t.decided:
		return failure(TripEnded, "the trip has ended")
	case t.bookings >= MaxBookings:
		return failure(InvalidMessage, "the trip has %d bookings, which is all it may", MaxBookings)
	default:
		return checkText("what to book", what)
	}
}

// book reserves, waits for the decision, and releases the reservation unless the trip
// is confirmed.
func (t *trip) book(ctx workflow.Context, what string) (string, error) {
	t.bookings++
	reservation := Reservation{ID: fmt.Sprintf("%s-%d", what, t.bookings), What: what}
	err := reserve(ctx, reservation)
	if isRefusal(err) {
		return "", err
	}
	if err == nil {
		err = t.waitForDecision(ctx)
	}
	if err == nil {
		t.report.Booked = slices.Sorted(slices.Values(append(t.report.Booked, reservation.ID)))
		return reservation.ID, nil
	}
	// A reservation whose last attempt timed out or was canceled may have been made.
	// Releasing it does no harm if it was not.
	return "", t.undo(ctx, reservation)
}

// waitForDecision does not look at its own context, which is canceled with the trip's:
// a confirmation that came before the cancellation counts.
func (t *trip) waitForDecision(ctx workflow.Context) error {
	detachedCtx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	_ = workflow.Await(detachedCtx, func() bool { return t.decided }) // never canceled
	return t.outcome
}

func isRefusal(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.Type() == NoVacancy
}

func reserve(ctx workflow.Context, reservation Reservation) error {
	options := activityOptions("reserve " + reservation.What)
	// On cancellation, wait for the attempt that is running: the release must not
	// overtake it.
	options.WaitForCancellation = true
	ctx = workflow.WithActivityOptions(ctx, options)
	return workflow.ExecuteActivity(ctx, ReserveBooking, reservation).Get(ctx, nil)
}

// undo releases the reservation and says so to the caller of the Update. When the
// trip is canceled the handler's context is, too, and no Activity would start on it.
func (t *trip) undo(ctx workflow.Context, reservation Reservation) error {
	detachedCtx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	detachedCtx = workflow.WithActivityOptions(detachedCtx, activityOptions("release "+reservation.What))
	err := workflow.ExecuteActivity(detachedCtx, ReleaseBooking, reservation).Get(detachedCtx, nil)
	if err != nil {
		return failure(BookingNotUndone, "%q could not be released", reservation.ID)
	}
	t.report.Undone = slices.Sorted(slices.Values(append(t.report.Undone, reservation.ID)))
	return failure(TripEnded, "%q is not booked, and its reservation was released", reservation.What)
}

// ReserveBooking stands for a booking system. It is idempotent: reserving again under
// the same id changes nothing. It fails with NoVacancy for anything whose name ends with
// "(full)".
func ReserveBooking(ctx context.Context, reservation Reservation) error {
	if strings.HasSuffix(reservation.What, "(full)") {
		return failure(NoVacancy, "%q has no vacancy", reservation.What)
	}
	activity.GetLogger(ctx).Info("reserving", "id", reservation.ID)
	return nil
}

// ReleaseBooking undoes ReserveBooking. Releasing what is not reserved is no error.
func ReleaseBooking(ctx context.Context, reservation Reservation) error {
	activity.GetLogger(ctx).Info("releasing", "id", reservation.ID)
	return nil
}

// SendNote stands for a message to a traveler.
func SendNote(ctx context.Context, note string) error {
	activity.GetLogger(ctx).Info("sending", "note", note)
	return nil
}
