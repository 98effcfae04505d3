package dynamicactivity

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"
)

// The Worker registers nothing as enrich_currency: the catch-all serves it. A test gives
// the name a stand-in, which wins over the catch-all and can be mocked.
func TestPipelineWithStandIns(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	catalog := Catalog{"validate_email": Validation, "enrich_currency": Enrichment, "enrich_calling": Enrichment}
	environment.RegisterWorkflowWithOptions(catalog.ProcessRecords, workflow.RegisterOptions{Name: ProcessRecordsType})
	environment.RegisterDynamicActivity(Enrich, activity.DynamicRegisterOptions{})
	standIn := func(_ context.Context, record Record) (Record, error) { return record, nil }
	for _, name := range []string{"validate_email", "enrich_currency"} {
		environment.RegisterActivityWithOptions(standIn, activity.RegisterOptions{Name: name})
	}
	environment.OnActivity("enrich_currency", mock.Anything, mock.Anything).Return(nil, rejected("no bank is open"))
	environment.ExecuteWorkflow(ProcessRecordsType, Job{
		Pipeline{Validations: []string{"validate_email"}, Enrichments: []string{"enrich_calling", "enrich_currency"}},
		[]Record{{"country": "ES"}},
	})

	var results []Result
	require.NoError(t, environment.GetWorkflowResult(&results))
	assert.Equal(t, []Result{{Problems: []Problem{{"enrich_currency", "no bank is open"}}}}, results)
	environment.AssertExpectations(t)
}

// Without a stand-in, the mock of a name that the catch-all serves is accepted, but the
// real catch-all runs. Only AssertExpectations would tell.
func TestMockWithoutAStandInIsIgnored(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(CallByName)
	environment.RegisterDynamicActivity(Enrich, activity.DynamicRegisterOptions{})
	environment.OnActivity("enrich_currency", mock.Anything, mock.Anything).Return(Record{"currency": "mocked"}, nil)
	environment.OnActivity(Enrich, mock.Anything, mock.Anything).Return(Record{"currency": "mocked"}, nil)
	environment.ExecuteWorkflow(CallByName, "enrich_currency", []any{Record{"country": "JP"}})

	var record Record
	require.NoError(t, environment.GetWorkflowResult(&record))
	assert.Equal(t, "JPY", record["currency"])
	assert.False(t, environment.AssertExpectations(quiet{}), "no mock was called")
}

// quiet takes what a mock has to say.
type quiet struct{}

func (quiet) Logf(string, ...any)   {}
func (quiet) Errorf(string, ...any) {}
func (quiet) FailNow()              {}

// The catch-all by itself runs in the environment of Activities, under any name.
func TestCatchAllAlone(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestActivityEnvironment()
	environment.RegisterDynamicActivity(Enrich, activity.DynamicRegisterOptions{})
	result, err := environment.ExecuteActivity("enrich_currency", Record{"country": "US"})
	require.NoError(t, err)
	var record Record
	require.NoError(t, result.Get(&record))
	assert.Equal(t, Record{"country": "US", "currency": "USD", "enriched_by": "enrich_currency"}, record)
}
