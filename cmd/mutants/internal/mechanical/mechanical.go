// Package mechanical makes changes of Go code up that nobody has thought of:
// it negates conditions, moves bounds by one, drops statements and options, and
// so on. A test suite that keeps what code does notices almost all of them.
package mechanical

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Change is a change of a file. It may not compile.
type Change struct {
	File     string
	Line     int
	Function string // the one in which it is, as Type.Method or Function; empty outside of functions
	What     string // the kind of change
	Before   string // the lines that it touches, as one line
	After    string // what becomes of them
	Start    int    // the offset of what it takes out
	End      int
	With     string // what it puts in
}

// Changes returns all changes of a file that is not generated, in the order of
// their places.
func Changes(file, source string) ([]Change, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", file, err)
	}
	if ast.IsGenerated(tree) {
		return nil, nil
	}
	maker := maker{file: file, source: source, place: files.File(tree.FileStart)}
	for _, declaration := range tree.Decls {
		switch declaration := declaration.(type) {
		case *ast.FuncDecl:
			maker.function = nameOf(declaration)
			if declaration.Body != nil {
				maker.walk(declaration.Body, declaration.Type)
			}
		case *ast.GenDecl:
			maker.function = ""
			for _, specification := range declaration.Specs {
				if values, ok := specification.(*ast.ValueSpec); ok {
					maker.values(values)
				}
			}
		}
	}
	slices.SortStableFunc(maker.changes, func(a, b Change) int { return cmp.Compare(a.Start, b.Start) })
	return maker.changes, nil
}

func nameOf(function *ast.FuncDecl) string {
	if function.Recv == nil {
		return function.Name.Name
	}
	receiver := function.Recv.List[0].Type
	for {
		switch inner := receiver.(type) {
		case *ast.StarExpr:
			receiver = inner.X
		case *ast.IndexExpr:
			receiver = inner.X
		case *ast.IndexListExpr:
			receiver = inner.X
		case *ast.Ident:
			return inner.Name + "." + function.Name.Name
		default:
			return function.Name.Name
		}
	}
}

// maker collects the changes of a file.
type maker struct {
	file     string
	source   string
	place    *token.File
	function string
	changes  []Change
}

func (m *maker) text(node ast.Node) string {
	return m.source[m.place.Offset(node.Pos()):m.place.Offset(node.End())]
}

// replace adds a change that puts text in place of a node.
func (m *maker) replace(what string, node ast.Node, with string) {
	m.change(what, m.place.Offset(node.Pos()), m.place.Offset(node.End()), with)
}

func (m *maker) change(what string, start, end int, with string) {
	from := strings.LastIndexByte(m.source[:start], '\n') + 1
	to := len(m.source)
	if rest := strings.IndexByte(m.source[end:], '\n'); rest >= 0 {
		to = end + rest
	}
	m.changes = append(m.changes, Change{
		File:     m.file,
		Line:     m.place.Line(m.place.Pos(start)),
		Function: m.function,
		What:     what,
		Before:   oneLine(m.source[from:to]),
		After:    oneLine(m.source[from:start] + with + m.source[end:to]),
		Start:    start,
		End:      end,
		With:     with,
	})
}

func oneLine(text string) string {
	return strings.Join(strings.Fields(text), " ")
}

func (m *maker) values(specification *ast.ValueSpec) {
	for _, value := range specification.Values {
		m.walk(value, nil)
	}
}

// walk makes changes of all that is in a node. The function, if the node is the
// body of one, tells what its return statements return.
func (m *maker) walk(node ast.Node, function *ast.FuncType) {
	whole := map[ast.Node]bool{}  // conditions: negating them is enough
	unused := map[ast.Node]bool{} // results that nobody looks at, because there is an error
	ast.Inspect(node, func(node ast.Node) bool {
		if unused[node] {
			return false
		}
		switch node := node.(type) {
		case *ast.FuncLit:
			m.walk(node.Body, node.Type)
			return false
		case *ast.IfStmt:
			whole[node.Cond] = true
			m.negate(node.Cond)
		case *ast.ForStmt:
			whole[node.Cond] = true
			m.negate(node.Cond)
		case *ast.BlockStmt:
			m.drop(node.List)
		case *ast.CaseClause:
			m.drop(node.Body)
		case *ast.CommClause:
			m.drop(node.Body)
		case *ast.BinaryExpr:
			m.swap(node, whole[node])
		case *ast.BranchStmt:
			m.branch(node)
		case *ast.ReturnStmt:
			if failure := m.failure(node, function); failure != nil {
				m.replace("dropped error", failure, "nil")
				for _, result := range node.Results[:len(node.Results)-1] {
					unused[result] = true
				}
			}
		case *ast.CompositeLit:
			m.dropOptions(node)
		case *ast.CallExpr:
			return !m.logs(node)
		case *ast.BasicLit:
			m.literal(node)
		case *ast.Ident:
			m.boolean(node)
		}
		return true
	})
}

func (m *maker) negate(condition ast.Expr) {
	if condition == nil {
		return
	}
	negated := "!(" + m.text(condition) + ")"
	switch condition := condition.(type) {
	case *ast.UnaryExpr:
		if condition.Op == token.NOT {
			negated = m.text(condition.X)
		}
	case *ast.Ident, *ast.CallExpr, *ast.SelectorExpr:
		negated = "!" + m.text(condition)
	}
	m.replace("negated condition", condition, negated)
}

// drop leaves each statement of a list out that need not be there. A return
// at the end changes nothing when it is left out.
func (m *maker) drop(statements []ast.Stmt) {
	for i, statement := range statements {
		what := "dropped statement"
		switch statement := statement.(type) {
		case *ast.ExprStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.DeferStmt, *ast.GoStmt:
		case *ast.AssignStmt:
			if statement.Tok == token.DEFINE {
				continue
			}
		case *ast.ReturnStmt:
			if len(statement.Results) > 0 {
				continue
			}
			what = "dropped return"
		case *ast.IfStmt:
			if statement.Else != nil {
				continue
			}
			what = "dropped if"
		default:
			continue
		}
		m.replace(what, statements[i], "")
	}
}

var swapped = map[token.Token]string{
	token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">", token.EQL: "!=", token.NEQ: "==",
	token.LAND: "||", token.LOR: "&&",
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.REM: "*",
}

func (m *maker) swap(expression *ast.BinaryExpr, isCondition bool) {
	operator, known := swapped[expression.Op]
	equality := expression.Op == token.EQL || expression.Op == token.NEQ
	if !known || isCondition && equality {
		return
	}
	start := m.place.Offset(expression.OpPos)
	m.change("swapped "+expression.Op.String(), start, start+len(expression.Op.String()), operator)
}

func (m *maker) branch(statement *ast.BranchStmt) {
	other := map[token.Token]string{token.BREAK: "continue", token.CONTINUE: "break"}[statement.Tok]
	if other != "" {
		start := m.place.Offset(statement.Pos())
		m.change("swapped "+statement.Tok.String(), start, start+len(statement.Tok.String()), other)
	}
}

// failure is the error that a statement returns, if it returns one.
func (m *maker) failure(statement *ast.ReturnStmt, function *ast.FuncType) ast.Expr {
	if function == nil || function.Results == nil || len(statement.Results) != function.Results.NumFields() {
		return nil
	}
	results := function.Results.List
	kind, ok := results[len(results)-1].Type.(*ast.Ident)
	last := statement.Results[len(statement.Results)-1]
	if ok && kind.Name == "error" && m.text(last) != "nil" {
		return last
	}
	return nil
}

// dropOptions leaves each field of a struct literal out.
func (m *maker) dropOptions(literal *ast.CompositeLit) {
	for _, element := range literal.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if _, ok := pair.Key.(*ast.Ident); !ok {
			continue
		}
		end := m.place.Offset(element.End())
		if strings.HasPrefix(m.source[end:], ",") {
			end++
		}
		m.change("dropped option", m.place.Offset(element.Pos()), end, "")
	}
}

// logs tells whether a call writes to a log, whose wording is nobody's
// business: only leaving it out is a change.
func (m *maker) logs(call *ast.CallExpr) bool {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	switch method.Sel.Name {
	case "Debug", "Info", "Warn", "Error":
		return len(call.Args) > 0
	default:
		return false
	}
}

func (m *maker) literal(literal *ast.BasicLit) {
	switch literal.Kind {
	case token.INT:
		if number, err := strconv.ParseInt(literal.Value, 10, 32); err == nil {
			m.replace("changed constant", literal, strconv.FormatInt(number+1, 10))
		}
	case token.STRING:
		changed := `""`
		if len(literal.Value) == len(changed) {
			changed = `"mutant"`
		}
		m.replace("changed constant", literal, changed)
	}
}

func (m *maker) boolean(name *ast.Ident) {
	if other := map[string]string{"true": "false", "false": "true"}[name.Name]; other != "" {
		m.replace("changed constant", name, other)
	}
}
