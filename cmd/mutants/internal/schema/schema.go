// Package schema compiles many changes of a Go package into one program, each
// behind a switch, so that a change costs the run of a test and not a build.
//
// A change inside a function becomes a second function beside the first, which
// calls it when the environment variable [Variable] holds the change's
// number:
//
//	func price(amount int) int { switch activeMutant { case 7: return mutant7_price(amount) }; return amount * 2 }
//
//	func mutant7_price(amount int) int { return amount * 3 }
//
// What a switch cannot express is refused: changes of declarations, of a
// function's signature, and of what embedded files hold, code that does not
// compile beside the original, and functions that call recover, which works in
// no function but the deferred one.
package schema

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Variable is the environment variable that holds the number of the change to
// switch on.
const Variable = "ACTIVE_MUTANT"

// Edit is a change of a Go file: With takes the place of what stands there from
// offset Start to offset End.
type Edit struct {
	Number int // what switches it on, from 1
	File   string
	Start  int
	End    int
	With   string
}

// Apply makes the change in the content of its file.
func (e Edit) Apply(source string) string {
	return source[:e.Start] + e.With + source[e.End:]
}

// trimmed leaves out of the edit what it replaces with the same.
func (e Edit) trimmed(source string) Edit {
	for e.Start < e.End && e.With != "" && source[e.Start] == e.With[0] {
		e.Start, e.With = e.Start+1, e.With[1:]
	}
	for e.Start < e.End && e.With != "" && source[e.End-1] == e.With[len(e.With)-1] {
		e.End, e.With = e.End-1, e.With[:len(e.With)-1]
	}
	return e
}

// Package is a Go package as it is compiled without its tests.
type Package struct {
	Path    string
	Folder  string            // from the module root, slash-separated
	Sources map[string]string // what each Go file holds, by its path from the module root
	exports exports
	version string // of the language
}

// Switched is a package with switches.
type Switched struct {
	Sources map[string]string // what to compile instead of, and beside, the package's files
	Refused map[int]error     // why a change, by its number, has no switch
}

// Switch puts as many of the changes as it can behind switches.
func (p *Package) Switch(edits []Edit) Switched {
	switched := Switched{Refused: map[int]error{}}
	var variants []variant
	for _, edit := range edits {
		variant, err := p.variantOf(edit)
		if err != nil {
			switched.Refused[edit.Number] = err
			continue
		}
		variants = append(variants, variant)
	}
	variants = p.compiling(variants, switched.Refused)
	if len(variants) > 0 {
		switched.Sources = p.compose(variants).content
	}
	return switched
}

func (p *Package) variantOf(edit Edit) (variant, error) {
	source, known := p.Sources[edit.File]
	if !known {
		return variant{}, fmt.Errorf("%s is not compiled into package %s", edit.File, p.Path)
	}
	return newVariant(source, edit)
}

// compiling returns the variants that compile beside the originals and beside
// each other, and says of the others why they do not. Some errors only show when
// others are gone.
func (p *Package) compiling(variants []variant, refused map[int]error) []variant {
	for len(variants) > 0 {
		problems := p.problems(p.compose(variants))
		if len(problems) == 0 {
			break
		}
		var kept []variant
		for _, variant := range variants {
			problem := problems[variant.edit.Number]
			if problem == nil && len(problems) == 1 {
				problem = problems[nowhere] // the package itself does not compile
			}
			if problem != nil {
				refused[variant.edit.Number] = problem
			} else {
				kept = append(kept, variant)
			}
		}
		variants = kept
	}
	return variants
}

// composed is the package's changed files, and who wrote which part of them.
type composed struct {
	content map[string]string
	parts   map[string][]part
}

// part is where in a file the code of one variant stands.
type part struct {
	number     int
	start, end int
}

// numberAt returns the number of the variant to which a place belongs.
func (c composed) numberAt(file string, offset int) int {
	for _, part := range c.parts[file] {
		if part.start <= offset && offset < part.end {
			return part.number
		}
	}
	return nowhere
}

const switchFile = "active_mutant.go"

// compose writes the files that have variants, and the one that reads which of
// them is switched on.
func (p *Package) compose(variants []variant) composed {
	result := composed{content: map[string]string{}, parts: map[string][]part{}}
	byFile := map[string][]variant{}
	for _, variant := range variants {
		byFile[variant.edit.File] = append(byFile[variant.edit.File], variant)
	}
	for file, variants := range byFile {
		result.content[file], result.parts[file] = composeFile(p.Sources[file], variants)
		result.content[path.Join(p.Folder, switchFile)] = fmt.Sprintf(`package %s

import (
	"os"
	"strconv"
)

var activeMutant, _ = strconv.Atoi(os.Getenv(%q))
`, variants[0].packageName, Variable)
	}
	return result
}

// composeFile keeps every line of the original in its place: switches are
// inserted into lines, and variants stand at the end.
func composeFile(source string, variants []variant) (string, []part) {
	var file strings.Builder
	var parts []part
	write := func(number int, text string) {
		start := file.Len()
		file.WriteString(text)
		parts = append(parts, part{number: number, start: start, end: file.Len()})
	}
	byBody := map[int][]variant{}
	insertions := map[int]string{}
	for _, variant := range variants {
		byBody[variant.original.body] = append(byBody[variant.original.body], variant)
		for _, name := range variant.original.names {
			insertions[name.offset] = name.text
		}
	}
	offset := 0
	for _, place := range places(byBody, insertions) {
		file.WriteString(source[offset:place])
		offset = place
		file.WriteString(insertions[place])
		if len(byBody[place]) == 0 {
			continue
		}
		file.WriteString(" switch activeMutant {")
		for _, variant := range byBody[place] {
			write(variant.edit.Number, variant.dispatch())
		}
		file.WriteString(" };")
	}
	file.WriteString(source[offset:])
	for _, variant := range variants {
		write(variant.edit.Number, "\n\n"+variant.declaration())
	}
	file.WriteString("\n")
	return file.String(), parts
}

func places(byBody map[int][]variant, insertions map[int]string) []int {
	var all []int
	for place := range byBody {
		all = append(all, place)
	}
	for place := range insertions {
		all = append(all, place)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
