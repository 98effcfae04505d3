package expression

import (
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"cel.dev/cel-go/common/types"
)

// textFunctions work on strings. Positions count characters, not bytes.
func textFunctions() map[signature]function {
	size := function{takes: []kinds{text | list | object | binary}, gives: always(integer), run: sizeOf}
	matches := function{takes: []kinds{text, text}, gives: always(boolean), run: matches}
	table := map[signature]function{
		{"size", plain}: size, {"size", member}: size,
		{"matches", plain}: matches, {"matches", member}: matches,
		{"charAt", member}: {takes: []kinds{text, integer}, gives: always(text), run: func(r *run, a []any) (any, error) {
			characters := r.characters(a[0])
			at := a[1].(int64)
			if at < 0 || at > int64(len(characters)) {
				return nil, outOfRange(at, len(characters))
			}
			return string(characters[at:min(int(at)+1, len(characters))]), nil
		}},
		{"indexOf", member}:     {takes: []kinds{text, text, integer}, optional: 1, gives: always(integer), run: indexOf},
		{"lastIndexOf", member}: {takes: []kinds{text, text}, gives: always(integer), run: lastIndexOf},
		{"substring", member}:   {takes: []kinds{text, integer, integer}, optional: 1, gives: always(text), run: substring},
		{"replace", member}:     {takes: []kinds{text, text, text, integer}, optional: 1, gives: always(text), run: replace},
		{"split", member}:       {takes: []kinds{text, text, integer}, optional: 1, gives: listOf(text), run: splitText},
		{"join", member}:        {takes: []kinds{list, text}, optional: 1, gives: always(text), run: join},
		{"base64.encode", plain}: {takes: []kinds{binary | text}, gives: always(text), run: func(r *run, a []any) (any, error) {
			r.work(2 * length(a[0]))
			if content, isText := a[0].(string); isText {
				return base64.StdEncoding.EncodeToString([]byte(content)), nil
			}
			return base64.StdEncoding.EncodeToString(a[0].(types.Bytes)), nil
		}},
		{"base64.decode", plain}: {takes: []kinds{text}, gives: always(binary), run: func(r *run, a []any) (any, error) {
			r.work(length(a[0]))
			decoded, err := base64.StdEncoding.DecodeString(a[0].(string))
			return types.Bytes(decoded), err
		}},
	}
	for name, change := range map[string]func(string) string{
		"lowerAscii": func(s string) string { return mapASCII(s, 'A', 'Z', 'a'-'A') },
		"upperAscii": func(s string) string { return mapASCII(s, 'a', 'z', 'A'-'a') },
		"trim":       strings.TrimSpace,
	} {
		table[signature{name, member}] = function{takes: []kinds{text}, gives: always(text), run: func(r *run, a []any) (any, error) {
			r.work(2 * length(a[0]))
			return change(a[0].(string)), nil
		}}
	}
	for name, holds := range map[string]func(s, part string) bool{
		"contains": strings.Contains, "startsWith": strings.HasPrefix, "endsWith": strings.HasSuffix,
	} {
		table[signature{name, member}] = function{takes: []kinds{text, text}, gives: always(boolean), run: func(r *run, a []any) (any, error) {
			r.work(length(a[0]) + length(a[1]))
			return holds(a[0].(string), a[1].(string)), nil
		}}
	}
	return table
}

func sizeOf(r *run, a []any) (any, error) {
	switch value := a[0].(type) {
	case string:
		r.work(len(value))
		return int64(utf8.RuneCountInString(value)), nil
	case types.Bytes:
		return int64(len(value)), nil
	case []any:
		return int64(len(value)), nil
	}
	return int64(r.count(a[0])), nil
}

// characters are the characters of a string.
func (r *run) characters(value any) []rune {
	r.work(4 * length(value))
	return []rune(value.(string))
}

func outOfRange(at int64, size int) error {
	return fmt.Errorf("there is no position %d in a string of %d characters", at, size)
}

func indexOf(r *run, a []any) (any, error) {
	content, part := a[0].(string), a[1].(string)
	r.work(2*len(content) + len(part))
	from := int64(0)
	if len(a) == 3 {
		from = a[2].(int64)
	}
	if from < 0 {
		return nil, outOfRange(from, utf8.RuneCountInString(content))
	}
	offset := byteOffset(content, 1, int(min(from, int64(len(content)))))
	found := strings.Index(content[offset:], part)
	if found < 0 {
		return int64(-1), nil
	}
	return int64(utf8.RuneCountInString(content[:offset+found])), nil
}

func lastIndexOf(r *run, a []any) (any, error) {
	content, part := a[0].(string), a[1].(string)
	// Backwards, Go compares the part at each place.
	r.work(len(content) + len(content)*len(part)/tenths)
	found := strings.LastIndex(content, part)
	if found < 0 {
		return int64(-1), nil
	}
	return int64(utf8.RuneCountInString(content[:found])), nil
}

func substring(r *run, a []any) (any, error) {
	characters := r.characters(a[0])
	start, end := a[1].(int64), int64(len(characters))
	if len(a) == 3 {
		end = a[2].(int64)
	}
	switch {
	case start < 0 || start > int64(len(characters)):
		return nil, outOfRange(start, len(characters))
	case end < start || end > int64(len(characters)):
		return nil, outOfRange(end, len(characters))
	}
	return string(characters[start:end]), nil
}

// atMost is the argument that bounds how often something is done; -1 is no bound.
func atMost(a []any, position int) int {
	if len(a) <= position {
		return -1
	}
	return int(min(a[position].(int64), math.MaxInt32))
}

func replace(r *run, a []any) (any, error) {
	content, old, replacement := a[0].(string), a[1].(string), a[2].(string)
	count := atMost(a, 3)
	r.work(len(content) + len(old))
	found := strings.Count(content, old)
	if count >= 0 {
		found = min(found, count)
	}
	r.work(len(content) + found*len(replacement))
	return strings.Replace(content, old, replacement, count), nil
}

func splitText(r *run, a []any) (any, error) {
	content, separator := a[0].(string), a[1].(string)
	r.work(2*len(content) + len(separator))
	parts := strings.SplitN(content, separator, atMost(a, 2))
	items := make([]any, len(parts))
	for i, part := range parts {
		items[i] = part
	}
	return items, nil
}

func join(r *run, a []any) (any, error) {
	separator := ""
	if len(a) == 2 {
		separator = a[1].(string)
	}
	items := a[0].([]any)
	parts := make([]string, 0, len(items))
	for _, item := range items {
		part, isText := item.(string)
		if !isText {
			return nil, fmt.Errorf("join takes a list of strings, not one with %s", kindOf(item))
		}
		r.work(1 + len(part) + len(separator))
		parts = append(parts, part)
	}
	return strings.Join(parts, separator), nil
}

func mapASCII(content string, from, to byte, distance int) string {
	changed := []byte(content)
	for i, character := range changed {
		if from <= character && character <= to {
			changed[i] = byte(int(character) + distance)
		}
	}
	return string(changed)
}
