package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"dynamicsamples/blueprint/language"
)

// The gauges of a library.
const (
	metricDefinitions = "blueprint_definitions"
	metricProblems    = "blueprint_definition_problems"
)

// folder is what has been read of Options.Library.
type folder struct {
	interpreter *Interpreter
	files       fs.FS
	logger      log.Logger
	metrics     client.MetricsHandler
	// base is what the program itself has.
	base *library
	// entries are the files that were read, by name; waiting are those that have changed since,
	// as the last look saw them.
	entries map[string]*entry
	waiting map[string]stamp
	looked  bool
	lost    string
}

// stamp tells one content of a file from another.
type stamp struct {
	size     int64
	modified time.Time
}

// entry is a file with a definition.
type entry struct {
	stamp      stamp
	definition *language.Definition
	source     *language.Source
	exact      string
	starts     []string
	// unread is why it cannot be read, twice that another file has the same version, and
	// wrong what the checker says.
	unread, twice, wrong language.Diagnostics
}

func (e *entry) problems() language.Diagnostics { return slices.Concat(e.unread, e.twice, e.wrong) }

func newFolder(i *Interpreter, options Options) *folder {
	return &folder{
		interpreter: i, files: options.Library, logger: options.Logger, metrics: options.Metrics, base: i.library(),
		entries: map[string]*entry{}, waiting: map[string]stamp{},
	}
}

// Watch looks at the library again and again, until the context ends, and serves what it
// finds to runs that begin later. A change serves with the second look that sees it, so that
// nobody gets a file that is half written. Call it once, beside the Worker.
func (i *Interpreter) Watch(ctx context.Context, every time.Duration) error {
	if i.folder == nil {
		return errors.New("watching the library: the interpreter was made without one (Options.Library)")
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			i.folder.look()
		}
	}
}

// look reads what has changed, and serves it.
func (f *folder) look() {
	found, err := f.list()
	lost := ""
	if err != nil {
		// What was read serves on: a folder that is not there for a moment changes nothing.
		lost = fmt.Sprintf("the library cannot be read: %v", err)
		found = f.stamps()
	}
	changed := f.take(found)
	if len(changed) == 0 && lost == f.lost && f.looked {
		return
	}
	f.lost, f.looked = lost, true
	f.serve(changed)
}

// list finds the files.
func (f *folder) list() (map[string]stamp, error) {
	found := map[string]stamp{}
	err := fs.WalkDir(f.files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !isDocument(name) {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			// It has just been removed.
			return nil
		}
		if err == nil {
			found[name] = stampOf(info)
		}
		return err
	})
	return found, err
}

func stampOf(info fs.FileInfo) stamp { return stamp{info.Size(), info.ModTime()} }

// stamps are those of the files that were read.
func (f *folder) stamps() map[string]stamp {
	all := map[string]stamp{}
	for name, each := range f.entries {
		all[name] = each.stamp
	}
	return all
}

// take reads what has changed, and returns the versions that may be otherwise now.
func (f *folder) take(found map[string]stamp) map[string]bool {
	changed := map[string]bool{}
	for name, each := range f.entries {
		if _, there := found[name]; !there {
			changed[each.exact] = true
			delete(f.entries, name)
		}
	}
	waiting := map[string]stamp{}
	for name, now := range found {
		known := f.entries[name]
		if known != nil && known.stamp == now {
			continue
		}
		if seen, before := f.waiting[name]; f.looked && (!before || seen != now) {
			waiting[name] = now
			continue
		}
		read := f.read(name, now)
		if read == nil {
			waiting[name] = now
			continue
		}
		if known != nil {
			changed[known.exact] = true
		}
		changed[read.exact] = true
		f.entries[name] = read
	}
	f.waiting = waiting
	return changed
}

// read reads a file; nil where it changes meanwhile.
func (f *folder) read(name string, now stamp) *entry {
	made := &entry{stamp: now}
	document, err := fs.ReadFile(f.files, name)
	info, statErr := fs.Stat(f.files, name)
	switch {
	case err != nil:
		made.unread = language.Diagnostics{{File: name, Code: "unreadable", Message: err.Error()}}
		return made
	case statErr != nil || stampOf(info) != now:
		return nil
	}
	made.definition, made.source, made.unread = language.Load(name, document, f.interpreter.budget.DocumentBytes)
	if len(made.unread) == 0 {
		made.exact = made.definition.Blueprint + "@" + made.definition.Version
		made.starts = language.Calls(made.definition.Steps).Blueprints
	}
	return made
}

// serve checks what has changed, and puts what is good in place of what was.
func (f *folder) serve(changed map[string]bool) {
	served := newLibrary(f.base.catalog)
	served.blueprints = maps.Clone(f.base.blueprints)
	files := map[string]string{}
	names := slices.Sorted(maps.Keys(f.entries))
	for _, name := range names {
		each := f.entries[name]
		each.twice = nil
		if len(each.unread) > 0 {
			continue
		}
		if _, taken := served.blueprints[each.exact]; taken {
			each.twice = twice(name, each.exact, files[each.exact])
			continue
		}
		served.blueprints[each.exact], files[each.exact] = each.definition, name
	}
	f.check(served, names, changed)
	for exact, definition := range served.blueprints {
		newest, known := served.blueprints[served.newest[definition.Blueprint]]
		if !known || compareVersions(newest.Version, definition.Version) < 0 {
			served.newest[definition.Blueprint] = exact
		}
	}
	if f.lost != "" {
		served.problems = language.Diagnostics{{Code: "unreadable", Message: f.lost}}
	}
	for _, name := range names {
		served.problems = append(served.problems, f.entries[name].problems()...)
	}
	f.report(served)
	f.interpreter.current.Store(served)
}

// twice says which file serves where two have one version.
func twice(name, exact, serves string) language.Diagnostics {
	where := "the one of " + serves
	if serves == "" {
		where = "the program's own"
	}
	return language.Diagnostics{{
		File: name, Pointer: "/version", Code: "duplicate-version", Message: fmt.Sprintf("there are two definitions of %s, and %s serves", exact, where),
	}}
}

// check takes out what is wrong. What starts a blueprint that has changed is checked again,
// and so is what was wrong; a document that is taken out may be missed by others.
func (f *folder) check(served *library, names []string, changed map[string]bool) {
	// What was wrong before is looked at in the first round, whatever has changed.
	for first := true; first || len(changed) > 0; first = false {
		out := map[string]bool{}
		for _, name := range names {
			each := f.entries[name]
			affected := changed[each.exact] || len(each.wrong) > 0 || slices.ContainsFunc(each.starts, func(exact string) bool { return changed[exact] })
			if len(each.unread) > 0 || len(each.twice) > 0 || !affected {
				continue
			}
			serves := served.blueprints[each.exact] == each.definition
			each.wrong = language.Check(each.definition, each.source, served, f.interpreter.budget)
			for at := range each.wrong {
				each.wrong[at].File = name
			}
			if len(each.wrong) > 0 && serves {
				out[each.exact] = true
			}
		}
		for exact := range out {
			delete(served.blueprints, exact)
		}
		changed = out
	}
}

// report tells what is wrong now and was not before.
func (f *folder) report(served *library) {
	if f.metrics != nil {
		f.metrics.Gauge(metricDefinitions).Update(float64(len(served.blueprints)))
		f.metrics.Gauge(metricProblems).Update(float64(len(served.problems)))
	}
	if f.logger == nil {
		return
	}
	before := f.interpreter.library().problems
	for _, each := range served.problems {
		if !slices.Contains(before, each) {
			f.logger.Warn("A definition of the library is not served", "file", each.File, "problem", each.String())
		}
	}
}
