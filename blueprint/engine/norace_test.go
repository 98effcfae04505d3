//go:build !race

package engine_test

import "time"

// deadlockAfter is when the SDK takes a workflow for stuck: its own default.
const deadlockAfter = time.Second

// longestHostile is how long a hostile run may take.
const longestHostile = 10 * time.Second
