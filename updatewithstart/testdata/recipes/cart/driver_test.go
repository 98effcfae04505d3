package updatewithstart

import (
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"
)

func TestCopiedCart(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	suite.SetDisableRegistrationAliasing(true)
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflow(ShoppingCart)
	environment.RegisterActivity(DefaultCatalog().LookUpPrice)
	send := func(when time.Duration, name string, args ...any) {
		environment.RegisterDelayedCallback(func() {
			environment.UpdateWorkflow(name, "", &testsuite.TestUpdateCallback{
				OnAccept:   func() {},
				OnReject:   func(err error) { t.Errorf("%s: %v", name, err) },
				OnComplete: func(any, error) {},
			}, args...)
		}, when)
	}
	send(time.Second, AddItemUpdate, AddItem{Item: "apple", Quantity: 2})
	send(time.Minute, CheckOutUpdate)
	environment.ExecuteWorkflow(ShoppingCart, Cart{})

	var receipt Receipt
	if err := environment.GetWorkflowResult(&receipt); err != nil || receipt.Total != 90 {
		t.Fatalf("got %v, %v", receipt, err)
	}
}
