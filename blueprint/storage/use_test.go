package storage_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/storage"
)

// driver says what it was told to.
type driver struct {
	converter.StorageDriver
	errs map[string]error
}

func (driver) Name() string { return "driver" }

func (d driver) Retrieve(_ converter.StorageDriverRetrieveContext, claims []converter.StorageDriverClaim) ([]*commonpb.Payload, error) {
	var payloads []*commonpb.Payload
	for _, each := range claims {
		if err := d.errs[each.ClaimData["sha256"]]; err != nil {
			return nil, fmt.Errorf("reading: %w", err)
		}
		payloads = append(payloads, payload(`"there"`))
	}
	return payloads, nil
}

func used(t *testing.T, d converter.StorageDriver) client.Options {
	var options client.Options
	require.NoError(t, storage.Use(&options, converter.ExternalStorage{Drivers: []converter.StorageDriver{d}, PayloadSizeThreshold: 7}))
	assert.Equal(t, 7, options.ExternalStorage.PayloadSizeThreshold)
	return options
}

// receiver is told of a loss.
type receiver struct {
	Text string
	lost *storage.LostError
}

func (r *receiver) Lose(lost *storage.LostError) { r.lost = lost }

// A lost payload is an error for the one who needs it, and for nobody else.
func TestALostPayloadIsLostWhereItIsDecoded(t *testing.T) {
	missing, damaged := &storage.LostError{Type: storage.Missing, Object: "m"}, &storage.LostError{Type: storage.Damaged, Object: "d"}
	options := used(t, driver{errs: map[string]error{"m": missing, "d": damaged}})
	guarded := options.ExternalStorage.Drivers[0]
	assert.Equal(t, "driver", guarded.Name())

	payloads, err := retrieve(t, guarded, claimOf("a"), claimOf("m"), claimOf("d"), claimOf("b"))
	require.NoError(t, err)
	require.Len(t, payloads, 4)
	var text string
	for _, at := range []int{0, 3} {
		require.NoError(t, options.DataConverter.FromPayload(payloads[at], &text))
		assert.Equal(t, "there", text)
	}
	for at, want := range map[int]*storage.LostError{1: missing, 2: damaged} {
		err := options.DataConverter.FromPayloads(&commonpb.Payloads{Payloads: []*commonpb.Payload{payloads[0], payloads[at]}}, &text, &text)
		var lost *storage.LostError
		require.ErrorAs(t, err, &lost)
		assert.Equal(t, want, lost)
		assert.Contains(t, options.DataConverter.ToString(payloads[at]), want.Error())

		var told receiver
		require.NoError(t, options.DataConverter.FromPayload(payloads[at], &told))
		assert.Equal(t, want, told.lost)

		// An activity that cannot decode its argument fails with what the SDK makes of it.
		failure := options.FailureConverter.ErrorToFailure(fmt.Errorf("unable to decode: %w", err))
		assert.Equal(t, want.Type, failure.GetApplicationFailureInfo().GetType())
		assert.True(t, failure.GetApplicationFailureInfo().GetNonRetryable())
	}
	for _, value := range []any{"text", []byte{1}, nil, map[string]any{"a": 1.0}} {
		encoded, err := options.DataConverter.ToPayload(value)
		require.NoError(t, err)
		var decoded any
		if _, binary := value.([]byte); binary {
			decoded = []byte{}
		}
		_ = options.DataConverter.FromPayload(encoded, &decoded)
		assert.NotEqual(t, "blueprint/lost", string(encoded.GetMetadata()["encoding"]))
	}
}

func TestOtherErrorsStayWhatTheyAre(t *testing.T) {
	trouble := errors.New("nobody answers")
	options := used(t, driver{errs: map[string]error{"t": trouble}})
	_, err := retrieve(t, options.ExternalStorage.Drivers[0], claimOf("a"), claimOf("t"))
	require.ErrorIs(t, err, trouble)

	failure := options.FailureConverter.ErrorToFailure(temporal.NewApplicationError("odd", "Odd"))
	assert.Equal(t, "Odd", failure.GetApplicationFailureInfo().GetType())
	assert.False(t, failure.GetApplicationFailureInfo().GetNonRetryable())
	assert.Nil(t, options.FailureConverter.ErrorToFailure(nil))
}

// Whoever brings a data converter, or a selector, is told what it lacks.
func TestWhatCannotBeUsed(t *testing.T) {
	external := converter.ExternalStorage{Drivers: []converter.StorageDriver{driver{}}}
	options := client.Options{DataConverter: converter.GetDefaultDataConverter()}
	assert.ErrorContains(t, storage.Use(&options, external), "storage.PayloadConverter")
	assert.Empty(t, options.ExternalStorage.Drivers)

	options.DataConverter = converter.NewCompositeDataConverter(storage.PayloadConverter(), converter.NewJSONPayloadConverter())
	assert.NoError(t, storage.Use(&options, external))

	external.DriverSelector = selector{}
	assert.ErrorIs(t, storage.Use(&options, external), storage.ErrSelector)
	assert.ErrorIs(t, storage.UseInReplay(&worker.WorkflowReplayerOptions{}, external), storage.ErrSelector)
}

type selector struct {
	converter.StorageDriverSelector
}

func TestReplaysReadTheStorage(t *testing.T) {
	var options worker.WorkflowReplayerOptions
	require.NoError(t, storage.UseInReplay(&options, converter.ExternalStorage{Drivers: []converter.StorageDriver{driver{}}}))
	assert.Len(t, options.ExternalStorage.Drivers, 1)
	assert.NotNil(t, options.DataConverter)
	assert.NotNil(t, options.FailureConverter)
}
