package mutants

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// Load returns the mutants of every testdata/mutants.yaml in a module, whose
// root is the root of the file system. Its error names all problems of all
// lists, each with file and line.
func Load(module fs.FS) ([]Mutant, error) {
	var mutants []Mutant
	var problems []error
	err := fs.WalkDir(module, ".", func(file string, item fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case item.IsDir() && (item.Name() == ".git" || item.Name() == "bin"):
			return fs.SkipDir
		case item.IsDir() || !strings.HasSuffix("/"+file, "/testdata/mutants.yaml"):
			return nil
		}
		content, err := fs.ReadFile(module, file)
		if err != nil {
			return err
		}
		found, wrong := parse(file, content)
		mutants = append(mutants, found...)
		problems = append(problems, wrong...)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("looking for lists of mutants: %w", err)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	return mutants, nil
}

// entry is a mutant as a list spells it. With is a pointer because replacing
// code with nothing is a change, while forgetting the key is a mistake.
type entry struct {
	Name    string
	Lesson  string
	File    string
	Replace string
	With    *string
	Package string
	Tags    []string
	Tests   []string
}

func parse(file string, content []byte) ([]Mutant, []error) {
	var nodes []yaml.Node
	if err := yaml.Load(content, &nodes); err != nil {
		return nil, located(file, err)
	}
	if len(nodes) == 0 {
		return nil, []error{fmt.Errorf("%s:1: the list is empty", file)}
	}
	var mutants []Mutant
	var problems []error
	folder := path.Dir(path.Dir(file))
	lineOf := map[string]int{}
	for _, node := range nodes {
		var entry entry
		err := node.Load(&entry, yaml.WithKnownFields())
		problems = append(problems, located(file, err)...)
		if err != nil && reflect.ValueOf(entry).IsZero() {
			continue // nothing was understood: each field would count as missing
		}
		for _, problem := range entry.problems(folder) {
			problems = append(problems, fmt.Errorf("%s:%d: %s", file, node.Line, problem))
		}
		if line, taken := lineOf[entry.Name]; taken && entry.Name != "" {
			problems = append(problems, fmt.Errorf("%s:%d: name %q is already taken in line %d", file, node.Line, entry.Name, line))
		}
		lineOf[entry.Name] = node.Line
		mutants = append(mutants, entry.mutant(folder))
	}
	return mutants, problems
}

// located splits an error of the YAML decoder into its problems, each with
// file and line.
func located(file string, err error) []error {
	if err == nil {
		return nil
	}
	var several *yaml.LoadErrors
	var single *yaml.LoadError
	switch {
	case errors.As(err, &several):
	case errors.As(err, &single):
		several = &yaml.LoadErrors{Errors: []*yaml.LoadError{single}}
	default:
		return []error{fmt.Errorf("%s:1: %w", file, err)}
	}
	var problems []error
	for _, problem := range several.Errors {
		// The decoder gives no line for what concerns the file as a whole.
		problems = append(problems, fmt.Errorf("%s:%d: %s", file, max(1, problem.Mark.Line), problem.Message))
	}
	return problems
}

func (e entry) problems(folder string) []string {
	var problems []string
	check := func(good bool, format string, arguments ...any) {
		if !good {
			problems = append(problems, fmt.Sprintf(format, arguments...))
		}
	}
	check(e.Name != "", "name is missing")
	check(e.Lesson != "", "lesson is missing")
	check(e.File != "", "file is missing")
	check(e.Replace != "", "replace is missing")
	check(e.With != nil, `with is missing (with: "" takes code out)`)
	check(len(e.Tests) > 0, "tests is missing")
	check(e.Name == "" || isKebabCase(e.Name), "name %q is not in kebab-case", e.Name)
	check(e.With == nil || *e.With != e.Replace, "with is the same as replace")
	check(fs.ValidPath(path.Join(folder, e.File)), "file %s is outside the module", e.File)
	check(fs.ValidPath(path.Join(folder, e.Package)), "package %s is outside the module", e.Package)
	check(!strings.Contains(e.Package, "..."), "package %s stands for several packages", e.Package)
	for _, test := range e.Tests {
		check(test != "", "tests holds an empty name")
	}
	return problems
}

func isKebabCase(name string) bool {
	return regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`).MatchString(name)
}

// mutant expects an entry without problems.
func (e entry) mutant(folder string) Mutant {
	var with string
	if e.With != nil {
		with = *e.With
	}
	return Mutant{
		Folder: folder,
		Name:   e.Name,
		Lesson: strings.Join(strings.Fields(e.Lesson), " "),
		File:   path.Join(folder, e.File),
		// A YAML block ends with a newline that nobody meant to match.
		Replace: strings.TrimSuffix(e.Replace, "\n"),
		With:    strings.TrimSuffix(with, "\n"),
		Package: path.Join(folder, e.Package),
		Tags:    e.Tags,
		Tests:   e.Tests,
	}
}
