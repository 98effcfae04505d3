package blueprint

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Types of ApplicationErrors, none of them retryable, and bounds that keep a run below 4,096 Events and 2 MiB of results.
const (
	InvalidProgram = "InvalidProgram" // the message lists all problems; nothing was called
	StepFailed     = "StepFailed"     // a call failed; the cause says why
	MissingField   = "MissingField"   // a reference names a field that the result does not have
	InvalidValue   = "InvalidValue"   // an argument or a result is not JSON of at most MaxBytes

	MaxSteps        = 100      // in the whole program, and so of all that runs at the same time
	MaxDepth        = 5        // steps in each other
	MaxCalls        = 200      // in both arms of each if and all rounds of each loop, and so of the rounds
	MaxBytes        = 8 << 10  // of an argument and of a result
	MaxProgramBytes = 32 << 10 // of the program
)

// Program is the argument of RunSteps.
type Program struct {
	Data  map[string]json.RawMessage `json:"data,omitempty"` // what steps refer to as if steps had returned it
	Steps []Step                     `json:"steps"`          // run one after the other
}

// Step is a call, which has an Activity or a Workflow, or it has a Parallel, an If or a Loop.
type Step struct {
	ID       string          `json:"id,omitempty"`       // names the result of a call or a loop
	Activity string          `json:"activity,omitempty"` // the name of an Activity
	Workflow string          `json:"workflow,omitempty"` // the name of a Child Workflow
	With     json.RawMessage `json:"with,omitempty"`     // its argument; {"$ref": "id.field"} in it refers to a result
	Optional bool            `json:"optional,omitempty"` // its result is {"ok": true, "result": ...} or {"ok": false, "error": "..."}
	Parallel [][]Step        `json:"parallel,omitempty"` // lists of steps that run at the same time
	If       json.RawMessage `json:"if,omitempty"`       // a reference
	Equals   any             `json:"equals,omitempty"`   // what it is compared with
	Then     []Step          `json:"then,omitempty"`     // runs when they are equal
	Else     []Step          `json:"else,omitempty"`     // runs when they are not
	Loop     []Step          `json:"loop,omitempty"`     // runs several times; the result lists those of the rounds
	Times    int             `json:"times,omitempty"`    // of the loop; {"$ref": "id.round"} in it counts from 1
}

// Callable lists the names that programs may call.
type Callable struct{ Activities, Workflows []string }

// RunSteps is a workflow that builds itself from a Program. It returns the results by the IDs of the steps.
func (c Callable) RunSteps(ctx workflow.Context, document json.RawMessage) (map[string]json.RawMessage, error) {
	program, problems := c.Check(document)
	// What is callable is state of the Worker: the verdict is recorded, so that a replay on another Worker agrees.
	err := workflow.SideEffect(ctx, func(workflow.Context) any { return problems }).Get(&problems)
	if err != nil || len(problems) > 0 {
		return nil, fail(InvalidProgram, err, "%s", strings.Join(problems, "\n"))
	}
	s := &scope{results: map[string]json.RawMessage{}, outer: &scope{results: program.Data}}
	return s.results, s.run(ctx, program.Steps)
}

// scope is where steps keep their results and find others. Each round of a loop has a scope of its own.
type scope struct {
	path    string
	results map[string]json.RawMessage
	outer   *scope
}

func (s *scope) run(ctx workflow.Context, steps []Step) (err error) {
	for i := 0; i < len(steps) && err == nil; i++ {
		switch step := steps[i]; {
		case step.Parallel != nil:
			err = s.parallel(ctx, step.Parallel)
		case step.If != nil:
			err = s.choose(ctx, step)
		case step.Loop != nil:
			err = s.loop(ctx, step)
		default:
			err = s.call(ctx, step, s.path+step.ID)
		}
	}
	return err
}

// parallel returns when all branches have ended. When one fails, it cancels the others.
func (s *scope) parallel(ctx workflow.Context, branches [][]Step) (failure error) {
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	group := workflow.NewWaitGroup(ctx)
	for _, branch := range branches {
		group.Go(ctx, func(ctx workflow.Context) {
			if err := s.run(ctx, branch); err != nil && failure == nil {
				failure = err
				cancel()
			}
		})
	}
	group.Wait(ctx)
	return failure
}

func (s *scope) choose(ctx workflow.Context, step Step) error {
	var value any
	if found, err := s.fill(step.If); err != nil {
		return err
	} else if json.Unmarshal(found, &value) == nil && reflect.DeepEqual(value, step.Equals) {
		return s.run(ctx, step.Then)
	}
	return s.run(ctx, step.Else)
}

func (s *scope) loop(ctx workflow.Context, step Step) error {
	rounds := make([]map[string]json.RawMessage, step.Times)
	for i := range rounds {
		rounds[i] = map[string]json.RawMessage{}
		s.results[step.ID] = fmt.Appendf(nil, `{"round":%d}`, i+1)
		round := &scope{fmt.Sprintf("%s%s[%d]/", s.path, step.ID, i+1), rounds[i], s}
		if err := round.run(ctx, step.Loop); err != nil {
			return err
		}
	}
	return s.keep(step.ID, rounds)
}

func (s *scope) call(ctx workflow.Context, step Step, path string) error {
	argument, err := s.fill(step.With)
	if err != nil || ctx.Err() != nil { // on a canceled context, a call would still be scheduled
		return cmp.Or(ctx.Err(), err)
	}
	var result json.RawMessage
	err = start(ctx, step, path, argument).Get(ctx, &result)
	switch reason := cmp.Or(errors.Unwrap(err), err); {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && step.Optional:
		return s.keep(step.ID, map[string]any{"ok": false, "error": reason.Error()})
	case err != nil:
		return fail(StepFailed, reason, "step %s: %v", path, reason)
	case step.Optional:
		return s.keep(step.ID, map[string]any{"ok": true, "result": result})
	}
	return s.keep(step.ID, result)
}

func start(ctx workflow.Context, step Step, path string, argument json.RawMessage) workflow.Future {
	if step.Activity != "" {
		ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 10 * time.Second,
			ScheduleToCloseTimeout: 5 * time.Minute, WaitForCancellation: true, Summary: path})
		return workflow.ExecuteActivity(ctx, step.Activity, argument)
	}
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{WorkflowExecutionTimeout: 30 * time.Minute,
		WorkflowID: workflow.GetInfo(ctx).WorkflowExecution.ID + "/" + path, WaitForCancellation: true, StaticSummary: path})
	return workflow.ExecuteChildWorkflow(ctx, step.Workflow, argument)
}

func (s *scope) keep(id string, result any) error {
	encoded, err := json.Marshal(result)
	if err != nil || len(encoded) > MaxBytes {
		return fail(InvalidValue, err, "step %s%s: the result is not JSON of at most %d bytes", s.path, id, MaxBytes)
	}
	s.results[id] = encoded
	return nil
}

// reference matches nothing inside of a text, where JSON escapes quotation marks.
var reference = regexp.MustCompile(`\{\s*"\$ref"\s*:\s*"(([a-z0-9_]+)(\.[^."\\]+)*)"\s*\}`)

// fill replaces references by what they refer to.
func (s *scope) fill(value json.RawMessage) (filled json.RawMessage, err error) {
	filled = reference.ReplaceAllFunc(value, func(match []byte) (found []byte) {
		if err == nil {
			found, err = s.find(string(reference.FindSubmatch(match)[1]))
		}
		return found
	})
	if err == nil && len(filled) > MaxBytes {
		err = fail(InvalidValue, nil, "%.100s...: exceeds %d bytes with what it refers to", value, MaxBytes)
	}
	return filled, err
}

func (s *scope) find(ref string) (value json.RawMessage, err error) {
	names := strings.Split(ref, ".")
	for ; s != nil && value == nil; s = s.outer {
		value = s.results[names[0]]
	}
	for _, name := range names[1:] {
		var fields map[string]json.RawMessage
		if json.Unmarshal(value, &fields) != nil || fields[name] == nil {
			return nil, fail(MissingField, nil, "%s: there is no field %q", ref, name)
		}
		value = fields[name]
	}
	return value, nil
}

func fail(kind string, cause error, format string, values ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, values...), kind, cause)
}

// Check reads a program and lists all that is wrong with it.
func (c Callable) Check(document []byte) (program Program, problems []string) {
	decoder := json.NewDecoder(strings.NewReader(string(document)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&program); err != nil || len(document) > MaxProgramBytes {
		return program, []string{fmt.Sprintf("program: want at most %d bytes of JSON: %v", MaxProgramBytes, cmp.Or(err, fmt.Errorf("got %d", len(document))))}
	}
	k := &checker{Callable: c, ids: workflow.DeterministicKeys(program.Data), seen: workflow.DeterministicKeys(program.Data)}
	calls := k.step(Step{Parallel: [][]Step{program.Steps}}, 0)
	k.at = "program"
	k.expect(k.steps > 0 && k.steps <= MaxSteps, "want 1 to %d steps", MaxSteps)
	k.expect(calls <= MaxCalls, "want at most %d calls in both arms of each if and all rounds of each loop", MaxCalls)
	k.expect(!regexp.MustCompile(`^([^"]|"(\\.|[^"\\])*")*null`).Match(document), "null says nothing: leave its key out")
	return program, k.problems
}

type checker struct {
	Callable
	at                  string
	ids, seen, problems []string
	steps               int
}

func (k *checker) expect(fine bool, format string, values ...any) {
	if !fine && len(k.problems) < 20 {
		k.problems = append(k.problems, k.at+": "+fmt.Sprintf(format, values...))
	}
}

// step checks a step, which can refer to what was seen, and counts its calls.
func (k *checker) step(step Step, depth int) (calls int) {
	k.at = fmt.Sprintf("step %d %.30s", k.steps, step.ID)
	k.expect(depth <= MaxDepth, "want at most %d steps in each other", MaxDepth)
	k.keys(step)
	for _, match := range reference.FindAllStringSubmatch(string(step.With)+string(step.If), -1) {
		k.expect(slices.Contains(k.seen, match[2]), "%s: no step %q has certainly run before", match[0], match[2])
	}
	before, after := len(k.seen), []string{step.ID}
	for _, list := range slices.Concat(step.Parallel, [][]Step{step.Then, step.Else, step.Loop}) {
		k.seen = append(k.seen[:before], step.ID) // a loop's, for its rounds
		for _, inner := range list {
			k.steps++
			calls += k.step(inner, depth+1)
		}
		if step.Parallel != nil {
			after = append(after, k.seen[before:]...)
		}
	}
	k.seen = append(k.seen[:before], after...)
	return min(MaxCalls+1, max(1, calls)*max(1, min(step.Times, MaxCalls+1)))
}

func (k *checker) keys(step Step) {
	isCall, isIf, isLoop := step.Activity+step.Workflow != "", step.If != nil, step.Loop != nil
	kinds := fmt.Sprint(step.Activity != "", step.Workflow != "", step.Parallel != nil, isIf, isLoop)
	k.expect(strings.Count(kinds, "true") == 1, "want one of activity, workflow, parallel, if and loop")
	k.expect(isCall == (step.With != nil) && (isCall || !step.Optional), "with and optional go with a call")
	k.expect(isIf == (step.Equals != nil) && (isIf || step.Then == nil && step.Else == nil), "equals, then and else go with if")
	k.expect(isLoop == (step.Times != 0) && step.Times >= 0, "times go with loop, and are not negative")
	k.expect((isCall || isLoop) == (step.ID != ""), "an id goes with a call or a loop")
	k.expect(len(step.ID) <= 30 && strings.Trim(step.ID, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && (step.ID == "" || !slices.Contains(k.ids, step.ID)),
		"the id %.50q is not new and made of at most 30 of a-z, 0-9 and _", step.ID)
	k.ids = append(k.ids, step.ID)
	k.expect(step.Activity == "" || slices.Contains(k.Activities, step.Activity), "unknown Activity %.50q, want one of %.50q", step.Activity, k.Activities)
	k.expect(step.Workflow == "" || slices.Contains(k.Workflows, step.Workflow), "unknown Workflow %.50q, want one of %.50q", step.Workflow, k.Workflows)
	k.expect(!strings.Contains(reference.ReplaceAllString(string(step.With)+string(step.If), ""), `"$ref"`),
		`want {"$ref": "id.field"} and nothing else for a reference`)
}
