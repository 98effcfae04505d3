package command

import (
	"cmp"
	"path/filepath"

	"dynamicsamples/blueprint/language"
)

// sarif is a log of the Static Analysis Results Interchange Format, version 2.1.0, as far as
// problems of documents need it.
type sarif struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name  string      `json:"name"`
	Rules []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID   string    `json:"id"`
	Help sarifText `json:"help"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region sarifRegion `json:"region"`
	} `json:"physicalLocation"`
}

type sarifRegion struct {
	Line   int `json:"startLine"`
	Column int `json:"startColumn"`
}

// sarifOf lists the problems, with the rules that they are of.
func sarifOf(problems language.Diagnostics) sarif {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "blueprint", Rules: []sarifRule{}}
	met := map[string]bool{}
	for _, each := range problems {
		met[each.Code] = true
		run.Results = append(run.Results, sarifResultOf(each))
	}
	for _, each := range allCodes() {
		if met[each.name] {
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{each.name, sarifText{each.text, each.section}})
		}
	}
	return sarif{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}}
}

func sarifResultOf(problem language.Diagnostic) sarifResult {
	text := problem.Message
	if problem.Suggestion != "" {
		text += "; did you mean " + problem.Suggestion + "?"
	}
	var at sarifLocation
	at.Physical.Artifact.URI = filepath.ToSlash(problem.File)
	// What has no place is of the whole document.
	at.Physical.Region = sarifRegion{cmp.Or(problem.Line, 1), cmp.Or(problem.Column, 1)}
	return sarifResult{problem.Code, cmp.Or(problem.Level, "error"), sarifText{Text: text}, []sarifLocation{at}}
}
