package messagepassing

import (
	"testing"

	"dynamicsamples/internal/replaytest"
)

func TestGoldenHistories(t *testing.T) { replaytest.Histories(t, Register) }
