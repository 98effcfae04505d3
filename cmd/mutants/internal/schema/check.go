package schema

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"slices"
)

// nowhere stands for the place of a problem that is in no variant.
const nowhere = 0

// problems returns what keeps a package with variants from compiling: of each
// variant, by its number, the first problem.
func (p *Package) problems(changed composed) map[int]error {
	found := map[int]error{}
	files := token.NewFileSet()
	note := func(place token.Pos, err error) {
		number := nowhere
		if file := files.File(place); file != nil {
			number = changed.numberAt(file.Name(), file.Offset(place))
		}
		if found[number] == nil {
			found[number] = err
		}
	}
	sources := maps.Clone(p.Sources)
	maps.Copy(sources, changed.content)
	var trees []*ast.File
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		tree, err := parser.ParseFile(files, name, sources[name], parser.SkipObjectResolution)
		if err != nil {
			note(token.NoPos, err)
			continue
		}
		trees = append(trees, tree)
	}
	config := types.Config{
		GoVersion: p.version,
		Importer:  importer.ForCompiler(files, "gc", p.exports.open),
		Error: func(err error) {
			problem := err.(types.Error) // documented
			note(problem.Pos, err)
		},
	}
	_, _ = config.Check(p.Path, files, trees, nil) // its error is the first of those noted
	return found
}

// exports tells in which file the compiler has left what a package exports.
type exports map[string]string

func (e exports) open(path string) (io.ReadCloser, error) {
	return os.Open(e[path])
}

// Compiles tells why a package with a change does not compile, or nil.
func (p *Package) Compiles(edit Edit) error {
	changed := composed{content: map[string]string{edit.File: edit.Apply(p.Sources[edit.File])}}
	return p.problems(changed)[nowhere]
}
