//go:build !race

package command

// raceDetector says that the tests run under the race detector, several times slower.
const raceDetector = false
