package language

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDurations(t *testing.T) {
	day := 24 * time.Hour
	for text, want := range map[Duration]time.Duration{
		"1h30m": 90 * time.Minute, "250ms": 250 * time.Millisecond, "2d": 2 * day, "1d12h": 36 * time.Hour,
		"0s": 0, "0": 0, "1.5h": 90 * time.Minute, "36500d": 36500 * day, "1d0.5s": day + time.Second/2,
	} {
		got, err := text.Parse()
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestBadDurations(t *testing.T) {
	for text, why := range map[Duration]string{
		"":               "it is a number with a unit, of ms, s, m, h and d",
		"5":              "it is a number with a unit, of ms, s, m, h and d",
		"5 min":          "it is a number with a unit, of ms, s, m, h and d",
		"+5s":            "it is a number with a unit, of ms, s, m, h and d",
		"-5s":            "it is negative",
		"1d-5s":          "it is negative",
		"-1d":            "days are a whole number",
		"1.5d":           "days are a whole number",
		"1d2d":           "it is a number with a unit, of ms, s, m, h and d",
		"36501d":         "it is longer than 100 years",
		"36500d1s":       "it is longer than 100 years",
		"2000000h":       "it is longer than 100 years",
		"213504d":        "it is longer than 100 years", // 64 bits of nanoseconds, once around
		"99999999999d":   "days are a whole number",
		"9999999999999h": "it is a number with a unit, of ms, s, m, h and d",
	} {
		_, err := text.Parse()
		assert.EqualError(t, err, quote(string(text))+` is no duration such as "30s", "1h30m" or "2d": `+why)
	}
}

func TestDurationsAreWrittenShortly(t *testing.T) {
	for length, want := range map[time.Duration]Duration{
		24 * time.Hour: "24h", 90 * time.Second: "1m30s", 5 * time.Minute: "5m", 1500 * time.Millisecond: "1.5s",
		time.Hour + time.Second: "1h0m1s", 10 * time.Second: "10s", 0: "0s", 10 * time.Minute: "10m", 20 * time.Hour: "20h",
	} {
		assert.Equal(t, want, DurationOf(length))
		back, err := DurationOf(length).Parse()
		require.NoError(t, err)
		assert.Equal(t, length, back)
	}
}
