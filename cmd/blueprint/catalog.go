package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint"
	"dynamicsamples/blueprint/definitions"
	"dynamicsamples/blueprint/language"
)

// registered takes down what the examples register on a worker: that is their catalog.
type registered struct {
	worker.Registry
	activities, workflows map[string]any
}

func (r *registered) RegisterActivityWithOptions(function any, options activity.RegisterOptions) {
	r.activities[options.Name] = function
}

func (r *registered) RegisterWorkflowWithOptions(function any, options workflow.RegisterOptions) {
	r.workflows[options.Name] = function
}

func (r *registered) RegisterDynamicWorkflow(any, workflow.DynamicRegisterOptions) {}

// localActivities are those that the examples' catalog lets run as local ones.
func localActivities() []string { return []string{"print_label"} }

// examples are the activities and workflows of the examples' catalog.
func examples() (*registered, error) {
	interpreter, err := blueprint.Examples()
	if err != nil {
		return nil, fmt.Errorf("reading the catalog of the examples: %w", err)
	}
	found := &registered{activities: map[string]any{}, workflows: map[string]any{}}
	interpreter.Register(found)
	delete(found.workflows, blueprint.InlineWorkflow)
	// The interpreter's own are no blueprint's.
	maps.DeleteFunc(found.activities, func(name string, _ any) bool { return strings.HasPrefix(name, "blueprint.") })
	return found, nil
}

// catalog is the examples' catalog for an interpreter of one's own.
func (r *registered) catalog() *blueprint.Catalog {
	catalog := blueprint.NewCatalog()
	for name, function := range r.activities {
		catalog.Activity(name, function, blueprint.ActivityOptions{Local: slices.Contains(localActivities(), name)})
	}
	for name, function := range r.workflows {
		catalog.Workflow(name, function, blueprint.WorkflowOptions{})
	}
	return catalog
}

// library is what documents may call, for the checker.
type library struct {
	activities, workflows map[string]language.Signature
	// blueprints are the definitions by exact name@version.
	blueprints map[string]*language.Definition
}

// newLibrary is the examples' library, with what the folder has, if there is one.
func newLibrary(folder fs.FS) (*library, error) {
	found, err := examples()
	if err != nil {
		return nil, err
	}
	l := &library{
		activities: map[string]language.Signature{},
		workflows:  map[string]language.Signature{},
		blueprints: map[string]*language.Definition{},
	}
	for name, function := range found.activities {
		l.activities[name] = signatureOf(function, slices.Contains(localActivities(), name))
	}
	for name, function := range found.workflows {
		l.workflows[name] = signatureOf(function, false)
	}
	if err := l.addFolder(definitions.Files()); err != nil || folder == nil {
		return l, err
	}
	return l, l.addFolder(folder)
}

// signatureOf tells the types of an entry of the catalog, which the interpreter has
// found to be one.
func signatureOf(function any, local bool) language.Signature {
	kind := reflect.TypeOf(function)
	signature := language.Signature{NoInput: kind.NumIn() == 1, Local: local, Output: &language.Schema{Type: "null"}}
	if !signature.NoInput {
		signature.Input = schemaOf(kind.In(1))
	}
	if kind.NumOut() > 1 {
		signature.Output = schemaOf(kind.Out(0))
	}
	return signature
}

func schemaOf(kind reflect.Type) *language.Schema {
	schema, err := jsonschema.ForType(kind, &jsonschema.ForOptions{IgnoreInvalidTypes: true})
	if err != nil {
		return nil
	}
	return schema
}

// addFolder adds the definitions of a folder; they must be readable.
func (l *library) addFolder(folder fs.FS) error {
	documents, err := readFolder(folder)
	if err != nil {
		return err
	}
	var problems language.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		definition, _, found := language.Load(name, documents[name])
		problems = append(problems, found...)
		l.add(definition)
	}
	return problems.Err()
}

// readFolder reads the documents of a folder and of those below.
func readFolder(folder fs.FS) (map[string][]byte, error) {
	documents := map[string][]byte{}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isDocument(name) {
			return err
		}
		documents[name], err = fs.ReadFile(folder, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading definitions: %w", err)
	}
	return documents, nil
}

func isDocument(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)) && !strings.HasSuffix(name, casesEnding)
}

// add lets documents start a definition; a later one of the same version takes the place
// of an earlier one.
func (l *library) add(definition *language.Definition) {
	if definition != nil {
		l.blueprints[definition.Blueprint+"@"+definition.Version] = definition
	}
}

// Activity implements language.Catalog.
func (l *library) Activity(name string) (language.Signature, bool) {
	signature, found := l.activities[name]
	return signature, found
}

// Workflow implements language.Catalog.
func (l *library) Workflow(name string) (language.Signature, bool) {
	signature, found := l.workflows[name]
	return signature, found
}

// Blueprint implements language.Catalog.
func (l *library) Blueprint(reference string) (*language.Definition, string, bool) {
	exact := reference
	if !strings.Contains(reference, "@") {
		exact = l.newest(reference)
	}
	definition, found := l.blueprints[exact]
	return definition, exact, found
}

func (l *library) newest(name string) string {
	newest := ""
	for exact, definition := range l.blueprints {
		if definition.Blueprint == name && (newest == "" || slices.Compare(numbers(exact), numbers(newest)) > 0) {
			newest = exact
		}
	}
	return newest
}

// numbers are those of the version in name@version.
func numbers(exact string) []int {
	_, version, _ := strings.Cut(exact, "@")
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		// A version that is none is diagnosed by the checker.
		number, _ := strconv.Atoi(part)
		numbers = append(numbers, number)
	}
	return numbers
}

// Names implements language.Catalog.
func (l *library) Names() (activities, workflows, blueprints []string) {
	return slices.Sorted(maps.Keys(l.activities)), slices.Sorted(maps.Keys(l.workflows)), slices.Sorted(maps.Keys(l.blueprints))
}

// interpreter is one that has the documents beside the examples; a document takes the
// place of another one of the same name and version.
func interpreter(documents ...[]byte) (*blueprint.Interpreter, error) {
	found, err := examples()
	if err != nil {
		return nil, err
	}
	files, err := readFolder(definitions.Files())
	if err != nil {
		return nil, err
	}
	byName := map[string][]byte{}
	for _, document := range append(slices.Collect(maps.Values(files)), documents...) {
		definition, _, problems := language.Load("", document)
		if len(problems) > 0 {
			return nil, problems
		}
		byName[definition.Blueprint+"@"+definition.Version] = document
	}
	made, err := blueprint.New(found.catalog(), blueprint.Options{
		Definitions: folderOf(byName),
		// A run here has no history that could become too long.
		EventsPerRun: 1 << 30,
	})
	if err != nil {
		return nil, errors.Join(errors.New("the definitions do not fit together"), err)
	}
	return made, nil
}
