package dynamichandlers

import (
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/workflow"
)

// ArrivalOrder is a Worker interceptor that notes, for each run, the names of its
// Signals in the order of their arrival. The Signals themselves stay in the SDK's
// channels, so that receivers get them as usual, decoded by the Data
// Converter and its codecs.
type ArrivalOrder struct {
	interceptor.WorkerInterceptorBase
}

// InterceptWorkflow gives one run a note of its own.
func (*ArrivalOrder) InterceptWorkflow(ctx workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &noting{
		WorkflowInboundInterceptorBase: interceptor.WorkflowInboundInterceptorBase{Next: next},
		// Unlike a plain slice, this refuses to be changed by a Query or a validator.
		noted: workflow.NewLocalVar[[]arrival](ctx),
	}
}

// arrival is one Signal that may still wait.
type arrival struct {
	name string
	// arguments is how many came with it; a channel returns only the first.
	arguments int
}

type noting struct {
	interceptor.WorkflowInboundInterceptorBase
	noted workflow.LocalVar[[]arrival]
}

// arrivalsKey is where a workflow's context holds its run's note.
type arrivalsKey struct{}

func (n *noting) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	return n.Next.ExecuteWorkflow(workflow.WithValue(ctx, arrivalsKey{}, n.noted), in)
}

// HandleSignal runs even before the workflow's own code when a run is started with a
// Signal. It does not know yet which names the code will register, so it notes all.
func (n *noting) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	if !strings.HasPrefix(in.SignalName, reservedPrefix) {
		n.noted.Set(ctx, append(n.noted.Get(ctx), arrival{in.SignalName, len(in.Arg.GetPayloads())}))
	}
	return n.Next.HandleSignal(ctx, in)
}

// arrivalsOf returns the run's note. It panics on a Worker without ArrivalOrder: that
// is the Worker's mistake, so it fails the Workflow Task, which is retried until a
// Worker is right, and not the run.
func arrivalsOf(ctx workflow.Context) workflow.LocalVar[[]arrival] {
	noted, present := ctx.Value(arrivalsKey{}).(workflow.LocalVar[[]arrival])
	if !present {
		panic("this worker runs without the interceptor ArrivalOrder")
	}
	return noted
}

// hasArrivals reports whether Signals wait, apart from the excepted names.
func hasArrivals(ctx workflow.Context, noted workflow.LocalVar[[]arrival], except ...string) bool {
	return slices.ContainsFunc(noted.Get(ctx), func(a arrival) bool { return !slices.Contains(except, a.name) })
}

// takeInOrder takes the Signals that wait, in the order of their arrival, without
// the excepted names.
func takeInOrder(ctx workflow.Context, noted workflow.LocalVar[[]arrival], except ...string) []Message {
	var messages []Message
	for _, arrival := range noted.Get(ctx) {
		if slices.Contains(except, arrival.name) {
			continue
		}
		message, received := receive(ctx, arrival.name)
		if !received {
			continue // its payload could not be decoded, and the SDK dropped it
		}
		if arrival.arguments > 1 {
			message.Problem = fmt.Sprintf("came with %d arguments, only the first is kept", arrival.arguments)
		}
		messages = append(messages, message)
	}
	noted.Set(ctx, nil)
	return messages
}
