// Package storage keeps large values out of history. Temporal's external storage, an
// experimental part of the SDK, gives payloads above a threshold to a driver and writes
// only a reference into the history. This package has a driver for a directory, and adds
// to any driver what the SDK leaves open: an object that is missing or damaged is a typed
// failure of the step or the run that needs it. Without that it would be an error of the
// workflow task, which is tried again forever. Errors that may pass, such as a server
// that cannot be reached, stay what they are, and are tried again.
package storage
