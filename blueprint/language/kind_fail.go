package language

import "fmt"

// Fail ends with a failure.
type Fail struct {
	// Fail is the failure.
	Fail Failure `json:"fail"`
}

// Failure is the failure that a fail step makes.
type Failure struct {
	// Type is the failure's type, which a catch names.
	Type string `json:"type"`
	// Message says what is wrong, a template.
	Message string `json:"message,omitempty"`
	// Details are further values.
	Details []any `json:"details,omitempty"`
}

// Blocks implements Kind.
func (*Fail) Blocks() []Block { return nil }

func (f *Fail) check(c *checker, at spot) result {
	inside := at.at("fail")
	c.failureType(inside.at("type"), f.Fail.Type)
	if f.Fail.Type != "" && !isWord(f.Fail.Type, "_-.") {
		c.report(inside.at("type"), "bad-type", fmt.Sprintf("%s is no type of a failure: a letter, then letters, digits, _, - or ., at most %d", quote(f.Fail.Type), longestName))
	}
	c.value(inside.at("message"), f.Fail.Message, expected{})
	c.value(inside.at("details"), f.Fail.Details, expected{})
	return result{ends: true}
}

func (f *Fail) values() []any { return []any{f.Fail.Message, f.Fail.Details} }
