package language

import (
	"fmt"
	"strings"
)

// Fail ends with a failure.
type Fail struct {
	// Fail is the failure, or ${error}: the one that was caught, as it was.
	Fail Failure `json:"fail"`
}

// Failure is the failure that a fail step makes.
type Failure struct {
	// Type is the failure's type, which a catch names, a word or a URI; a template.
	Type string `json:"type"`
	// Message says what is wrong, a template.
	Message string `json:"message,omitempty"`
	// Details are further values.
	Details []any `json:"details,omitempty"`

	// Caught says that it is the failure that was caught, as it was; then there is nothing else.
	Caught bool `json:"-"`
}

// ErrorName is what a failure that was caught is called, and caughtFailure how a document writes
// that it fails with it.
const (
	ErrorName     = "error"
	caughtFailure = "${" + ErrorName + "}"
)

// isCaught reports whether a text stands for the failure that was caught.
func isCaught(text string) bool {
	inside, opens := strings.CutPrefix(text, "${")
	inside, closes := strings.CutSuffix(inside, "}")
	return opens && closes && strings.TrimSpace(inside) == ErrorName
}

// Blocks implements Kind.
func (*Fail) Blocks() []Block { return nil }

func (f *Fail) check(c *checker, at spot) result {
	inside := at.at("fail")
	if f.Fail.Caught {
		c.value(inside, caughtFailure, expected{})
		return result{ends: true}
	}
	f.checkType(c, inside.at("type"))
	c.value(inside.at("message"), f.Fail.Message, expected{})
	c.value(inside.at("details"), f.Fail.Details, expected{})
	return result{ends: true}
}

func (f *Fail) checkType(c *checker, at spot) {
	if f.Fail.HasExpression() {
		c.value(at, f.Fail.Type, expected{schema: typeOf("string"), name: "type"})
		return
	}
	c.failureType(at, f.Fail.Type)
	if err := CheckType(f.Fail.Type); err != nil && f.Fail.Type != "" && f.Fail.Type != canceledType {
		c.report(at, "bad-type", err.Error())
	}
}

// HasExpression reports whether the type is only known when the step runs.
func (f *Failure) HasExpression() bool { return strings.Contains(f.Type, "${") }

// LongestType is the length of the longest type of a failure that a step makes, in bytes, and
// canceledType is none: a cancel is no failure.
const (
	LongestType  = 1000
	canceledType = "Canceled"
)

// CheckType reports why a text is no type of a failure that a step can make.
func CheckType(name string) error {
	const marks = "-._~:/?#[]@!$&'()*+,;=%" // what a URI may have beside letters and digits
	if name == canceledType || len(name) > LongestType || !isMadeOf(name, marks) {
		return fmt.Errorf("%s is no type of a failure, a word or a URI: a letter, then letters, digits or any of %s, at most %d", quote(name), marks, LongestType)
	}
	return nil
}

func (f *Fail) values() []any {
	switch {
	case f.Fail.Caught:
		return []any{caughtFailure}
	case f.Fail.HasExpression():
		return []any{f.Fail.Type, f.Fail.Message, f.Fail.Details}
	}
	return []any{f.Fail.Message, f.Fail.Details}
}
