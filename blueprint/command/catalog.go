package command

import (
	"cmp"
	"context"
	"encoding/json"
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
	service    service
	budget     language.Budget
	blueprints map[string]*language.Definition
	// documents are the texts of the blueprints; described are those whose text only the
	// service has, with one that stands in for it.
	documents map[string][]byte
	described map[string]bool
	// served are those of the service's library that may be added; nil is all.
	served map[string]engine.DescribedBlueprint
	// absent are the Activities and Child Workflows without a function here.
	absent language.Called
}

// newLibrary has the service's definitions, and what the folder has, if there is one.
func (c *commands) newLibrary(ctx context.Context, folder fs.FS) (*library, error) {
	service, err := c.service(ctx)
	if err != nil {
		return nil, err
	}
	options := service.options
	options.Logger, options.Metrics = nil, nil
	functions, err := engine.New(service.catalog, options)
	if err != nil {
		return nil, err
	}
	described := functions.Describe()
	l := &library{
		Catalog: functions.Catalog(), service: service, budget: described.Budget,
		blueprints: map[string]*language.Definition{}, documents: map[string][]byte{}, described: map[string]bool{},
	}
	if service.options.Library != nil {
		l.served = described.Blueprints
		// What is wrong with the others is for the service's Workers to tell.
		_ = l.addFolder(service.options.Library)
		l.served = nil
	}
	for _, each := range []fs.FS{service.options.Definitions, folder} {
		if each == nil {
			continue
		}
		if err := l.addFolder(each); err != nil {
			return nil, err
		}
	}
	if err := l.addDescribed(cmp.Or(service.described, &described), service.described != nil); err != nil {
		return nil, err
	}
	return l, nil
}

// clone is a copy to which documents can be added.
func (l *library) clone() *library {
	own := *l
	own.blueprints, own.documents, own.described = maps.Clone(l.blueprints), maps.Clone(l.documents), maps.Clone(l.described)
	return &own
}

// addDescribed notes what cannot be called here: all of what a description alone tells, else
// what another Worker has. Documents whose text is there are left as they are.
func (l *library) addDescribed(described *engine.Description, all bool) error {
	for name, each := range described.Activities {
		if all || each.Remote {
			l.absent.Activities = append(l.absent.Activities, name)
		}
	}
	for name, each := range described.Workflows {
		if all || each.Remote {
			l.absent.Workflows = append(l.absent.Workflows, name)
		}
	}
	for exact, each := range described.Blueprints {
		if l.blueprints[exact] != nil {
			continue
		}
		name, version, _ := strings.Cut(exact, "@")
		text, err := json.Marshal(map[string]any{
			"blueprint": name, "version": version, "input": cmp.Or(each.Input, &language.Schema{}),
			"steps": []any{map[string]any{"id": "absent", "fail": map[string]any{
				"type": engine.FailureNotInCatalog, "message": "there is no document " + exact + " here: give it an outcome, or its folder with --definitions",
			}}},
		})
		if err != nil {
			return fmt.Errorf("reading the catalog: %s: %w", exact, err)
		}
		stand := document{exact, text}
		if problems := append(l.add(stand), l.read(stand)...); len(problems) > 0 {
			return fmt.Errorf("reading the catalog: %w", problems)
		}
		l.described[exact] = true
	}
	return nil
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
		if _, serves := l.served[exact]; l.served != nil && !serves {
			return problems
		}
		l.blueprints[exact], l.documents[exact] = definition, read.text
		delete(l.described, exact)
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

// read checks a document with the service's limits.
func (l *library) read(read document) language.Diagnostics {
	_, problems := language.Read(read.name, read.text, l, l.budget, l.budget.DocumentBytes)
	return problems
}

// readPlan checks a plan by itself: as if nothing stood around its step.
func (l *library) readPlan(read document) language.Diagnostics {
	plan, source, problems := language.LoadPlan(read.text, l.budget.DocumentBytes)
	if len(problems) == 0 {
		problems = language.CheckPlan(plan, source, l, l.budget, language.Outer{})
	}
	return inFile(read.name, problems)
}

// warnings are those of a document or a plan without problems.
func (l *library) warnings(read document, plan bool) language.Diagnostics {
	if !plan {
		return language.Warnings(read.name, read.text, l, l.budget, l.budget.DocumentBytes)
	}
	loaded, source, problems := language.LoadPlan(read.text, l.budget.DocumentBytes)
	if len(problems) > 0 {
		return nil
	}
	return inFile(read.name, language.PlanWarnings(loaded, source, l, l.budget, language.Outer{}))
}

// inFile names the file, which the reader of plans does not know.
func inFile(name string, problems language.Diagnostics) language.Diagnostics {
	for at := range problems {
		problems[at].File = name
	}
	return problems
}

// interpreter is one that runs here whatever is in the library.
func (l *library) interpreter() (*engine.Interpreter, error) {
	folder := fstest.MapFS{}
	for exact, text := range l.documents {
		folder[exact+".yaml"] = &fstest.MapFile{Data: text}
	}
	options := l.service.options
	options.Definitions, options.Library = nil, folder
	// A run here has no history that could become too long.
	options.EventsPerRun = 1 << 30
	return engine.New(l.service.catalog, options)
}
