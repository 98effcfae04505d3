package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/language"
)

// shelf is a library whose files a test changes.
type shelf struct {
	t      *testing.T
	files  fstest.MapFS
	edits  int
	told   []string
	gauges map[string]float64
	*Interpreter
}

func newShelf(t *testing.T, documents map[string]string, definitions fs.FS) *shelf {
	t.Helper()
	s := &shelf{t: t, files: fstest.MapFS{}, gauges: map[string]float64{}}
	for name, text := range documents {
		s.write(name, text)
	}
	made, err := New(shelfCatalog(), Options{Definitions: definitions, Library: s.files, Logger: s, Metrics: s})
	require.NoError(t, err)
	s.Interpreter = made
	return s
}

func shelfCatalog() *Catalog {
	catalog := NewCatalog()
	catalog.Activity("greet", func(context.Context, string) (string, error) { return "Hi", nil }, ActivityOptions{})
	return catalog
}

// Debug, Info, Warn and Error make it a logger; Counter, Gauge, Timer and WithTags a handler of
// metrics.
func (s *shelf) Debug(string, ...any) {}
func (s *shelf) Info(string, ...any)  {}
func (s *shelf) Warn(message string, pairs ...any) {
	s.told = append(s.told, fmt.Sprint(pairs[1]))
}
func (s *shelf) Error(string, ...any)                             {}
func (s *shelf) WithTags(map[string]string) client.MetricsHandler { return s }
func (s *shelf) Counter(string) client.MetricsCounter             { return nil }
func (s *shelf) Timer(string) client.MetricsTimer                 { return nil }
func (s *shelf) Gauge(name string) client.MetricsGauge {
	return gauge(func(value float64) { s.gauges[name] = value })
}

type gauge func(float64)

func (g gauge) Update(value float64) { g(value) }

func (s *shelf) write(name, text string) {
	s.edits++
	s.files[name] = &fstest.MapFile{Data: []byte(text), ModTime: time.Unix(int64(s.edits), 0)}
}

// settle looks until a change serves: with the second look.
func (s *shelf) settle() {
	s.folder.look()
	s.folder.look()
}

// serves are the versions that can be started.
func (s *shelf) serves() []string { return slices.Sorted(maps.Keys(s.Describe().Blueprints)) }

// problems are the files with their codes.
func (s *shelf) problems() []string {
	var all []string
	for _, each := range s.Describe().Problems {
		all = append(all, strings.TrimSpace(each.File+" "+each.Code))
	}
	return all
}

func greets(name, version string) string {
	return fmt.Sprintf("blueprint: %s\nversion: %s\nsteps: [{id: a, activity: greet, with: x}]\n", name, version)
}

func starts(name, version, other string) string {
	return fmt.Sprintf("blueprint: %s\nversion: %s\nsteps: [{id: a, workflow: %s}]\n", name, version, other)
}

// A bad definition is reported, and the others serve; so does it when it is mended.
func TestTheLibraryServesWhatIsGood(t *testing.T) {
	t.Parallel()
	s := newShelf(t, map[string]string{
		"good.yaml":    greets("good", "1.0.0"),
		"broken.yaml":  "blueprint: [",
		"wrong.yaml":   strings.Replace(greets("wrong", "1.0.0"), "greet,", "great,", 1),
		"needs.yaml":   starts("needs", "1.0.0", "wrong@1.0.0"),
		"chain.yaml":   starts("chain", "1.0.0", "needs@1.0.0"),
		"x.cases.yaml": "cases: []",
	}, nil)
	assert.Equal(t, []string{"good@1.0.0"}, s.serves())
	assert.Equal(t, []string{"broken.yaml syntax", "chain.yaml unknown-blueprint", "needs.yaml unknown-blueprint", "wrong.yaml unknown-activity"}, s.problems())
	assert.Equal(t, []string{"broken.yaml", "chain.yaml", "needs.yaml", "wrong.yaml"}, s.told)
	assert.Equal(t, map[string]float64{"blueprint_definitions": 1, "blueprint_definition_problems": 4}, s.gauges)

	s.write("wrong.yaml", greets("wrong", "1.0.0"))
	s.settle()
	assert.Equal(t, []string{"chain@1.0.0", "good@1.0.0", "needs@1.0.0", "wrong@1.0.0"}, s.serves())
	assert.Equal(t, []string{"broken.yaml syntax"}, s.problems())
	assert.Len(t, s.told, 4, "what is known is not told again")

	s.write("wrong.yaml", "blueprint: wrong\n")
	s.settle()
	assert.Equal(t, []string{"good@1.0.0"}, s.serves(), "what starts it goes with it")
	delete(s.files, "broken.yaml")
	delete(s.files, "good.yaml")
	s.settle()
	assert.Empty(t, s.serves())
}

// A change serves when two looks have seen it alike: what is being written is not taken.
func TestAFileThatIsBeingWrittenIsNotTaken(t *testing.T) {
	t.Parallel()
	s := newShelf(t, map[string]string{"a.yaml": greets("a", "1.0.0")}, nil)
	s.write("a.yaml", greets("a", "1.1.0"))
	s.folder.look()
	assert.Equal(t, []string{"a@1.0.0"}, s.serves())
	s.write("a.yaml", greets("a", "1.2.0"))
	s.folder.look()
	assert.Equal(t, []string{"a@1.0.0"}, s.serves(), "it has changed again")
	s.folder.look()
	assert.Equal(t, []string{"a@1.2.0"}, s.serves())
}

// changing is a library in which reading a file changes it.
type changing struct {
	fstest.MapFS
	reads int
}

func (c *changing) ReadFile(name string) ([]byte, error) {
	text, err := c.MapFS.ReadFile(name)
	if c.reads++; c.reads == 1 {
		c.MapFS[name] = &fstest.MapFile{Data: []byte(greets("a", "2.0.0")), ModTime: time.Unix(99, 0)}
	}
	return text, err
}

func TestAFileThatChangesWhileItIsReadIsReadAgain(t *testing.T) {
	t.Parallel()
	files := &changing{MapFS: fstest.MapFS{"a.yaml": {Data: []byte(greets("a", "1.0.0"))}}}
	made, err := New(shelfCatalog(), Options{Library: files})
	require.NoError(t, err)
	assert.Empty(t, made.Describe().Blueprints)
	made.folder.look()
	made.folder.look()
	assert.Contains(t, made.Describe().Blueprints, "a@2.0.0")
}

// Of two files of one version the first serves, and the program's own before both.
func TestTwoFilesOfOneVersion(t *testing.T) {
	t.Parallel()
	own := fstest.MapFS{"own.yaml": {Data: []byte(greets("own", "1.0.0"))}}
	s := newShelf(t, map[string]string{
		"a.yaml": greets("a", "1.0.0"), "b.yaml": starts("a", "1.0.0", "own@1.0.0"), "own.yaml": starts("own", "1.0.0", "a@1.0.0"),
	}, own)
	assert.Equal(t, []string{"a@1.0.0", "own@1.0.0"}, s.serves())
	assert.Equal(t, []string{"b.yaml duplicate-version", "own.yaml duplicate-version"}, s.problems())
	assert.Equal(t, "there are two definitions of a@1.0.0, and the one of a.yaml serves", s.Describe().Problems[0].Message)
	assert.Equal(t, "there are two definitions of own@1.0.0, and the program's own serves", s.Describe().Problems[1].Message)
	before := s.Describe().Blueprints["a@1.0.0"].Hash
	delete(s.files, "a.yaml")
	s.settle()
	assert.NotEqual(t, before, s.Describe().Blueprints["a@1.0.0"].Hash)
	assert.Equal(t, []string{"own.yaml duplicate-version"}, s.problems())
}

// The newest version is that of the files that serve.
func TestTheNewestVersionOfTheLibrary(t *testing.T) {
	t.Parallel()
	s := newShelf(t, map[string]string{"a1.yaml": greets("a", "1.9.0"), "a2.yaml": greets("a", "1.10.0")}, nil)
	newest := func() string {
		_, exact, _ := s.library().Blueprint("a")
		return exact
	}
	assert.Equal(t, "a@1.10.0", newest())
	s.write("a2.yaml", "blueprint: a\n")
	s.settle()
	assert.Equal(t, "a@1.9.0", newest())
}

// vanishing is a folder that is there or not.
type vanishing struct {
	fs.FS
	gone bool
}

func (v *vanishing) Open(name string) (fs.File, error) {
	if v.gone {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return v.FS.Open(name)
}

// A folder that vanishes is reported; what was read serves on, and what was wrong does not.
func TestAFolderThatVanishes(t *testing.T) {
	t.Parallel()
	files := &vanishing{FS: fstest.MapFS{"a.yaml": {Data: []byte(greets("a", "1.0.0"))}, "b.yaml": {Data: []byte(starts("b", "1.0.0", "c@1.0.0"))}}}
	made, err := New(shelfCatalog(), Options{Library: files})
	require.NoError(t, err)
	files.gone = true
	made.folder.look()
	described := made.Describe()
	assert.Equal(t, []string{"a@1.0.0"}, slices.Collect(maps.Keys(described.Blueprints)))
	require.Len(t, described.Problems, 2)
	assert.Equal(t, "the library cannot be read: open .: file does not exist", described.Problems[0].Message)
	files.gone = false
	made.folder.look()
	assert.Len(t, made.Describe().Problems, 1)
}

func TestWatchNeedsALibrary(t *testing.T) {
	t.Parallel()
	made, err := New(shelfCatalog(), Options{})
	require.NoError(t, err)
	assert.EqualError(t, made.Watch(t.Context(), time.Second), "watching the library: the interpreter was made without one (Options.Library)")
	_, err = New(shelfCatalog(), Options{Definitions: fstest.MapFS{"bad.yaml": {Data: []byte("x: 1")}}})
	assert.Error(t, err, "the program's own definitions are loaded strictly")
	var problems language.Diagnostics
	assert.True(t, errors.As(err, &problems))
}

// Documents that come along can be started by the first and by each other.
func TestDocumentsThatComeAlong(t *testing.T) {
	t.Parallel()
	s := newShelf(t, map[string]string{"lib.yaml": greets("lib", "1.0.0"), "shadowed.yaml": greets("shadowed", "1.0.0")}, nil)
	list := []any{starts("main", "1.0.0", "one@1.0.0"), starts("one", "1.0.0", "two@1.0.0"), starts("two", "1.0.0", "lib@1.0.0")}
	made := s.prepareInline(list)
	require.Nil(t, made.Refused)
	assert.Equal(t, "main@1.0.0", made.Name)
	assert.Equal(t, []string{"lib@1.0.0", "one@1.0.0", "two@1.0.0"}, slices.Sorted(maps.Keys(made.Calls.Blueprints)))
	assert.Equal(t, []string{"lib@1.0.0", "shadowed@1.0.0"}, s.serves(), "for this run alone")

	made = s.prepareInline([]any{starts("main", "1.0.0", "shadowed@1.0.0"), starts("shadowed", "1.0.0", "lib@1.0.0")})
	assert.Contains(t, string(made.Calls.Blueprints["shadowed@1.0.0"]), "lib@1.0.0", "what comes along is meant")

	made = s.prepareInline([]any{starts("main", "1.0.0", "one@1.0.0"), strings.Replace(greets("one", "1.0.0"), "greet,", "great,", 1)})
	require.NotNil(t, made.Refused)
	assert.Equal(t, FailureInvalidDocument, made.Refused.Type)
	assert.Contains(t, made.Refused.Message, `there is no activity "great" in the catalog`)
	assert.NotNil(t, s.prepareInline([]any{}).Refused)
}

// BenchmarkLibrary tells what 10,000 definitions cost.
func BenchmarkLibrary(b *testing.B) {
	const definitions = 10_000
	folder := b.TempDir()
	write := func(number int, version string) {
		text := greets(fmt.Sprintf("b%d", number), version)
		require.NoError(b, os.WriteFile(filepath.Join(folder, fmt.Sprintf("b%d.yaml", number)), []byte(text), 0o600))
	}
	for number := range definitions {
		write(number, "1.0.0")
	}
	for range b.N {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		began := time.Now()
		made, err := New(shelfCatalog(), Options{Library: os.DirFS(folder)})
		require.NoError(b, err)
		b.ReportMetric(time.Since(began).Seconds()*1000, "ms/start")
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/definitions/1024, "KiB/definition")
		require.Len(b, made.library().blueprints, definitions)
		began = time.Now()
		made.folder.look()
		b.ReportMetric(time.Since(began).Seconds()*1000, "ms/look")
		write(7, "1.0.1")
		began = time.Now()
		made.folder.look()
		made.folder.look()
		b.ReportMetric(time.Since(began).Seconds()*1000, "ms/change")
		require.Contains(b, made.library().blueprints, "b7@1.0.1")
		write(7, "1.0.0")
		runtime.KeepAlive(made)
	}
}
