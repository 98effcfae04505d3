package engine

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// StepInfo is the step that an Activity is called for.
type StepInfo struct {
	// Path is the path of the step; of what takes one back it ends in /undo.
	Path string `json:"path"`
	// Key is the idempotency key: the same for every attempt of the Activity, and another for
	// any other call. It is step.key in the document.
	Key string `json:"key"`
	// Blueprint and Version are those of the document.
	Blueprint string `json:"blueprint"`
	Version   string `json:"version"`
}

// StepHeader is the header in which an Activity, also one on another Worker and in another
// language, finds its StepInfo as JSON.
const StepHeader = "blueprint-step"

// StepOf tells an Activity, also a Local Activity, which step it is called for. There is
// nothing to tell where a Workflow of another kind has called it, or where one of the two
// Workers does not have StepInterceptor.
func StepOf(ctx context.Context) (StepInfo, bool) {
	info, found := ctx.Value(stepOfContext{}).(StepInfo)
	return info, found
}

// stepOfContext is the key of the StepInfo in a context.
type stepOfContext struct{}

// StepInterceptor is what hands StepInfo to Activities, in a header. It belongs in the
// Interceptors of the options of each Worker that runs blueprints or their Activities.
func StepInterceptor() interceptor.WorkerInterceptor { return &stepInterceptor{} }

type stepInterceptor struct {
	interceptor.WorkerInterceptorBase
}

// InterceptActivity implements interceptor.WorkerInterceptor.
func (*stepInterceptor) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	return &stepReader{interceptor.ActivityInboundInterceptorBase{Next: next}}
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (*stepInterceptor) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &stepInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}}
}

// stepReader takes the StepInfo out of the header.
type stepReader struct {
	interceptor.ActivityInboundInterceptorBase
}

func (r *stepReader) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	if payload := interceptor.Header(ctx)[StepHeader]; payload != nil {
		var info StepInfo
		// What another Worker has written otherwise is no StepInfo.
		if converter.GetDefaultDataConverter().FromPayload(payload, &info) == nil {
			ctx = context.WithValue(ctx, stepOfContext{}, info)
		}
	}
	return r.Next.ExecuteActivity(ctx, in)
}

type stepInbound struct {
	interceptor.WorkflowInboundInterceptorBase
}

func (i *stepInbound) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&stepWriter{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}})
}

// stepWriter puts the StepInfo into the header.
type stepWriter struct {
	interceptor.WorkflowOutboundInterceptorBase
}

func (w *stepWriter) ExecuteActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	writeStepInfo(ctx)
	return w.Next.ExecuteActivity(ctx, name, arguments...)
}

func (w *stepWriter) ExecuteLocalActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	writeStepInfo(ctx)
	return w.Next.ExecuteLocalActivity(ctx, name, arguments...)
}

func writeStepInfo(ctx workflow.Context) {
	info, calls := ctx.Value(stepOfContext{}).(StepInfo)
	if !calls {
		return
	}
	if payload, err := converter.GetDefaultDataConverter().ToPayload(info); err == nil {
		interceptor.WorkflowHeader(ctx)[StepHeader] = payload
	}
}

// withStep is the context with which an Activity is called for the path. Version 1 tells
// Activities nothing.
func (r *run) withStep(ctx workflow.Context, f *frame, path string) workflow.Context {
	if !r.since(2) {
		return ctx
	}
	definition := r.root.program.Definition
	return workflow.WithValue(ctx, stepOfContext{}, StepInfo{Path: path, Key: r.keyAt(f, path), Blueprint: definition.Blueprint, Version: definition.Version})
}

// keyAt is the idempotency key of a path that the frame calls something for: a hash of it and
// of where the blueprint began, or its origin, where a fork goes on with what was under way.
func (r *run) keyAt(f *frame, path string) string { return hashed(r.keysOf(f), path) }

// keysOf is what the keys of the frame's step are made of.
func (r *run) keysOf(f *frame) string {
	for ; f != nil; f = f.parent {
		if f.Role == roleStep || f.Role == roleUndo {
			return cmp.Or(f.Key, r.key)
		}
	}
	return r.key
}

// hashed is a hash of the texts, in 32 hexadecimal digits.
func hashed(texts ...string) string {
	hash := sha256.New()
	for _, each := range texts {
		hash.Write([]byte(each))
		hash.Write([]byte{0}) // no text has it
	}
	const digits = 32
	return hex.EncodeToString(hash.Sum(nil))[:digits]
}

// uuidOf is what uuid() gives at a place of a step: by RFC 9562, a UUID of version 8, of a hash.
func uuidOf(texts ...string) string {
	digits := []byte(hashed(texts...))
	const versionAt, variantAt = 12, 16
	digits[versionAt] = '8'
	digits[variantAt] = "89ab"[digits[variantAt]%4]
	return fmt.Sprintf("%s-%s-%s-%s-%s", digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
}

// beginKeys notes where the blueprint begins: for each run that does not go on from another,
// so also for a retry of the Workflow and for the next run of a cron schedule.
func (r *run) beginKeys(ctx workflow.Context) {
	if !r.since(2) {
		return
	}
	// The run before any reset, which renewKeys sees.
	r.state.Key = cmp.Or(workflow.GetInfo(ctx).OriginalRunID, r.runID)
	r.renewKeys(ctx)
}

// savedKey is what the next run is to make its keys of: nothing where it knows by itself, as in
// a chain that no retry, cron schedule or reset has begun anew.
func (r *run) savedKey(ctx workflow.Context) string {
	if r.key == firstOf(workflow.GetInfo(ctx)) {
		return ""
	}
	return r.key
}

// firstOf is the first run of the chain, which the SDK's test environment does not tell.
func firstOf(info *workflow.Info) string {
	return cmp.Or(info.FirstRunID, info.WorkflowExecution.RunID)
}

// renewKeys gives the steps that begin after a reset of the Workflow other keys. Where an
// expression can have seen a key, it is recorded from when on: what was done before the reset
// is done the same way in the replay.
func (r *run) renewKeys(ctx workflow.Context) {
	if !r.since(2) {
		return
	}
	reset := resetOf(ctx, r.runID)
	if r.keyed {
		recorded := workflow.MutableSideEffect(ctx, "step.key", func(ctx workflow.Context) any {
			return resetOf(ctx, r.runID)
		}, func(a, b any) bool { return a == b })
		if recorded.Get(&reset) != nil {
			return
		}
	}
	r.key = r.state.Key
	if reset != "" {
		r.key = hashed(r.state.Key, reset)
	}
}

// resetOf is the id of a run that goes on where another one was reset, and "" of any other.
func resetOf(ctx workflow.Context, runID string) string {
	if original := workflow.GetInfo(ctx).OriginalRunID; original != "" && original != runID {
		return runID
	}
	return ""
}

// keyNames are what an expression of the frame's step sees: the names of its place, and the
// step itself.
type keyNames struct {
	*scope
	frame *frame
}

// Lookup implements expression.Names.
func (n keyNames) Lookup(name string) (any, bool) {
	found, exists := n.scope.Lookup(name)
	if exists || name != language.StepName || !n.run.since(2) { // version 1 has no keys, also in a new plan
		return found, exists
	}
	for f := n.frame; f != nil; f = f.parent {
		if f.Role == roleStep {
			return map[string]any{"key": n.run.keyAt(f, f.path)}, true
		}
	}
	return nil, false
}
