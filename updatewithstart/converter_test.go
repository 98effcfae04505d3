package updatewithstart

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/gob"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// aesCodec encrypts payloads. Its nonce is fixed, as no codec's should be but a test's.
type aesCodec struct{ cipher.AEAD }

func newAESCodec(t *testing.T) aesCodec {
	block, err := aes.NewCipher(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	sealer, err := cipher.NewGCM(block)
	require.NoError(t, err)
	return aesCodec{sealer}
}

func (c aesCodec) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	encoded := make([]*commonpb.Payload, len(payloads))
	for i, each := range payloads {
		plain, err := each.Marshal()
		if err != nil {
			return nil, err
		}
		encoded[i] = &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte("binary/encrypted")},
			Data:     c.Seal(nil, make([]byte, c.NonceSize()), plain, nil),
		}
	}
	return encoded, nil
}

func (c aesCodec) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	decoded := make([]*commonpb.Payload, len(payloads))
	for i, each := range payloads {
		plain, err := c.Open(nil, make([]byte, c.NonceSize()), each.GetData(), nil)
		if err != nil {
			return nil, err
		}
		decoded[i] = &commonpb.Payload{}
		if err := decoded[i].Unmarshal(plain); err != nil {
			return nil, err
		}
	}
	return decoded, nil
}

// gobConverter has an encoding of its own, which the default converter does not know.
type gobConverter struct{}

func (gobConverter) Encoding() string { return "binary/gob" }

func (g gobConverter) ToPayload(value any) (*commonpb.Payload, error) {
	var encoded bytes.Buffer
	if err := gob.NewEncoder(&encoded).Encode(value); err != nil {
		return nil, err
	}
	return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(g.Encoding())}, Data: encoded.Bytes()}, nil
}

func (gobConverter) FromPayload(encoded *commonpb.Payload, value any) error {
	return gob.NewDecoder(bytes.NewReader(encoded.GetData())).Decode(value)
}

func (gobConverter) ToString(*commonpb.Payload) string { return "gob" }

// What a cart passes to its next run is encoded as everything else is.
func TestCartAndOrderWorkWithAnyDataConverter(t *testing.T) {
	standard := converter.GetDefaultDataConverter()
	for name, using := range map[string]converter.DataConverter{
		"zlib": converter.NewCodecDataConverter(standard, converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true})),
		"AES":  converter.NewCodecDataConverter(standard, newAESCodec(t)),
		"gob":  converter.NewCompositeDataConverter(converter.NewNilPayloadConverter(), gobConverter{}),
	} {
		t.Run(name, func(t *testing.T) {
			first := newTestRun(t)
			first.SetDataConverter(using)
			added := first.addAt(time.Second, "1", 2, "apple")
			refused := first.addAt(time.Minute, "2", 1, "unicorn")
			first.ExecuteWorkflow(ShoppingCart, Cart{RequestsPerRun: 2, IdleTimeout: time.Hour})
			assertPrice(t, Price{"apple", 2, 45, 90, 90}, added)
			assertFailed(t, UnknownItem, `the shop does not sell "unicorn"`, refused)
			var continued *workflow.ContinueAsNewError
			require.ErrorAs(t, first.GetWorkflowError(), &continued)
			var next Cart
			require.NoError(t, using.FromPayloads(continued.Input, &next))

			second := newTestRun(t)
			second.SetDataConverter(using)
			retry := second.addAt(time.Second, "1", 2, "apple")
			again := second.addAt(2*time.Second, "2", 1, "unicorn")
			second.ExecuteWorkflow(ShoppingCart, next)
			assertPrice(t, Price{"apple", 2, 45, 90, 90}, retry)
			assertFailed(t, UnknownItem, `the shop does not sell "unicorn"`, again)
			assert.Empty(t, second.enquiries)

			order := newOrderRun(t)
			order.SetDataConverter(using)
			order.ExecuteWorkflow(FulfilOrder, goodOrder())
			assert.Equal(t, Confirmation{"1", 4_10}, order.early.value)
			var shipment Shipment
			require.NoError(t, order.GetWorkflowResult(&shipment))
			assert.Equal(t, Shipment{"1", "parcel-post"}, shipment)
		})
	}
}
