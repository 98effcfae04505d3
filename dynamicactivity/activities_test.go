package dynamicactivity

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
)

func TestValidations(t *testing.T) {
	cases := []struct {
		rule, field, value string
		valid              bool
	}{
		{"validate_email", "email", "ana@example.com", true},
		{"validate_email", "email", "ana+news@example.com", true},
		{"validate_email", "email", "Ana <ana@example.com>", false},
		{"validate_email", "email", " ana@example.com", false},
		{"validate_email", "email", "ana", false},
		{"validate_email", "email", "", false},
		{"validate_phone", "phone", "+34910000000", true},
		{"validate_phone", "phone", "+1234567", true},
		{"validate_phone", "phone", "+123456", false},
		{"validate_phone", "phone", "+1234567890123456", false},
		{"validate_phone", "phone", "34910000000", false},
		{"validate_phone", "phone", "+34910000000\n", false},
		{"validate_phone", "phone", "", false},
	}
	for _, c := range cases {
		t.Run(c.rule+" "+c.value, func(t *testing.T) {
			record := Record{c.field: c.value}
			output, err := named()[Validation][c.rule](t.Context(), record)
			if c.valid {
				require.NoError(t, err)
				assert.Equal(t, Record{c.field: c.value}, output, "a rule changes nothing")
				return
			}
			var failure *temporal.ApplicationError
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, RecordRejected, failure.Type())
			assert.True(t, failure.NonRetryable())
		})
	}
}

func TestEnrichments(t *testing.T) {
	for name, values := range map[string]map[string]string{
		"enrich_currency": {"ES": "EUR", "JP": "JPY", "US": "USD"},
		"enrich_calling":  {"ES": "+34", "JP": "+81", "US": "+1"},
	} {
		var suite testsuite.WorkflowTestSuite
		environment := suite.NewTestActivityEnvironment()
		environment.RegisterDynamicActivity(Enrich, activity.DynamicRegisterOptions{})
		for country, value := range values {
			result, err := environment.ExecuteActivity(name, Record{"country": country})
			require.NoError(t, err)
			var record Record
			require.NoError(t, result.Get(&record))
			assert.Equal(t, Record{"country": country, enrichments()[name].writes: value, "enriched_by": name}, record)
		}
		for _, country := range []string{"", "es", "FR"} {
			_, err := environment.ExecuteActivity(name, Record{"country": country})
			var failure *temporal.ApplicationError
			require.ErrorAs(t, err, &failure)
			assert.Equal(t, RecordRejected, failure.Type())
			assert.Equal(t, fmt.Sprintf("country %q is not in the table", country), failure.Message())
		}
	}
}

func TestCatalogListsEveryActivityOnce(t *testing.T) {
	assert.Equal(t, Catalog{
		"validate_email": Validation, "validate_phone": Validation,
		"transform_trim": Transformation, "transform_uppercase": Transformation, "transform_label": Transformation,
		"enrich_currency": Enrichment, "enrich_calling": Enrichment,
	}, DefaultCatalog())
}

func FuzzReadPipeline(f *testing.F) {
	f.Add(configuration)
	f.Add([]byte(`{"validatons": []}`))
	f.Add([]byte(`{"validations": "validate_email"}`))
	f.Fuzz(func(t *testing.T, configuration []byte) {
		pipeline, err := ReadPipeline(configuration)
		if err != nil {
			return
		}
		// Whatever the configuration names, the check answers, and lets nothing pass
		// that is not in the catalog.
		if checkPipeline(pipeline, DefaultCatalog()) == nil {
			for _, name := range pipeline.changes() {
				assert.Contains(t, DefaultCatalog(), name)
			}
		}
	})
}

func TestConfigurationIsReadStrictly(t *testing.T) {
	for configuration, message := range map[string]string{
		`{"validatons": []}`:                                     `got unknown field "validatons"`,
		`{"Validations": []}`:                                    `got unknown field "Validations"`,
		`{"validations": [], "VALIDATIONS":[]`:                   `got malformed JSON`,
		`{"enrichments": ["enrich_calling"], "enrichments": []}`: `got field "enrichments" twice`,
		`{"validations": "validate_email"}`:                      `got string for field "validations"`,
		`{"transformations": []} {"transformations": []}`:        `got more than one value`,
		`{"transformations": []}]`:                               `got more than one value`,
		`null`:                                                   `got null`,
		``:                                                       `got malformed JSON`,
	} {
		_, err := ReadPipeline([]byte(configuration))
		assert.EqualError(t, err, "read the pipeline's configuration: "+message, configuration)
	}
	pipeline, err := ReadPipeline([]byte(`{"validations": ["a"], "transformations": ["b", "c"], "enrichments": []}`))
	require.NoError(t, err)
	assert.Equal(t, Pipeline{Validations: []string{"a"}, Transformations: []string{"b", "c"}, Enrichments: []string{}}, pipeline)
}
