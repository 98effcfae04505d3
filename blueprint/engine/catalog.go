package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/jsonschema-go/jsonschema"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// Catalog is the list of Activities and Child Workflows that blueprints may call:
// nothing else can be called, whatever a document says. Fill one, then make an
// Interpreter of it.
type Catalog struct {
	activities map[string]cataloged
	workflows  map[string]cataloged
	problems   []error
}

// cataloged is an entry of the catalog.
type cataloged struct {
	function  any
	signature language.Signature
	callee    callee
	remote    bool
}

// NewCatalog returns an empty catalog.
func NewCatalog() *Catalog {
	return &Catalog{activities: map[string]cataloged{}, workflows: map[string]cataloged{}}
}

// ActivityOptions say how an Activity of the catalog is called.
type ActivityOptions struct {
	// Description says in a sentence what it does, for authors and planners.
	Description string
	// Options are those that neither a step nor a blueprint sets.
	language.Options
	// TaskQueue is where the Activity's worker polls; "" is the run's own.
	TaskQueue string
	// Local allows steps to call it as a Local Activity.
	Local bool
	// Remote says that another Worker has the Activity; the function only tells its types.
	Remote bool
}

// Activity lets blueprints call the function, func(context.Context[, In]) ([Out,] error),
// by the name. In and Out must be representable as JSON. What is wrong with an entry is
// reported by New.
func (c *Catalog) Activity(name string, function any, options ActivityOptions) {
	c.add(c.activities, "activity", name, function, reflect.TypeFor[context.Context](), cataloged{
		signature: language.Signature{Description: options.Description, Local: options.Local && !options.Remote},
		callee:    callee{TaskQueue: options.TaskQueue, Options: options.Options},
		remote:    options.Remote,
	})
}

// WorkflowOptions say how a Child Workflow of the catalog is started.
type WorkflowOptions struct {
	// Description says in a sentence what it does, for authors and planners.
	Description string
	// TaskQueue is where the child's worker polls; "" is the run's own.
	TaskQueue string
	// Remote says that another Worker has the workflow; the function only tells its types.
	Remote bool
}

// Workflow lets blueprints start the function, func(workflow.Context[, In]) ([Out,] error),
// as a Child Workflow of that name.
func (c *Catalog) Workflow(name string, function any, options WorkflowOptions) {
	c.add(c.workflows, "workflow", name, function, reflect.TypeFor[workflow.Context](), cataloged{
		signature: language.Signature{Description: options.Description},
		callee:    callee{TaskQueue: options.TaskQueue},
		remote:    options.Remote,
	})
}

func (c *Catalog) add(to map[string]cataloged, what, name string, function any, contextType reflect.Type, entry cataloged) {
	_, twice := to[name]
	signature, err := signatureOf(function, contextType)
	switch {
	case name == "":
		c.problems = append(c.problems, fmt.Errorf("each %s needs a name: one has no name", what))
	case what == "workflow" && (name == InlineWorkflow || name == CatalogWorkflow):
		c.problems = append(c.problems, fmt.Errorf("workflow %q: the interpreter has a Workflow Type of this name", name))
	case twice:
		c.problems = append(c.problems, fmt.Errorf("%s %q is in the catalog twice", what, name))
	case err != nil:
		c.problems = append(c.problems, fmt.Errorf("%s %q: %w", what, name, err))
	}
	c.mustBeAccepted(what, name, entry.callee)
	signature.Local, signature.Description = entry.signature.Local, entry.signature.Description
	signature.Options = entry.callee.Options
	entry.function, entry.signature = function, signature
	to[name] = entry
}

// mustBeAccepted notes what the server would refuse of each call of the entry.
func (c *Catalog) mustBeAccepted(what, name string, entry callee) {
	if problem := entry.problem(); problem != nil {
		c.problems = append(c.problems, fmt.Errorf("%s %q: %w", what, name, problem))
	}
	if problem := nameProblem(name); problem != nil {
		c.problems = append(c.problems, fmt.Errorf("the name of an entry: %w", problem))
	}
}

// problem is what the server would refuse of each call.
func (c callee) problem() error {
	if err := nameProblem(c.TaskQueue); err != nil {
		return fmt.Errorf("its Task Queue: %w", err)
	}
	if strings.HasPrefix(c.TaskQueue, "/_sys/") {
		return fmt.Errorf("its Task Queue %q: names that begin with /_sys/ are the server's own", c.TaskQueue)
	}
	if problems := language.CheckOptions(c.Options); len(problems) > 0 {
		return fmt.Errorf("its options: %w", problems)
	}
	return nil
}

// nameProblem is what the server would refuse of a name.
func nameProblem(name string) error {
	const longest = 1000
	switch {
	case len(name) > longest:
		return fmt.Errorf("it has %d bytes, and the server takes %d", len(name), longest)
	case !utf8.ValidString(name):
		return fmt.Errorf("%q is not UTF-8", name)
	default:
		return nil
	}
}

// signatureOf returns the types of a function as JSON Schemas.
func signatureOf(function any, contextType reflect.Type) (language.Signature, error) {
	kind := reflect.TypeOf(function)
	var signature language.Signature
	if kind == nil || kind.Kind() != reflect.Func {
		return signature, errors.New("is no function")
	}
	inputs, outputs := kind.NumIn(), kind.NumOut()
	errorLast := outputs > 0 && kind.Out(outputs-1) == reflect.TypeFor[error]()
	if inputs < 1 || inputs > 2 || outputs > 2 || kind.IsVariadic() || kind.In(0) != contextType || !errorLast {
		return signature, fmt.Errorf("must be func(%v[, In]) ([Out,] error), not %v", contextType, kind)
	}
	signature.NoInput = inputs == 1
	if !signature.NoInput {
		signature.Input = schemaOfType(kind.In(1))
	}
	if outputs == 2 {
		signature.Output = schemaOfType(kind.Out(0))
	} else {
		signature.Output = &language.Schema{Type: "null"}
	}
	return signature, nil
}

// schemaOfType is the JSON Schema of a Go type; nil, which is any value, where the type
// has none, as a recursive type.
func schemaOfType(kind reflect.Type) *language.Schema {
	schema, err := jsonschema.ForType(kind, &jsonschema.ForOptions{IgnoreInvalidTypes: true, TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		// Go's JSON writes these otherwise than a list of small integers.
		reflect.TypeFor[[]byte]():          {Types: []string{"null", "string"}, ContentEncoding: "base64"},
		reflect.TypeFor[json.RawMessage](): {},
		reflect.TypeFor[language.Value]():  {},
	}})
	if err != nil {
		return nil
	}
	return schema
}

// typed gives the arguments the type that the Activity's function has. What does not fit
// stays as it is, and the call fails.
func (c *Catalog) typed(name string, arguments []any) []any {
	entry, known := c.activities[name]
	if !known || entry.signature.NoInput {
		return arguments
	}
	argument := reflect.New(reflect.TypeOf(entry.function).In(1))
	if len(arguments) == 0 {
		return []any{argument.Elem().Interface()}
	}
	encoded, err := json.Marshal(arguments[0])
	if err != nil || json.Unmarshal(encoded, argument.Interface()) != nil {
		return arguments
	}
	return []any{argument.Elem().Interface()}
}

// register registers what the Worker itself has, with Activities that give no more than
// so many bytes.
func (c *Catalog) register(registry worker.Registry, mostBytes int) {
	for _, name := range slices.Sorted(maps.Keys(c.activities)) {
		if each := c.activities[name]; !each.remote {
			registry.RegisterActivityWithOptions(bounded(each.function, mostBytes), activity.RegisterOptions{Name: name})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.workflows)) {
		if each := c.workflows[name]; !each.remote {
			registry.RegisterWorkflowWithOptions(each.function, workflow.RegisterOptions{Name: name})
		}
	}
}

// library is a catalog with blueprints: what a checker asks. It never changes.
type library struct {
	catalog *Catalog
	// blueprints are the definitions by exact name@version.
	blueprints map[string]*language.Definition
	// newest are the exact names of the newest versions, by name.
	newest map[string]string
	// problems are why others are not among them.
	problems language.Diagnostics
}

// Activity implements language.Catalog.
func (l *library) Activity(name string) (language.Signature, bool) {
	entry, found := l.catalog.activities[name]
	return entry.signature, found
}

// Workflow implements language.Catalog.
func (l *library) Workflow(name string) (language.Signature, bool) {
	entry, found := l.catalog.workflows[name]
	return entry.signature, found
}

// Blueprint implements language.Catalog.
func (l *library) Blueprint(reference string) (*language.Definition, string, bool) {
	exact := cmp.Or(l.newest[reference], reference)
	definition, found := l.blueprints[exact]
	return definition, exact, found
}

// unknown is the failure of a run of a blueprint that does not exist.
func (l *library) unknown(reference string) *Failure {
	_, _, known := l.Names()
	known = append(known, slices.Sorted(maps.Keys(l.newest))...)
	message := fmt.Sprintf("there is no blueprint %q", reference)
	if meant := language.Suggest(reference, known); meant != "" {
		message += fmt.Sprintf("; did you mean %q?", meant)
	}
	return &Failure{Type: FailureUnknownBlueprint, Message: message, Details: values{reference}}
}

// Names implements language.Catalog.
func (l *library) Names() (activities, workflows, blueprints []string) {
	return slices.Sorted(maps.Keys(l.catalog.activities)),
		slices.Sorted(maps.Keys(l.catalog.workflows)),
		slices.Sorted(maps.Keys(l.blueprints))
}
