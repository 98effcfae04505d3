package blueprint

import (
	"time"

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
	return engine.New(ExampleCatalog(), engine.Options{Definitions: definitions.Files(), EventsPerRun: exampleEventsPerRun})
}

// LargeExamples makes the interpreter of the same examples for workers that keep large
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
	for name, function := range exampleActivities() {
		catalog.Activity(name, function, engine.ActivityOptions{})
	}
	catalog.Activity("print_label", PrintLabel, engine.ActivityOptions{Local: true})
	catalog.Workflow("process_document", ProcessDocument, engine.WorkflowOptions{})
	return catalog
}

func exampleActivities() map[string]any {
	return map[string]any{
		"fetch_contact":     FetchContact,
		"validate_contact":  ValidateContact,
		"repair_contact":    RepairContact,
		"transform_contact": TransformContact,
		"enrich_contact":    EnrichContact,
		"save_contact":      SaveContact,
		"reject_contact":    RejectContact,
		"store_copy":        StoreCopy,
		"count_events":      CountEvents,
		"send_email":        SendEmail,
		"plan_letters":      PlanLetters,
		"letter_index":      LetterIndex,
		"count_letters":     CountLetters,
		"shared_letters":    SharedLetters,
		"plan_sort":         PlanSort,
		"sort_numbers":      SortNumbers,
		"merge_numbers":     MergeNumbers,
		"reserve_stock":     ReserveStock,
		"release_stock":     ReleaseStock,
		"charge_card":       ChargeCard,
		"refund_card":       RefundCard,
		"ship_order":        ShipOrder,
		"notify_customer":   NotifyCustomer,
		"archive_order":     ArchiveOrder,
		"convert_media":     ConvertMedia,
		"request_quote":     RequestQuote,
		"withdraw_request":  WithdrawRequest,
		"read_quote":        ReadQuote,
		"import_row":        ImportRow,
		"run_tool":          RunTool,
		"ask_job":           AskJob,
		"read_page":         ReadPage,
		"plan_errands":      PlanErrands,
		"plan_book":         PlanBook,
		"count_words":       CountWords,
		"add_up":            AddUp,
		"run_errand":        RunErrand,
	}
}

// Document names a document.
type Document struct {
	ID string `json:"id"`
}

// ProcessDocument is a child workflow in plain Go that blueprints may start. It returns
// the names of what it has made.
func ProcessDocument(ctx workflow.Context, document Document) ([]string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second, Summary: "index"})
	var made string
	err := workflow.ExecuteActivity(ctx, "convert_media", Conversion{ID: document.ID, To: "index"}).Get(ctx, &made)
	return []string{made}, err
}
