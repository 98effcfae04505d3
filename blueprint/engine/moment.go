package engine

import (
	"strings"
	"time"

	"dynamicsamples/blueprint/language"
)

const hundredYears = 100 * 365 * 24 * time.Hour

// due evaluates when a length of time that begins now has passed, or the time in {until: T}.
func (r *run) due(f *frame, v *language.Value, where *scope) (time.Time, *Failure) {
	until, written := v.Raw.(map[string]any)
	if written {
		return r.until(f, until["until"], where)
	}
	result, reason := r.evaluate(f, v.Raw, where)
	if reason != nil {
		return time.Time{}, reason
	}
	length, reason := r.length(result)
	return r.now.Add(length), reason
}

// length is a length of time: a text such as 5m, or a number of seconds.
func (r *run) length(of any) (time.Duration, *Failure) {
	var length time.Duration
	switch of := of.(type) {
	case string:
		parsed, err := language.Duration(of).Parse()
		if below, is := strings.CutPrefix(of, "-"); is && r.since(2) {
			if _, err = language.Duration(below).Parse(); err == nil {
				return 0, nil // as for a number below 0
			}
		}
		if err != nil {
			return 0, &Failure{Type: FailureExpression, Message: err.Error()}
		}
		return parsed, nil
	case int64:
		length = r.lengthOf(float64(of))
	case float64:
		length = r.lengthOf(of)
	default:
		return 0, &Failure{Type: FailureExpression, Message: "a duration must be a text such as 5m or a number of seconds, not " + textOf(of)}
	}
	if length < 0 {
		return 0, &Failure{Type: FailureExpression, Message: "a duration must not be negative or longer than 100 years: " + textOf(of)}
	}
	return length, nil
}

// lengthOf is seconds as a length of time: one below 0 is over at once. Version 1 refused it.
func (r *run) lengthOf(number float64) time.Duration {
	if r.since(2) {
		number = max(0, number)
	}
	return seconds(number)
}

// seconds is the length, or -1 where it is out of bounds.
func seconds(number float64) time.Duration {
	if number < 0 || number > hundredYears.Seconds() {
		return -1
	}
	return time.Duration(number * float64(time.Second))
}

// until evaluates a time of RFC 3339. One that has passed is at once.
func (r *run) until(f *frame, raw any, where *scope) (time.Time, *Failure) {
	result, reason := r.evaluate(f, raw, where)
	if reason != nil {
		return time.Time{}, reason
	}
	text, isText := result.(string)
	if !isText {
		return time.Time{}, &Failure{Type: FailureExpression, Message: "until must be a time as a text, not " + textOf(result)}
	}
	moment, err := language.ParseTime(text)
	switch {
	case err != nil:
		return time.Time{}, &Failure{Type: FailureExpression, Message: err.Error()}
	case moment.Sub(r.now) > hundredYears:
		return time.Time{}, &Failure{Type: FailureExpression, Message: text + " is more than 100 years away"}
	case moment.Before(r.now):
		return r.now, nil
	}
	return moment.UTC(), nil
}
