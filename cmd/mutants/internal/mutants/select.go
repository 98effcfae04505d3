package mutants

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// Select returns the mutants that the names choose, in the order of the list.
// A name is a folder or a folder/name; no names choose everything. A name that
// chooses nothing is an error that offers what was perhaps meant.
func Select(mutants []Mutant, names []string) ([]Mutant, error) {
	if len(names) == 0 {
		return mutants, nil
	}
	chosen := make([]bool, len(mutants))
	var problems []error
	for _, name := range names {
		name = path.Clean(name)
		known := false
		for i, mutant := range mutants {
			if name == mutant.Folder || name == mutant.ID() {
				chosen[i], known = true, true
			}
		}
		if !known {
			problems = append(problems, unknown(mutants, name))
		}
	}
	var selected []Mutant
	for i, mutant := range mutants {
		if chosen[i] {
			selected = append(selected, mutant)
		}
	}
	return selected, errors.Join(problems...)
}

func unknown(mutants []Mutant, name string) error {
	var folders, near []string
	for _, mutant := range mutants {
		folders = append(folders, mutant.Folder)
		if isNear(name, mutant.Folder) {
			near = append(near, mutant.Folder)
		}
		if isNear(name, mutant.ID()) || mutant.Folder == path.Dir(name) {
			near = append(near, mutant.ID())
		}
	}
	if len(near) > 0 {
		return fmt.Errorf("no folder or mutant is called %s; did you mean %s?", name, enumerate(near))
	}
	return fmt.Errorf("no folder or mutant is called %s; folders with mutants: %s", name, enumerate(folders))
}

func isNear(name, known string) bool {
	return strings.Contains(known, name) || levenshtein.ComputeDistance(name, known) <= len(known)/4
}

func enumerate(names []string) string {
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ", ")
}
