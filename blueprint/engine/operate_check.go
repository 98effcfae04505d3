package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
)

// valueOf is a value of an operation, which has been found to be one.
func valueOf(encoded []byte) any {
	var decoded value
	if len(encoded) == 0 {
		return nil
	}
	_ = json.Unmarshal(encoded, &decoded)
	return decoded.any
}

// checkValues refuses the values of an operation that the step could not have: too large, not
// JSON, of another type.
func (r *run) checkValues(operation Operation) error {
	for _, each := range []struct {
		field   string
		encoded []byte
	}{{"input", operation.Input}, {"output", operation.Output}, {"vars", operation.Vars}} {
		if len(each.encoded) > r.record.Budget.OutputBytes {
			return refusedOperation(ErrInvalidOperation, "%s must have at most %d bytes (outputBytes of the budget), got %d", each.field, r.record.Budget.OutputBytes, len(each.encoded))
		}
		var decoded value
		if len(each.encoded) == 0 {
			continue
		}
		if err := json.Unmarshal(each.encoded, &decoded); err != nil || decoded.problem != nil {
			return refusedOperation(ErrInvalidOperation, "%s: %v", each.field, firstOfErrors(err, decoded.problem))
		}
		if size := expression.Size(decoded.any); r.bytes+size > r.record.Budget.StateBytes {
			return refusedOperation(ErrOperationRefused, "%s has %d bytes, and the run may remember %d (stateBytes of the budget)", each.field, size, r.record.Budget.StateBytes)
		}
	}
	return nil
}

func firstOfErrors(errs ...error) error {
	for _, each := range errs {
		if each != nil {
			return each
		}
	}
	return nil
}

// checkTypes refuses an input or an output of another type than the step's. The types are those of
// this Worker's catalog: the validator asks, which runs once.
func (r *run) checkTypes(operation Operation) error {
	found := r.operands(operation.Step)
	if len(found) != 1 || found[0].frame.Role == roleUndo {
		return nil
	}
	if err := checkVars(found[0].frame, operation); err != nil {
		return err
	}
	step := found[0].frame.step
	input, output := r.typesOf(found[0].frame.program, step)
	for _, each := range []struct {
		field   string
		encoded []byte
		schema  *language.Schema
	}{{"input", operation.Input, input}, {"output", operation.Output, output}} {
		if len(each.encoded) == 0 {
			continue
		}
		if err := language.FitsSchema(each.schema, valueOf(each.encoded), r.record.Budget.Cost*workPerCost); err != nil {
			return refusedOperation(ErrInvalidOperation, "the %s does not fit the step %s: %v", each.field, found[0].path(), err)
		}
	}
	return nil
}

// checkVars refuses variables that the document does not have: nothing would read them.
func checkVars(f *frame, operation Operation) error {
	if operation.Op != "set" {
		return nil
	}
	known := workflow.DeterministicKeys(f.ownScope.vars())
	for _, step := range f.program.Steps {
		if kind, is := step.Kind.(*language.Set); is {
			known = append(known, workflow.DeterministicKeys(kind.Set)...)
		}
	}
	slices.Sort(known)
	known = slices.Compact(known)
	vars, _ := valueOf(operation.Vars).(map[string]any)
	for _, name := range workflow.DeterministicKeys(vars) {
		if !slices.Contains(known, name) {
			return refusedOperation(ErrInvalidOperation, "there is no variable %q%s; there are: %s", shortened(name, longestReason), didYouMean(name, known), listed(known, ", "))
		}
	}
	return nil
}

// typesOf are the types of what a step takes and gives; nil is any.
func (r *run) typesOf(program *language.Program, step *language.Step) (input, output *language.Schema) {
	library := r.interpreter.library()
	switch kind := step.Kind.(type) {
	case *language.Activity:
		signature, _ := library.Activity(kind.Activity)
		return signature.Input, signature.Output
	case *language.PlanStep:
		signature, _ := library.Activity(kind.Plan)
		return signature.Input, nil
	case *language.Workflow:
		if kind.Detach {
			return nil, nil
		}
		if signature, is := library.Workflow(kind.Workflow); is {
			return signature.Input, signature.Output
		}
		if definition, _, is := library.Blueprint(kind.Workflow); is {
			return definition.Input, nil
		}
	case *language.Wait:
		return nil, kind.Schema
	case *language.Sleep:
		return nil, &language.Schema{Type: "null"}
	case *language.Parallel, *language.Race, *language.Dag, *language.Set:
		return nil, &language.Schema{Type: "object"}
	case *language.Map:
		return nil, &language.Schema{Type: "array"}
	}
	return nil, nil
}

// permits refuses what nobody may ask of the run, or of the step.
func (r *run) permits(operation Operation) error {
	op := operation.Op
	if !slices.Contains(alwaysAllowed(), op) && !slices.Contains(r.record.Operations, op) {
		return refusedOperation(ErrOperationNotAllowed, "the interpreter that started the run does not allow %s: it allows %s", op,
			strings.Join(slices.Concat(alwaysAllowed(), r.record.Operations), ", "))
	}
	if err := narrows("the blueprint", r.root.program.Definition.Operate, op); err != nil {
		return err
	}
	at := located{run: r, path: strings.TrimSuffix(operation.Step, "/undo")}
	if operation.Step == "" || at.find() != nil {
		return nil // That there is no such step is told later.
	}
	for _, each := range at.steps {
		if err := narrows(fmt.Sprintf("the step %s", each.ID), each.Operate, op); err != nil {
			return err
		}
	}
	return nil
}

// narrows refuses an operation that is not among those allowed somewhere; nil allows all.
func narrows(where string, allowed []string, op string) error {
	switch {
	case allowed == nil || slices.Contains(allowed, op):
		return nil
	case len(allowed) == 0:
		return refusedOperation(ErrOperationNotAllowed, "%s allows no operation", where)
	default:
		return refusedOperation(ErrOperationNotAllowed, "%s does not allow %s: its operate allows %s", where, op, strings.Join(allowed, ", "))
	}
}

// alwaysAllowed are the operations that need not be switched on.
func alwaysAllowed() []string { return []string{"pause", "resume", "hold", "retry", "fail"} }
