package engine

import (
	"encoding/json"
	"reflect"

	"go.temporal.io/sdk/temporal"
)

// maxErrorBytes bounds the error of an activity, encoded: longer ones are shortened.
const maxErrorBytes = 64 << 10

// bounded is an activity's function that gives no more than can be handed on. An output
// of more than 4 MiB would be sent again and again, for ever, and one of a local activity
// that has more than 2 MiB would end the whole run, without its finally and undo. So an
// output of more bytes than any run of this worker may take is a failure at once.
func bounded(function any, mostBytes int) any {
	original := reflect.ValueOf(function)
	return reflect.MakeFunc(original.Type(), func(arguments []reflect.Value) []reflect.Value {
		results := original.Call(arguments)
		last := len(results) - 1
		err, _ := results[last].Interface().(error)
		if err != nil {
			err = boundedError(err)
		} else if last > 0 && bytesOf(results[0].Interface()) > mostBytes {
			err = outputTooLarge(mostBytes)
		}
		if err != nil && last > 0 {
			results[0] = reflect.Zero(results[0].Type())
		}
		results[last] = reflect.ValueOf(&err).Elem()
		return results
	}).Interface()
}

// bytesOf is the length of an output's JSON; 0 for one that is none, which fails later.
func bytesOf(output any) int {
	encoded, _ := json.Marshal(output)
	return len(encoded)
}

func outputTooLarge(mostBytes int) error {
	failure := exceeded("outputBytes", mostBytes)
	return temporal.NewNonRetryableApplicationError(failure.Message, failure.Type, nil, []any(failure.Details)...)
}

// boundedError is the error, or the beginning of a long one, of the same type.
func boundedError(err error) error {
	const longest = maxErrorBytes / 2
	encoder := temporal.GetDefaultFailureConverter()
	failure := encoder.ErrorToFailure(err)
	if failure.Size() <= maxErrorBytes {
		return err
	}
	failure.Message, failure.StackTrace, failure.Cause = shortened(failure.Message, longest), "", nil
	if application := failure.GetApplicationFailureInfo(); application != nil {
		application.Details = nil
	}
	return encoder.FailureToError(failure)
}
