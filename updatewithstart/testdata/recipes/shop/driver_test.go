package updatewithstart

import (
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"
)

func TestCopiedShop(t *testing.T) {
	connection, err := client.NewLazyClient(client.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	if NewShop(connection) == nil {
		t.Fatal("no shop")
	}
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	Register(environment)
	environment.ExecuteWorkflow(FulfilOrder, Order{Number: "1", Total: 4_10, Card: "visa", Address: "home"})

	var shipment Shipment
	if err := environment.GetWorkflowResult(&shipment); err != nil || shipment.Carrier != "parcel-post" {
		t.Fatalf("got %v, %v", shipment, err)
	}
}
