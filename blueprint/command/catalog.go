package command

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"testing/fstest"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// library is what documents may call, for the checker: the service's catalog, and
// blueprints by exact name@version.
type library struct {
	language.Catalog
	functions  *engine.Catalog
	blueprints map[string]*language.Definition
	// documents are the texts of the blueprints.
	documents map[string][]byte
}

// newLibrary has the service's definitions, and what the folder has, if there is one.
func (c *commands) newLibrary(folder fs.FS) (*library, error) {
	service, err := engine.New(c.options.Catalog, engine.Options{})
	if err != nil {
		return nil, err
	}
	l := &library{service.Catalog(), c.options.Catalog, map[string]*language.Definition{}, map[string][]byte{}}
	for _, each := range []fs.FS{c.options.Definitions, folder} {
		if each == nil {
			continue
		}
		if err := l.addFolder(each); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// addFolder adds the definitions in a folder and below it; they must be readable.
func (l *library) addFolder(folder fs.FS) error {
	var problems language.Diagnostics
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isDocument(name) {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		problems = append(problems, l.add(document{name, text})...)
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading definitions: %w", err)
	}
	return problems.Err()
}

func isDocument(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)) && !strings.HasSuffix(name, casesEnding)
}

// add lets documents start a blueprint; a later one of the same version takes the place
// of an earlier one.
func (l *library) add(read document) language.Diagnostics {
	definition, _, problems := language.Load(read.name, read.text, 0)
	if definition != nil {
		exact := definition.Blueprint + "@" + definition.Version
		l.blueprints[exact], l.documents[exact] = definition, read.text
	}
	return problems
}

// Blueprint implements language.Catalog. A document names a version.
func (l *library) Blueprint(exact string) (*language.Definition, string, bool) {
	definition, found := l.blueprints[exact]
	return definition, exact, found
}

// Names implements language.Catalog.
func (l *library) Names() (activities, workflows, blueprints []string) {
	activities, workflows, _ = l.Catalog.Names()
	return activities, workflows, slices.Sorted(maps.Keys(l.blueprints))
}

// interpreter is one that runs here whatever is in the library.
func (l *library) interpreter() (*engine.Interpreter, error) {
	folder := fstest.MapFS{}
	for exact, text := range l.documents {
		folder[exact+".yaml"] = &fstest.MapFile{Data: text}
	}
	return engine.New(l.functions, engine.Options{
		Definitions: folder,
		// A run here has no history that could become too long.
		EventsPerRun: 1 << 30,
	})
}
