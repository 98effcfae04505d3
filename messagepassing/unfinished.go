package messagepassing

import (
	"go.temporal.io/sdk/workflow"
)

// Messages of Bulletin.
const (
	// PublishSignal takes a headline.
	PublishSignal = "publish"
	// NextHeadlineUpdate takes how many headlines the caller has seen and returns the
	// next, once there is one. The workflow does not wait for it when it ends: the
	// caller then gets an ApplicationError of type AcceptedUpdateCompletedWorkflow.
	NextHeadlineUpdate = "next-headline"
	// CloseBulletinSignal lets the workflow end.
	CloseBulletinSignal = "close"
)

// MaxHeadlines bounds one bulletin. It ends with the last of them.
const MaxHeadlines = 100

type bulletin struct {
	publications workflow.ReceiveChannel
	closings     workflow.ReceiveChannel
	closed       bool
	headlines    []string
}

// Bulletin publishes headlines until it gets a CloseBulletinSignal, and returns how many
// there were. Its one Update is a long poll, which would keep the Workflow open forever
// if it waited for its handlers. Nothing is lost when such a handler is cut off, so its
// policy says that it may be: without the policy, the SDK logs a warning each time.
func Bulletin(ctx workflow.Context) (int, error) {
	state := &bulletin{
		publications: workflow.GetSignalChannelWithOptions(ctx, PublishSignal, workflow.SignalChannelOptions{Description: "Publish a headline"}),
		closings:     workflow.GetSignalChannelWithOptions(ctx, CloseBulletinSignal, workflow.SignalChannelOptions{Description: "Let the workflow end"}),
	}
	err := workflow.SetUpdateHandlerWithOptions(ctx, NextHeadlineUpdate, state.next, workflow.UpdateHandlerOptions{
		Validator:        state.validateNext,
		UnfinishedPolicy: workflow.HandlerUnfinishedPolicyAbandon,
		Description:      "Wait for the next headline",
	})
	if err != nil {
		return 0, err
	}
	for !state.closed && len(state.headlines) < MaxHeadlines {
		if err := workflow.Await(ctx, state.mailHasCome); err != nil {
			return len(state.headlines), err
		}
		state.receiveSignals(ctx)
	}
	return len(state.headlines), nil
}

func (b *bulletin) mailHasCome() bool { return b.publications.Len() > 0 || b.closings.Len() > 0 }

func (b *bulletin) receiveSignals(ctx workflow.Context) {
	receiveAll(b.publications, func(headline string) {
		if err := b.publish(headline); err != nil {
			ignoreSignal(ctx, PublishSignal, err)
		}
	})
	receiveAll(b.closings, func(any) { b.closed = true })
}

func (b *bulletin) publish(headline string) error {
	if len(b.headlines) >= MaxHeadlines {
		return failure(InvalidMessage, "the bulletin has %d headlines, which is all it may", MaxHeadlines)
	}
	err := checkText("headline", headline)
	if err == nil {
		b.headlines = append(b.headlines, headline)
	}
	return err
}

func (b *bulletin) validateNext(seen int) error {
	if seen < 0 || seen > len(b.headlines) {
		return failure(InvalidMessage, "the number of headlines seen must be 0 to %d, got %d", len(b.headlines), seen)
	}
	return nil
}

func (b *bulletin) next(ctx workflow.Context, seen int) (string, error) {
	if err := workflow.Await(ctx, func() bool { return len(b.headlines) > seen }); err != nil {
		return "", err
	}
	return b.headlines[seen], nil
}
