package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// report is what a rename has changed.
type report struct {
	from, to string
	files    int
}

func (r report) String() string {
	return fmt.Sprintf("renamed the module %s to %s in %d files", r.from, r.to, r.files)
}

// rename gives the module in the folder another path. Nothing is written unless every
// file can be read and changed.
func rename(ctx context.Context, folder, to string) (report, error) {
	from, err := modulePath(folder)
	if err != nil {
		return report{}, fmt.Errorf("read the module's path: %w", err)
	}
	if err := checkPath(from, to); err != nil {
		return report{}, err
	}
	files, err := listFiles(ctx, folder)
	if err != nil {
		return report{}, fmt.Errorf("list the files: %w", err)
	}
	changed, err := changeAll(folder, files, newMentions(from), to)
	if err != nil {
		return report{}, err
	}
	for file, content := range changed {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			return report{}, fmt.Errorf("the rename is incomplete, run it again: %w", err)
		}
	}
	return report{from: from, to: to, files: len(changed)}, nil
}

// changeAll returns the new content of every file that mentions the module.
func changeAll(folder string, files []string, from mentions, to string) (map[string][]byte, error) {
	changed := map[string][]byte{}
	for _, name := range files {
		file := filepath.Join(folder, filepath.FromSlash(name))
		old, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // It is deleted, and git does not know yet.
		}
		if err != nil {
			return nil, err
		}
		content := from.replace(old, to)
		if bytes.Equal(old, content) {
			continue
		}
		if filepath.Ext(file) == ".go" {
			// A longer path can change the order of imports.
			if content, err = format.Source(content); err != nil {
				return nil, fmt.Errorf("format %s: %w", name, err)
			}
		}
		changed[file] = content
	}
	return changed, nil
}

// mentions finds a module's path where it stands as one, between two groups that stay. A
// bare word can be the repository's name, and is left alone.
type mentions []*regexp.Regexp

func newMentions(module string) mentions {
	var found mentions
	for _, around := range [][2]string{
		{`(^|[^\w./~-])`, `(/)`},    // of a package, but not as a part of a longer path
		{"([\"`=])", "([\"`=])"},    // quoted, and in -replace=module=folder
		{`(?m)(^module\s+)`, `($)`}, // in a go.mod, which a README can show
		{`(?m)(^\s*(?:require\s+|replace\s+)?)`, `(\s+(?:v\d|=>))`},
	} {
		found = append(found, regexp.MustCompile(around[0]+regexp.QuoteMeta(module)+around[1]))
	}
	return found
}

func (m mentions) replace(content []byte, to string) []byte {
	if bytes.IndexByte(content, 0) >= 0 {
		return content // no text
	}
	for _, mention := range m {
		content = mention.ReplaceAll(content, []byte("${1}"+to+"${2}")) // no module path has a $
	}
	return content
}

// checkPath refuses the path of a module that the go program could not fetch.
func checkPath(from, to string) error {
	if err := module.CheckPath(to); err != nil {
		return fmt.Errorf("the path of a module that can be fetched looks like example.org/you/dynamicsamples: %w", err)
	}
	if from == to {
		return fmt.Errorf("the module path is %s already", to)
	}
	return nil
}

// modulePath reads the path from the go.mod in the folder.
func modulePath(folder string) (string, error) {
	content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
	if err != nil {
		return "", err
	}
	path := modfile.ModulePath(content)
	if path == "" {
		return "", errors.New("go.mod has no module line")
	}
	return path, nil
}

// listFiles names the files that git knows, and those that it would add.
func listFiles(ctx context.Context, folder string) ([]string, error) {
	list, err := output(ctx, folder, "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	return strings.FieldsFunc(list, func(r rune) bool { return r == 0 }), err
}

// output runs the command in the folder and returns what it prints. Its complaints
// become the error.
func output(ctx context.Context, folder, name string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Dir = folder
	var problems strings.Builder
	command.Stderr = &problems
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(problems.String()))
	}
	return string(out), nil
}
