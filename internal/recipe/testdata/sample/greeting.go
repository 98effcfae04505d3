package sample

import (
	"go.temporal.io/sdk/converter"

	"dynamicsamples/internal/payload"
)

// Greet greets the name in args.
func Greet(args converter.EncodedValues) (string, error) {
	var name string
	err := payload.Decode(args, &name)
	return "Hello, " + name, err
}
