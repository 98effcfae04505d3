package sample

import (
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/internal/payload"
)

func TestGreet(t *testing.T) {
	payloads, err := converter.GetDefaultDataConverter().ToPayloads("Ana")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := Greet(client.NewValues(payloads)); text != "Hello, Ana" || err != nil {
		t.Fatal(text, err, payload.InvalidArguments)
	}
}
