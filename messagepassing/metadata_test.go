package messagepassing

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/optionstest"
)

// The Web UI and the CLI explain a run's messages by these descriptions.
func TestHandlersAreDescribed(t *testing.T) {
	for _, each := range []struct {
		workflow any
		input    []any
		expected []string
	}{
		{Greeting, []any{GreetingInput{}}, []string{
			"approve: Let the workflow end",
			"language: The language that is set",
			"languages: The languages that can be set",
			"learn-language: Set a language, fetching its greeting when it is not known",
			"set-language: Set a language that the workflow knows",
		}},
		{Printer, nil, []string{
			"close: Print what waits, and end",
			"print: Print a document",
			"status: What is printed, how much waits, and how much was refused",
			"print-and-wait: Print a document and return its place in the order of printing",
		}},
		{Trip, nil, []string{
			"abandon: Undo what is booked, and fail",
			"confirm: Keep what is booked, and end",
			"note: Send a note to the traveler",
			"trip: What is booked, what is undone, and how many notes were sent",
			"book: Reserve now, and return when the trip is confirmed",
		}},
		{Bulletin, nil, []string{
			"close: Let the workflow end",
			"publish: Publish a headline",
			"next-headline: Wait for the next headline",
		}},
		{ClusterManager, []any{ClusterInput{Nodes: 1}}, []string{
			"repair: Repair a node",
			"shut-down: Shut the cluster down, and end",
			"start: Start the cluster",
			"cluster: The nodes, their jobs, and the number of this run",
			"assign-nodes: Assign free nodes to a job",
			"continue-as-new: Continue as new now, and return the number of the run that ends",
			"release-nodes: Release the nodes of a job",
		}},
	} {
		r := newRun(t)
		r.cancelAt(0)
		r.ExecuteWorkflow(each.workflow, each.input...)
		assert.Equal(t, each.expected, optionstest.Handlers(t, r))
	}
}
