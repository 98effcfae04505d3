// Package convertertest has Data Converters as services have them: one with an encoding
// of its own, one that compresses and one that encrypts. What decodes raw arguments must
// work with each, because a Worker's own converter is what its callers use.
package convertertest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
)

// All returns the Data Converters by name. "default" is the SDK's.
func All() map[string]converter.DataConverter {
	standard := converter.GetDefaultDataConverter()
	return map[string]converter.DataConverter{
		"default":         standard,
		"custom encoding": converter.NewCompositeDataConverter(converter.NewNilPayloadConverter(), inverted{}),
		"zlib":            converter.NewCodecDataConverter(standard, converter.NewZlibCodec(converter.ZlibCodecOptions{AlwaysEncode: true})),
		"AES":             converter.NewCodecDataConverter(standard, AES()),
	}
}

// AES is a codec that hides whole payloads, metadata included, behind AES-GCM. What it has
// written has the encoding "binary/encrypted".
func AES() converter.PayloadCodec { return encrypting{key: []byte("0123456789abcdef")} }

// Gob is a Data Converter that encodes all values as encoding/gob does, and knows no JSON.
func Gob() converter.DataConverter {
	return converter.NewCompositeDataConverter(converter.NewNilPayloadConverter(), gobs{})
}

type gobs struct{}

// Encoding implements converter.PayloadConverter.
func (gobs) Encoding() string { return "binary/gob" }

// ToPayload implements converter.PayloadConverter.
func (c gobs) ToPayload(value any) (*commonpb.Payload, error) {
	var data bytes.Buffer
	if err := gob.NewEncoder(&data).Encode(value); err != nil {
		return nil, err
	}
	return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(c.Encoding())}, Data: data.Bytes()}, nil
}

// FromPayload implements converter.PayloadConverter.
func (gobs) FromPayload(payload *commonpb.Payload, pointer any) error {
	return gob.NewDecoder(bytes.NewReader(payload.GetData())).Decode(pointer)
}

// ToString implements converter.PayloadConverter.
func (gobs) ToString(payload *commonpb.Payload) string {
	return fmt.Sprintf("%d bytes", len(payload.GetData()))
}

// inverted encodes values as JSON of which every bit is inverted, so that nothing but
// its own decoding can read them.
type inverted struct{}

// Encoding implements converter.PayloadConverter.
func (inverted) Encoding() string { return "json/inverted" }

// ToPayload implements converter.PayloadConverter.
func (c inverted) ToPayload(value any) (*commonpb.Payload, error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	return &commonpb.Payload{Metadata: map[string][]byte{converter.MetadataEncoding: []byte(c.Encoding())}, Data: invert(data)}, nil
}

// FromPayload implements converter.PayloadConverter.
func (inverted) FromPayload(payload *commonpb.Payload, pointer any) error {
	return json.Unmarshal(invert(payload.GetData()), pointer)
}

// ToString implements converter.PayloadConverter.
func (inverted) ToString(payload *commonpb.Payload) string { return string(invert(payload.GetData())) }

func invert(data []byte) []byte {
	inverse := make([]byte, len(data))
	for i, each := range data {
		inverse[i] = ^each
	}
	return inverse
}

type encrypting struct{ key []byte }

const encrypted = "binary/encrypted"

func (c encrypting) seal() (cipher.AEAD, error) {
	block, err := aes.NewCipher(c.key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Encode implements converter.PayloadCodec.
func (c encrypting) Encode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	seal, err := c.seal()
	if err != nil {
		return nil, err
	}
	hidden := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		plain, err := payload.Marshal()
		if err != nil {
			return nil, err
		}
		nonce := make([]byte, seal.NonceSize())
		if _, err := rand.Read(nonce); err != nil {
			return nil, err
		}
		hidden[i] = &commonpb.Payload{
			Metadata: map[string][]byte{converter.MetadataEncoding: []byte(encrypted)},
			Data:     seal.Seal(nonce, nonce, plain, nil),
		}
	}
	return hidden, nil
}

// Decode implements converter.PayloadCodec.
func (c encrypting) Decode(payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
	seal, err := c.seal()
	if err != nil {
		return nil, err
	}
	plain := make([]*commonpb.Payload, len(payloads))
	for i, payload := range payloads {
		if string(payload.GetMetadata()[converter.MetadataEncoding]) != encrypted {
			plain[i] = payload
			continue
		}
		data := payload.GetData()
		if len(data) < seal.NonceSize() {
			return nil, errors.New("decrypt a payload: it is too short")
		}
		opened, err := seal.Open(nil, data[:seal.NonceSize()], data[seal.NonceSize():], nil)
		if err != nil {
			return nil, fmt.Errorf("decrypt a payload: %w", err)
		}
		plain[i] = &commonpb.Payload{}
		if err := plain[i].Unmarshal(opened); err != nil {
			return nil, fmt.Errorf("read a decrypted payload: %w", err)
		}
	}
	return plain, nil
}
