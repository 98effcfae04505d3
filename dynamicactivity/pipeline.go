package dynamicactivity

import (
	_ "embed" // for the pipeline's configuration
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/payload"
)

// Types of the ApplicationErrors with which ProcessRecords fails. None is retryable.
const (
	// InvalidPipeline: the pipeline names what cannot be called, or too much, or nothing.
	InvalidPipeline = "InvalidPipeline"
	// InvalidRecords: there are no records, or too many, or too large ones.
	InvalidRecords = "InvalidRecords"
)

// Bounds of one job. Together with MaxRecordSize they keep the Event History under the
// 4,096 Events at which the server suggests Continue-As-New, and the result within one
// payload.
const (
	MaxRecords           = 50
	MaxSteps             = 10
	MaxConcurrentRecords = 10
	// MaxTextLength bounds what is quoted of names and reasons, in bytes.
	MaxTextLength = 200
)

// Pipeline names the Activities that a record goes through, in this order.
type Pipeline struct {
	Validations     []string `json:"validations"`
	Transformations []string `json:"transformations"`
	Enrichments     []string `json:"enrichments"`
	// misread is what is wrong with the JSON that the pipeline was read from.
	misread error
}

// UnmarshalJSON reads a pipeline of a job. A mistake is kept for ProcessRecords, which
// fails with a type of its own: an argument that cannot be decoded fails a run without one.
func (p *Pipeline) UnmarshalJSON(text []byte) error {
	p.misread = p.read(text)
	return nil
}

// read refuses a key that no pipeline has, that comes twice or is in another case, so that
// no rule is left out for a misspelling.
func (p *Pipeline) read(text []byte) error {
	type fields Pipeline // without UnmarshalJSON
	return payload.ReadJSON(text, (*fields)(p))
}

// Stage is the place in a pipeline where an Activity may stand.
type Stage string

// The three stages of a pipeline.
const (
	Validation     Stage = "validations"
	Transformation Stage = "transformations"
	Enrichment     Stage = "enrichments"
)

//go:embed pipeline.json
var configuration []byte

// ConfiguredPipeline is the pipeline that pipeline.json describes.
func ConfiguredPipeline() (Pipeline, error) { return ReadPipeline(configuration) }

// ReadPipeline reads a pipeline from its JSON configuration. A misspelled key, a key that
// comes twice and anything after the value are errors.
func ReadPipeline(configuration []byte) (Pipeline, error) {
	var pipeline Pipeline
	if err := pipeline.read(configuration); err != nil {
		return Pipeline{}, fmt.Errorf("read the pipeline's configuration: %w", err)
	}
	return pipeline, nil
}

// changes lists the steps that change a record.
func (p Pipeline) changes() []string { return slices.Concat(p.Transformations, p.Enrichments) }

// checkPipeline compares every name with the known Activities and reports all
// problems at once. A pipeline without steps is a mistake, too: the SDK reads a job without
// the key, or with a misspelled one, as one without a pipeline.
func checkPipeline(pipeline Pipeline, known Catalog) error {
	switch steps := len(pipeline.Validations) + len(pipeline.changes()); {
	case pipeline.misread != nil:
		return refusal(InvalidPipeline, "pipeline: "+pipeline.misread.Error())
	case steps == 0:
		return refusal(InvalidPipeline, fmt.Sprintf("the pipeline must have a step (at most %d)", MaxSteps))
	case steps > MaxSteps:
		return refusal(InvalidPipeline, fmt.Sprintf("%d steps, at most %d are allowed", steps, MaxSteps))
	}
	return refusal(InvalidPipeline, slices.Concat(
		checkStage(Validation, pipeline.Validations, known),
		checkStage(Transformation, pipeline.Transformations, known),
		checkStage(Enrichment, pipeline.Enrichments, known),
	)...)
}

func checkStage(stage Stage, names []string, known Catalog) []string {
	var problems []string
	for i, name := range names {
		name = shorten(name)
		place := fmt.Sprintf("%s[%d]", stage, i)
		switch home, exists := known[name]; {
		case !exists:
			problems = append(problems, fmt.Sprintf("%s: unknown activity %q%s", place, name, suggestion(name, stage, known)))
		case home != stage:
			problems = append(problems, fmt.Sprintf("%s: %q belongs under %s", place, name, home))
		}
	}
	return problems
}

// suggestion names the Activities that were probably meant or, where none is near,
// all of the stage.
func suggestion(name string, stage Stage, known Catalog) string {
	var near, inStage []string
	for _, candidate := range workflow.DeterministicKeys(known) {
		if levenshtein.ComputeDistance(name, candidate) <= 1+len(candidate)/5 {
			near = append(near, candidate)
		}
		if known[candidate] == stage {
			inStage = append(inStage, candidate)
		}
	}
	if len(near) > 0 {
		return ", did you mean " + strings.Join(near, " or ") + "?"
	}
	return ", known are " + strings.Join(inStage, ", ")
}

func checkRecords(records []Record) error {
	switch {
	case len(records) == 0:
		return refusal(InvalidRecords, fmt.Sprintf("the job must have a record (at most %d)", MaxRecords))
	case len(records) > MaxRecords:
		return refusal(InvalidRecords, fmt.Sprintf("%d records, at most %d are allowed", len(records), MaxRecords))
	}
	var problems []string
	for i, record := range records {
		if err := checkRecord(record); err != nil {
			problems = append(problems, fmt.Sprintf("records[%d]: %v", i, err))
		}
	}
	return refusal(InvalidRecords, problems...)
}

// refusal returns an error that lists the problems, or nil when there are none.
func refusal(errorType string, problems ...string) error {
	if len(problems) == 0 {
		return nil
	}
	return temporal.NewNonRetryableApplicationError(strings.Join(problems, "\n"), errorType, nil)
}

// shorten cuts the text to at most MaxTextLength bytes.
func shorten(text string) string {
	if len(text) <= MaxTextLength {
		return text
	}
	const ellipsis = "..."
	return strings.ToValidUTF8(text[:MaxTextLength-len(ellipsis)], "") + ellipsis
}
