package messagepassing

import (
	"context"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/activity"
)

// FetchGreeting stands for a call to a remote greeting service. It fails with
// UnsupportedLanguage for a language that the service does not have.
func FetchGreeting(_ context.Context, language string) (string, error) {
	text, found := greetingsOfTheService()[language]
	if !found {
		return "", failure(UnsupportedLanguage, "the greeting service does not support %q", language)
	}
	return text, nil
}

func greetingsOfTheService() map[string]string {
	return map[string]string{
		"arabic":  "مرحبا بالعالم",
		"chinese": "你好，世界",
		"english": "Hello, world",
		"french":  "Bonjour, monde",
		"hindi":   "नमस्ते दुनिया",
		"spanish": "Hola, mundo",
	}
}

// PrintDocument stands for a printer.
func PrintDocument(ctx context.Context, document string) error {
	activity.GetLogger(ctx).Info("printing", "document", document)
	return nil
}

// ReserveBooking stands for a booking system. Reserving twice under the same id is
// once. It fails with NoVacancy for anything whose name ends with "(full)".
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

// SendNote stands for a message to a traveller.
func SendNote(ctx context.Context, note string) error {
	activity.GetLogger(ctx).Info("sending", "note", note)
	return nil
}

// Move is the argument of MoveNodes.
type Move struct {
	Nodes []string `json:"nodes"`
	// Job is the nodes' next job, "" to free them.
	Job string `json:"job"`
}

// MoveNodes stands for a cluster's control plane. Moving nodes twice is once.
func MoveNodes(ctx context.Context, move Move) error {
	activity.GetLogger(ctx).Info("moving", "nodes", move.Nodes, "job", move.Job)
	return nil
}

// RepairNode stands for a repair. Repairing twice under the same id is once.
func RepairNode(ctx context.Context, repair Repair) error {
	activity.GetLogger(ctx).Info("repairing", "node", repair.Node, "id", repair.ID)
	return nil
}

func serviceLanguages() []string {
	return slices.Sorted(maps.Keys(greetingsOfTheService()))
}
