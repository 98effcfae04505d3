package dynamicactivity

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

// Steps of all three stages count.
func TestMaxSteps(t *testing.T) {
	full := Pipeline{
		Validations:     slices.Repeat([]string{"validate_email"}, 4),
		Transformations: slices.Repeat([]string{"transform_trim"}, 3),
		Enrichments:     slices.Repeat([]string{"enrich_calling"}, 3),
	}
	results, seen := processJob(t, Job{full, []Record{ana()}})
	assert.Empty(t, results[0].Problems)
	assert.Len(t, seen.calls, MaxSteps)

	for name, pipeline := range map[string]Pipeline{
		"validation":     {Validations: append(full.Validations, "validate_phone"), Transformations: full.Transformations, Enrichments: full.Enrichments},
		"transformation": {Validations: full.Validations, Transformations: append(full.Transformations, "transform_trim"), Enrichments: full.Enrichments},
		"enrichment":     {Validations: full.Validations, Transformations: full.Transformations, Enrichments: append(full.Enrichments, "enrich_currency")},
	} {
		t.Run("one more "+name, func(t *testing.T) {
			environment, seen := newEnvironment(t)
			environment.ExecuteWorkflow(ProcessRecordsType, Job{pipeline, []Record{ana()}})

			assertFailure(t, environment, InvalidPipeline, "11 steps, at most 10 are allowed")
			assert.Empty(t, seen.calls)
		})
	}
}

func TestOneStepIsEnough(t *testing.T) {
	for _, pipeline := range []Pipeline{
		{Validations: []string{"validate_email"}}, {Transformations: []string{"transform_trim"}}, {Enrichments: []string{"enrich_calling"}},
	} {
		_, seen := processJob(t, Job{pipeline, []Record{ana()}})
		assert.Len(t, seen.calls, 1)
	}
}

// sized returns a record of so many bytes of JSON.
func sized(size int) Record {
	return Record{"name": strings.Repeat("x", size-len(`{"name":""}`))}
}

func TestMaxRecordSize(t *testing.T) {
	trim := Pipeline{Transformations: []string{"transform_trim"}}
	results, _ := processJob(t, Job{trim, []Record{sized(MaxRecordSize)}})
	assert.Equal(t, []Result{{Record: sized(MaxRecordSize)}}, results)

	environment, seen := newEnvironment(t)
	environment.ExecuteWorkflow(ProcessRecordsType, Job{trim, []Record{ana(), sized(MaxRecordSize + 1)}})
	assertFailure(t, environment, InvalidRecords, "records[1]: the record has 8193 bytes, at most 8192 are allowed")
	assert.Empty(t, seen.calls)
}

func TestMaxRecordSizeOfAnOutput(t *testing.T) {
	const problem = "the record has 8193 bytes, at most 8192 are allowed"
	for size, want := range map[int]Result{
		MaxRecordSize:     {Record: sized(MaxRecordSize)},
		MaxRecordSize + 1: {Problems: []Problem{{"transform_trim", problem}}},
	} {
		environment, _ := newEnvironment(t)
		environment.OnActivity("transform_trim", mock.Anything, mock.Anything).Return(sized(size), nil)
		environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Transformations: []string{"transform_trim"}}, []Record{ana()}})

		var results []Result
		require.NoError(t, environment.GetWorkflowResult(&results))
		assert.Equal(t, []Result{want}, results, size)
	}
}

// An Activity that returns nothing, as one of another service may, is no record either.
func TestEmptyOutputIsAProblem(t *testing.T) {
	environment, _ := newEnvironment(t)
	environment.OnActivity("validate_email", mock.Anything, mock.Anything).Return(Record(nil), nil)
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Validations: []string{"validate_email"}}, []Record{ana()}})

	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	assert.Equal(t, []Result{{Problems: []Problem{{"validate_email", "the record has no fields"}}}}, results)
}

func TestMaxTextLength(t *testing.T) {
	for length, want := range map[int]string{
		MaxTextLength:     strings.Repeat("x", MaxTextLength),
		MaxTextLength + 1: strings.Repeat("x", MaxTextLength-3) + "...",
	} {
		text := strings.Repeat("x", length)
		environment, _ := newEnvironment(t)
		environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Validations: []string{text}}, []Record{ana()}})
		assertFailure(t, environment, InvalidPipeline,
			fmt.Sprintf("validations[0]: unknown activity %q, known are validate_email, validate_phone", want))

		environment, _ = newEnvironment(t)
		environment.OnActivity("validate_email", mock.Anything, mock.Anything).Return(nil, rejected("%s", text))
		environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Validations: []string{"validate_email"}}, []Record{ana()}})
		var results []Result
		require.NoError(t, environment.GetWorkflowResult(&results))
		assert.Equal(t, []Problem{{"validate_email", want}}, results[0].Problems)
	}
}

// A timeout has no message of its own.
func TestTimeoutIsAProblem(t *testing.T) {
	environment, _ := newEnvironment(t)
	environment.OnActivity("validate_email", mock.Anything, mock.Anything).
		Return(nil, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_SCHEDULE_TO_CLOSE, nil))
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Validations: []string{"validate_email"}}, []Record{ana()}})

	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	require.Len(t, results[0].Problems, 1)
	assert.Contains(t, results[0].Problems[0].Reason, "timeout (type: ScheduleToClose)")
}

func TestMaxNameLength(t *testing.T) {
	for length, want := range map[int]string{
		1:                 `no activity "x" here; the catch-all serves enrich_calling, enrich_currency`,
		MaxNameLength:     fmt.Sprintf("no activity %q here; the catch-all serves enrich_calling, enrich_currency", strings.Repeat("x", MaxNameLength)),
		MaxNameLength + 1: "an activity's name has 1 to 200 bytes, got 201",
	} {
		environment, _ := newEnvironment(t)
		environment.ExecuteWorkflow(CallByName, strings.Repeat("x", length), []any{Record{}})
		assertFailure(t, environment, UnknownActivity, want)
	}
}
