package scenarios

import (
	"context"
	"time"

	enumspb "go.temporal.io/api/enums/v1"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/updatewithstart"
)

func orderScenarios() []scenario.Scenario {
	order := updatewithstart.Order{Number: "1", Total: 4_10, Card: "visa", Address: "home", Packing: 2 * time.Second}
	uncovered, undeliverable, slow := order, order, order
	uncovered.Card = updatewithstart.EmptyCard
	undeliverable.Address, undeliverable.Packing = updatewithstart.RemoteAddress, 0
	slow.Address, slow.Packing = updatewithstart.SlowAddress, 0
	return []scenario.Scenario{
		{
			Name:  "early-return",
			Input: "place an order three times: again while it is packed, and again when it has been shipped",
			Expected: `early answer: order 1, 4.10 reserved
workflow: Running
early answer: order 1, 4.10 reserved
late answer: order 1, shipped by parcel-post
early answer: order 1, 4.10 reserved`,
			LookFor: "the Update completed with the first Workflow Task; the timer and the shipping came after",
			Run: func(ctx context.Context, s *scenario.Session) error {
				return placeRepeatedly(ctx, s, order)
			},
		},
		{
			Name:  "early-refusal",
			Input: "place an order with a card that does not cover it",
			Expected: `early answer: failed with CardDeclined (not retryable)
the card does not cover 4.10
late answer: failed with CardDeclined (not retryable)
the card does not cover 4.10`,
			LookFor: "the workflow failed, but not before the Update was answered",
			Run: func(ctx context.Context, s *scenario.Session) error {
				return placeAndWait(ctx, s, uncovered)
			},
		},
		{
			Name:  "shipping-fails",
			Input: "place an order that is accepted, but cannot be shipped",
			Expected: `early answer: order 1, 4.10 reserved
late answer: failed with NoCarrier (not retryable)
no carrier delivers to the-moon`,
			LookFor: "after the shipping has failed, the parcel is recalled and the amount released",
			Run: func(ctx context.Context, s *scenario.Session) error {
				return placeAndWait(ctx, s, undeliverable)
			},
		},
		{
			Name:  "cancel-while-shipping",
			Input: "cancel an order while its parcel is being handed to the carrier",
			Expected: `early answer: order 1, 4.10 reserved
late answer: order 1, shipped by parcel-post`,
			LookFor: "ActivityTaskCancelRequested, and then ActivityTaskCompleted: the parcel is shipped, and nothing is released",
			Run: func(ctx context.Context, s *scenario.Session) error {
				return cancelWhileShipping(ctx, s, slow)
			},
		},
	}
}

func place(ctx context.Context, s *scenario.Session, id string, order updatewithstart.Order) error {
	confirmation, _, err := updatewithstart.NewShop(s.Client).PlaceOrder(ctx, id, order)
	return printAnswer(s, "early answer", confirmation, err)
}

func printShipment(ctx context.Context, s *scenario.Session, id string) error {
	var shipment updatewithstart.Shipment
	run := s.Client.GetWorkflow(ctx, id, "")
	err := run.Get(ctx, &shipment)
	return printAnswer(s, "late answer", shipment, err)
}

func placeAndWait(ctx context.Context, s *scenario.Session, order updatewithstart.Order) error {
	id := s.StartOptions(updatewithstart.TaskQueue).ID
	if err := place(ctx, s, id, order); err != nil {
		return err
	}
	if err := printShipment(ctx, s, id); err != nil {
		return err
	}
	return remember(ctx, s, id)
}

func placeRepeatedly(ctx context.Context, s *scenario.Session, order updatewithstart.Order) error {
	id := s.StartOptions(updatewithstart.TaskQueue).ID
	if err := place(ctx, s, id, order); err != nil {
		return err
	}
	description, err := s.Client.DescribeWorkflow(ctx, id, "")
	if err != nil {
		return err
	}
	s.Printf("workflow: %s", description.Status)
	if err := place(ctx, s, id, order); err != nil {
		return err
	}
	if err := printShipment(ctx, s, id); err != nil {
		return err
	}
	if err := place(ctx, s, id, order); err != nil {
		return err
	}
	return remember(ctx, s, id)
}

func cancelWhileShipping(ctx context.Context, s *scenario.Session, order updatewithstart.Order) error {
	id := s.StartOptions(updatewithstart.TaskQueue).ID
	if err := place(ctx, s, id, order); err != nil {
		return err
	}
	err := s.Poll(ctx, "the parcel to be handed to the carrier", func() (bool, error) {
		description, err := s.Client.DescribeWorkflow(ctx, id, "")
		if err != nil {
			return false, err
		}
		for _, pending := range description.RawResponse.GetPendingActivities() {
			if pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED {
				return true, nil
			}
		}
		return false, nil
	})
	if err != nil {
		return err
	}
	if err := s.Client.CancelWorkflow(ctx, id, ""); err != nil {
		return err
	}
	if err := printShipment(ctx, s, id); err != nil {
		return err
	}
	return remember(ctx, s, id)
}
