// Package scenarios lists what the blueprint sample shows.
package scenarios

import (
	"dynamicsamples/blueprint"
	"dynamicsamples/internal/scenario"
)

// Sample returns the sample's Workers and scenarios, those of the pattern first.
func Sample() scenario.Sample {
	sample := blueprint.Sample()
	sample.Scenarios = append(Pattern(), sample.Scenarios...)
	return sample
}
