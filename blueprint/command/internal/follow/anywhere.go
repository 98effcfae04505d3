package follow

import "regexp"

// Anywhere is the path of a call with [*] in place of the numbers of rounds and items, and #* in
// place of those of attempts.
func Anywhere(path string) string {
	return attempt.ReplaceAllString(numbered.ReplaceAllString(path, "[*]"), "#*")
}

var (
	numbered = regexp.MustCompile(`\[\d+\]`)
	attempt  = regexp.MustCompile(`#\d+`)
)

// Unnumbered is the path without the numbers of rounds, items, visits and attempts.
func Unnumbered(path string) string {
	return attempt.ReplaceAllString(numbered.ReplaceAllString(path, ""), "")
}
