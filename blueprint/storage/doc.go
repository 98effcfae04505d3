// Package storage keeps large values out of the Event History. Temporal's external storage, an
// experimental part of the SDK, gives payloads above a threshold to a driver and writes
// only a reference into the Event History. This package has a driver for a directory, and adds
// to any driver what the SDK leaves open: an object that is missing or damaged is a typed
// failure of the step or the run that needs it. Without that it would be an error of the
// Workflow Task, which is retried forever. Errors that may pass, such as a server
// that cannot be reached, stay what they are, and are retried.
package storage
