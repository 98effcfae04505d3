package language

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"dynamicsamples/blueprint/expression"
)

// Canonical is a definition as compact JSON that is the same for the same definition,
// whoever wrote it: keys in the order of the types, the keys of maps sorted, numbers
// normalized, nothing escaped that need not be. Load gives the definition back.
func Canonical(definition *Definition) ([]byte, error) {
	return encode("definition", definition)
}

// CanonicalPlan is the same for a plan.
func CanonicalPlan(plan *Plan) ([]byte, error) { return encode("plan", plan) }

func encode(what string, value any) ([]byte, error) {
	var e encoder
	e.value(reflect.ValueOf(value))
	encoded, err := e.bytes()
	if err != nil {
		return nil, fmt.Errorf("encoding a %s: %w", what, err)
	}
	return encoded, nil
}

// Hash names canonical bytes: their SHA-256 in 64 hexadecimal digits.
func Hash(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// MarshalJSON gives the canonical bytes, so that an Activity written in Go can return
// a plan.
func (p Plan) MarshalJSON() ([]byte, error) { return CanonicalPlan(&p) }

// UnmarshalJSON reads a plan as LoadPlan does, of any length. Its error is Diagnostics.
func (p *Plan) UnmarshalJSON(data []byte) error {
	plan, _, problems := LoadPlan(data, AnyLength)
	if len(problems) > 0 {
		return problems
	}
	*p = *plan
	return nil
}

// UnmarshalJSON reads a definition as Load does, of any length. Its error is Diagnostics.
func (d *Definition) UnmarshalJSON(data []byte) error {
	definition, _, problems := Load("", data, AnyLength)
	if len(problems) > 0 {
		return problems
	}
	*d = *definition
	return nil
}

// UnmarshalJSON reads a step as a document has it. Its error is Diagnostics.
func (s *Step) UnmarshalJSON(data []byte) error {
	var plan Plan
	if err := plan.UnmarshalJSON(slices.Concat([]byte("["), data, []byte("]"))); err != nil {
		return err
	}
	*s = *plan.Steps[0]
	return nil
}

// MarshalJSON gives the canonical bytes.
func (d Definition) MarshalJSON() ([]byte, error) { return Canonical(&d) }

// MarshalJSON gives the step as a document has it: its kind's keys beside its id.
func (s Step) MarshalJSON() ([]byte, error) { return encode("step", &s) }

// encoder writes JSON.
type encoder struct {
	buffer bytes.Buffer
	err    error // the first
}

func (e *encoder) bytes() ([]byte, error) { return e.buffer.Bytes(), e.err }

func (e *encoder) fail(err error) {
	if e.err == nil {
		e.err = err
	}
}

// value writes a value of any type of the language.
func (e *encoder) value(from reflect.Value) {
	switch value := from.Interface().(type) {
	case *Step:
		e.step(value)
		return
	case *Schema:
		e.schema(value)
		return
	case Value:
		e.any(value.Raw)
		return
	case Duration:
		e.duration(value)
		return
	case Hold:
		if value.always() {
			e.any(true)
			return
		}
	case Edges:
		if value.plain() {
			e.text(value[0].To)
			return
		}
	case Failure:
		if value.Caught {
			e.text(caughtFailure)
			return
		}
	}
	switch from.Kind() {
	case reflect.Pointer:
		if from.IsNil() {
			e.fail(fmt.Errorf("a %s is missing", from.Type().Elem().Name()))
			return
		}
		e.value(from.Elem())
	case reflect.Struct:
		e.object(func(entry entryWriter) { e.members(from, fieldsOf(from.Type()), entry) })
	case reflect.Slice:
		e.list(from)
	case reflect.Map:
		e.entries(from)
	default:
		e.any(from.Interface())
	}
}

// entryWriter writes a key of an object, and with write its value.
type entryWriter func(key string, write func())

func (e *encoder) object(write func(entry entryWriter)) {
	e.buffer.WriteByte('{')
	first := true
	write(func(key string, write func()) {
		if !first {
			e.buffer.WriteByte(',')
		}
		first = false
		e.text(key)
		e.buffer.WriteByte(':')
		write()
	})
	e.buffer.WriteByte('}')
}

// members writes the keys of a struct that are not to be left out.
func (e *encoder) members(from reflect.Value, fields []field, entry entryWriter) {
	for _, each := range fields {
		value := from.FieldByIndex(each.index)
		if !each.optional || !isEmpty(value, each.keepsEmpty) {
			entry(each.key, func() { e.value(value) })
		}
	}
}

func isEmpty(value reflect.Value, keepsEmpty bool) bool {
	if !keepsEmpty && (value.Kind() == reflect.Slice || value.Kind() == reflect.Map) {
		return value.Len() == 0
	}
	return value.IsZero()
}

// step writes the id and the summary, the kind's keys, and the keys that lead elsewhere.
func (e *encoder) step(step *Step) {
	if step == nil || step.Kind == nil {
		e.fail(errors.New("a step has no kind"))
		return
	}
	e.object(func(entry entryWriter) {
		common, fields := reflect.ValueOf(step).Elem(), fieldsOf(reflect.TypeFor[Step]())
		kind := reflect.ValueOf(step.Kind).Elem()
		e.members(common, fields[:2], entry)
		e.members(kind, fieldsOf(kind.Type()), entry)
		e.members(common, fields[2:], entry)
	})
}

func (e *encoder) list(from reflect.Value) {
	e.buffer.WriteByte('[')
	for i := range from.Len() {
		if i > 0 {
			e.buffer.WriteByte(',')
		}
		e.value(from.Index(i))
	}
	e.buffer.WriteByte(']')
}

func (e *encoder) entries(from reflect.Value) {
	keys := make([]string, 0, from.Len())
	for _, key := range from.MapKeys() {
		keys = append(keys, key.String())
	}
	slices.Sort(keys)
	e.object(func(entry entryWriter) {
		for _, key := range keys {
			entry(key, func() { e.value(from.MapIndex(reflect.ValueOf(key).Convert(from.Type().Key()))) })
		}
	})
}

// any writes a value; one that is not of the types that Load gives is made one by
// encoding/json.
func (e *encoder) any(from any) {
	switch value := from.(type) {
	case nil:
		e.buffer.WriteString("null")
	case bool:
		e.buffer.WriteString(strconv.FormatBool(value))
	case int64:
		e.buffer.WriteString(strconv.FormatInt(value, 10))
	case float64:
		e.number(value)
	case string:
		e.text(value)
	case []any:
		e.list(reflect.ValueOf(value))
	case map[string]any:
		e.entries(reflect.ValueOf(value))
	default:
		e.foreign(value)
	}
}

func (e *encoder) number(number float64) {
	if whole, isWhole := expression.NormalizeFloat(number).(int64); isWhole {
		e.any(whole)
		return
	}
	e.json(number)
}

func (e *encoder) text(text string) { e.json(text) }

// json writes what encoding/json makes of a string or a fraction.
func (e *encoder) json(from any) {
	to := json.NewEncoder(&e.buffer)
	to.SetEscapeHTML(false)
	if err := to.Encode(from); err != nil {
		e.fail(err)
		return
	}
	e.buffer.Truncate(e.buffer.Len() - len("\n"))
}

func (e *encoder) foreign(from any) {
	encoded, err := json.Marshal(from)
	if err != nil {
		e.fail(err)
		return
	}
	plain, err := plainJSON(encoded)
	if err != nil {
		e.fail(fmt.Errorf("%s %w", quote(string(encoded)), err))
		return
	}
	e.any(plain)
}

// duration writes 2d and 48h alike.
func (e *encoder) duration(from Duration) {
	if length, err := from.Parse(); err == nil {
		from = DurationOf(length)
	}
	e.text(string(from))
}

// schema writes a schema with its keys sorted: encoding/json would keep the order they
// were given in.
func (e *encoder) schema(from *Schema) {
	if from == nil {
		e.fail(errors.New("a schema is missing"))
		return
	}
	e.foreign(from)
}
