package blueprint

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

// The types of the errors of the example Activities. None but ErrUnavailable is worth
// another attempt.
const (
	ErrUnknownSource  = "UnknownSource"
	ErrInvalidContact = "InvalidContact"
	ErrUnrepairable   = "Unrepairable"
	ErrOutOfStock     = "OutOfStock"
	ErrCardDeclined   = "CardDeclined"
	ErrNoCarrier      = "NoCarrier"
	ErrInvalidRow     = "InvalidRow"
	ErrUnknownJob     = "UnknownJob"
	ErrUnavailable    = "Unavailable"
	ErrNotALetter     = "NotALetter"
)

// refuse is an error that no attempt would mend.
func refuse(kind, message string, arguments ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(message, arguments...), kind, nil)
}

// Source names where contacts come from.
type Source struct {
	Source string `json:"source"`
}

// Contact is what the pipelines work on.
type Contact struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// FetchContact returns the contact that a source has. It fails with ErrUnknownSource.
func FetchContact(_ context.Context, from Source) (Contact, error) {
	contacts := map[string]Contact{
		"database": {ID: "c-1", Name: "Ana", Email: "ana@example.org"},
		"import":   {ID: "c-2", Name: "Luis", Email: " LUIS@Example.org "},
		"fax":      {ID: "c-3", Name: "Mei", Email: "illegible"},
	}
	contact, known := contacts[from.Source]
	if !known {
		return Contact{}, refuse(ErrUnknownSource, "there is no source %q", from.Source)
	}
	return contact, nil
}

// ValidateContact returns the contact as it is, or fails with ErrInvalidContact.
func ValidateContact(_ context.Context, contact Contact) (Contact, error) {
	if contact.Email != repaired(contact.Email) || !strings.Contains(contact.Email, "@") {
		return Contact{}, refuse(ErrInvalidContact, "%s has the address %q", contact.ID, contact.Email)
	}
	return contact, nil
}

// RepairContact returns the contact with its address in order, or fails with
// ErrUnrepairable.
func RepairContact(_ context.Context, contact Contact) (Contact, error) {
	contact.Email = repaired(contact.Email)
	if !strings.Contains(contact.Email, "@") {
		return Contact{}, refuse(ErrUnrepairable, "%q is no address", contact.Email)
	}
	return contact, nil
}

func repaired(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// TransformContact returns the contact with its name in capitals.
func TransformContact(_ context.Context, contact Contact) (Contact, error) {
	contact.Name = strings.ToUpper(contact.Name)
	return contact, nil
}

// Enrichment is what is found out about a contact.
type Enrichment struct {
	Domain string `json:"domain"`
}

// EnrichContact finds out the domain of a contact's address.
func EnrichContact(_ context.Context, contact Contact) (Enrichment, error) {
	_, domain, _ := strings.Cut(contact.Email, "@")
	return Enrichment{Domain: domain}, nil
}

// SaveContact says what it would have saved.
func SaveContact(_ context.Context, contact Contact) (string, error) {
	return fmt.Sprintf("saved %s: %s, %s", contact.ID, contact.Name, contact.Email), nil
}

// Rejection is a contact that is not saved.
type Rejection struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

// RejectContact says what it would have reported.
func RejectContact(_ context.Context, rejection Rejection) (string, error) {
	return fmt.Sprintf("rejected %s: %s", rejection.ID, rejection.Reason), nil
}

// Copy is one of several copies of a contact.
type Copy struct {
	Number  int     `json:"number"`
	Contact Contact `json:"contact"`
	Domain  string  `json:"domain"`
}

// StoreCopy says what it would have stored.
func StoreCopy(_ context.Context, stored Copy) (string, error) {
	return fmt.Sprintf("copy %d of %s at %s", stored.Number, stored.Contact.Name, stored.Domain), nil
}

// Events are what a plugin has been told.
type Events struct {
	Plugin string   `json:"plugin"`
	Events []string `json:"events"`
}

// CountEvents says how often each event came, in the order of their names.
func CountEvents(_ context.Context, events Events) (string, error) {
	counts := map[string]int{}
	for _, each := range events.Events {
		counts[each]++
	}
	var parts []string
	for name, count := range counts {
		parts = append(parts, fmt.Sprintf("%s %d", name, count))
	}
	slices.Sort(parts)
	return events.Plugin + ": " + strings.Join(parts, ", "), nil
}

// Email is a text for somebody.
type Email struct {
	To   string `json:"to"`
	Text string `json:"text"`
}

// SendEmail says what it would have sent.
func SendEmail(_ context.Context, email Email) (string, error) {
	return fmt.Sprintf("to %s: %s", email.To, email.Text), nil
}

// Stock is what an order reserves.
type Stock struct {
	Order string `json:"order"`
	SKU   string `json:"sku"`
}

// Reservation names what was reserved.
type Reservation struct {
	Reservation string `json:"reservation"`
}

// ReserveStock reserves an article for an order. A unicorn is ErrOutOfStock.
func ReserveStock(_ context.Context, stock Stock) (Reservation, error) {
	if stock.SKU == "unicorn" {
		return Reservation{}, refuse(ErrOutOfStock, "there is no %s left", stock.SKU)
	}
	return Reservation{Reservation: "reservation-" + stock.Order}, nil
}

// ReleaseStock takes a reservation back.
func ReleaseStock(context.Context, Reservation) error { return nil }

// Payment is what an order costs, in cents.
type Payment struct {
	Order  string `json:"order"`
	Card   string `json:"card"`
	Amount int64  `json:"amount"`
	// Key makes one charge of all that have it; "" is the order.
	Key string `json:"key,omitempty"`
}

// Charge names what was charged.
type Charge struct {
	Charge string `json:"charge"`
}

// ChargeCard charges a card. One that is empty is ErrCardDeclined.
func ChargeCard(_ context.Context, payment Payment) (Charge, error) {
	if payment.Card == "empty" {
		return Charge{}, refuse(ErrCardDeclined, "the card does not cover %d cents", payment.Amount)
	}
	return Charge{Charge: "charge-" + payment.Order}, nil
}

// RefundCard takes a charge back.
func RefundCard(context.Context, Charge) error { return nil }

// Shipment is where an order goes.
type Shipment struct {
	Order   string `json:"order"`
	Address string `json:"address"`
}

// ShipOrder ships an order and returns the parcel's name. To the moon there is
// ErrNoCarrier.
func ShipOrder(_ context.Context, shipment Shipment) (string, error) {
	if shipment.Address == "moon" {
		return "", refuse(ErrNoCarrier, "no carrier goes to the %s", shipment.Address)
	}
	return "parcel-" + shipment.Order, nil
}

// Notice is the message to a customer about an order.
type Notice struct {
	Order string `json:"order"`
	Text  string `json:"text"`
}

// NotifyCustomer tells a customer.
func NotifyCustomer(context.Context, Notice) error { return nil }

// Archived is how an order ended.
type Archived struct {
	Order  string `json:"order"`
	Status string `json:"status"`
}

// ArchiveOrder puts an order away.
func ArchiveOrder(context.Context, Archived) error { return nil }

// Conversion is a medium that is converted.
type Conversion struct {
	ID string `json:"id"`
	To string `json:"to"`
}

// ConvertMedia returns the name of what it has made.
func ConvertMedia(_ context.Context, conversion Conversion) (string, error) {
	return conversion.To + " of " + conversion.ID, nil
}

// Request asks a carrier what a parcel costs.
type Request struct {
	Carrier string `json:"carrier"`
	Parcel  string `json:"parcel"`
}

// Requested names a request.
type Requested struct {
	Request string `json:"request"`
}

// Quote is what a carrier wants, in cents.
type Quote struct {
	Cents int64 `json:"cents"`
}

// RequestQuote asks a carrier.
func RequestQuote(_ context.Context, request Request) (Requested, error) {
	return Requested{Request: request.Carrier + "/" + request.Parcel}, nil
}

// WithdrawRequest takes the question back.
func WithdrawRequest(context.Context, Requested) error { return nil }

// ReadQuote returns the answer: the longer the request's name, the dearer.
func ReadQuote(_ context.Context, request Requested) (Quote, error) {
	return Quote{Cents: 100 * int64(len(request.Request))}, nil
}

// Row is a line of a table.
type Row struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// Imported is what a row says.
type Imported struct {
	Name   string `json:"name"`
	Amount int64  `json:"amount"`
}

// ImportRow reads a row such as "Ana, 12", or fails with ErrInvalidRow.
func ImportRow(_ context.Context, row Row) (Imported, error) {
	name, rest, _ := strings.Cut(row.Text, ",")
	amount, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
	if err != nil {
		return Imported{}, refuse(ErrInvalidRow, "line %d is no name and amount: %q", row.Line, row.Text)
	}
	return Imported{Name: name, Amount: amount}, nil
}

// Tool is a tool of a build, with what it works on.
type Tool struct {
	Tool   string   `json:"tool"`
	Inputs []string `json:"inputs"`
}

// RunTool returns the name of what the tool has made.
func RunTool(_ context.Context, tool Tool) (string, error) {
	return fmt.Sprintf("%s(%s)", tool.Tool, strings.Join(tool.Inputs, ", ")), nil
}

// JobQuestion asks for the state of a job, for the first time, which is look 0, or again.
type JobQuestion struct {
	Job  string `json:"job"`
	Look int    `json:"look"`
}

// JobState says whether a job is ready, and how often it was looked at.
type JobState struct {
	Ready bool `json:"ready"`
	Looks int  `json:"looks"`
}

// AskJob tells a job's state: ready at the third look. The second look fails twice with
// ErrUnavailable, which can be tried again; a job without a name is ErrUnknownJob.
func AskJob(ctx context.Context, question JobQuestion) (JobState, error) {
	if question.Job == "" {
		return JobState{}, temporal.NewApplicationError("a job needs a name", ErrUnknownJob)
	}
	if question.Look == 1 && activity.GetInfo(ctx).Attempt < 3 {
		return JobState{}, temporal.NewApplicationError("nobody answers", ErrUnavailable)
	}
	return JobState{Ready: question.Look >= 2, Looks: question.Look + 1}, nil
}

// Page is a page of a book.
type Page struct {
	Page int64 `json:"page"`
}

// PageContent is what stands on a page.
type PageContent struct {
	Number int64 `json:"number"`
}

// ReadPage returns what stands on a page: its number.
func ReadPage(_ context.Context, page Page) (PageContent, error) {
	return PageContent{Number: page.Page}, nil
}

// ContactsQuery asks for a page of contacts: those after one, at most so many.
type ContactsQuery struct {
	After string `json:"after"`
	Most  int    `json:"most"`
}

// ContactsPage is a page of contacts. Next is what to ask for next; after the last it is "".
type ContactsPage struct {
	Contacts []Contact `json:"contacts"`
	Next     string    `json:"next"`
}

// ListContacts returns a page of the contacts there are.
func ListContacts(_ context.Context, query ContactsQuery) (ContactsPage, error) {
	all := []Contact{
		{ID: "c-1", Name: "Ana", Email: "ana@example.org"},
		{ID: "c-2", Name: "Luis", Email: " LUIS@Example.org "},
		{ID: "c-3", Name: "Mei", Email: "illegible"},
		{ID: "c-4", Name: "Noor", Email: "noor@example.com"},
		{ID: "c-5", Name: "Omar", Email: "Omar@example.com"},
	}
	from := slices.IndexFunc(all, func(each Contact) bool { return each.ID > query.After })
	if from < 0 {
		return ContactsPage{Contacts: []Contact{}}, nil
	}
	page := all[from:min(len(all), from+max(1, query.Most))]
	if last := page[len(page)-1].ID; last != all[len(all)-1].ID {
		return ContactsPage{Contacts: page, Next: last}, nil
	}
	return ContactsPage{Contacts: page}, nil
}

// Tenant names a tenant.
type Tenant struct {
	Tenant string `json:"tenant"`
}

// ReadSettings returns what a tenant has set; what it has not set is not there.
func ReadSettings(_ context.Context, of Tenant) (map[string]any, error) {
	return map[string]map[string]any{
		"bakery": {"greeting": "Ciao", "reminders": 1, "every": "2d"},
		"bank":   {"approval": true, "reminders": 0},
	}[of.Tenant], nil
}

// Label is what is printed.
type Label struct {
	Lines []string `json:"lines"`
}

// PrintLabel returns the label as it was printed.
func PrintLabel(_ context.Context, label Label) (string, error) {
	return "[" + strings.Join(label.Lines, " | ") + "]", nil
}

// Errand is something to do.
type Errand struct {
	What string `json:"what"`
}

// RunErrand says what it has done.
func RunErrand(_ context.Context, errand Errand) (string, error) { return "done: " + errand.What, nil }
