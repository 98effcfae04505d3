package updatewithstart

import (
	"fmt"
	"strings"
)

// String words the answer to an added item.
func (p Price) String() string {
	return fmt.Sprintf("%d x %s = %s, total %s", p.Quantity, p.UnitPrice, p.Price, p.Total)
}

// String words what was bought.
func (r Receipt) String() string { return fmt.Sprintf("%s, total %s", listLines(r.Lines), r.Total) }

// String words what the cart holds.
func (c Cart) String() string {
	return fmt.Sprintf("%s, total %s, earlier runs: %d", listLines(c.Lines), c.total(), c.EarlierRuns)
}

// String words the early answer.
func (c Confirmation) String() string {
	return fmt.Sprintf("order %s, %s reserved", c.Number, c.Reserved)
}

// String words the late answer.
func (s Shipment) String() string {
	return fmt.Sprintf("order %s, shipped by %s", s.Number, s.Carrier)
}

func listLines(lines []Line) string {
	var texts []string
	for _, line := range lines {
		texts = append(texts, fmt.Sprintf("%d %s", line.Quantity, line.Item))
	}
	if len(texts) == 0 {
		return "nothing"
	}
	return strings.Join(texts, ", ")
}
