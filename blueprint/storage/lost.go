package storage

import (
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
)

// The types of failures for want of a stored value; none can be retried.
const (
	// Missing is an object that is not in the storage.
	Missing = "LargeValueMissing"
	// Damaged is an object whose content is not what was stored.
	Damaged = "LargeValueDamaged"
)

// LostError says that a stored payload is missing or damaged.
type LostError struct {
	// Type is Missing or Damaged.
	Type string
	// Object names what is lost, in the driver's terms.
	Object string
}

// Error implements error.
func (e *LostError) Error() string {
	what := "missing"
	if e.Type == Damaged {
		what = "damaged"
	}
	return fmt.Sprintf("the stored value %s is %s", e.Object, what)
}

// Receiver is a value that takes note that what it was to be decoded from is lost, for
// where the SDK would drop the error.
type Receiver interface{ Lose(lost *LostError) }

// A stand-in is the payload in the place of a lost one. It comes as far as the code that
// needs the value: a lost payload that nobody decodes is no loss.
const (
	standInEncoding = "blueprint/lost"
	typeKey         = "type"
)

func standIn(lost *LostError) *commonpb.Payload {
	return &commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(standInEncoding), typeKey: []byte(lost.Type)},
		Data:     []byte(lost.Object),
	}
}

// lostPayloads decodes stand-ins: to an error.
type lostPayloads struct{}

// PayloadConverter decodes the stand-ins of lost payloads to *LostError, or reports it to a
// Receiver. A data converter of your own needs it among its payload converters.
func PayloadConverter() converter.PayloadConverter { return lostPayloads{} }

func (lostPayloads) ToPayload(any) (*commonpb.Payload, error) { return nil, nil }

func (lostPayloads) FromPayload(payload *commonpb.Payload, target any) error {
	lost := &LostError{Type: string(payload.GetMetadata()[typeKey]), Object: string(payload.GetData())}
	if receiver, receives := target.(Receiver); receives {
		receiver.Lose(lost)
		return nil
	}
	return lost
}

func (lostPayloads) ToString(payload *commonpb.Payload) string {
	return fmt.Sprint(lostPayloads{}.FromPayload(payload, nil))
}

func (lostPayloads) Encoding() string { return standInEncoding }

// guard puts stand-ins in the place of what a driver has lost.
type guard struct{ converter.StorageDriver }

// Retrieve implements converter.StorageDriver.
func (g guard) Retrieve(ctx converter.StorageDriverRetrieveContext, claims []converter.StorageDriverClaim) ([]*commonpb.Payload, error) {
	payloads := make([]*commonpb.Payload, 0, len(claims))
	for _, claim := range claims {
		// One by one: it is the lost one alone that is replaced.
		retrieved, err := g.StorageDriver.Retrieve(ctx, []converter.StorageDriverClaim{claim})
		var lost *LostError
		if errors.As(err, &lost) {
			retrieved, err = []*commonpb.Payload{standIn(lost)}, nil
		}
		if err != nil {
			return nil, err
		}
		payloads = append(payloads, retrieved...)
	}
	return payloads, nil
}

// failures gives a failure for want of a value its type, also where the SDK has wrapped
// the error: an Activity whose argument is lost must not be retried forever.
type failures struct{ converter.FailureConverter }

func typed(err error) error {
	var lost *LostError
	if errors.As(err, &lost) {
		return temporal.NewNonRetryableApplicationError(lost.Error(), lost.Type, err)
	}
	return err
}
