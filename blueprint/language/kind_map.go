package language

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Map runs the same steps for each item of a list; its output is the list of their
// outputs, in the order of the items.
type Map struct {
	// Map are the steps for one item.
	Map []*Step `json:"map"`
	// Over is the list, an expression.
	Over *Value `json:"over"`
	// As names the item in expressions; "item" unless said.
	As string `json:"as,omitempty"`
	// Concurrency bounds the items at once, a number or an expression; 10 unless said.
	Concurrency *Value `json:"concurrency,omitempty"`
	// Tolerate is how many items may fail: a number, a percentage such as "10%", or an expression
	// that gives one of them.
	Tolerate any `json:"tolerate,omitempty"`
	BlockOptions
}

// Blocks implements Kind.
func (m *Map) Blocks() []Block { return []Block{{Pointer: "/map", Steps: m.Map, Copies: true}} }

// ItemName is the name of the item in expressions.
func (m *Map) ItemName() string { return or(m.As, "item") }

// IndexName is the name of the item's position in expressions.
func (m *Map) IndexName() string { return indexName(m.As) }

func indexName(as string) string {
	if as == "" {
		return "index"
	}
	return as + "_index"
}

// DefaultConcurrency is how many items of a map run at once unless it says.
const DefaultConcurrency = 10

func (m *Map) check(c *checker, at spot) result {
	c.filled(at.at("map"), len(m.Map), "a map needs a step")
	c.as(at.at("as"), m.As)
	m.checkBounds(c, at)
	over := c.over(at.at("over"), m.Over, c.limits.Items)
	inner := at.scope.apart().with(m.IndexName(), typeOf("integer"))
	inner.names[m.ItemName()] = over.Items
	body := c.block(at.node.lists[0], inner)
	if m.Tolerate != nil {
		return result{output: listOf(nil)}
	}
	return result{output: listOf(body.output)}
}

// MostAtOnce is the greatest concurrency of a map.
const MostAtOnce = 1000

func (m *Map) checkBounds(c *checker, at spot) {
	if m.Concurrency != nil {
		c.value(at.at("concurrency"), m.Concurrency.Raw, expected{schema: typeOf("integer"), name: "concurrency", expression: true})
		if items, written := m.Concurrency.Raw.(int64); written && (items < 1 || items > MostAtOnce) {
			c.report(at.at("concurrency"), "bad-concurrency", fmt.Sprintf("between 1 and %d items run at once", MostAtOnce))
		}
	}
	if text := m.TolerateExpression(); text != "" {
		c.value(at.at("tolerate"), text, expected{schema: &Schema{Types: []string{"integer", "string"}}, name: "tolerate"})
	} else if _, right := Tolerated(m.Tolerate, 0); m.Tolerate != nil && !right {
		c.report(at.at("tolerate"), "bad-tolerate", `tolerate is a number of items or a percentage such as "10%", at most "100%"`)
	}
}

// TolerateExpression is the expression for how many items may fail, or "".
func (m *Map) TolerateExpression() string {
	if text, isText := m.Tolerate.(string); isText && strings.Contains(text, "${") {
		return text
	}
	return ""
}

// over checks the list of a map or a loop, and tells what is known of it.
func (c *checker) over(at spot, list *Value, most int) *Schema {
	if list != nil {
		if items, written := list.Raw.([]any); written && len(items) > most {
			c.report(at, "over-budget", fmt.Sprintf("there are %d items, and the budget allows %d", len(items), most))
		}
	}
	got := c.needed(at, list, expected{schema: typeOf("array"), name: "over", expression: true})
	if got.schema == nil {
		return &Schema{}
	}
	return got.schema
}

// Tolerated is how many of the items may fail, and whether it says so; a percentage is rounded down.
func Tolerated(tolerate any, items int) (int, bool) {
	switch tolerate := tolerate.(type) {
	case int64:
		return int(min(tolerate, int64(items))), tolerate >= 0
	case string:
		number, isPercentage := strings.CutSuffix(tolerate, "%")
		percentage, err := strconv.ParseFloat(number, 64)
		right := isPercentage && err == nil && strings.Trim(number, "0123456789.") == "" && percentage <= 100
		return int(math.Floor(percentage * float64(items) / 100)), right
	default:
		return 0, false
	}
}

func (m *Map) values() []any {
	values := raw(m.Over, m.Concurrency)
	if text := m.TolerateExpression(); text != "" {
		values = append(values, text)
	}
	return values
}
