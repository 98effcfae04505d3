package dynamichandlers

import "go.temporal.io/sdk/workflow"

// The two Signals that the collecting workflows do register.
const (
	// OpenSignal lets the catch-all begin; what comes before it waits.
	OpenSignal = "open"
	// CloseSignal ends the run, after everything that has arrived is kept.
	CloseSignal = "close"
)

// Inbox is the input of the collecting workflows, their result, and what one run
// passes to the next.
type Inbox struct {
	// Open is true once OpenSignal has arrived.
	Open bool `json:"open,omitempty"`
	// MessagesPerRun is after how many messages a run continues as new, 0 for
	// MaxMessagesPerRun.
	MessagesPerRun int `json:"messages_per_run,omitempty"`
	// Messages are the last MaxMessages of them.
	Messages []Message `json:"messages"`
	// Total counts all messages of all runs.
	Total int `json:"total"`
}

// collect keeps what take returns until CloseSignal arrives. Waiting reports whether
// there is something to take.
func collect(ctx workflow.Context, inbox Inbox, waiting func() bool, take func() []Message) (Inbox, error) {
	opening := workflow.GetSignalChannelWithOptions(ctx, OpenSignal, workflow.SignalChannelOptions{
		Description: "begin to keep the signals that nobody registered",
	})
	closing := workflow.GetSignalChannelWithOptions(ctx, CloseSignal, workflow.SignalChannelOptions{
		Description: "keep what has arrived and end the run",
	})
	err := workflow.Await(ctx, func() bool { return inbox.Open || opening.Len() > 0 || closing.Len() > 0 })
	if err != nil {
		return Inbox{}, err
	}
	inbox.Open = true
	for kept := 0; ; {
		if err := workflow.Await(ctx, func() bool { return closing.Len() > 0 || waiting() }); err != nil {
			return Inbox{}, err
		}
		// Before either way out of this run: what is not in the next run's input is lost.
		messages := take()
		kept += len(messages)
		inbox.add(messages)
		discard(opening)
		switch {
		case closing.Len() > 0:
			discard(closing)
			return inbox, nil
		case kept >= inbox.perRun() || workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return Inbox{}, workflow.NewContinueAsNewError(ctx, workflow.GetInfo(ctx).WorkflowType.Name, inbox)
		}
	}
}

// discard empties the channel of a Signal that carries no argument.
func discard(channel workflow.ReceiveChannel) {
	for channel.ReceiveAsync(nil) {
	}
}

func (i *Inbox) perRun() int {
	if i.MessagesPerRun <= 0 {
		return MaxMessagesPerRun
	}
	return min(i.MessagesPerRun, MaxMessagesPerRun)
}

func (i *Inbox) add(messages []Message) {
	i.Total += len(messages)
	i.Messages = lastOf(append(i.Messages, messages...), MaxMessages)
}
