// Package dynamichandlers shows workflows whose messages are not known when their
// code is written. Two catch-alls receive signals that nobody registered: one asks
// the SDK for the names of what waits, the other uses an interceptor that notes
// every signal as it arrives, and so keeps the order between names. A third
// workflow registers the signals, queries and updates that its configuration names,
// some of them in bundles that are called plugins. Go has no dynamic handler for
// queries and updates; one query and one update that take a name in their argument
// stand in for it.
package dynamichandlers

import (
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"
)

// CollectByName keeps the signals that nobody registered until CloseSignal arrives,
// and returns them. Signals that wait together are kept name by name, in
// alphabetical order: the SDK tells which names wait, but not which came first.
func CollectByName(ctx workflow.Context, inbox Inbox) (Inbox, error) {
	return collect(ctx, inbox, takeByName)
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

// reservedPrefix begins the names that Temporal keeps for itself. A client may send
// such a signal, but asking the SDK for its channel panics, and a workflow that did
// so would be stuck on it for ever.
const reservedPrefix = "__temporal_"

// unhandledNames lists the names of the signals that wait, sorted, without the
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
