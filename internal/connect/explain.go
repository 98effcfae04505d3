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
// it is a *ServerError when no server answers and a *NamespaceError when the server
// does not have the namespace. Any other error is returned unchanged, and nil is nil.
func Explain(err error, options client.Options) error {
	address := cmp.Or(options.HostPort, client.DefaultHostPort)
	namespace := cmp.Or(options.Namespace, client.DefaultNamespace)
	var missing *serviceerror.NamespaceNotFound
	switch {
	case errors.As(err, &missing):
		return &NamespaceError{Address: address, Namespace: namespace}
	case isUnreachable(err):
		return &ServerError{Address: address, Namespace: namespace, Cause: err}
	default:
		return err
	}
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
