package readme

import (
	"regexp"
	"strings"
)

var (
	timestamp   = regexp.MustCompile(`\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})\b`)
	runID       = regexp.MustCompile(`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)
	loopback    = regexp.MustCompile(`(http://|\b)(127\.0\.0\.1|localhost):\d+\b`)
	uniqueID    = regexp.MustCompile(`\b([a-z][a-z0-9]*(-[a-z0-9]+)*?)-[0-9a-f]{8}\b`)
	word        = regexp.MustCompile(`[\pL\pN_/-]+(\.[\pL\pN_/-]+)*`)
	duration    = regexp.MustCompile(`^(\d+(\.\d+)?(ns|us|µs|μs|ms|s|m|h))+$`)
	endsOfLines = regexp.MustCompile(`(?m)[ \t\r]+$`)
)

// Mask replaces what differs from run to run: time stamps, run ids, ports on
// this machine, the unique suffixes of Workflow IDs, and durations. It also
// trims white space from the ends of the lines and of the output. Masking a
// masked output changes nothing. White space behind a masked value stays as it
// was, so programs should not pad values whose length varies.
func Mask(output string) string {
	output = trim(output)
	// First, since a masked port can become the year of a time stamp.
	output = loopback.ReplaceAllStringFunc(output, maskAddress)
	output = timestamp.ReplaceAllString(output, "<timestamp>")
	output = runID.ReplaceAllString(output, "<run-id>")
	output = uniqueID.ReplaceAllString(output, "$1-<unique>")
	return word.ReplaceAllStringFunc(output, maskDuration)
}

// trim removes white space from the ends of the lines and of the output.
func trim(output string) string {
	return strings.TrimRight(endsOfLines.ReplaceAllString(output, ""), "\n")
}

func maskAddress(address string) string {
	if strings.HasPrefix(address, "http://") {
		return "http://localhost:8233"
	}
	return "localhost:7233"
}

func maskDuration(word string) string {
	if duration.MatchString(word) {
		return "<time>"
	}
	return word
}
