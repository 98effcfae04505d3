package language

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maximumDuration is about a hundred years: longer times do not fit where durations
// are added up.
const maximumDuration = 100 * 365 * 24 * time.Hour

// DurationOf writes a length of time, shortly: "24h" and not "24h0m0s".
func DurationOf(length time.Duration) Duration {
	text := length.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return Duration(text)
}

// Parse reads the duration: Go's durations, also with days before them, as in "2d" or
// "1d12h". It is neither negative nor longer than a hundred years.
func (d Duration) Parse() (time.Duration, error) {
	length, err := d.parse()
	if err != nil {
		return 0, fmt.Errorf(`%s is no duration such as "30s", "1h30m" or "2d": %w`, quote(string(d)), err)
	}
	return length, nil
}

// ParseTime reads a time of RFC 3339, which has an offset.
func ParseTime(text string) (time.Time, error) {
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf(`%s is no time with an offset such as "2026-12-24T18:00:00+01:00" or "2026-12-24T17:00:00Z"`, quote(text))
	}
	return moment, nil
}

// IsExpression reports whether the duration is to be evaluated first.
func (d Duration) IsExpression() bool { return strings.Contains(string(d), "${") }

func (d Duration) parse() (time.Duration, error) {
	days, rest, hasDays := strings.Cut(string(d), "d")
	if !hasDays {
		days, rest = "0", string(d)
	}
	number, err := strconv.ParseUint(days, 10, 32)
	if err != nil {
		return 0, errors.New("days are a whole number")
	}
	if number > uint64(maximumDuration/(24*time.Hour)) {
		return 0, errors.New("it is longer than 100 years")
	}
	length := time.Duration(number) * 24 * time.Hour
	if rest != "" || !hasDays {
		clock, err := parseClock(rest)
		if err != nil {
			return 0, err
		}
		length += clock
	}
	if length > maximumDuration {
		return 0, errors.New("it is longer than 100 years")
	}
	return length, nil
}

// parseClock reads a duration without days; a sign is no part of one.
func parseClock(text string) (time.Duration, error) {
	if strings.HasPrefix(text, "-") {
		return 0, errors.New("it is negative")
	}
	length, err := time.ParseDuration(text)
	if err != nil || strings.HasPrefix(text, "+") {
		return 0, errors.New("it is a number with a unit, of ms, s, m, h and d")
	}
	return min(length, maximumDuration+1), nil
}
