package updatewithstart

import (
	"testing"

	"go.temporal.io/sdk/testsuite"
)

func TestCopiedEarlyReturn(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(FulfilOrder)
	environment.RegisterActivity(ReserveAmount)
	environment.RegisterActivity(ReleaseAmount)
	environment.RegisterActivity(ShipParcel)
	environment.RegisterActivity(RecallParcel)
	var early any
	environment.RegisterDelayedCallback(func() {
		environment.UpdateWorkflow(ConfirmationUpdate, ConfirmationUpdate, &testsuite.TestUpdateCallback{
			OnAccept:   func() {},
			OnReject:   func(err error) { t.Error(err) },
			OnComplete: func(answer any, _ error) { early = answer },
		})
	}, 0)
	environment.ExecuteWorkflow(FulfilOrder, Order{Number: "1", Total: 4_10, Card: "visa", Address: "home"})

	var shipment Shipment
	if err := environment.GetWorkflowResult(&shipment); err != nil || shipment.Carrier != "parcel-post" {
		t.Fatalf("got %v, %v", shipment, err)
	}
	if early != (Confirmation{Number: "1", Reserved: 4_10}) {
		t.Fatalf("got the early answer %v", early)
	}
}
