package dynamicactivity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/internal/convertertest"
	"dynamicsamples/internal/payload"
	"dynamicsamples/internal/replaytest"
)

// scheduledCall is one activity that a workflow asked for.
type scheduledCall struct {
	activityType string
	name         string // the record's name, as it was then
}

// watch notes what is scheduled, in order, and how much of it at a time.
type watch struct {
	calls              []scheduledCall
	underWay, mostEver int
	recorder           replaytest.Recorder
}

func (w *watch) steps() []string {
	var steps []string
	for _, call := range w.calls {
		steps = append(steps, call.activityType)
	}
	return steps
}

func newEnvironment(t *testing.T) (*testsuite.TestWorkflowEnvironment, *watch) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(Options().DisableRegistrationAliasing)
	environment := suite.NewTestWorkflowEnvironment()
	Register(environment)
	seen := &watch{}
	environment.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{&seen.recorder}})
	environment.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, args converter.EncodedValues) {
		var record Record
		_ = args.Get(&record) // some tests send no record on purpose
		seen.calls = append(seen.calls, scheduledCall{info.ActivityType.Name, record["name"]})
		seen.underWay++
		seen.mostEver = max(seen.mostEver, seen.underWay)
	})
	environment.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { seen.underWay-- })
	return environment, seen
}

func processJob(t *testing.T, job Job) ([]Result, *watch) {
	t.Helper()
	environment, seen := newEnvironment(t)
	environment.ExecuteWorkflow(ProcessRecordsType, job)
	require.NoError(t, environment.GetWorkflowError())
	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	return results, seen
}

func ana() Record {
	return Record{"name": " Ana ", "email": "ana@example.com", "phone": "+34910000000", "country": "ES"}
}

func TestEachStepGetsTheOutputOfTheOneBefore(t *testing.T) {
	pipeline, err := ReadPipeline(configuration)
	require.NoError(t, err)
	results, seen := processJob(t, Job{pipeline, []Record{ana()}})

	assert.Equal(t, []scheduledCall{
		{"validate_email", " Ana "},
		{"validate_phone", " Ana "},
		{"transform_trim", " Ana "},
		{"transform_uppercase", "Ana"},
		{"transform_label", "ANA"},
		{"enrich_currency", "ANA"},
		{"enrich_calling", "ANA"},
	}, seen.calls)
	assert.Equal(t, []Result{{Record: Record{
		"name": "ANA", "email": "ana@example.com", "phone": "+34910000000", "country": "ES",
		"label": "ANA (ana@example.com)", "currency": "EUR", "calling": "+34",
		"enriched_by": "enrich_currency enrich_calling",
	}}}, results)
}

func TestOrderIsThePipelines(t *testing.T) {
	transformations := []string{"transform_label", "transform_uppercase", "transform_trim", "transform_uppercase"}
	results, seen := processJob(t, Job{Pipeline{Transformations: transformations}, []Record{ana()}})

	assert.Equal(t, transformations, seen.steps())
	assert.Equal(t, "Ana  (ana@example.com)", results[0].Record["label"])
}

func TestEveryRuleReports(t *testing.T) {
	pipeline := Pipeline{
		Validations:     []string{"validate_email", "validate_phone"},
		Transformations: []string{"transform_trim"},
	}
	bad := Record{"name": "Bad", "email": "nowhere", "phone": "1"}
	results, seen := processJob(t, Job{pipeline, []Record{bad, ana()}})

	assert.Equal(t, []Problem{
		{"validate_email", `email "nowhere" is not an address`},
		{"validate_phone", `phone "1" is not an international number such as +34910000000`},
	}, results[0].Problems)
	assert.Nil(t, results[0].Record)
	assert.Empty(t, results[1].Problems, "a bad record stops no other")
	assert.NotContains(t, seen.calls, scheduledCall{"transform_trim", "Bad"}, "an invalid record goes no further")
}

func TestFailedStepStopsItsRecordOnly(t *testing.T) {
	pipeline := Pipeline{Enrichments: []string{"enrich_currency", "enrich_calling"}}
	results, seen := processJob(t, Job{pipeline, []Record{{"name": "Plato", "country": "Atlantis"}, ana()}})

	assert.Equal(t, []Result{
		{Problems: []Problem{{"enrich_currency", `country "Atlantis" is not in the table`}}},
		{Record: Record{"name": " Ana ", "email": "ana@example.com", "phone": "+34910000000", "country": "ES",
			"currency": "EUR", "calling": "+34", "enriched_by": "enrich_currency enrich_calling"}},
	}, results)
	assert.NotContains(t, seen.calls, scheduledCall{"enrich_calling", "Plato"})
}

func TestMistakesInThePipelineAreAllReportedBeforeTheFirstCall(t *testing.T) {
	tooMany := strings.Split(strings.Repeat("transform_trim ", MaxSteps+1), " ")[:MaxSteps+1]
	long := strings.Repeat("x", 1<<20)
	cases := []struct {
		name     string
		pipeline Pipeline
		message  string
	}{
		{"misspelled", Pipeline{Validations: []string{"validate_emial"}},
			`validations[0]: unknown activity "validate_emial", did you mean validate_email?`},
		{"two near", Pipeline{Validations: []string{"validate_phail"}},
			`validations[0]: unknown activity "validate_phail", did you mean validate_email or validate_phone?`},
		{"nothing near", Pipeline{Enrichments: []string{"moon"}},
			`enrichments[0]: unknown activity "moon", known are enrich_calling, enrich_currency`},
		{"empty", Pipeline{Validations: []string{""}},
			`validations[0]: unknown activity "", known are validate_email, validate_phone`},
		{"wrong stage", Pipeline{Transformations: []string{"enrich_calling"}},
			`transformations[0]: "enrich_calling" belongs under enrichments`},
		{"the Go function's name", Pipeline{Transformations: []string{"transformTrim"}},
			`transformations[0]: unknown activity "transformTrim", did you mean transform_trim?`},
		{"several", Pipeline{Validations: []string{"a", "validate_email", "b"}, Enrichments: []string{"c"}},
			`validations[0]: unknown activity "a", known are validate_email, validate_phone
validations[2]: unknown activity "b", known are validate_email, validate_phone
enrichments[0]: unknown activity "c", known are enrich_calling, enrich_currency`},
		{"just near enough", Pipeline{Transformations: []string{"transform_t"}, Enrichments: []string{"enrich_curr"}},
			`transformations[0]: unknown activity "transform_t", did you mean transform_trim?
enrichments[0]: unknown activity "enrich_curr", did you mean enrich_currency?`},
		{"just too far", Pipeline{Transformations: []string{"transform_"}, Enrichments: []string{"enrich_cur"}},
			`transformations[0]: unknown activity "transform_", known are transform_label, transform_trim, transform_uppercase
enrichments[0]: unknown activity "enrich_cur", known are enrich_calling, enrich_currency`},
		{"no steps", Pipeline{}, `the pipeline must have a step (at most 10)`},
		{"too many steps", Pipeline{Transformations: tooMany}, `11 steps, at most 10 are allowed`},
		{"huge name", Pipeline{Validations: []string{long}},
			fmt.Sprintf("validations[0]: unknown activity %q, known are validate_email, validate_phone", long[:197]+"...")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			environment, seen := newEnvironment(t)
			environment.ExecuteWorkflow(ProcessRecordsType, Job{c.pipeline, []Record{ana()}})

			assertFailure(t, environment, InvalidPipeline, c.message)
			assert.Empty(t, seen.calls)
		})
	}
}

// A client in another language sends JSON. The SDK would leave out what is misspelled, here
// a rule.
func TestJobIsReadStrictly(t *testing.T) {
	const records = `"records": [{"email": "nowhere"}]`
	for job, want := range map[string]struct{ errorType, message string }{
		`{}`:                                  {InvalidPipeline, "the pipeline must have a step (at most 10)"},
		`{"pipelin": {}, ` + records + `}`:    {InvalidPipeline, "the pipeline must have a step (at most 10)"},
		`{"pipeline": null, ` + records + `}`: {InvalidPipeline, "pipeline: got null"},
		`{"pipeline": {"validatons": ["validate_email"], "enrichments": ["enrich_calling"]}, ` + records + `}`: {InvalidPipeline, `pipeline: got unknown field "validatons"`},
		`{"pipeline": {"Validations": ["validate_email"]}, ` + records + `}`:                                   {InvalidPipeline, `pipeline: got unknown field "Validations"`},
		`{"pipeline": {"validations": ["validate_email"], "validations": []}, ` + records + `}`:                {InvalidPipeline, `pipeline: got field "validations" twice`},
		`{"pipeline": {"validations": "validate_email"}, ` + records + `}`:                                     {InvalidPipeline, `pipeline: got string for field "validations"`},
		`{"pipeline": {"validations": ["validate_email"]}, "recods": []}`:                                      {InvalidRecords, "the job must have a record (at most 50)"},
		`{"pipeline": {"validations": ["validate_email"]}, "records": [null]}`:                                 {InvalidRecords, "records[0]: the record has no fields"},
	} {
		environment, seen := newEnvironment(t)
		environment.ExecuteWorkflow(ProcessRecordsType, json.RawMessage(job))
		assertFailure(t, environment, want.errorType, want.message)
		assert.Empty(t, seen.calls, job)
	}
}

func assertFailure(t *testing.T, environment *testsuite.TestWorkflowEnvironment, errorType, message string) {
	t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(t, environment.GetWorkflowError(), &failure)
	assert.Equal(t, errorType, failure.Type())
	assert.Equal(t, message, failure.Message())
	assert.True(t, failure.NonRetryable())
}

func TestRecordsAreCheckedBeforeTheFirstCall(t *testing.T) {
	large := Record{"name": strings.Repeat("x", MaxRecordSize)}
	cases := []struct {
		name    string
		records []Record
		message string
	}{
		{"none", nil, "the job must have a record (at most 50)"},
		{"an empty list", []Record{}, "the job must have a record (at most 50)"},
		{"too many", make([]Record, MaxRecords+1), "51 records, at most 50 are allowed"},
		{"empty and large", []Record{{}, ana(), large, nil},
			"records[0]: the record has no fields\nrecords[2]: the record has 8203 bytes, at most 8192 are allowed\nrecords[3]: the record has no fields"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			environment, seen := newEnvironment(t)
			environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Transformations: []string{"transform_trim"}}, c.records})

			assertFailure(t, environment, InvalidRecords, c.message)
			assert.Empty(t, seen.calls)
		})
	}
}

func TestRecordThatGrowsTooLargeIsRejected(t *testing.T) {
	environment, seen := newEnvironment(t)
	environment.OnActivity("transform_trim", mock.Anything, mock.Anything).
		Return(Record{"name": strings.Repeat("x", MaxRecordSize)}, nil)
	environment.ExecuteWorkflow(ProcessRecordsType, Job{
		Pipeline{Transformations: []string{"transform_trim", "transform_uppercase"}}, []Record{ana()},
	})

	require.NoError(t, environment.GetWorkflowError())
	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	assert.Equal(t, []Problem{{"transform_trim", "the record has 8203 bytes, at most 8192 are allowed"}}, results[0].Problems)
	assert.Equal(t, []string{"transform_trim"}, seen.steps())
}

func TestLongReasonIsCut(t *testing.T) {
	environment, _ := newEnvironment(t)
	environment.OnActivity("validate_email", mock.Anything, mock.Anything).Return(nil, rejected("%s", strings.Repeat("é", MaxTextLength)))
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Validations: []string{"validate_email"}}, []Record{ana()}})

	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	reason := results[0].Problems[0].Reason
	assert.LessOrEqual(t, len(reason), MaxTextLength)
	assert.Equal(t, strings.Repeat("é", 98)+"...", reason, "no character is cut in half")
}

func TestRecordsAreBoundedAndInOrder(t *testing.T) {
	environment, seen := newEnvironment(t)
	records := make([]Record, MaxRecords)
	for i := range records {
		records[i] = Record{"name": fmt.Sprint(i)}
	}
	environment.OnActivity("transform_trim", mock.Anything, mock.Anything).Return(
		func(_ context.Context, record Record) (Record, error) { return record, nil },
	).After(time.Second)
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Transformations: []string{"transform_trim"}}, records})

	require.NoError(t, environment.GetWorkflowError())
	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	for i, result := range results {
		assert.Equal(t, Result{Record: records[i]}, result)
	}
	assert.Len(t, seen.calls, MaxRecords)
	assert.Equal(t, 10, seen.mostEver)
}

func TestTransientFailureIsRetried(t *testing.T) {
	environment, seen := newEnvironment(t)
	calls := 0
	environment.OnActivity("transform_trim", mock.Anything, mock.Anything).Return(func(_ context.Context, record Record) (Record, error) {
		if calls++; calls < 3 {
			return nil, errors.New("the network is down")
		}
		return record, nil
	})
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Transformations: []string{"transform_trim"}}, []Record{ana()}})

	require.NoError(t, environment.GetWorkflowError())
	assert.Equal(t, 3, calls)
	assert.Equal(t, "transform_trim", seen.steps()[0])
}

func TestCancellationEndsTheRun(t *testing.T) {
	environment, seen := newEnvironment(t)
	environment.OnActivity("validate_email", mock.Anything, mock.Anything).Return(ana(), nil).After(time.Minute)
	environment.RegisterDelayedCallback(environment.CancelWorkflow, time.Second)
	records := make([]Record, MaxRecords)
	for i := range records {
		records[i] = ana()
	}
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Validations: []string{"validate_email", "validate_phone"}}, records})

	var canceled *temporal.CanceledError
	require.ErrorAs(t, environment.GetWorkflowError(), &canceled)
	assert.Len(t, seen.recorder.Scheduled, MaxConcurrentRecords, "nothing is scheduled after the cancellation")
}

func TestCallByName(t *testing.T) {
	environment, seen := newEnvironment(t)
	environment.ExecuteWorkflow(CallByName, "enrich_calling", []any{Record{"country": "JP"}})

	require.NoError(t, environment.GetWorkflowError())
	var record Record
	require.NoError(t, environment.GetWorkflowResult(&record))
	assert.Equal(t, Record{"country": "JP", "calling": "+81", "enriched_by": "enrich_calling"}, record)
	assert.Equal(t, []string{"enrich_calling"}, seen.steps())
}

func TestCallByNameRefusals(t *testing.T) {
	cases := []struct {
		name, activityType string
		args               []any
		errorType, message string
		calls              int
	}{
		{"unknown", "enrich_moon", []any{Record{}}, UnknownActivity,
			`no activity "enrich_moon" here; the catch-all serves enrich_calling, enrich_currency`, 1},
		{"the Go function's name", "transformTrim", []any{Record{}}, UnknownActivity,
			`no activity "transformTrim" here; the catch-all serves enrich_calling, enrich_currency`, 1},
		{"no argument", "enrich_calling", nil, payload.InvalidArguments, "arguments: want 1, got 0", 1},
		{"two arguments", "enrich_calling", []any{Record{}, Record{}}, payload.InvalidArguments, "arguments: want 1, got 2", 1},
		{"wrong type", "enrich_calling", []any{"US"}, payload.InvalidArguments,
			"argument 1 of 1: want dynamicactivity.Record, got string", 1},
		{"null", "enrich_calling", []any{nil}, payload.InvalidArguments,
			"argument 1 of 1: want dynamicactivity.Record, got null", 1},
		{"no name", "", nil, UnknownActivity, "an activity's name has 1 to 200 bytes, got 0", 0},
		{"long name", strings.Repeat("x", 201), nil, UnknownActivity, "an activity's name has 1 to 200 bytes, got 201", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			environment, seen := newEnvironment(t)
			environment.ExecuteWorkflow(CallByName, c.activityType, c.args)

			assertFailure(t, environment, c.errorType, c.message)
			assert.Len(t, seen.calls, c.calls, "tried once, or never")
		})
	}
}

// A caller's Data Converter is its Worker's, too, and not always the SDK's.
func TestCatchAllDecodesWithTheWorkersConverter(t *testing.T) {
	for name, each := range convertertest.All() {
		t.Run(name, func(t *testing.T) {
			environment, _ := newEnvironment(t)
			environment.SetDataConverter(each)
			environment.ExecuteWorkflow(CallByName, "enrich_calling", []any{Record{"country": "JP"}})

			require.NoError(t, environment.GetWorkflowError())
			var record Record
			require.NoError(t, environment.GetWorkflowResult(&record))
			assert.Equal(t, Record{"country": "JP", "calling": "+81", "enriched_by": "enrich_calling"}, record)
		})
	}
}

// What the converter cannot make a record of is refused as with the SDK's own.
func TestCatchAllRefusesWithTheWorkersConverter(t *testing.T) {
	for name, each := range convertertest.All() {
		t.Run(name, func(t *testing.T) {
			for _, wrong := range [][]any{nil, {Record{}, Record{}}, {"US"}, {nil}} {
				environment, seen := newEnvironment(t)
				environment.SetDataConverter(each)
				environment.ExecuteWorkflow(CallByName, "enrich_calling", wrong)

				var failure *temporal.ApplicationError
				require.ErrorAs(t, environment.GetWorkflowError(), &failure)
				assert.Equal(t, payload.InvalidArguments, failure.Type())
				assert.True(t, failure.NonRetryable())
				assert.Len(t, seen.calls, 1)
			}
		})
	}
}

func TestPipelineWithTheWorkersConverter(t *testing.T) {
	pipeline, err := ConfiguredPipeline()
	require.NoError(t, err)
	want, _ := processJob(t, Job{pipeline, []Record{ana()}})
	for name, each := range convertertest.All() {
		t.Run(name, func(t *testing.T) {
			environment, _ := newEnvironment(t)
			environment.SetDataConverter(each)
			environment.ExecuteWorkflow(ProcessRecordsType, Job{pipeline, []Record{ana()}})

			var results []Result
			require.NoError(t, environment.GetWorkflowResult(&results))
			assert.Equal(t, want, results)
		})
	}
}

func TestResultsAreInTheOrderOfTheRecords(t *testing.T) {
	environment, _ := newEnvironment(t)
	slow, quick := Record{"name": "slow"}, Record{"name": "quick"}
	environment.OnActivity("transform_trim", mock.Anything, slow).Return(slow, nil).After(time.Minute / 2)
	environment.OnActivity("transform_trim", mock.Anything, quick).Return(quick, nil).After(time.Second)
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Transformations: []string{"transform_trim"}}, []Record{slow, quick}})

	require.NoError(t, environment.GetWorkflowError())
	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	assert.Equal(t, []Result{{Record: slow}, {Record: quick}}, results)
}

// unreadable is a converter that cannot read what a side effect has recorded.
type unreadable struct{ converter.DataConverter }

func (u unreadable) FromPayloads(payloads *commonpb.Payloads, pointers ...any) error {
	if _, recorded := pointers[0].(*Catalog); recorded {
		return errors.New("no catalog")
	}
	return u.DataConverter.FromPayloads(payloads, pointers...)
}

func TestUnreadableRecordFailsTheRun(t *testing.T) {
	environment, seen := newEnvironment(t)
	environment.SetDataConverter(unreadable{converter.GetDefaultDataConverter()})
	environment.ExecuteWorkflow(ProcessRecordsType, Job{Pipeline{Transformations: []string{"transform_trim"}}, []Record{ana()}})

	require.ErrorContains(t, environment.GetWorkflowError(), "read the recorded catalog: no catalog")
	assert.Empty(t, seen.calls)
}

// Clients in other languages know these names.
func TestNamesOnTheWire(t *testing.T) {
	assert.Equal(t, []string{"InvalidPipeline", "InvalidRecords", "UnknownActivity", "RecordRejected", "ProcessRecords", "dynamicactivity"},
		[]string{InvalidPipeline, InvalidRecords, UnknownActivity, RecordRejected, ProcessRecordsType, TaskQueue})
}

func TestGoldenHistories(t *testing.T) { replaytest.Histories(t, Register) }

// A run that began on a worker with an activity that no longer exists goes on, since
// it keeps the catalog of then.
func TestRunKeepsItsCatalog(t *testing.T) {
	recorded, err := replaytest.Load(t, replaytest.Folder+"/pipeline.json").Marshal()
	require.NoError(t, err)
	// Names of the same length keep the binary encoding intact.
	recorded = bytes.ReplaceAll(recorded, []byte("enrich_calling"), []byte("enrich_retired"))
	history := &historypb.History{}
	require.NoError(t, history.Unmarshal(recorded))
	require.NotContains(t, DefaultCatalog(), "enrich_retired")
	replaytest.Replay(t, history, Register)
}
