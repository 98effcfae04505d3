package language

import "cmp"

// DefaultBudget is what a run may consume unless somebody says otherwise.
func DefaultBudget() Budget {
	return Budget{
		Depth: 32, Steps: 100_000, Rounds: 10_000, Items: 10_000, PlanSteps: 500, Plans: 100,
		Cost: 100_000, OutputBytes: 512 << 10, StateBytes: 1 << 20, Children: 1000,
		Branches: 1000, Expressions: 5000, ExpressionBytes: 150_000, DocumentBytes: DocumentBytes,
	}
}

// Or takes the limits that are 0 from the other budget.
func (b Budget) Or(other Budget) Budget {
	return b.combine(other, func(own, other int) int { return cmp.Or(own, other) })
}

// Within lowers the limits to those of the other budget, and takes those that are 0 from
// it.
func (b Budget) Within(other Budget) Budget {
	return b.combine(other, func(own, other int) int { return min(cmp.Or(own, other), other) })
}

func (b Budget) combine(other Budget, one func(own, other int) int) Budget {
	combined, others := b.limits(), other.limits()
	for i, limit := range combined {
		*limit.value = one(*limit.value, *others[i].value)
	}
	return b
}
