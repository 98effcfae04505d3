package messagepassing

import (
	"fmt"

	"go.temporal.io/sdk/temporal"
)

// Types of the ApplicationErrors that callers of this sample's workflows get. None is
// retried by the SDK; what a caller can do about it is said here.
const (
	// InvalidMessage: an argument is empty, too long or out of bounds. Send another.
	InvalidMessage = "InvalidMessage"
	// UnsupportedLanguage: neither the workflow nor the greeting service knows it.
	UnsupportedLanguage = "UnsupportedLanguage"
	// RecipientNotRunning: the workflow to be signalled has closed or never was.
	RecipientNotRunning = "RecipientNotRunning"
	// PrinterStopped: the document was not printed. Send it to another printer.
	PrinterStopped = "PrinterStopped"
	// NoVacancy: there is nothing to reserve.
	NoVacancy = "NoVacancy"
	// TripAbandoned: the traveller gave up the trip.
	TripAbandoned = "TripAbandoned"
	// TripEnded: the trip ended, or the reservation failed, and nothing is booked. What
	// may have been reserved has been released.
	TripEnded = "TripEnded"
	// BookingNotUndone: the trip has ended, and the reservation could not be released.
	// A person must look at it.
	BookingNotUndone = "BookingNotUndone"
	// NotEnoughNodes: fewer nodes are free than the job asks for.
	NotEnoughNodes = "NotEnoughNodes"
	// UnknownJob: no node is assigned to that job.
	UnknownJob = "UnknownJob"
	// JobExists: nodes are assigned to a job of that name already.
	JobExists = "JobExists"
	// MoveFailed: the nodes could not be moved in time. Send another update to try again.
	MoveFailed = "MoveFailed"
	// ClusterShutDown: the cluster has been shut down. Nothing was done.
	ClusterShutDown = "ClusterShutDown"
	// ClusterContinuing: the run is about to continue as new. Nothing was done; send
	// the same update, with the same id, again.
	ClusterContinuing = "ClusterContinuing"
)

func failure(errorType, format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), errorType, nil)
}

// checkText refuses a text that is empty or longer than MaxTextLength.
func checkText(what, text string) error {
	if text == "" || len(text) > MaxTextLength {
		return failure(InvalidMessage, "%s has %d bytes, want 1 to %d", what, len(text), MaxTextLength)
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
