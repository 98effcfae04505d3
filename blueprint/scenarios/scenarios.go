// Package scenarios lists what the blueprint sample shows.
package scenarios

import (
	"dynamicsamples/blueprint"
	"dynamicsamples/internal/scenario"
)

// Sample returns the sample's Workers and scenarios, those of the pattern first.
func Sample() scenario.Sample {
	sample := blueprint.Sample()
	var all []scenario.Scenario
	for _, each := range Pattern() {
		// Their golden histories stand apart, in testdata/histories/pattern: the engine's tests
		// replay all others.
		each.Unrecorded = true
		all = append(all, each)
	}
	sample.Scenarios = append(all, sample.Scenarios...)
	return sample
}
