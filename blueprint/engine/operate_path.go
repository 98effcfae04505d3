package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dynamicsamples/blueprint/language"
)

// checkStep refuses the path of a step that does not exist, and says what was meant.
func (r *run) checkStep(path string) error {
	at := located{run: r, path: path}
	return at.find()
}

// located is a path on the way through the document. It can name several steps: those of one id in
// the clauses of a catch.
type located struct {
	run  *run
	path string
	// numbered and unnumbered count the rounds, items and visits with and without a number.
	numbered, unnumbered int
	// single says that the path has numbers, of rounds and items or of attempts.
	single bool
	// found are the steps that it names, steps all those on the ways there, and plans the plans.
	found, steps []*language.Step
	plans        []*frame
}

func (l *located) find() error {
	return l.in(l.run.root.program.Definition.Steps, strings.Split(l.path, "/"), "")
}

// in finds the rest of the path among the steps; above is the path up to there.
func (l *located) in(steps []*language.Step, rest []string, above string) error {
	named, ok := parseSegment(rest[0])
	if !ok {
		return refusedOperation(ErrUnknownStep, "there is no step %q: %q is no id of a step with its numbers, as in l, l[0] or l#2[0]: leave the numbers out to mean all of them",
			shortened(l.path, longestReason), shortened(rest[0], longestReason))
	}
	var ids []string
	var failure error
	for _, step := range steps {
		if step.ID != named.id {
			ids = append(ids, step.ID)
			continue
		}
		way := located{run: l.run, path: l.path, numbered: l.numbered, unnumbered: l.unnumbered}
		if failure = way.step(step, rest, join(above, rest[0]), named); failure == nil {
			l.found, l.steps, l.plans = append(l.found, way.found...), append(l.steps, way.steps...), append(l.plans, way.plans...)
			l.single = l.single || way.single
		}
	}
	switch {
	case len(l.found) > 0:
		return nil
	case failure != nil:
		return failure
	}
	return l.unknown(rest[0], ids)
}

func (l *located) step(step *language.Step, rest []string, path string, named segment) error {
	l.steps = append(l.steps, step)
	l.single = l.single || named.isSingle()
	switch {
	case !repeats(step) && named.number != "":
		return refusedOperation(ErrUnknownStep, "there is no step %q: %s is no loop, map or graph, so it has no [%s]", shortened(l.path, longestReason), step.ID, named.number)
	case !repeats(step):
	case named.number != "":
		l.numbered++
	case len(rest) > 1:
		l.unnumbered++
	}
	if len(rest) == 1 {
		if l.numbered > 0 && l.unnumbered > 0 {
			return refusedOperation(ErrUnknownStep, "a path has the number of each round, item and visit, or none: %q", shortened(l.path, longestReason))
		}
		l.found = []*language.Step{step}
		return nil
	}
	return l.below(step, rest[1:], path)
}

// below finds the rest of the path in the blocks of the step, or in its plan.
func (l *located) below(step *language.Step, rest []string, path string) error {
	if strings.HasPrefix(rest[0], "plan:") && len(rest) > 1 {
		if planned := l.run.root.plannedAt(path + "/" + rest[0]); planned != nil {
			l.plans = append(l.plans, planned)
			return l.in(planned.planned.Definition.Steps, rest[1:], path+"/"+rest[0])
		}
	}
	if undoOf(step) != nil && rest[0] == "undo" && len(rest) == 1 {
		l.found, l.single = []*language.Step{step}, true
		return nil
	}
	names := l.run.root.plansAt(path)
	var named, direct []*language.Step
	for _, block := range step.AllBlocks {
		segment := strings.TrimPrefix(segmentOf(step, block), "/")
		switch {
		case segment == "":
			direct = append(direct, block.Steps...)
			for _, each := range block.Steps {
				names = append(names, each.ID)
			}
		case segment == rest[0] && len(rest) > 1:
			named = append(named, block.Steps...)
		case !slices.Contains(names, segment):
			names = append(names, segment)
		}
	}
	switch {
	case len(named) > 0:
		return l.in(named, rest[1:], path+"/"+rest[0])
	case len(direct) > 0:
		return l.in(direct, rest, path)
	}
	return l.unknown(rest[0], names)
}

// segment is a part of a path: the id of a step, with the number of its attempt and that of its round,
// item or visit where it has them.
type segment struct{ id, attempt, number string }

func (s segment) isSingle() bool { return s.attempt != "" || s.number != "" }

// parseSegment reports false for what is none: the numbers are plain ones.
func parseSegment(text string) (segment, bool) {
	rest, number, isNumbered := strings.Cut(text, "[")
	id, attempt, isAttempt := strings.Cut(rest, "#")
	number, isClosed := strings.CutSuffix(number, "]")
	ok := (!isNumbered || isClosed && isPlain(number)) && (!isAttempt || isPlain(attempt))
	return segment{id, attempt, number}, ok
}

func isPlain(number string) bool {
	parsed, err := strconv.Atoi(number)
	return err == nil && strconv.Itoa(parsed) == number && parsed >= 0
}

// repeats reports whether the paths in the step have numbers.
func repeats(step *language.Step) bool {
	switch step.Kind.(type) {
	case *language.Loop, *language.Map, *language.Graph:
		return true
	}
	return false
}

func (l *located) unknown(segment string, known []string) error {
	there := "there are: " + listed(known, ", ")
	if len(known) == 0 {
		there = "there are no steps"
	}
	meant := didYouMean(segment, known)
	if elsewhere := l.elsewhere(); meant == "" && elsewhere != "" {
		meant = fmt.Sprintf("; did you mean %q?", elsewhere)
	}
	return refusedOperation(ErrUnknownStep, "there is no step %q: nothing there is %q%s; %s", shortened(l.path, longestReason), shortened(segment, longestReason), meant, there)
}

// elsewhere is the path of a step of the document that has the id at the end of the path.
func (l *located) elsewhere() string {
	program := l.run.root.program
	named, _ := parseSegment(l.path[strings.LastIndex(l.path, "/")+1:])
	for _, each := range program.Steps {
		if each.ID == named.id {
			return pathIn(program, each)
		}
	}
	return ""
}

// plannedAt is the step whose plan is the block of the path, if it is under way.
func (f *frame) plannedAt(path string) *frame {
	if f.Role == roleBlock && f.parent.planned != nil && f.path == path {
		return f.parent
	}
	for _, each := range f.subframes {
		if found := each.plannedAt(path); found != nil {
			return found
		}
	}
	return nil
}

// plansAt are the ends of the paths of the plans that are under way in the step of the path.
func (f *frame) plansAt(path string) []string {
	var found []string
	for _, each := range f.subframes {
		if end, is := strings.CutPrefix(each.path, path+"/"); is && strings.HasPrefix(end, "plan:") && !strings.Contains(end, "/") {
			found = append(found, end)
		}
		found = append(found, each.plansAt(path)...)
	}
	return found
}
