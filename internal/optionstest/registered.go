package optionstest

import (
	"cmp"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Registered lists what register registers, by its name, in alphabetical order, such as
// "Activity charge" or "Dynamic Workflow": what a Worker serves, and so what its callers
// and its open runs can count on. A Local Activity, which is called by its function, runs
// also where it is not registered.
func Registered(register func(worker.Registry)) []string {
	noted := &registry{}
	register(noted)
	slices.Sort(noted.lines)
	return noted.lines
}

// registry notes functions. It has no Nexus services.
type registry struct {
	worker.Registry
	lines []string
}

func (r *registry) note(kind, name string, function any) {
	r.lines = append(r.lines, kind+" "+cmp.Or(name, nameOf(function)))
}

// nameOf is the name under which the SDK registers the function.
func nameOf(function any) string {
	name := runtime.FuncForPC(reflect.ValueOf(function).Pointer()).Name()
	return strings.TrimSuffix(name[strings.LastIndexByte(name, '.')+1:], "-fm")
}

func (r *registry) RegisterWorkflow(function any) { r.note("Workflow", "", function) }

func (r *registry) RegisterWorkflowWithOptions(function any, options workflow.RegisterOptions) {
	r.note("Workflow", options.Name, function)
}

func (r *registry) RegisterDynamicWorkflow(any, workflow.DynamicRegisterOptions) {
	r.lines = append(r.lines, "Dynamic Workflow")
}

func (r *registry) RegisterActivity(function any) { r.note("Activity", "", function) }

func (r *registry) RegisterActivityWithOptions(function any, options activity.RegisterOptions) {
	r.note("Activity", options.Name, function)
}

func (r *registry) RegisterDynamicActivity(any, activity.DynamicRegisterOptions) {
	r.lines = append(r.lines, "Dynamic Activity")
}
