package expression

import (
	"slices"

	"cel.dev/cel-go/common/types"
)

// timeFunctions take timestamps and durations apart, timestamps in UTC.
func timeFunctions() map[signature]function {
	table := map[signature]function{}
	ofTimestamp := []string{"getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear"}
	ofBoth := []string{"getHours", "getMinutes", "getSeconds", "getMilliseconds"}
	for _, name := range append(ofTimestamp, ofBoth...) {
		takes := timestamp
		if slices.Contains(ofBoth, name) {
			takes |= duration
		}
		table[signature{name, member}] = function{takes: []kinds{takes}, gives: always(integer), run: func(_ *run, a []any) (any, error) {
			return timePart(name, a[0])
		}}
	}
	return table
}

func timePart(name string, value any) (any, error) {
	if moment, isTimestamp := value.(types.Timestamp); isTimestamp {
		return fromCEL(types.Timestamp{Time: moment.UTC()}.Receive(name, "", nil))
	}
	return fromCEL(value.(types.Duration).Receive(name, "", nil))
}
