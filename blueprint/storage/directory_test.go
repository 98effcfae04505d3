package storage_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"dynamicsamples/blueprint/storage"
)

func newDirectory(t *testing.T, path string) *storage.Directory {
	directory, err := storage.NewDirectory(path)
	require.NoError(t, err)
	return directory
}

func payload(text string) *commonpb.Payload {
	return &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain"), "a": {1}, "b": {2}, "c": {3}}, Data: []byte(text)}
}

func store(t *testing.T, driver converter.StorageDriver, texts ...string) []converter.StorageDriverClaim {
	var payloads []*commonpb.Payload
	for _, each := range texts {
		payloads = append(payloads, payload(each))
	}
	claims, err := driver.Store(converter.StorageDriverStoreContext{Context: t.Context()}, payloads)
	require.NoError(t, err)
	require.Len(t, claims, len(texts))
	return claims
}

func retrieve(t *testing.T, driver converter.StorageDriver, claims ...converter.StorageDriverClaim) ([]*commonpb.Payload, error) {
	return driver.Retrieve(converter.StorageDriverRetrieveContext{Context: t.Context()}, claims)
}

// fileOf is the one file that the claim names.
func fileOf(path string, claim converter.StorageDriverClaim) string {
	for _, object := range claim.ClaimData {
		return filepath.Join(path, object)
	}
	return ""
}

func claimOf(object string) converter.StorageDriverClaim {
	return converter.StorageDriverClaim{ClaimData: map[string]string{"sha256": object}}
}

func TestWhatIsStoredComesBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "by", "it")
	claims := store(t, newDirectory(t, path), "one", "two", "one")
	assert.Equal(t, claims[0], claims[2], "the same content is one object")
	for _, process := range []*storage.Directory{newDirectory(t, path), newDirectory(t, path)} {
		payloads, err := retrieve(t, process, claims...)
		require.NoError(t, err)
		for i, text := range []string{"one", "two", "one"} {
			assert.True(t, proto.Equal(payload(text), payloads[i]))
		}
	}
	files, err := os.ReadDir(path)
	require.NoError(t, err)
	assert.Len(t, files, 3, "two objects and the name, and nothing is left over")
}

// An encoding that differed each time would store the same payload again and again.
func TestTheSamePayloadIsTheSameObject(t *testing.T) {
	directory := newDirectory(t, t.TempDir())
	claims := store(t, directory, "same")
	for range 50 {
		assert.Equal(t, claims, store(t, directory, "same"))
	}
}

func TestLostObjects(t *testing.T) {
	cases := []struct {
		name, want string
		lose       func(t *testing.T, file string)
	}{
		{"removed", storage.Missing, func(t *testing.T, file string) { require.NoError(t, os.Remove(file)) }},
		{"cut off", storage.Damaged, func(t *testing.T, file string) { require.NoError(t, os.Truncate(file, 3)) }},
		{"empty", storage.Damaged, func(t *testing.T, file string) { require.NoError(t, os.Truncate(file, 0)) }},
		{"another", storage.Damaged, func(t *testing.T, file string) {
			// It can be read as a payload, and is not what was stored.
			content, err := proto.Marshal(payload("another"))
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(file, content, 0o600))
		}},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			path := t.TempDir()
			directory := newDirectory(t, path)
			claims := store(t, directory, "lost", "kept")
			each.lose(t, fileOf(path, claims[0]))
			_, err := retrieve(t, directory, claims...)
			var lost *storage.LostError
			require.ErrorAs(t, err, &lost)
			assert.Equal(t, each.want, lost.Type)
			assert.Contains(t, lost.Error(), lost.Object)
			assert.Equal(t, filepath.Base(fileOf(path, claims[0])), lost.Object)

			assert.Equal(t, claims[:1], store(t, directory, "lost"), "to store it again mends it")
			payloads, err := retrieve(t, directory, claims...)
			require.NoError(t, err)
			assert.Equal(t, "lost", string(payloads[0].GetData()))
		})
	}
}

// A claim comes with a payload, and a payload from a client: it reads no other file.
func TestClaimsFromOutside(t *testing.T) {
	path := t.TempDir()
	directory := newDirectory(t, filepath.Join(path, "objects"))
	require.NoError(t, os.WriteFile(filepath.Join(path, "secret"), nil, 0o600))
	for _, object := range []string{"", "../secret", "name", strings.Repeat("0", 64), strings.Repeat("0", 63) + "/", strings.Repeat("A", 64)} {
		_, err := retrieve(t, directory, claimOf(object))
		var lost *storage.LostError
		require.ErrorAs(t, err, &lost, object)
		assert.Equal(t, storage.Missing, lost.Type, object)
	}
}

// What cannot be read now may be readable later: that is no loss.
func TestTroubleIsNoLoss(t *testing.T) {
	path := t.TempDir()
	directory := newDirectory(t, path)
	claims := store(t, directory, "one")
	file := fileOf(path, claims[0])
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.Mkdir(file, 0o700))
	_, err := retrieve(t, directory, claims...)
	var lost *storage.LostError
	require.Error(t, err)
	assert.NotErrorAs(t, err, &lost)

	_, err = directory.Store(converter.StorageDriverStoreContext{Context: t.Context()}, []*commonpb.Payload{payload("one")})
	require.Error(t, err)
	files, err := os.ReadDir(path)
	require.NoError(t, err)
	assert.Len(t, files, 2, "what was not stored leaves nothing behind")

	require.NoError(t, os.WriteFile(filepath.Join(path, "file"), nil, 0o600))
	_, err = storage.NewDirectory(filepath.Join(path, "file"))
	assert.Error(t, err)
}

// The SDK bounds what is read and written at once.
func TestOperationsTakePermits(t *testing.T) {
	directory := newDirectory(t, t.TempDir())
	stop := fmt.Errorf("no permit")
	_, err := directory.Store(converter.StorageDriverStoreContext{Context: t.Context(), Limiter: refusing[*commonpb.Payload]{stop}}, []*commonpb.Payload{payload("one")})
	assert.ErrorIs(t, err, stop)
	_, err = directory.Retrieve(converter.StorageDriverRetrieveContext{Context: t.Context(), Limiter: refusing[converter.StorageDriverClaim]{stop}}, []converter.StorageDriverClaim{claimOf("")})
	assert.ErrorIs(t, err, stop)
}

type refusing[T any] struct{ err error }

func (r refusing[T]) Permit(context.Context, T, func() error) error { return r.err }

// Each directory has a name of its own, which is the driver's, whoever comes first.
func TestDirectoriesHaveNames(t *testing.T) {
	path := t.TempDir()
	names := make([]string, 20)
	var group sync.WaitGroup
	for i := range names {
		group.Go(func() {
			if directory, err := storage.NewDirectory(path); assert.NoError(t, err) {
				names[i] = directory.Name()
			}
		})
	}
	group.Wait()
	for _, each := range names {
		assert.Equal(t, names[0], each)
	}
	other := newDirectory(t, t.TempDir())
	assert.NotEqual(t, names[0], other.Name())
	assert.Equal(t, newDirectory(t, path).Type(), other.Type())
	files, err := os.ReadDir(path)
	require.NoError(t, err)
	assert.Len(t, files, 1)
}

// Readers see all of an object or nothing, however many write it.
func TestObjectsAppearWhole(t *testing.T) {
	path := t.TempDir()
	directory := newDirectory(t, path)
	text := strings.Repeat("x", 4<<20)
	claims := store(t, directory, text)
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			for range 10 {
				store(t, directory, text)
			}
		})
	}
	for range 20 {
		_, err := retrieve(t, directory, claims...)
		assert.NoError(t, err)
	}
	group.Wait()
}
