package mutants

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"go.yaml.in/yaml/v4"

	"dynamicsamples/cmd/mutants/internal/mechanical"
)

// key tells a mechanical mutant of a package from its others, also when lines
// come before it and go.
type key struct {
	file, function, before, after string
}

func keyOf(change mechanical.Change) key {
	return key{file: path.Base(change.File), function: change.Function, before: change.Before, after: change.After}
}

// equivalent is an entry of a testdata/equivalent.yaml: a mechanical mutant that
// no test can notice, as the report prints it, and why.
type equivalent struct {
	File     string
	Function string
	Before   string
	After    string
	Reason   string
}

func (e equivalent) key() key {
	oneLine := func(text string) string { return strings.Join(strings.Fields(text), " ") }
	return key{file: e.File, function: e.Function, before: oneLine(e.Before), after: oneLine(e.After)}
}

// equivalents returns the reasons that a package's list gives. An entry that is
// none of the changes that the package can have is a mistake.
func (r Runner) equivalents(folder string, changes []mechanical.Change) (map[key]string, error) {
	list := path.Join(folder, "testdata/equivalent.yaml")
	content, err := fs.ReadFile(os.DirFS(r.Root), list)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the equivalent mutants: %w", err)
	}
	var nodes []yaml.Node
	if err := yaml.Load(content, &nodes); err != nil {
		return nil, errors.Join(located(list, err)...)
	}
	possible := map[key]bool{}
	for _, change := range changes {
		possible[keyOf(change)] = true
	}
	reasons := map[key]string{}
	var problems []error
	for _, node := range nodes {
		var entry equivalent
		problems = append(problems, located(list, node.Load(&entry, yaml.WithKnownFields()))...)
		if entry.Reason == "" {
			problems = append(problems, fmt.Errorf("%s:%d: reason is missing", list, node.Line))
		}
		if !possible[entry.key()] {
			problems = append(problems, fmt.Errorf("%s:%d: no mechanical mutant of %s is like this", list, node.Line, entry.File))
		}
		reasons[entry.key()] = entry.Reason
	}
	return reasons, errors.Join(problems...)
}
