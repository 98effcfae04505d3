package dynamicactivity

import (
	"encoding/json"
	"errors"
	"fmt"

	"go.temporal.io/sdk/temporal"
)

// RecordRejected is the type of the ApplicationError with which a step objects to a
// record. It is not retryable: the same record would be rejected again.
const RecordRejected = "RecordRejected"

// MaxRecordSize bounds a record, in bytes of JSON.
const MaxRecordSize = 8 << 10

// Record is what flows through a pipeline: fields by name. Which fields there are is
// known only at run time.
type Record map[string]string

// checkRecord keeps every Activity's input far from the limit over which a run is stuck
// instead of failed.
func checkRecord(record Record) error {
	if len(record) == 0 {
		return errors.New("the record has no fields")
	}
	encoded, err := json.Marshal(record)
	if err != nil {
		return fmt.Errorf("measure the record: %w", err)
	}
	if len(encoded) > MaxRecordSize {
		return fmt.Errorf("the record has %d bytes, at most %d are allowed", len(encoded), MaxRecordSize)
	}
	return nil
}

func rejected(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), RecordRejected, nil)
}
