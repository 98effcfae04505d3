package language

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"dynamicsamples/blueprint/expression"
)

// Outer is what the expressions of a plan see around them: names only, any of them
// may be any value.
type Outer struct {
	// Vars are the variables that are set.
	Vars []string
	// Steps are the ids of the steps whose outputs are visible.
	Steps []string
	// Names are the other names: "item", "round", "error". input and run are always
	// visible.
	Names []string
	// Messages are the names of messages, and whether they approve plans.
	Messages map[string]bool
	// Depth is how many blocks there are around the steps of the plan; those of a
	// blueprint have none.
	Depth int
	// EndsLast says that steps after a fail or a stop are a problem, as they were to version 1
	// of the interpreter.
	EndsLast bool
}

// Read loads a document of at most so many bytes, 0 is DocumentBytes, and checks it. The
// diagnostics are those of both, in the order of their places; with any, the definition is
// nil.
func Read(name string, document []byte, catalog Catalog, limits Budget, mostBytes int) (*Definition, Diagnostics) {
	definition, source, problems := Load(name, document, mostBytes)
	if definition != nil {
		c := newChecker(source, catalog, limits)
		c.file, c.known = name, problems
		c.definition(definition)
		problems = c.sorted()
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return definition, nil
}

// Check finds the problems of a definition, in the order of their places, the first
// hundred of them. Without a source their lines are unknown. A limit of 0 is the
// default one.
func Check(definition *Definition, source *Source, catalog Catalog, limits Budget) Diagnostics {
	c := newChecker(source, catalog, limits)
	c.definition(cmp.Or(definition, &Definition{}))
	return c.sorted()
}

// CheckPlan finds the problems of a plan at the place where it is going to run, as
// Check does.
func CheckPlan(plan *Plan, source *Source, catalog Catalog, limits Budget, outer Outer) Diagnostics {
	c := newChecker(source, catalog, limits)
	maps.Copy(c.messages, outer.Messages)
	c.plan(cmp.Or(plan, &Plan{}), outer)
	return c.sorted()
}

const (
	// mostProblems is how many problems are reported.
	mostProblems = 100
	// longestName is the length of the longest id, in characters.
	longestName = 100
	// longestPointer is the length of the longest pointer that is reported. It bounds the
	// bytes of the diagnostics.
	longestPointer = 500
)

// checker is one check of one document.
type checker struct {
	source   *Source
	catalog  Catalog
	limits   Budget
	file     string
	known    Diagnostics // what Load found
	problems Diagnostics
	more     bool // there are problems that are not told

	count           int  // of steps
	tooMany         bool // steps or expressions, so that the rest is not checked
	expressions     int
	expressionBytes int
	templates       map[string]*expression.Template
	comparisons     int // of misspelled words that may still be made
	work            int // comparisons of schemas that may still be made
	validation      int // work of validating constants that may still be done
	resolved        map[*Schema]*jsonschema.Resolved
	byID            map[string][]*stepNode // all steps
	declared        map[string]bool        // the variables that are declared or set anywhere
	assigned        map[string]bool        // the variables that some step sets
	constants       map[string]*Schema     // the types of the variables that no step sets
	messages        map[string]bool        // the names of messages, and whether they approve plans
	hasPlans        bool                   // there is a step that may set any variable
	endsLast        bool                   // steps after a fail or a stop are a problem
	warnings        *warnings              // nil where nobody asks for them
	defaults        spot
	defaultRetry    *Retry // what an activity without one goes by, as long as no problem of it is reported
}

func newChecker(source *Source, catalog Catalog, limits Budget) *checker {
	return &checker{
		source:      source,
		catalog:     catalog,
		limits:      limits.Or(DefaultBudget()),
		comparisons: 20000,
		work:        1000000,
		validation:  mostValidation,
		templates:   map[string]*expression.Template{},
		resolved:    map[*Schema]*jsonschema.Resolved{},
		byID:        map[string][]*stepNode{},
		declared:    map[string]bool{},
		assigned:    map[string]bool{},
		constants:   map[string]*Schema{},
		messages:    map[string]bool{},
	}
}

// definition checks a whole blueprint, and returns its steps.
func (c *checker) definition(definition *Definition) *stepList {
	at := spot{scope: newScope()}
	at.scope.names["input"] = definition.Input
	c.header(at, definition)
	steps := c.list(definition.Steps, at.at("steps").path, nil, 0)
	if c.tooMany {
		return steps
	}
	c.variables(at, definition.Vars)
	if definition.Timeout != nil {
		c.time(at.at("timeout"), definition.Timeout, "timeout")
	}
	if len(definition.Steps) == 0 && !c.absent(at.at("steps")) {
		c.report(at.at("steps"), "empty-block", "a blueprint needs a step")
	}
	_, after := c.sequence(steps, at.scope)
	if definition.Output != nil {
		c.value(at.in(after).at("output"), definition.Output.Raw, expected{})
	}
	c.state(at.in(after), definition.State)
	c.search(at.in(after), definition.Search)
	if c.warnings != nil {
		c.warnings.schema(at.at("input"), definition.Input)
	}
	return steps
}

// plan checks a plan, and returns its steps.
func (c *checker) plan(plan *Plan, outer Outer) *stepList {
	c.endsLast = outer.EndsLast
	c.limits.Steps = min(c.limits.Steps, c.limits.PlanSteps)
	c.hasPlans = true // the blueprint around it may set its variables as well
	at := spot{scope: newScope()}
	for _, name := range outer.Names {
		at.scope.names[name] = nil
	}
	for _, id := range outer.Steps {
		at.scope.steps[id] = nil
	}
	for _, name := range outer.Vars {
		at.scope.variables.set(name)
		c.declared[name] = true
	}
	steps := c.list(plan.Steps, at.at("steps").path, nil, outer.Depth)
	if c.tooMany {
		return steps
	}
	_, after := c.sequence(steps, at.scope)
	if plan.Output != nil {
		c.value(at.in(after).at("output"), plan.Output.Raw, expected{})
	}
	return steps
}

// header checks what stands above the steps.
func (c *checker) header(at spot, definition *Definition) {
	if !isName(definition.Blueprint) && !c.absent(at.at("blueprint")) {
		c.report(at.at("blueprint"), "bad-name",
			quote(definition.Blueprint)+" is no name of a blueprint: lower-case letters, digits and -, a letter first")
	}
	if !isVersion(definition.Version) && !c.absent(at.at("version")) {
		c.report(at.at("version"), "bad-version",
			quote(definition.Version)+" is no version: three numbers such as 1.0.0")
	}
	if definition.Defaults != nil {
		defaults := at.at("defaults").in(nil)
		c.options(defaults, definition.Defaults.Options, true)
		c.defaults, c.defaultRetry = defaults, definition.Defaults.Retry
		children := ChildOptions{ExecutionTimeout: definition.Defaults.ExecutionTimeout, RunTimeout: definition.Defaults.RunTimeout}
		c.timeouts(defaults, children.timeouts())
		c.hold(defaults.at("hold"), definition.Defaults.Hold)
	}
	c.operate(at.at("operate"), definition.Operate)
	if definition.Budget != nil {
		c.budget(at.at("budget"), *definition.Budget)
	}
}

// budget checks the document's budget and lowers the limits to it, but for the steps:
// a run may well leave some of them out.
func (c *checker) budget(at spot, budget Budget) {
	limits := c.limits.limits()
	for i, limit := range budget.limits() {
		switch allowed := limits[i].value; {
		case *limit.value < 0:
			c.report(at.at(limit.name), "bad-budget", "a limit is a positive number")
		case *limit.value > *allowed:
			c.report(at.at(limit.name), "bad-budget", fmt.Sprintf("at most %d is allowed here", *allowed))
		case *limit.value > 0 && limit.name != "steps":
			*allowed = *limit.value
		}
	}
}

// variables checks the first values of the variables. They see the input and the run.
func (c *checker) variables(at spot, variables map[string]any) {
	names := slices.Sorted(maps.Keys(variables))
	for _, name := range names {
		c.declared[name] = true
	}
	for _, name := range names {
		if c.warnings != nil {
			c.warnings.key(at.at("vars"), name)
		}
		first := c.value(at.at("vars", name), variables[name], expected{})
		if !c.hasPlans && !c.assigned[name] {
			c.constants[name] = first.schema
		}
	}
	for _, name := range names {
		at.scope.variables.set(name)
	}
}

// result is what the checker learns of a step or of a list of steps.
type result struct {
	// output is the type of the output, nil for any value.
	output *Schema
	// ends says that what follows never runs.
	ends bool
}

// sequence checks steps that run one after the other. The scope is what stands after
// them sees.
func (c *checker) sequence(list *stepList, outer *scope) (result, *scope) {
	c.ids(list)
	inner := outer.inner()
	last := result{output: typeOf("null")}
	for i, node := range list.nodes {
		if c.more {
			break
		}
		last = c.step(node.spot().in(inner))
		inner.steps[node.step.ID] = last.output
		if last.ends && i+1 < len(list.nodes) {
			c.afterTheEnd(list.nodes[i+1].spot(), node)
			// The rest is checked all the same, but what it does not do is no surprise.
			last.ends = false
		}
	}
	return result{output: last.output, ends: last.ends}, inner
}

// block checks steps that run one after the other.
func (c *checker) block(list *stepList, outer *scope) result {
	result, _ := c.sequence(list, outer)
	return result
}

// filled reports a block that must have steps and has none.
func (c *checker) filled(at spot, length int, message string) {
	if length == 0 && !c.absent(at) {
		c.report(at, "empty-block", message)
	}
}

// ids checks the ids of a list.
func (c *checker) ids(list *stepList) {
	seen := make(map[string]bool, len(list.nodes))
	for _, node := range list.nodes {
		id := node.step.ID
		c.id(node.spot().at("id"), id, "an id")
		if seen[id] && id != "" {
			c.report(node.spot().at("id"), "duplicate-id", "another step of this block has the id "+quote(id))
		}
		seen[id] = true
	}
}

// id checks an id or the name of a branch.
func (c *checker) id(at spot, id, what string) {
	switch {
	case id == "" && c.absent(at):
	case !isWord(id, "_"):
		c.report(at, "bad-id", fmt.Sprintf("%s is not %s: a letter, then letters, digits or _, at most %d of them", quote(id), what, longestName))
	case slices.Contains([]string{"catch", "finally", onTimeout, "undo"}, id):
		c.report(at, "bad-id", fmt.Sprintf("%s is not %s: paths use the word", quote(id), what))
	}
}

// branches checks the names and the number of the branches of a step.
func (c *checker) branches(at spot, branches Branches) {
	c.filled(at, len(branches), "this needs a branch")
	c.tooWide(at, len(branches), "branches")
	for _, name := range branches.Names() {
		branch := at.at(name)
		c.id(branch, name, "a name of a branch")
		c.filled(branch, len(branches[name]), "a branch needs a step")
	}
}

// tooWide reports a step that does too much at once.
func (c *checker) tooWide(at spot, size int, what string) bool {
	if size > c.limits.Branches {
		c.report(at, "too-wide", fmt.Sprintf("there are %d %s, and the budget allows %d in one step (branches)", size, what, c.limits.Branches))
	}
	return size > c.limits.Branches
}

// step checks one step.
func (c *checker) step(at spot) result {
	step := at.node.step
	c.value(at.at("summary"), step.Summary, expected{})
	c.edges(at)
	if step.Kind == nil {
		if c.source == nil {
			c.report(at, "missing-kind", "the step says nothing that it does")
		}
		return result{}
	}
	if step.Timeout != nil {
		c.time(at.at("timeout"), step.Timeout, "timeout")
	}
	c.stepHold(at)
	c.operate(at.at("operate"), step.Operate)
	c.blockRetry(at.at("retry"), RetryOf(step))
	checked := c.late(at, step.Kind.check(c, at))
	if c.warnings != nil {
		checked.output = c.warnings.output(at.node, checked.output)
	}
	return checked
}

// late checks what runs where the step was not done in time, which what comes after it may
// find done, or not.
func (c *checker) late(at spot, inTime result) result {
	step := at.node.step
	if step.OnTimeout == nil {
		return inTime
	}
	if step.Timeout == nil {
		c.report(at.at(onTimeout), "useless", "without a timeout this never runs")
	}
	inner := at.scope.apart()
	after := c.block(at.node.late, inner)
	at.scope.variables.join(inner.variables)
	return result{ends: inTime.ends && after.ends}
}

// afterTheEnd tells that a step never runs.
func (c *checker) afterTheEnd(at spot, last *stepNode) {
	message := fmt.Sprintf("this never runs: %s ends what comes before it", quote(last.step.ID))
	if c.endsLast {
		c.report(at, "unreachable", message)
	} else {
		c.warn(at, "unreachable", message)
	}
}

// edges reports the keys of nodes at steps that are none.
func (c *checker) edges(at spot) {
	step := at.node.step
	_, dag := at.node.holder().(*Dag)
	_, graph := at.node.holder().(*Graph)
	if len(step.Needs) > 0 && !dag {
		c.report(at.at("needs"), "misplaced-key", "only the nodes of a dag have needs")
	}
	if step.When != nil && !dag {
		c.report(at.at("when"), "misplaced-key", "only the nodes of a dag have when: "+remedyOf("if"))
	}
	for _, edge := range edgesOf(step) {
		if !graph {
			c.report(at.at(edge.key), "misplaced-key", "only the nodes of a graph have "+edge.key)
		}
	}
}

// report notes a problem.
func (c *checker) report(at spot, code, message string) { c.suggesting(at, code, message, "") }

// suggesting notes a problem and what was probably meant.
func (c *checker) suggesting(at spot, code, message, suggestion string) {
	pointer := at.path.String()
	line, column := c.source.Position(pointer)
	c.note(Diagnostic{Line: line, Column: column, Pointer: pointer, Code: code, Message: message, Suggestion: suggestion})
}

// atKey notes a problem of a key.
func (c *checker) atKey(at spot, code, message, suggestion string) {
	pointer := at.path.String()
	line, column := c.source.KeyPosition(pointer)
	c.note(Diagnostic{Line: line, Column: column, Pointer: pointer, Code: code, Message: message, Suggestion: suggestion})
}

// inText notes a problem at a byte of a text.
func (c *checker) inText(at spot, offset int, code, message, suggestion string) {
	pointer := at.path.String()
	line, column := c.source.StringPosition(pointer, offset)
	c.note(Diagnostic{Line: line, Column: column, Pointer: pointer, Code: code, Message: message, Suggestion: suggestion})
}

func (c *checker) note(problem Diagnostic) {
	if c.follows(problem.Pointer) {
		return
	}
	if len(c.problems) == mostProblems {
		c.more = true
		return
	}
	for len(problem.Pointer) > longestPointer {
		problem.Pointer = problem.Pointer[:strings.LastIndexByte(problem.Pointer, '/')]
	}
	problem.File = c.file
	c.problems = append(c.problems, problem)
}

// follows reports whether a problem is probably one that Load has told: what it could
// not read is not in the definition.
func (c *checker) follows(pointer string) bool {
	return slices.ContainsFunc(c.known, func(known Diagnostic) bool {
		return known.Pointer == pointer || strings.HasPrefix(known.Pointer, pointer+"/") ||
			strings.HasPrefix(pointer, known.Pointer+"/") && known.Code != "missing-key"
	})
}

// absent reports whether a key is not in the document: where it must be there, Load has
// said so.
func (c *checker) absent(at spot) bool {
	if c.source == nil {
		return false
	}
	_, exact := c.source.find(at.path.String())
	return !exact
}

// near finds what a misspelled word was probably meant to be. A hostile document cannot
// make it take long.
func (c *checker) near(wrong string, known []string) string {
	if len(wrong) > longestName || c.comparisons == 0 {
		return ""
	}
	var short []string
	for _, each := range slices.Sorted(slices.Values(known)) {
		if len(each) <= longestName && c.comparisons > 0 {
			c.comparisons--
			short = append(short, each)
		}
	}
	return suggest(wrong, short)
}

// sorted is what was found, in the order of the places.
func (c *checker) sorted() Diagnostics {
	all := append(slices.Clone(c.known), c.problems...)
	all.Sort()
	if c.more || len(all) > mostProblems {
		all = append(all[:min(len(all), mostProblems)], Diagnostic{File: c.file, Code: "too-many-problems", Message: "there are more problems"})
	}
	return all
}
