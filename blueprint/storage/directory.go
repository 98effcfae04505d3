package storage

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
)

// Directory is a driver that keeps each payload in a file which is named after the
// SHA-256 of its content. Any number of processes share one; nothing in it is ever
// deleted.
type Directory struct{ path, name string }

var _ converter.StorageDriver = (*Directory)(nil)

// objectClaim is the key of the object's name in a claim.
const objectClaim = "sha256"

// NewDirectory uses the directory, and makes it where there is none. A directory has a
// name of its own, in a file, that is part of each reference: a Worker that was given
// another directory does not take what it does not find there for lost.
func NewDirectory(path string) (*Directory, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making the storage directory: %w", err)
	}
	nameFile := filepath.Join(path, "name")
	name, err := os.ReadFile(nameFile)
	if errors.Is(err, fs.ErrNotExist) {
		name, err = giveName(nameFile)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the name of the storage directory: %w", err)
	}
	return &Directory{path: path, name: string(name)}, nil
}

// giveName names a new directory. Of several processes that do so at once one is first.
func giveName(file string) ([]byte, error) {
	scratch, err := write(filepath.Dir(file), []byte("directory-"+rand.Text()))
	if err != nil {
		return nil, err
	}
	defer os.Remove(scratch)
	if err := os.Link(scratch, file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return os.ReadFile(file)
}

// Name implements converter.StorageDriver.
func (d *Directory) Name() string { return d.name }

// Type implements converter.StorageDriver.
func (d *Directory) Type() string { return "blueprint.directory" }

// Store implements converter.StorageDriver. What is there already is written again: it
// may be damaged.
func (d *Directory) Store(ctx converter.StorageDriverStoreContext, payloads []*commonpb.Payload) ([]converter.StorageDriverClaim, error) {
	claims := make([]converter.StorageDriverClaim, len(payloads))
	for i, payload := range payloads {
		err := ctx.GetLimiter().Permit(ctx.Context, payload, func() error {
			object, err := d.put(payload)
			claims[i] = converter.StorageDriverClaim{ClaimData: map[string]string{objectClaim: object}}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("storing a payload in %s: %w", d.path, err)
		}
	}
	return claims, nil
}

// Retrieve implements converter.StorageDriver. The error is a *LostError for an object
// that is missing or damaged.
func (d *Directory) Retrieve(ctx converter.StorageDriverRetrieveContext, claims []converter.StorageDriverClaim) ([]*commonpb.Payload, error) {
	payloads := make([]*commonpb.Payload, len(claims))
	for i, claim := range claims {
		err := ctx.GetLimiter().Permit(ctx.Context, claim, func() error {
			payload, err := d.get(claim.ClaimData[objectClaim])
			payloads[i] = payload
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading a payload from %s: %w", d.path, err)
		}
	}
	return payloads, nil
}

// put writes the payload under the name of its content. Whoever reads it meanwhile sees
// all of it or nothing.
func (d *Directory) put(payload *commonpb.Payload) (object string, err error) {
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(payload)
	if err != nil {
		return "", err
	}
	object = nameOf(content)
	scratch, err := write(d.path, content)
	if err != nil {
		return "", err
	}
	if err := os.Rename(scratch, d.file(object)); err != nil {
		return "", errors.Join(err, os.Remove(scratch))
	}
	return object, nil
}

func (d *Directory) get(object string) (*commonpb.Payload, error) {
	// Clients can send references of their own, and must not reach other files with them.
	if !isObject(object) {
		return nil, &LostError{Type: Missing, Object: object}
	}
	content, err := os.ReadFile(d.file(object))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &LostError{Type: Missing, Object: object}
	case err != nil:
		return nil, err
	case nameOf(content) != object:
		return nil, &LostError{Type: Damaged, Object: object}
	}
	payload := &commonpb.Payload{}
	if err := proto.Unmarshal(content, payload); err != nil {
		return nil, &LostError{Type: Damaged, Object: object}
	}
	return payload, nil
}

func (d *Directory) file(object string) string { return filepath.Join(d.path, object) }

func nameOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

var isObject = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString

// write makes a new file in the directory with the content, which is on the disk when it
// returns.
func write(directory string, content []byte) (file string, err error) {
	scratch, err := os.CreateTemp(directory, "new-*")
	if err != nil {
		return "", err
	}
	_, err = scratch.Write(content)
	if err == nil {
		err = scratch.Sync()
	}
	if err = errors.Join(err, scratch.Close()); err != nil {
		return "", errors.Join(err, os.Remove(scratch.Name()))
	}
	return scratch.Name(), nil
}
