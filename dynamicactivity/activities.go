package dynamicactivity

import (
	"context"
	"fmt"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/internal/payload"
)

// step is what every activity of a pipeline looks like: a record in, a record out.
type step = func(context.Context, Record) (Record, error)

// named lists the activities that have a Go function of their own.
func named() map[Stage]map[string]step {
	return map[Stage]map[string]step{
		Validation: {
			"validate_email": validateEmail,
			"validate_phone": validatePhone,
		},
		Transformation: {
			"transform_trim":      transformTrim,
			"transform_uppercase": transformUppercase,
			"transform_label":     transformLabel,
		},
	}
}

// enrichment looks one field up in a table and writes what it finds to another.
type enrichment struct {
	reads, writes string
	values        map[string]string
}

// enrichments lists the activities that are nothing but data. Enrich serves them.
func enrichments() map[string]enrichment {
	return map[string]enrichment{
		"enrich_currency": {reads: "country", writes: "currency", values: map[string]string{"ES": "EUR", "JP": "JPY", "US": "USD"}},
		"enrich_calling":  {reads: "country", writes: "calling", values: map[string]string{"ES": "+34", "JP": "+81", "US": "+1"}},
	}
}

// Catalog lists every activity that a pipeline may name, with its stage.
func Catalog() map[string]Stage {
	catalog := map[string]Stage{}
	for stage, steps := range named() {
		for name := range steps {
			catalog[name] = stage
		}
	}
	for name := range enrichments() {
		catalog[name] = Enrichment
	}
	return catalog
}

// Enrich is the catch-all: it runs for every activity type that the worker has not
// registered by name. It takes one Record, adds what its own type's table says, and
// signs the record with that type. It fails with an ApplicationError of type
// UnknownActivity, payload.InvalidArguments or RecordRejected, none retryable.
func Enrich(ctx context.Context, args converter.EncodedValues) (Record, error) {
	ownType := activity.GetInfo(ctx).ActivityType.Name
	enrichment, known := enrichments()[ownType]
	if !known {
		return nil, temporal.NewNonRetryableApplicationError(
			fmt.Sprintf("no activity %q here; the catch-all serves %s", ownType,
				strings.Join(slices.Sorted(maps.Keys(enrichments())), ", ")), UnknownActivity, nil)
	}
	var record Record
	if err := payload.Decode(args, &record); err != nil {
		return nil, err
	}
	value, found := enrichment.values[record[enrichment.reads]]
	if !found {
		return nil, rejected("%s %q is not in the table", enrichment.reads, record[enrichment.reads])
	}
	record[enrichment.writes] = value
	record["enriched_by"] = strings.TrimSpace(record["enriched_by"] + " " + ownType)
	return record, nil
}

func rejected(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), RecordRejected, nil)
}

func validateEmail(_ context.Context, record Record) (Record, error) {
	address, err := mail.ParseAddress(record["email"])
	if err != nil || address.Address != record["email"] {
		return nil, rejected("email %q is not an address", record["email"])
	}
	return record, nil
}

func validatePhone(_ context.Context, record Record) (Record, error) {
	// As ITU-T E.164 writes it.
	const internationalNumber = `^\+[1-9][0-9]{6,14}$`
	matches, err := regexp.MatchString(internationalNumber, record["phone"])
	if err != nil || !matches {
		return nil, rejected("phone %q is not an international number such as +34910000000", record["phone"])
	}
	return record, nil
}

func transformTrim(_ context.Context, record Record) (Record, error) {
	for field, value := range record {
		record[field] = strings.TrimSpace(value)
	}
	return record, nil
}

func transformUppercase(_ context.Context, record Record) (Record, error) {
	record["name"] = strings.ToUpper(record["name"])
	return record, nil
}

func transformLabel(_ context.Context, record Record) (Record, error) {
	record["label"] = fmt.Sprintf("%s (%s)", record["name"], record["email"])
	return record, nil
}
