//go:build race

package engine_test

import "time"

// deadlockAfter is when the SDK takes a workflow for stuck. The race detector makes
// expressions some twenty times slower than they are.
const deadlockAfter = 20 * time.Second

// longestHostile is how long a hostile run may take. Without the race detector it is a
// third of that.
const longestHostile = 30 * time.Second
