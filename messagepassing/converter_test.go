package messagepassing

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/gob"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// converters are what a Worker's client may have in place of the default.
func converters(t *testing.T) map[string]converter.DataConverter {
	json := converter.GetDefaultDataConverter()
	return map[string]converter.DataConverter{
		"compressed": converter.NewCodecDataConverter(json, converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true})),
		"encrypted":  converter.NewCodecDataConverter(json, newEncryption(t)),
		"gob":        converter.NewCompositeDataConverter(converter.NewNilPayloadConverter(), gobConverter{}),
	}
}

// Nothing here looks into a payload, so each message arrives with any converter.
func TestMessagesWithOtherConverters(t *testing.T) {
	for name, other := range converters(t) {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			r.SetDataConverter(other)
			learned := r.updateAt(time.Second, LearnLanguageUpdate, "", "french")
			unsupported := r.updateAt(2*time.Second, SetLanguageUpdate, "", "klingon")
			r.signalAt(time.Minute, ApproveSignal, Approval{Name: "Ana"})
			r.ExecuteWorkflow(Greeting, GreetingInput{Language: "chinese"})

			assert.Equal(t, "chinese", learned.result)
			assertFailure(t, unsupported.rejection, UnsupportedLanguage, `language "klingon" is not supported`)
			assert.Equal(t, "Bonjour, monde (approved by Ana)", result[string](r))
			assert.Equal(t, []string{"chinese", "english", "french"}, query[[]string](r, LanguagesQuery, LanguagesInput{}))
		})
	}
}

func TestStateIsCarriedWithOtherConverters(t *testing.T) {
	for name, other := range converters(t) {
		t.Run(name, func(t *testing.T) {
			r := newRun(t)
			r.SetDataConverter(other)
			r.signalAt(0, StartClusterSignal, nil)
			r.signalAt(time.Second, RepairSignal, Repair{"1", "node-01"})
			assigned := r.updateAt(2*time.Second, AssignNodesUpdate, "a", Assignment{"red", 1})
			r.ExecuteWorkflow(ClusterManager, ClusterInput{Nodes: 2, MessagesPerRun: 3})

			assert.Equal(t, []string{"node-01"}, assigned.result)
			var continued *workflow.ContinueAsNewError
			require.ErrorAs(t, r.GetWorkflowError(), &continued)
			var next ClusterInput
			require.NoError(t, other.FromPayloads(continued.Input, &next))
			assert.Equal(t, []string{"red", ""}, jobs(*next.Carried))
			assert.Equal(t, 1, next.Carried.Nodes[0].Repairs)
			assert.Equal(t, []Answer{{UpdateID: "a", Nodes: []string{"node-01"}}}, next.Carried.Answers)
		})
	}
}

// encryption is a codec that encrypts with AES.
type encryption struct{ cipher.AEAD }

func newEncryption(t *testing.T) encryption {
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)
	return encryption{aead}
}

func (e encryption) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	encrypted := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		plain, err := payload.Marshal()
		if err != nil {
			return nil, err
		}
		encrypted[i] = &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte("binary/encrypted")},
			Data:     e.Seal(nil, nil, plain, nil),
		}
	}
	return encrypted, nil
}

func (e encryption) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	plain := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		data, err := e.Open(nil, nil, payload.GetData(), nil)
		if err != nil {
			return nil, err
		}
		plain[i] = &commonpb.Payload{}
		if err := plain[i].Unmarshal(data); err != nil {
			return nil, err
		}
	}
	return plain, nil
}

// gobConverter encodes all values as encoding/gob does, and knows no JSON.
type gobConverter struct{}

func (gobConverter) Encoding() string { return "binary/gob" }

func (c gobConverter) ToPayload(value any) (*commonpb.Payload, error) {
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(value); err != nil {
		return nil, err
	}
	return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(c.Encoding())}, Data: data.Bytes()}, nil
}

func (gobConverter) FromPayload(payload *commonpb.Payload, pointer any) error {
	return gob.NewDecoder(bytes.NewReader(payload.GetData())).Decode(pointer)
}

func (gobConverter) ToString(payload *commonpb.Payload) string {
	return fmt.Sprintf("%d bytes", len(payload.GetData()))
}
