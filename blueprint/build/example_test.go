package build_test

import (
	"fmt"
	"time"

	"dynamicsamples/blueprint/build"
	"dynamicsamples/blueprint/language"
)

func Example() {
	definition, err := build.New("order", "1.0.0").
		Input(build.Object(build.Required("id", build.Text()))).
		Steps(
			build.Activity("charge", "charge_card").
				With(build.Args{"order": "${input.id}"}).
				StartToClose(30*time.Second).
				Undo(build.Undo("refund_card").With(build.Args{"charge": "${steps.charge.output.id}"})),
			build.Parallel("both",
				build.Branch("ship", build.Workflow("ship", "ship_parcel").Detach()),
				build.Branch("thank", build.Activity("mail", "send_mail"))),
		).
		Output("${steps.charge.output}").
		Definition()
	if err != nil {
		fmt.Println(err)
		return
	}
	document, err := language.Canonical(definition)
	fmt.Println(string(document), err)
	// Output:
	// {"blueprint":"order","version":"1.0.0","input":{"properties":{"id":{"type":"string"}},"required":["id"],"type":"object"},"steps":[{"id":"charge","activity":"charge_card","with":{"order":"${input.id}"},"startToClose":"30s","undo":{"activity":"refund_card","with":{"charge":"${steps.charge.output.id}"}}},{"id":"both","parallel":{"ship":[{"id":"ship","workflow":"ship_parcel","detach":true}],"thank":[{"id":"mail","activity":"send_mail"}]}}],"output":"${steps.charge.output}"} <nil>
}
