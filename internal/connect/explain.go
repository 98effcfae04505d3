package connect

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
)

// Explain words an error of dialing with options, of a call, or of running a Worker:
// it is a *ServerError when no server answers, a *NamespaceError when the server does
// not have the namespace, and a *TimeoutError when a call has met its deadline. Any
// other error is returned unchanged, and nil is nil.
func Explain(err error, options client.Options) error {
	address := cmp.Or(options.HostPort, client.DefaultHostPort)
	namespace := cmp.Or(options.Namespace, client.DefaultNamespace)
	var missing *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &missing):
		return &NamespaceError{Address: address, Namespace: namespace}
	case isUnreachable(err):
		return &ServerError{Address: address, Namespace: namespace, Cause: err}
	}
	if cause := deadlineMet(err); cause != nil {
		return &TimeoutError{Doing: strings.TrimSuffix(err.Error(), cause.Error()), Cause: err}
	}
	return err
}

// TimeoutError says that a call has met its deadline before anybody has answered it.
type TimeoutError struct {
	Doing string // what the callers have wrapped around the call's own error, as "wait for greeting: "
	Cause error
}

func (e *TimeoutError) Error() string { return e.Doing + "timed out: is a Worker running?" }

func (e *TimeoutError) Unwrap() error { return e.Cause }

// deadlineMet is the part of err that says that a call has met its deadline, or nil.
func deadlineMet(err error) error {
	var deadline *serviceerror.DeadlineExceeded
	var canceled *serviceerror.Canceled
	var met error
	switch {
	case errors.As(err, &deadline):
		met = deadline
	case errors.Is(err, context.DeadlineExceeded):
		met = context.DeadlineExceeded
	// A server that ends the call at its deadline may be faster than the client. A call
	// that the client has canceled ends with another text.
	case errors.As(err, &canceled) && strings.Contains(canceled.Error(), "RST_STREAM"):
		met = canceled
	}
	var update *client.WorkflowUpdateServiceTimeoutOrCanceledError
	if met != nil && errors.As(err, &update) {
		return update
	}
	return met
}

// isUnreachable tells a deadline that dialing has missed, which says that nobody
// answers, from one that a call has missed, which does not.
func isUnreachable(err error) bool {
	var unavailable *serviceerror.Unavailable
	if errors.As(err, &unavailable) {
		return true
	}
	const dialing = "failed reaching server" // what the SDK says; it has no type for it
	var deadline *serviceerror.DeadlineExceeded
	return err != nil && strings.Contains(err.Error(), dialing) &&
		(errors.Is(err, context.DeadlineExceeded) || errors.As(err, &deadline))
}
