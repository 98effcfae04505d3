// Package dynamichandlers shows workflows whose messages are not known when their
// code is written. Two catch-alls receive Signals that nobody registered: one asks
// the SDK for the names of what waits, the other uses an interceptor that notes
// every Signal as it arrives, and so keeps the order between names. A third
// workflow registers the Signals, Queries and Updates that its configuration names,
// some of them in bundles that are called plugins. Go has no dynamic handler for
// Queries and Updates; one Query and one Update that take a name in their argument
// replace it.
package dynamichandlers

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"
)

// CollectByName keeps the Signals that nobody registered until CloseSignal arrives,
// and returns them. Signals that wait together are kept name by name, in
// alphabetical order: the SDK tells which names wait, but not which came first.
func CollectByName(ctx workflow.Context, inbox Inbox) (Inbox, error) {
	waiting := func() bool { return len(unhandledNames(ctx, OpenSignal, CloseSignal)) > 0 }
	return collect(ctx, inbox, waiting, func() []Message { return takeByName(ctx) })
}

func takeByName(ctx workflow.Context) []Message {
	var messages []Message
	for _, name := range unhandledNames(ctx, OpenSignal, CloseSignal) {
		for {
			message, received := receive(ctx, name)
			if !received {
				break
			}
			messages = append(messages, message)
		}
	}
	return messages
}

// unhandledNames lists the names of the Signals that wait, sorted, without the
// excepted ones.
func unhandledNames(ctx workflow.Context, except ...string) []string {
	names := slices.DeleteFunc(workflow.GetUnhandledSignalNames(ctx), func(name string) bool {
		return strings.HasPrefix(name, reservedPrefix) || slices.Contains(except, name)
	})
	// The SDK ranges over a Go map: without this, two replays of one history would
	// see two orders.
	slices.Sort(names)
	return names
}
