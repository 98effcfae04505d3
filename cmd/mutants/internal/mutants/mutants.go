// Package mutants proves that tests guard what code teaches.
//
// A lesson in code, such as a lock, a drain or a check, is only safe while
// some test fails without it. A mutant is a small named change that removes one
// lesson, together with the tests that must then fail. The mutants of a folder
// are listed in its testdata/mutants.yaml. This package loads those lists,
// makes each change in a virtual copy of the module (the overlay of the go
// command, so the work tree is never touched), runs the named tests and
// reports whether every one of them failed: the mutant is killed. A mutant that
// survives shows a lesson that could be lost without anybody noticing.
//
// The mutants that package schema can put behind switches share one test binary
// for each package and set of build tags. The others, such as those of embedded
// files and constants, are built one by one.
//
// A list reads like this; package (by default the folder that holds testdata)
// and tags may be left out:
//
//	# greeting/testdata/mutants.yaml
//	- name: check-dropped       # in kebab-case, unique in the list
//	  lesson: What is unknown is refused at once.
//	  file: workflow.go         # from the folder that holds testdata
//	  replace: |                # literal text that occurs exactly once
//	    if err != nil {
//	  with: |
//	    if false {
//	  package: worker           # from the folder that holds testdata
//	  tags: [e2e]
//	  tests: [TestRefuses, TestCases/unknown_name] # every one must fail
//
// An overlay changes what is compiled, embedded files included. A file that a
// test opens while it runs is read from the work tree, unchanged.
package mutants

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
)

// Mutant is a change that removes one lesson. Its folders and files are
// slash-separated and relative to the module root.
type Mutant struct {
	Folder  string   // the folder that holds testdata/mutants.yaml
	Name    string   // unique in its folder
	Lesson  string   // what the code teaches, on one line
	File    string   // the file to change
	Replace string   // the text to take out, which occurs exactly once in File
	With    string   // the text to put in its place
	Package string   // the folder of the package whose tests run
	Tags    []string // the build tags of that run
	Tests   []string // the tests that must all fail, named as go test prints them
}

// ID names the mutant within its module, as folder/name.
func (m Mutant) ID() string {
	return path.Join(m.Folder, m.Name)
}

// Root returns the nearest folder, from folder upwards, that holds a go.mod.
func Root(folder string) (string, error) {
	for root := folder; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return root, nil
		}
		if root == filepath.Dir(root) {
			return "", fmt.Errorf("no go.mod in %s or in any folder above it", folder)
		}
	}
}
