//go:build unix

package connect

import (
	"context"
	"errors"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is interrupted exits with 128 and the number of SIGINT, as a shell reports it,
// unless it has ended well all the same.
func TestMainReturnsTheExitCodeOfAnInterruption(t *testing.T) {
	for _, received := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		interrupted := func(ended error) int {
			return Main(func(ctx context.Context) error {
				require.NoError(t, syscall.Kill(os.Getpid(), received))
				<-ctx.Done()
				return ended
			})
		}
		assert.Equal(t, 130, interrupted(errors.New("canceled")), received.String())
		assert.Equal(t, 0, interrupted(nil), received.String())
	}
}
