// Package readme keeps the READMEs of this repository true. Two kinds of fenced
// blocks in a Markdown document are checked. A block below a marker comment
//
//	<!-- code: workflow.go Handler.Execute -->
//
// shows the named declarations, or the whole file if none is named, and is
// copied from the compiled source. A console block holds commands, each on a
// line that begins with "$ ", followed by what a real run of the command
// printed; what differs from run to run is masked. A document is right when
// updating it changes nothing, so a check and an update are the same operation.
// (embedmd does something similar, but its last release is of 2019 and it cuts
// by regular expression rather than by declaration, so this is our own small
// tool.)
package readme

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Find returns the sorted paths of all Markdown files below root, except those
// in folders named .git, bin or testdata.
func Find(root string) ([]string, error) {
	var paths []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && isSkipped(entry.Name()):
			return filepath.SkipDir
		case !entry.IsDir() && filepath.Ext(path) == ".md":
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("find READMEs below %s: %w", root, err)
	}
	slices.Sort(paths)
	return paths, nil
}

func isSkipped(folder string) bool {
	return folder == ".git" || folder == "bin" || folder == "testdata"
}

// Difference shows the lines between the first and the last difference of two
// versions of the document at path, in the manner of a unified diff. It is
// empty if there is none.
func Difference(path string, old, updated []byte) string {
	before, after := strings.Split(string(old), "\n"), strings.Split(string(updated), "\n")
	if slices.Equal(before, after) {
		return ""
	}
	first := commonPrefix(before, after)
	context := before[max(0, first-3):first]
	before, after = before[first:], after[first:]

	slices.Reverse(before)
	slices.Reverse(after)
	same := commonPrefix(before, after)
	before, after = before[same:], after[same:]
	slices.Reverse(before)
	slices.Reverse(after)

	return fmt.Sprintf("%s:%d:\n", path, first+1) +
		prefixed("  ", context) + prefixed("- ", before) + prefixed("+ ", after)
}

func commonPrefix(left, right []string) int {
	length := 0
	for length < min(len(left), len(right)) && left[length] == right[length] {
		length++
	}
	return length
}

func prefixed(prefix string, lines []string) string {
	var result strings.Builder
	for _, line := range lines {
		result.WriteString(prefix + line + "\n")
	}
	return result.String()
}
