package dynamicactivity

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
)

// step is what every Activity of a pipeline looks like: a record in, a record out.
type step = func(context.Context, Record) (Record, error)

// named lists the Activities that have a Go function of their own.
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

// DefaultCatalog lists every Activity of this sample's Worker, with its stage.
func DefaultCatalog() Catalog {
	catalog := Catalog{}
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
