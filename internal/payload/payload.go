// Package payload decodes raw arguments strictly. A dynamic workflow or activity
// receives whatever its caller sent; the SDK's own decoding leaves zero values where
// arguments are missing and ignores those that are too many, so a caller's mistake
// would run as if it were meant. Decode refuses it and says which argument is wrong.
package payload

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// InvalidArguments is the type of the ApplicationError that Decode returns. It is
// not retryable: the same arguments fail the same way again.
const InvalidArguments = "InvalidArguments"

// Decode decodes args into the pointers, one argument each. It fails with an
// ApplicationError of type InvalidArguments unless there are exactly as many
// arguments as pointers and each has the pointer's type: null has none, and an
// object may not have fields that the type lacks.
func Decode(args converter.EncodedValues, pointers ...any) error {
	count := len(converter.GetPayloads(args).GetPayloads())
	if count != len(pointers) {
		return invalid("arguments: want %d, got %d", len(pointers), count)
	}
	if count == 0 {
		return nil
	}
	raw, err := rawValues(args, count)
	if err != nil {
		return invalid("arguments cannot be read: %v", err)
	}
	for i, value := range raw {
		if err := decodeOne(value, pointers[i]); err != nil {
			want := reflect.TypeOf(pointers[i]).Elem()
			return invalid("argument %d of %d: want %s, %v", i+1, count, want, err)
		}
	}
	return nil
}

func invalid(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), InvalidArguments, nil)
}

// rawValues goes through the caller's data converter, so that an encrypting or
// compressing codec has been undone before the bytes are looked at.
func rawValues(args converter.EncodedValues, count int) ([]converter.RawValue, error) {
	raw := make([]converter.RawValue, count)
	pointers := make([]any, count)
	for i := range raw {
		pointers[i] = &raw[i]
	}
	return raw, args.Get(pointers...)
}

func decodeOne(value converter.RawValue, pointer any) error {
	encoding := string(value.Payload().GetMetadata()[converter.MetadataEncoding])
	data := bytes.TrimSpace(value.Payload().GetData())
	switch {
	case encoding == converter.MetadataEncodingNil, string(data) == "null":
		return errors.New("got null")
	case encoding == converter.MetadataEncodingJSON:
		return decodeJSON(data, pointer)
	default:
		return converter.GetDefaultDataConverter().FromPayload(value.Payload(), pointer)
	}
}

func decodeJSON(data []byte, pointer any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(pointer)
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return fmt.Errorf("got %s for field %q", mismatch.Value, mismatch.Field)
	case errors.As(err, &mismatch):
		return fmt.Errorf("got %s", mismatch.Value)
	case err != nil:
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("got more than one value")
	}
	return nil
}
