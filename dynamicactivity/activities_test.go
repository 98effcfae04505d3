package dynamicactivity

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
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

func TestMisspelledKeyOfTheConfiguration(t *testing.T) {
	for configuration, message := range map[string]string{
		`{"validatons": []}`:                `read the pipeline's configuration: json: unknown field "validatons"`,
		`{"validations": "validate_email"}`: `read the pipeline's configuration: json: cannot unmarshal string into Go struct field Pipeline.validations of type []string`,
		``:                                  `read the pipeline's configuration: EOF`,
	} {
		_, err := ReadPipeline([]byte(configuration))
		assert.EqualError(t, err, message)
	}
}
