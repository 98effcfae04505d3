// Package engine runs workflows that are data. A blueprint is a YAML or JSON document of
// steps; one workflow function, the interpreter, runs any of them, and can call nothing
// but the Activities and Child Workflows of a [Catalog]. Fill a catalog, make an
// [Interpreter] of it with [New], and register that on a Worker: each definition is then a
// Workflow Type of its own, and the type [InlineWorkflow] takes a whole document as its
// argument. A run records what it was started with in its own Event History, so that
// neither an edited file nor a changed catalog changes a run under way.
package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// Interpreter runs blueprints. Make one with New, and register it on a Worker. Any number
// of Workers and runs share it. Only Watch changes it, for runs that begin later.
type Interpreter struct {
	// current is what there is to call now.
	current atomic.Pointer[library]
	folder  *folder
	budget  language.Budget
	events  int
	payload payloadBytes
	search  map[string]string
	// operations are those that are allowed besides those that always are.
	operations []string
	programs   *programs
	// forks is how histories are replayed for forks; nil makes none. moment is what a replay seeks.
	forks  *worker.WorkflowReplayerOptions
	moment *moment
	// version is that of new runs: Version, but in tests.
	version int
}

// Options are what an interpreter is made with; the zero value will do.
type Options struct {
	// Definitions is a folder of blueprints: each file whose name ends in .yaml, .yml or
	// .json, in it and below it, but not test cases (.cases.yaml). nil is none.
	Definitions fs.FS
	// Library is a folder of further definitions, which may change and may be bad: what is
	// wrong with one keeps no other from serving. It is read by New, and again and again by
	// Watch. nil is none.
	Library fs.FS
	// Logger reports what is wrong with the library, and Metrics counts its definitions; nil is
	// none.
	Logger  log.Logger
	Metrics client.MetricsHandler
	// Budget is what a run may consume at most; limits that are 0 are
	// language.DefaultBudget's. A document can lower them.
	Budget language.Budget
	// EventsPerRun is the number of Events after which a run continues as new;
	// 0 is 3,500.
	EventsPerRun int
	// SearchAttributes are those that documents may set, each with its type: Bool, Datetime, Double,
	// Int, Keyword, KeywordList or Text. They must be registered, see CheckSearchAttributes. Others that a
	// document has are not kept.
	SearchAttributes map[string]string
	// RunAttributes lets each run set Search Attributes of its own, by which runs are found: see
	// NameAttribute. They must be registered as well.
	RunAttributes bool
	// Operations are those that people may ask of runs besides pause, resume, hold, retry and fail:
	// complete, skip, set, replace. A document narrows them by its operate.
	Operations []string
	// PayloadBytes is what one payload may have; 0 is 2 MiB, the server's limit. Set it
	// higher only where all clients and Workers keep large payloads in external storage
	// (package storage). A document or plan may have an eighth of it, what a run may start
	// three eighths, and what it passes to its next run all but 100 KiB. How large values
	// may be is for the budget to say: outputBytes and stateBytes.
	PayloadBytes int
	// Forks lets clients fork closed runs, see ForkWorkflow: it says how the Worker replays a
	// history, with the converters and the storage that it has. nil lets nobody.
	Forks *worker.WorkflowReplayerOptions
}

// New makes an interpreter of a catalog and the definitions, all of which are checked. The
// error holds everything that is wrong; with language.Diagnostics for the documents.
func New(catalog *Catalog, options Options) (*Interpreter, error) {
	if err := errors.Join(catalog.problems...); err != nil {
		return nil, fmt.Errorf("filling the catalog: %w", err)
	}
	i := &Interpreter{
		budget:   options.Budget.Or(language.DefaultBudget()),
		events:   cmp.Or(options.EventsPerRun, eventsPerRun),
		payload:  payloadBytes(options.PayloadBytes),
		forks:    options.Forks,
		programs: newPrograms(),
		version:  Version,

		operations: slices.Clone(options.Operations),
	}
	if err := checkOperations(i.operations); err != nil {
		return nil, err
	}
	var err error
	if i.search, err = searchOf(options); err != nil {
		return nil, err
	}
	if options.Budget.DocumentBytes == 0 {
		i.budget.DocumentBytes = i.payload.document()
	}
	i.current.Store(newLibrary(catalog))
	if options.Definitions != nil {
		if err := i.load(options.Definitions); err != nil {
			return i, err
		}
	}
	if options.Library != nil {
		i.folder = newFolder(i, options)
		i.folder.look()
	}
	return i, nil
}

// library is what there is to call now; keep it for what has to agree.
func (i *Interpreter) library() *library { return i.current.Load() }

func newLibrary(catalog *Catalog) *library {
	return &library{catalog: catalog, blueprints: map[string]*language.Definition{}, newest: map[string]string{}}
}

// load reads and checks the definitions. They are checked when all have been read, for they may
// start each other.
func (i *Interpreter) load(definitions fs.FS) error {
	var problems language.Diagnostics
	var check []func() language.Diagnostics
	err := fs.WalkDir(definitions, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isDocument(name) {
			return err
		}
		document, err := fs.ReadFile(definitions, name)
		if err != nil {
			return err
		}
		definition, source, found := language.Load(name, document, i.budget.DocumentBytes)
		if len(found) > 0 {
			problems = append(problems, found...)
			return nil
		}
		check = append(check, func() language.Diagnostics {
			found := language.Check(definition, source, i.library(), i.budget)
			for at := range found {
				found[at].File = name
			}
			return found
		})
		return i.library().add(name, definition)
	})
	if err != nil {
		return fmt.Errorf("loading definitions: %w", err)
	}
	for _, each := range check {
		problems = append(problems, each()...)
	}
	if len(problems) > 0 {
		return fmt.Errorf("checking definitions: %w", problems)
	}
	return nil
}

// isDocument reports whether a file is a definition, by its name.
func isDocument(name string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(name)) && !strings.HasSuffix(name, ".cases.yaml")
}

// add takes a definition in, as the newest of its name if it is.
func (l *library) add(file string, definition *language.Definition) error {
	exact := definition.Blueprint + "@" + definition.Version
	if _, twice := l.blueprints[exact]; twice {
		return fmt.Errorf("%s: there are two definitions of %s", file, exact)
	}
	l.blueprints[exact] = definition
	newest, known := l.blueprints[l.newest[definition.Blueprint]]
	if !known || compareVersions(newest.Version, definition.Version) < 0 {
		l.newest[definition.Blueprint] = exact
	}
	return nil
}

// compareVersions compares major.minor.patch.
func compareVersions(a, b string) int {
	return slices.Compare(versionNumbers(a), versionNumbers(b))
}

func versionNumbers(version string) []int {
	var numbers []int
	for part := range strings.SplitSeq(version, ".") {
		// A version that is none has been diagnosed when it was read.
		number, _ := strconv.Atoi(part)
		numbers = append(numbers, number)
	}
	return numbers
}

// Catalog is what documents may call, for language.Read: the Activities and workflows of
// the catalog, and the definitions.
func (i *Interpreter) Catalog() language.Catalog { return i.library() }

// Register registers all that blueprints need on a Worker: the catalog's Activities and
// workflows, the workflow that takes a document, the one that describes the Worker, and, as the
// Worker's dynamic workflow, each definition as a Workflow Type of its own. The Worker's
// WorkflowPanicPolicy must stay at its default: a Workflow Task that this Worker cannot do
// (of a newer interpreter, or with a Local Activity that it lacks) fails by a panic, so that
// another Worker does it.
func (i *Interpreter) Register(registry worker.Registry) {
	i.library().catalog.register(registry, i.budget.OutputBytes)
	registry.RegisterActivityWithOptions(watch, activity.RegisterOptions{Name: watchActivity})
	registry.RegisterActivityWithOptions(findChild, activity.RegisterOptions{Name: findActivity})
	registry.RegisterActivityWithOptions(cancelFound, activity.RegisterOptions{Name: cancelActivity})
	registry.RegisterActivityWithOptions(i.readOrigin, activity.RegisterOptions{Name: originActivity})
	registry.RegisterWorkflowWithOptions(i.answerCatalog, workflow.RegisterOptions{Name: CatalogWorkflow})
	registry.RegisterDynamicWorkflow(i.runNamed, workflow.DynamicRegisterOptions{})
}
