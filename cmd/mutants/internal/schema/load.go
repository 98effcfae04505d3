package schema

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// listed is a package as go list prints it.
type listed struct {
	ImportPath string
	Dir        string
	Export     string
	GoFiles    []string
	DepOnly    bool
	Module     *struct{ GoVersion string }
}

// Load reads the packages that patterns name, as they are compiled with some
// build tags, joined by commas, in the order of their names.
func Load(ctx context.Context, root string, tags string, patterns ...string) ([]*Package, error) {
	arguments := append([]string{"list", "-e", "-export", "-deps", "-tags=" + tags,
		"-json=ImportPath,Dir,Export,GoFiles,DepOnly,Module", "--", "os", "strconv"}, patterns...) // which the switches import
	command := exec.CommandContext(ctx, "go", arguments...)
	command.Dir = root
	var complaints bytes.Buffer
	command.Stderr = &complaints
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("listing packages: %w\n%s", err, complaints.String())
	}
	exports := exports{}
	var packages []*Package
	for decoder := json.NewDecoder(bytes.NewReader(output)); ; {
		var listed listed
		switch err := decoder.Decode(&listed); {
		case errors.Is(err, io.EOF):
			slices.SortFunc(packages, func(a, b *Package) int { return strings.Compare(a.Path, b.Path) })
			return packages, nil
		case err != nil:
			return nil, fmt.Errorf("reading what go list prints: %w", err)
		}
		exports[listed.ImportPath] = listed.Export
		if listed.DepOnly || listed.Module == nil {
			continue
		}
		loaded, err := listed.load(root, exports)
		if err != nil {
			return nil, err
		}
		packages = append(packages, loaded)
	}
}

func (l listed) load(root string, exports exports) (*Package, error) {
	folder, err := filepath.Rel(root, l.Dir)
	if err != nil {
		return nil, fmt.Errorf("placing package %s: %w", l.ImportPath, err)
	}
	result := &Package{
		Path:    l.ImportPath,
		Folder:  filepath.ToSlash(folder),
		Sources: map[string]string{},
		exports: exports,
		version: "go" + l.Module.GoVersion,
	}
	for _, name := range l.GoFiles {
		content, err := os.ReadFile(filepath.Join(l.Dir, name))
		if err != nil {
			return nil, fmt.Errorf("reading package %s: %w", l.ImportPath, err)
		}
		result.Sources[path.Join(result.Folder, name)] = string(content)
	}
	return result, nil
}
