package engine

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/temporal"
)

// maxErrorBytes bounds the error of an Activity, encoded: longer ones are shortened.
const maxErrorBytes = 64 << 10

// bounded is an Activity's function that gives no more than can be handed on. An output, an
// error or a panic of more than 4 MiB, or one that is not UTF-8, would be sent again and
// again, forever, and an output of a Local Activity that has more than 2 MiB would end the
// whole run, without its finally and undo. So an output of more bytes than any run of this
// worker may take is a failure at once, and the text of an error is mended and shortened.
func bounded(function any, mostBytes int) any {
	original := reflect.ValueOf(function)
	return reflect.MakeFunc(original.Type(), func(arguments []reflect.Value) []reflect.Value {
		defer boundedPanic()
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

// boundedPanic lets a panic go on with a text that can be handed on.
func boundedPanic() {
	if reason := recover(); reason != nil {
		panic(text(fmt.Sprint(reason)))
	}
}

// text is a text of an error that can be handed on: UTF-8, and not too long.
func text(of string) string {
	return shortened(strings.ToValidUTF8(of, "\uFFFD"), maxErrorBytes/2)
}

// boundedError is the error, or one of the same type that can be handed on: a long one loses
// its end, its causes and its details.
func boundedError(err error) error {
	encoder := temporal.GetDefaultFailureConverter()
	failure := encoder.ErrorToFailure(err)
	invalid := mended(failure)
	if failure.Size() > maxErrorBytes {
		failure.Message, failure.StackTrace, failure.Cause = text(failure.Message), "", nil
		if application := failure.GetApplicationFailureInfo(); application != nil {
			application.Type, application.Details = text(application.Type), nil
		}
	} else if !invalid {
		return err
	}
	return encoder.FailureToError(failure)
}

// mended makes the texts of a failure and of its causes UTF-8, and reports whether one was
// not.
func mended(failure *failurepb.Failure) bool {
	if failure == nil {
		return false
	}
	texts := []*string{&failure.Message, &failure.StackTrace}
	if application := failure.GetApplicationFailureInfo(); application != nil {
		texts = append(texts, &application.Type)
	}
	invalid := mended(failure.Cause)
	for _, each := range texts {
		invalid = invalid || !utf8.ValidString(*each)
		*each = strings.ToValidUTF8(*each, "\uFFFD")
	}
	return invalid
}
