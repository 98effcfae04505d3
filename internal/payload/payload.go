// Package payload decodes raw arguments strictly. A dynamic workflow or Activity
// receives whatever its caller sent; the SDK's own decoding leaves zero values where
// arguments are missing and ignores surplus ones, so a caller's mistake would run as if
// it were meant. Decode refuses it and says which argument is wrong. ReadJSON reads a
// configuration as strictly.
package payload

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/proto"
)

// InvalidArguments is the type of the ApplicationError that Decode returns. It is
// not retryable: the same arguments fail the same way again.
const InvalidArguments = "InvalidArguments"

// Decode decodes args into the pointers, one argument each, with the Worker's own Data
// Converter. It fails with an ApplicationError of type InvalidArguments unless there are
// exactly as many arguments as pointers and each has the pointer's type: null has none,
// an object may not have fields that the type lacks or a field twice, upper and lower case
// count, and a protobuf message must be of the pointer's type. A *converter.RawValue takes
// any argument as it is.
func Decode(args converter.EncodedValues, pointers ...any) error {
	count := len(converter.GetPayloads(args).GetPayloads())
	if count != len(pointers) {
		return invalid("arguments: want %d, got %d", len(pointers), count)
	}
	raw := rawPayloads(args)
	decoded := make([]any, count)
	for i, pointer := range pointers {
		wanted := reflect.TypeOf(pointer).Elem()
		decoded[i] = reflect.New(wanted).Interface()
		if err := decodeArgument(args, raw[i], decoded[:i+1]); err != nil {
			return invalid("argument %d of %d: want %s, %v", i+1, count, wanted, err)
		}
	}
	for i, pointer := range pointers {
		reflect.ValueOf(pointer).Elem().Set(reflect.ValueOf(decoded[i]).Elem())
	}
	return nil
}

func invalid(format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), InvalidArguments, nil)
}

// rawPayloads goes through the Worker's Data Converter, so that an encrypting or
// compressing codec has been undone before the bytes are looked at. A converter that
// knows no raw values leaves the payloads as they were sent.
func rawPayloads(args converter.EncodedValues) []*commonpb.Payload {
	payloads := converter.GetPayloads(args).GetPayloads()
	values := make([]converter.RawValue, len(payloads))
	pointers := make([]any, len(payloads))
	for i := range values {
		pointers[i] = &values[i]
	}
	if args.Get(pointers...) != nil {
		return payloads
	}
	raw := make([]*commonpb.Payload, len(payloads))
	for i, value := range values {
		raw[i] = value.Payload()
	}
	return raw
}

// decodeArgument decodes the last of the arguments that the pointers are for. Those
// before it have been decoded without an error.
func decodeArgument(args converter.EncodedValues, raw *commonpb.Payload, pointers []any) error {
	pointer := pointers[len(pointers)-1]
	if _, isRaw := pointer.(*converter.RawValue); isRaw {
		return args.Get(pointers...)
	}
	encoding := string(raw.GetMetadata()[converter.MetadataEncoding])
	data := bytes.TrimSpace(raw.GetData())
	if encoding == converter.MetadataEncodingNil || encoding == converter.MetadataEncodingJSON && string(data) == "null" {
		return errors.New("got null")
	}
	if err := checkMessage(raw, pointer); err != nil {
		return err
	}
	err := args.Get(pointers...)
	switch encoding {
	case converter.MetadataEncodingJSON:
		return checkJSON(data, pointer, err)
	case converter.MetadataEncodingBinary:
		return reword(err, "got bytes")
	case converter.MetadataEncodingProtoJSON, converter.MetadataEncodingProto:
		return reword(err, "got "+describeMessage(raw))
	default:
		return reword(err, fmt.Sprintf("got what cannot be decoded: %v", err))
	}
}

func reword(err error, text string) error {
	if err == nil {
		return nil
	}
	return errors.New(text)
}

// checkMessage compares the names of protobuf messages. Many of them can be read as one
// another, and the SDK does not look.
func checkMessage(raw *commonpb.Payload, pointer any) error {
	sent := string(raw.GetMetadata()[converter.MetadataMessageType])
	message, isMessage := pointer.(proto.Message)
	if !isMessage {
		message, isMessage = reflect.ValueOf(pointer).Elem().Interface().(proto.Message)
	}
	if sent == "" || !isMessage || sent == string(message.ProtoReflect().Descriptor().FullName()) {
		return nil
	}
	return errors.New("got " + describeMessage(raw))
}

func describeMessage(raw *commonpb.Payload) string {
	if name := raw.GetMetadata()[converter.MetadataMessageType]; len(name) > 0 {
		return string(name)
	}
	return "a protobuf message"
}

// checkJSON words the error with which the Worker's converter has refused the JSON and,
// where it has not, refuses what encoding/json lets pass. A converter that reads JSON in
// a way of its own decides by itself what it lets pass.
func checkJSON(data []byte, pointer any, refusal error) error {
	if refusal == nil && !readsAlike(data, pointer) {
		return nil
	}
	err := decodeStrictly(data, reflect.New(reflect.TypeOf(pointer).Elem()).Interface())
	if err == nil {
		return reword(refusal, fmt.Sprintf("got what cannot be decoded: %v", refusal))
	}
	return err
}

// readsAlike reports whether encoding/json makes of the first value in data what the
// pointer points at.
func readsAlike(data []byte, pointer any) bool {
	standard := reflect.New(reflect.TypeOf(pointer).Elem())
	err := json.NewDecoder(bytes.NewReader(data)).Decode(standard.Interface())
	return err == nil && reflect.DeepEqual(standard.Elem().Interface(), reflect.ValueOf(pointer).Elem().Interface())
}

// ReadJSON reads one JSON value, of a configuration file for instance, as strictly as Decode
// reads an argument.
func ReadJSON(data []byte, pointer any) error {
	if string(bytes.TrimSpace(data)) == "null" {
		return errors.New("got null")
	}
	return decodeStrictly(data, pointer)
}

// unknownField begins the error of encoding/json that has no type.
const unknownField = "json: unknown field"

func decodeStrictly(data []byte, pointer any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(pointer)
	var mismatch *json.UnmarshalTypeError
	var malformed *json.SyntaxError
	switch {
	case errors.As(err, &mismatch) && mismatch.Field != "":
		return fmt.Errorf("got %s for field %q", mismatch.Value, mismatch.Field)
	case errors.As(err, &mismatch):
		return fmt.Errorf("got %s", mismatch.Value)
	case err != nil && strings.HasPrefix(err.Error(), unknownField):
		return errors.New("got " + strings.TrimPrefix(err.Error(), "json: "))
	case errors.As(err, &malformed), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("got malformed JSON")
	case err != nil:
		return fmt.Errorf("got what cannot be decoded: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("got more than one value")
	}
	return checkKeys(json.NewDecoder(bytes.NewReader(data)), reflect.TypeOf(pointer))
}

// checkKeys refuses what encoding/json takes without a word: a key that comes twice, of
// which the last one counts, and a key in another case than the field's. The next value of
// the decoder has been read as the wanted type before.
func checkKeys(decoder *json.Decoder, wanted reflect.Type) error {
	wanted = plain(wanted)
	var err error
	switch next(decoder) {
	case json.Delim('{'):
		err = checkObject(decoder, wanted)
	case json.Delim('['):
		err = checkList(decoder, wanted)
	default:
		return nil
	}
	next(decoder) // the end
	return err
}

// next needs no error: the JSON has been read before, so that there is another token.
func next(decoder *json.Decoder) json.Token {
	token, _ := decoder.Token()
	return token
}

func checkObject(decoder *json.Decoder, wanted reflect.Type) error {
	seen := map[string]bool{}
	for decoder.More() {
		key := fmt.Sprint(next(decoder))
		if seen[key] {
			return fmt.Errorf("got field %q twice", key)
		}
		seen[key] = true
		value, known := fieldOf(wanted, key)
		if !known {
			return fmt.Errorf("got unknown field %q", key)
		}
		if err := checkKeys(decoder, value); err != nil {
			return err
		}
	}
	return nil
}

func checkList(decoder *json.Decoder, wanted reflect.Type) error {
	var element reflect.Type
	if wanted != nil {
		element = wanted.Elem()
	}
	for decoder.More() {
		if err := checkKeys(decoder, element); err != nil {
			return err
		}
	}
	return nil
}

// fieldOf returns the type of an object's value under the key, nil for any.
func fieldOf(object reflect.Type, key string) (value reflect.Type, known bool) {
	switch {
	case object == nil:
		return nil, true
	case object.Kind() == reflect.Map:
		return object.Elem(), true
	}
	for _, field := range reflect.VisibleFields(object) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if cmp.Or(name, field.Name) == key {
			return field.Type, true
		}
	}
	return nil, false
}

// plain returns the type behind the pointers, or nil where that takes any JSON or reads it
// in a way of its own.
func plain(wanted reflect.Type) reflect.Type {
	for wanted != nil && wanted.Kind() == reflect.Pointer {
		wanted = wanted.Elem()
	}
	if wanted == nil || wanted.Kind() == reflect.Interface || reflect.PointerTo(wanted).Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return nil
	}
	return wanted
}
