//go:build race

package blueprint_test

import "time"

// deadlockAfter is when the SDK takes a workflow for stuck. The race detector makes
// expressions some twenty times slower than they are.
const deadlockAfter = 20 * time.Second
