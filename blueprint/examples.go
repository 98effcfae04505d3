// Package blueprint shows workflows that are data. workflow.go is the pattern by itself: an
// interpreter of steps in JSON, in one file that can be copied. Everything else are the
// examples of package engine, which does the same safely and at any size: a catalog of
// Activities and planners, and the definitions that use them.
package blueprint

import (
	"time"

	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/definitions"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// exampleEventsPerRun makes the examples go on in a new run early, so that it can be
// seen. A worker of your own leaves Options.EventsPerRun alone.
const exampleEventsPerRun = 200

// Examples makes the interpreter of the example definitions and their catalog.
func Examples() (*engine.Interpreter, error) {
	return engine.New(ExampleCatalog(), engine.Options{
		Definitions: definitions.Files(), EventsPerRun: exampleEventsPerRun,
		Forks:      &worker.WorkflowReplayerOptions{DisableRegistrationAliasing: true},
		Operations: []string{"complete", "skip", "set", "replace"},
	})
}

// LargeExamples makes the interpreter of the same examples for Workers that keep large
// payloads in external storage.
func LargeExamples() (*engine.Interpreter, error) {
	return engine.New(ExampleCatalog(), engine.Options{
		Definitions: definitions.Files(), EventsPerRun: exampleEventsPerRun,
		PayloadBytes: 64 << 20,
		Budget:       language.Budget{OutputBytes: 8 << 20, StateBytes: 32 << 20},
	})
}

// ExampleCatalog is all that the examples, and documents from outside, may call.
func ExampleCatalog() *engine.Catalog {
	catalog := engine.NewCatalog()
	for name, each := range exampleActivities() {
		catalog.Activity(name, each.function, engine.ActivityOptions{Description: each.description})
	}
	catalog.Activity("print_label", PrintLabel, engine.ActivityOptions{Description: "Print a label.", Local: true})
	catalog.Workflow("process_document", ProcessDocument, engine.WorkflowOptions{Description: "Make an index of a document."})
	return catalog
}

// describedActivity is an Activity of the catalog with what it is for.
type describedActivity struct {
	function    any
	description string
}

func exampleActivities() map[string]describedActivity {
	return map[string]describedActivity{
		"fetch_contact":     {FetchContact, "Return the contact that a source has."},
		"validate_contact":  {ValidateContact, "Check a contact, and return it as it is."},
		"repair_contact":    {RepairContact, "Return the contact with its address in order."},
		"transform_contact": {TransformContact, "Return the contact with its name in capitals."},
		"enrich_contact":    {EnrichContact, "Find out the domain of a contact's address."},
		"save_contact":      {SaveContact, "Save a contact."},
		"reject_contact":    {RejectContact, "Report a contact that is not saved."},
		"store_copy":        {StoreCopy, "Store one of several copies of a contact."},
		"count_events":      {CountEvents, "Say how often each event came."},
		"send_email":        {SendEmail, "Send a text to an address."},
		"plan_letters":      {PlanLetters, "Plan the comparison of two words, letter by letter."},
		"letter_index":      {LetterIndex, "Tell a letter's place in the alphabet, from 0 to 25."},
		"count_letters":     {CountLetters, "Count how often each letter occurs."},
		"shared_letters":    {SharedLetters, "Count the letters that occur in both words."},
		"plan_sort":         {PlanSort, "Plan to sort a list: a long one by two plans for its halves."},
		"sort_numbers":      {SortNumbers, "Sort a list."},
		"merge_numbers":     {MergeNumbers, "Make one sorted list of two."},
		"reserve_stock":     {ReserveStock, "Reserve an article for an order."},
		"release_stock":     {ReleaseStock, "Take a reservation back."},
		"charge_card":       {ChargeCard, "Charge a card."},
		"refund_card":       {RefundCard, "Take a charge back."},
		"ship_order":        {ShipOrder, "Ship an order, and return the parcel's name."},
		"notify_customer":   {NotifyCustomer, "Tell a customer what became of an order."},
		"archive_order":     {ArchiveOrder, "Put an order away."},
		"convert_media":     {ConvertMedia, "Convert a medium, and return the name of what was made."},
		"request_quote":     {RequestQuote, "Ask a carrier what a parcel costs."},
		"withdraw_request":  {WithdrawRequest, "Take the question to a carrier back."},
		"read_quote":        {ReadQuote, "Return a carrier's answer."},
		"import_row":        {ImportRow, `Read a row such as "Ana, 12".`},
		"run_tool":          {RunTool, "Run a tool of a build, and return the name of what was made."},
		"ask_job":           {AskJob, "Tell a job's state."},
		"read_page":         {ReadPage, "Return what stands on a page."},
		"plan_errands":      {PlanErrands, "Plan a step for each errand."},
		"plan_book":         {PlanBook, "Write a book, and plan to count its words."},
		"count_words":       {CountWords, "Count the words of a text."},
		"add_up":            {AddUp, "Add numbers up."},
		"list_contacts":     {ListContacts, "Return a page of the contacts, and what to ask for next."},
		"read_settings":     {ReadSettings, "Return the settings of a tenant."},
		"run_errand":        {RunErrand, "Do an errand, and say what was done."},
	}
}

// Document names a document.
type Document struct {
	ID string `json:"id"`
}

// ProcessDocument is a Child Workflow in plain Go that blueprints may start. It returns
// the names of what it has made.
func ProcessDocument(ctx workflow.Context, document Document) ([]string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second, Summary: "index"})
	var made string
	err := workflow.ExecuteActivity(ctx, "convert_media", Conversion{ID: document.ID, To: "index"}).Get(ctx, &made)
	return []string{made}, err
}
