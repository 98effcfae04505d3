package schema

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// variant is a function as an edit changes it.
type variant struct {
	edit        Edit
	packageName string
	original    function
	body        string // what the changed function does, in braces
}

// function is a function that can be given a switch.
type function struct {
	receiver       string // with its parentheses, empty for a function
	name           string
	typeParameters string // with their brackets
	signature      string // the parameters and results
	call           string // what calls a variant that has the same arguments, after its name
	receiverName   string
	returns        bool   // whether it has results
	body           int    // the offset behind its opening brace
	names          []name // what its unnamed parameters must be called for the call
}

// name is what to insert before the type of a parameter without a name, or
// behind a blank name.
type name struct {
	offset int
	text   string
}

var (
	errNotInFunction = errors.New("the change is not inside one function")
	errRecovers      = errors.New("the function calls recover, which must be called by the deferred function itself")
)

// newVariant finds the function that an edit changes, and how.
func newVariant(source string, edit Edit) (variant, error) {
	edit = edit.trimmed(source)
	before, err := parseFile(source)
	if err != nil {
		return variant{}, err
	}
	after, err := parseFile(edit.Apply(source))
	if err != nil {
		return variant{}, err
	}
	original, changed := counterparts(before, after, edit)
	if original == nil || changed == nil {
		return variant{}, errNotInFunction
	}
	if recovers(original.Body) || recovers(changed.Body) {
		return variant{}, errRecovers
	}
	body := after.text(changed.Body)
	described, err := before.function(original)
	return variant{edit: edit, packageName: before.tree.Name.Name, original: described, body: body}, err
}

// file is a parsed Go file.
type file struct {
	source string
	tree   *ast.File
	place  *token.File
}

func parseFile(source string) (file, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, "", source, parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	return file{source: source, tree: tree, place: files.File(tree.FileStart)}, nil
}

func (f file) text(node ast.Node) string {
	return f.source[f.place.Offset(node.Pos()):f.place.Offset(node.End())]
}

// counterparts returns the function whose body alone an edit changes, before
// and after.
func counterparts(before, after file, edit Edit) (original, changed *ast.FuncDecl) {
	if len(before.tree.Decls) != len(after.tree.Decls) {
		return nil, nil
	}
	for i, declaration := range before.tree.Decls {
		function, ok := declaration.(*ast.FuncDecl)
		if !ok || function.Body == nil || edit.Start <= before.place.Offset(function.Body.Lbrace) ||
			edit.End > before.place.Offset(function.Body.Rbrace) {
			continue
		}
		changed, ok := after.tree.Decls[i].(*ast.FuncDecl)
		grown := len(after.source) - len(before.source)
		if ok && changed.Body != nil && after.place.Offset(changed.End()) == before.place.Offset(function.End())+grown {
			return function, changed
		}
	}
	return nil, nil
}

// recovers tells whether a function itself calls recover, and not a function
// literal in it.
func recovers(body *ast.BlockStmt) bool {
	found := false
	ast.Inspect(body, func(node ast.Node) bool {
		if call, ok := node.(*ast.CallExpr); ok {
			callee, ok := call.Fun.(*ast.Ident)
			found = found || ok && callee.Name == "recover"
		}
		_, literal := node.(*ast.FuncLit)
		return !literal
	})
	return found
}

func (f file) function(declaration *ast.FuncDecl) (function, error) {
	result := function{
		name:    declaration.Name.Name,
		returns: declaration.Type.Results.NumFields() > 0,
		body:    f.place.Offset(declaration.Body.Lbrace) + 1,
	}
	if declaration.Recv != nil {
		names, receiver := f.named(declaration.Recv, "mutantReceiver", &result)
		result.receiverName, result.receiver = names[0], receiver
	}
	var err error
	result.call, err = typeArguments(declaration.Type.TypeParams)
	if declaration.Type.TypeParams != nil {
		result.typeParameters = f.text(declaration.Type.TypeParams)
	}
	arguments, parameters := f.named(declaration.Type.Params, "mutantArgument", &result)
	if isVariadic(declaration.Type.Params) {
		arguments[len(arguments)-1] += "..."
	}
	result.call += "(" + strings.Join(arguments, ", ") + ")"
	signatureEnd := f.place.Offset(declaration.Type.Params.End())
	result.signature = parameters + f.source[signatureEnd:f.place.Offset(declaration.Body.Lbrace)]
	return result, err
}

// named returns the names of parameters, and their list with a name for each.
// The names that it had to make up must be inserted into the original too.
func (f file) named(list *ast.FieldList, prefix string, insertInto *function) (names []string, text string) {
	offset := f.place.Offset(list.Pos())
	var result strings.Builder
	insert := func(at token.Pos, text string) {
		place := f.place.Offset(at)
		result.WriteString(f.source[offset:place] + text)
		offset = place
		insertInto.names = append(insertInto.names, name{offset: place, text: text})
	}
	for _, field := range list.List {
		if len(field.Names) == 0 {
			names = append(names, fmt.Sprintf("%s%d", prefix, len(names)))
			insert(field.Pos(), names[len(names)-1]+" ")
		}
		for _, known := range field.Names {
			names = append(names, known.Name)
			if known.Name == "_" {
				made := fmt.Sprintf("%s%d", prefix, len(names))
				names[len(names)-1] += made
				insert(known.End(), made)
			}
		}
	}
	result.WriteString(f.source[offset:f.place.Offset(list.End())])
	return names, result.String()
}

func isVariadic(parameters *ast.FieldList) bool {
	if len(parameters.List) == 0 {
		return false
	}
	_, variadic := parameters.List[len(parameters.List)-1].Type.(*ast.Ellipsis)
	return variadic
}

func typeArguments(parameters *ast.FieldList) (string, error) {
	if parameters == nil {
		return "", nil
	}
	var names []string
	for _, field := range parameters.List {
		for _, name := range field.Names {
			if name.Name == "_" {
				return "", errors.New("the function has a type parameter without a name")
			}
			names = append(names, name.Name)
		}
	}
	return "[" + strings.Join(names, ", ") + "]", nil
}

// newName is unexported, so that reflection does not find more methods than
// there are.
func (v variant) newName() string {
	return fmt.Sprintf("mutant%d_%s", v.edit.Number, v.original.name)
}

// declaration is the variant as a function of its own.
func (v variant) declaration() string {
	return "func " + v.original.receiver + " " + v.newName() + v.original.typeParameters + v.original.signature + v.body
}

// dispatch is the case of the original's switch that calls the variant.
func (v variant) dispatch() string {
	call := v.newName() + v.original.call
	if v.original.receiverName != "" {
		call = v.original.receiverName + "." + call
	}
	if v.original.returns {
		return fmt.Sprintf(" case %d: return %s;", v.edit.Number, call)
	}
	return fmt.Sprintf(" case %d: %s; return;", v.edit.Number, call)
}
