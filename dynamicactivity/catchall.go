package dynamicactivity

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/payload"
)

// UnknownActivity is the type of the ApplicationError with which the catch-all refuses
// an Activity Type that it does not serve. It is not retryable.
const UnknownActivity = "UnknownActivity"

// MaxNameLength bounds an Activity's name, in bytes.
const MaxNameLength = 200

// Enrich is the catch-all: it runs for every Activity Type that the Worker has not
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

// enrichment looks one field up in a table and writes what it finds to another.
type enrichment struct {
	reads, writes string
	values        map[string]string
}

// enrichments lists the Activities that are nothing but data. Enrich serves them.
func enrichments() map[string]enrichment {
	return map[string]enrichment{
		"enrich_currency": {reads: "country", writes: "currency", values: map[string]string{"ES": "EUR", "JP": "JPY", "US": "USD"}},
		"enrich_calling":  {reads: "country", writes: "calling", values: map[string]string{"ES": "+34", "JP": "+81", "US": "+1"}},
	}
}

// CallByName is a workflow that calls one Activity by its name with arguments that are
// data, too. It checks neither, but for the length of the name, to show what the
// catch-all makes of them by itself.
func CallByName(ctx workflow.Context, activityName string, args []any) (Record, error) {
	if activityName == "" || len(activityName) > MaxNameLength {
		message := fmt.Sprintf("an activity's name has 1 to %d bytes, got %d", MaxNameLength, len(activityName))
		return nil, temporal.NewNonRetryableApplicationError(message, UnknownActivity, nil)
	}
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    10 * time.Second,
		ScheduleToCloseTimeout: time.Minute,
		Summary:                activityName,
	})
	var output Record
	err := workflow.ExecuteActivity(ctx, activityName, args...).Get(ctx, &output)
	return output, err
}
