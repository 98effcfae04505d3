package readme

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var codeMarker = regexp.MustCompile(`^([ \t]*)<!--\s*code:(.*)$`)

// UpdateCode reads the document at path and returns it as it is and with its
// code blocks brought up to date. It writes nothing. A marker that is not
// directly followed by a fenced block gets one.
func UpdateCode(path string) (old, updated []byte, err error) {
	old, err = os.ReadFile(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read README: %w", err)
	}
	parts, err := split(path, old)
	if err != nil {
		return nil, nil, err
	}
	var result bytes.Buffer
	for len(parts) > 0 {
		var text string
		text, parts, err = updateFirst(path, parts)
		if err != nil {
			return nil, nil, err
		}
		result.WriteString(text)
	}
	return old, result.Bytes(), nil
}

// updateFirst returns the updated text of the first part, which for a marker
// includes its block, and the parts after it.
func updateFirst(path string, parts []part) (text string, rest []part, err error) {
	first, rest := parts[0], parts[1:]
	marker := codeMarker.FindStringSubmatch(content(first.source))
	if marker == nil {
		return first.source, rest, nil
	}
	block := part{source: first.source, indent: marker[1]}
	if len(rest) > 0 && rest[0].isBlock() {
		block, rest = rest[0], rest[1:]
	}
	language, code, err := snippet(filepath.Dir(path), marker[2])
	if err != nil {
		return "", nil, fmt.Errorf("%s:%d: show code: %w", path, first.line, err)
	}
	return content(first.source) + first.lineEnding() + block.filled(language, code), rest, nil
}

func snippet(folder, marker string) (language, code string, err error) {
	arguments, closed := strings.CutSuffix(strings.TrimSpace(marker), "-->")
	if !closed {
		return "", "", errors.New("the marker comment must be alone on one line")
	}
	words := strings.Fields(arguments)
	if len(words) == 0 {
		return "", "", errors.New("the marker comment names no file")
	}
	file, names := filepath.Join(folder, words[0]), words[1:]
	source, err := os.ReadFile(file)
	if err != nil {
		return "", "", err
	}
	code = strings.TrimRight(strings.ReplaceAll(string(source), "\r\n", "\n"), "\n")
	language = languageOf(file)
	switch {
	case len(names) == 0:
		return language, code, nil
	case language != "go":
		return "", "", fmt.Errorf("%s is not a Go file, so it has no declarations %s", words[0], strings.Join(names, ", "))
	}
	code, err = declarations(file, code, names)
	return language, code, err
}

func languageOf(file string) string {
	switch extension := filepath.Ext(file); extension {
	case ".go", ".json", ".yaml", ".sh":
		return extension[1:]
	case ".yml":
		return "yaml"
	default:
		return "text"
	}
}

func declarations(file, source string, names []string) (string, error) {
	tree, err := parser.ParseFile(token.NewFileSet(), file, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return "", fmt.Errorf("parse: %w", err)
	}
	var texts []string
	for _, name := range names {
		text, err := declaration(tree, source, name)
		if err != nil {
			return "", fmt.Errorf("look into %s: %w", file, err)
		}
		// Two names of one group are the same text.
		if !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "\n\n"), nil
}

func declaration(tree *ast.File, source, name string) (string, error) {
	var known []string
	for _, candidate := range tree.Decls {
		names, comment := describe(candidate)
		if !slices.Contains(names, name) {
			known = append(known, names...)
			continue
		}
		start := candidate.Pos()
		if comment != nil {
			start = comment.Pos()
		}
		return wholeLines(source, int(start-tree.FileStart), int(candidate.End()-tree.FileStart)), nil
	}
	return "", fmt.Errorf("it does not declare %s, only %s", name, strings.Join(known, ", "))
}

// wholeLines includes the rest of the last line, because a comment behind a
// declaration is not part of its syntax tree.
func wholeLines(source string, start, end int) string {
	restOfLine, _, _ := strings.Cut(source[end:], "\n")
	return source[start:end] + restOfLine
}

func describe(declaration ast.Decl) (names []string, comment *ast.CommentGroup) {
	switch declaration := declaration.(type) {
	case *ast.FuncDecl:
		return []string{functionName(declaration)}, declaration.Doc
	case *ast.GenDecl:
		for _, spec := range declaration.Specs {
			names = append(names, specNames(spec)...)
		}
		return names, declaration.Doc
	}
	return nil, nil
}

func functionName(function *ast.FuncDecl) string {
	if function.Recv == nil {
		return function.Name.Name
	}
	return typeName(function.Recv.List[0].Type) + "." + function.Name.Name
}

func typeName(receiver ast.Expr) string {
	switch receiver := receiver.(type) {
	case *ast.StarExpr:
		return typeName(receiver.X)
	case *ast.IndexExpr:
		return typeName(receiver.X)
	case *ast.IndexListExpr:
		return typeName(receiver.X)
	case *ast.Ident:
		return receiver.Name
	}
	return ""
}

func specNames(spec ast.Spec) []string {
	var names []string
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		names = append(names, spec.Name.Name)
	case *ast.ValueSpec:
		for _, name := range spec.Names {
			names = append(names, name.Name)
		}
	}
	return names
}
