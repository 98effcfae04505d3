package engine

// The Workflow Types of an interpreter, beside those of its definitions.
const (
	// InlineWorkflow is the Workflow Type that takes a whole document as its first argument,
	// as text or as an object, and its input as the second. A list is a document with those
	// that it and they may start, beside the definitions.
	InlineWorkflow = "blueprint"
	// CatalogWorkflow is the Workflow Type by which a Worker describes itself to any client: its
	// result is a Description. One that is long comes in parts: start it again with the Next of
	// the last part as its argument.
	CatalogWorkflow = "blueprint.catalog"
	// ForkWorkflow is the Workflow Type that forks a run: its argument is a Fork. It needs
	// Options.Forks. The fork has the Workflow ID of its origin, so that the server lets no two of
	// them run at once, each of which would take back the same steps.
	ForkWorkflow = "blueprint.fork"
)

// The Updates and the Query that each run answers.
const (
	// MessageUpdate is the name of the update that brings a message to a run. Its
	// argument is a Message; its answer a Receipt. A signal of a message's own name
	// brings one, too, without telling whether it was taken.
	MessageUpdate = "message"
	// OperateUpdate is the name of the update by which people operate a run. Its argument is an
	// Operation; its answer an OperationAnswer. Runs of version 1 do not have it.
	OperateUpdate = "operate"
	// StatusQuery is the name of the query that answers with a Status.
	StatusQuery = "status"
)
