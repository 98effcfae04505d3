package dynamichandlers

import "go.temporal.io/sdk/workflow"

// CollectInOrder does what CollectByName does, but keeps the Signals in the order in
// which they arrived. Its Worker, and whatever replays it, needs ArrivalOrder.
func CollectInOrder(ctx workflow.Context, inbox Inbox) (Inbox, error) {
	arrivals := arrivalsOf(ctx)
	waiting := func() bool { return hasArrivals(ctx, arrivals, OpenSignal, CloseSignal) }
	return collect(ctx, inbox, waiting, func() []Message {
		return takeInOrder(ctx, arrivals, OpenSignal, CloseSignal)
	})
}
