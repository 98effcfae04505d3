package language

import (
	"fmt"
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
	// Concurrency bounds the items at once; 10 unless said.
	Concurrency int `json:"concurrency,omitempty"`
	// Tolerate is how many items may fail: a number, or a percentage such as "10%".
	Tolerate any `json:"tolerate,omitempty"`
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

// mostAtOnce is the greatest concurrency of a map.
const mostAtOnce = 1000

func (m *Map) checkBounds(c *checker, at spot) {
	if m.Concurrency < 0 || m.Concurrency > mostAtOnce {
		c.report(at.at("concurrency"), "bad-concurrency", fmt.Sprintf("between 1 and %d items run at once", mostAtOnce))
	}
	if m.Tolerate != nil && !canTolerate(m.Tolerate) {
		c.report(at.at("tolerate"), "bad-tolerate", `tolerate is a number of items or a percentage such as "10%", at most "100%"`)
	}
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

func canTolerate(tolerate any) bool {
	switch tolerate := tolerate.(type) {
	case int64:
		return tolerate >= 0
	case string:
		number, isPercentage := strings.CutSuffix(tolerate, "%")
		percentage, err := strconv.ParseFloat(number, 64)
		return isPercentage && err == nil && strings.Trim(number, "0123456789.") == "" && percentage <= 100
	default:
		return false
	}
}

func (m *Map) values() []any { return raw(m.Over) }
