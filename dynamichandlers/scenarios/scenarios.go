// Package scenarios lists what the dynamichandlers sample shows.
package scenarios

import (
	"dynamicsamples/dynamichandlers"
	"dynamicsamples/internal/scenario"
)

// Sample returns the sample's Worker and scenarios.
func Sample() scenario.Sample {
	return scenario.Sample{
		Name:      "dynamichandlers",
		Idea:      "Signals, Queries and Updates that nobody named when the workflow was written.",
		TaskQueue: dynamichandlers.TaskQueue,
		Options:   dynamichandlers.Options,
		Register:  dynamichandlers.Register,
		Scenarios: append(catchAlls(), configurations()...),
	}
}
