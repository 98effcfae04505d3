package blueprint

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"dynamicsamples/blueprint/storage"
	"dynamicsamples/internal/connect"
)

// LargeTaskQueue is where the sample's worker listens for runs with large values.
const LargeTaskQueue = "blueprint-large"

// StorageVariable is the environment variable that names the directory for large values.
// The worker and the starter need the same one.
const StorageVariable = "BLUEPRINT_STORAGE"

// storedFrom is the size of payloads, in bytes, from which on the sample keeps them out of
// history. The SDK's own threshold is 256 KiB.
const storedFrom = 16 << 10

// WithStorage is a client of the same server which keeps large payloads in a directory.
func WithStorage(ctx context.Context, connection client.Client) (client.Client, error) {
	options, err := connect.Options(slog.LevelWarn)
	if err != nil {
		return nil, err
	}
	directory, err := storage.NewDirectory(cmp.Or(os.Getenv(StorageVariable), filepath.Join(os.TempDir(), "blueprint-storage")))
	if err != nil {
		return nil, err
	}
	err = storage.Use(&options, converter.ExternalStorage{
		Drivers: []converter.StorageDriver{directory}, PayloadSizeThreshold: storedFrom,
	})
	if err != nil {
		return nil, fmt.Errorf("using external storage: %w", err)
	}
	return client.NewClientFromExistingWithContext(ctx, connection, options)
}
