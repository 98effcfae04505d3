package engine

import (
	"bytes"
	"encoding/json"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/expression"
)

// values is a list of JSON values whose numbers are those of expressions when it is
// read back: 10 is a whole number, and stays exact.
type values []any

// UnmarshalJSON implements json.Unmarshaler.
func (v *values) UnmarshalJSON(data []byte) error {
	list, err := decode[[]any](data)
	for i, each := range list {
		list[i] = expression.Normalize(each)
	}
	*v = list
	return err
}

// object is a JSON object whose numbers are those of expressions when it is read back.
type object map[string]any

// UnmarshalJSON implements json.Unmarshaler.
func (o *object) UnmarshalJSON(data []byte) error {
	members, err := decode[map[string]any](data)
	for name, each := range members {
		members[name] = expression.Normalize(each)
	}
	*o = members
	return err
}

// size is the list's length as JSON; 0 where there is none.
func (v values) size() int {
	if v == nil {
		return 0
	}
	return expression.Size([]any(v))
}

// size is the object's length as JSON; 0 where there is none.
func (o object) size() int {
	if o == nil {
		return 0
	}
	return expression.Size(map[string]any(o))
}

// value is one JSON value whose numbers are those of expressions when it is read back.
type value struct {
	any
	// problem is why what came from outside is not the same value here: a number that is too
	// large for a double, half of a character.
	problem error
}

// MarshalJSON implements json.Marshaler.
func (v value) MarshalJSON() ([]byte, error) { return json.Marshal(v.any) }

// UnmarshalJSON implements json.Unmarshaler.
func (v *value) UnmarshalJSON(data []byte) (err error) {
	// Most outputs are small, and decoding costs more than looking.
	if first := data[0]; first == '-' || first >= '0' && first <= '9' {
		v.any = expression.ParseNumber(string(data))
		if v.any == nil {
			v.problem = expression.CheckJSON(data)
		}
		return nil
	}
	v.any, v.problem, err = expression.Decode(data)
	return err
}

func decode[T any](data []byte) (T, error) {
	var decoded T
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	err := decoder.Decode(&decoded)
	return decoded, err
}

// maxDetails bounds the details of an error that are kept.
const maxDetails = 10

// detailsOf are the details of an application error that are JSON.
func detailsOf(application *temporal.ApplicationError) values {
	if !application.HasDetails() {
		return nil
	}
	// The error does not tell how many details it has: what it has not stays nil.
	var raw [maxDetails]converter.RawValue
	wanted := make([]any, maxDetails)
	for i := range raw {
		wanted[i] = &raw[i]
	}
	if application.Details(wanted...) != nil {
		return nil
	}
	var details values
	for _, each := range raw {
		var detail value
		if each.Payload() == nil || converter.GetDefaultDataConverter().FromPayload(each.Payload(), &detail) != nil {
			break
		}
		details = append(details, detail.any)
	}
	return details
}
