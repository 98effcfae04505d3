// Package connect joins a program to the Temporal service that its environment
// names. Addresses, namespaces, keys and certificates come from TEMPORAL_ADDRESS,
// TEMPORAL_NAMESPACE and the other variables and profiles of envconfig, never from
// code; when nobody answers, the error says where it looked and how to start a
// server. It also runs a Worker until a context ends, which is all that a sample's
// main has to do.
package connect

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"golang.org/x/sync/errgroup"
)

// Options returns the client options that the environment names, with logs of the
// given level and above going to standard error. HostPort and Namespace are filled
// in with the SDK's defaults where the environment names none.
func Options(level slog.Level) (client.Options, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return client.Options{}, fmt.Errorf("read the Temporal configuration from the environment: %w", err)
	}
	if options.HostPort == "" {
		options.HostPort = client.DefaultHostPort
	}
	if options.Namespace == "" {
		options.Namespace = client.DefaultNamespace
	}
	handler := slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})
	options.Logger = log.NewStructuredLogger(slog.New(handler))
	return options, nil
}

// AddressIsNamed reports whether the environment, or the profile that it selects,
// names the address of a server.
func AddressIsNamed() (bool, error) {
	options, err := envconfig.LoadDefaultClientOptions()
	if err != nil {
		return false, fmt.Errorf("read the Temporal configuration from the environment: %w", err)
	}
	return options.HostPort != "", nil
}

// Dial connects with options and makes sure that the namespace exists. The caller
// closes the client. The error is a *ServerError when no server answers and a
// *NamespaceError when the server does not have the namespace.
func Dial(ctx context.Context, options client.Options) (client.Client, error) {
	connection, err := client.DialContext(ctx, options)
	if err != nil {
		return nil, &ServerError{Address: options.HostPort, Namespace: options.Namespace, Cause: err}
	}
	if err := checkNamespace(ctx, connection, options); err != nil {
		connection.Close()
		return nil, err
	}
	return connection, nil
}

// checkNamespace lets every answer but "not found" pass: a key may well be allowed
// to run workflows and not to describe its namespace.
func checkNamespace(ctx context.Context, connection client.Client, options client.Options) error {
	request := &workflowservice.DescribeNamespaceRequest{Namespace: options.Namespace}
	_, err := connection.WorkflowService().DescribeNamespace(ctx, request)
	var missing *serviceerror.NamespaceNotFound
	if errors.As(err, &missing) {
		return &NamespaceError{Address: options.HostPort, Namespace: options.Namespace}
	}
	return nil
}

// ServerError says that no Temporal server answered.
type ServerError struct {
	Address   string // host:port that was dialled
	Namespace string
	Cause     error
}

func (e *ServerError) Error() string {
	return fmt.Sprintf(`no Temporal server answers at %s (namespace %q)
  start one:         go run ./cmd/samples server
  or name another:   export TEMPORAL_ADDRESS=host:port
  cause: %v`, e.Address, e.Namespace, e.Cause)
}

func (e *ServerError) Unwrap() error { return e.Cause }

// NamespaceError says that the server answered but does not have the namespace.
type NamespaceError struct {
	Address   string // host:port of the server
	Namespace string
}

func (e *NamespaceError) Error() string {
	return fmt.Sprintf(`the Temporal server at %[1]s has no namespace %[2]q
  create it:         temporal operator namespace create --address %[1]s --namespace %[2]s
  or name another:   export TEMPORAL_NAMESPACE=name`, e.Address, e.Namespace)
}

// RunUntilDone runs a sample's Workers until ctx ends, which is no error, or until one
// of them cannot go on, which is: then the others are stopped.
func RunUntilDone(ctx context.Context, workers ...worker.Worker) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, w := range workers {
		group.Go(func() error { return runOne(ctx, w) })
	}
	return group.Wait()
}

func runOne(ctx context.Context, w worker.Worker) error {
	interrupt := make(chan any)
	defer context.AfterFunc(ctx, func() { close(interrupt) })()
	if err := w.Run(interrupt); err != nil {
		return fmt.Errorf("run the worker: %w", err)
	}
	return nil
}

// Main calls run with a context that ends on Ctrl-C or a termination signal, and
// returns the process's exit code: 0, 1 with the error on standard error, or 130
// when run ended with an error because it was interrupted.
func Main(run func(context.Context) error) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx)
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "interrupted")
		return 130
	default:
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
}

// Run connects as the environment says and calls do with the connection and the
// options that made it. Logs of the given level and above go to standard error.
func Run(ctx context.Context, level slog.Level, do func(context.Context, client.Client, client.Options) error) error {
	options, err := Options(level)
	if err != nil {
		return err
	}
	return runWith(ctx, options, do)
}

// RunWithCodec does so for a command that reads and writes what Workers write and read,
// also where they encrypt it: by the codec server that the environment names.
func RunWithCodec(ctx context.Context, level slog.Level, do func(context.Context, client.Client, client.Options) error) error {
	options, err := Options(level)
	if err != nil {
		return err
	}
	if options, err = withRemoteCodec(options); err != nil {
		return err
	}
	return runWith(ctx, options, do)
}

func runWith(ctx context.Context, options client.Options, do func(context.Context, client.Client, client.Options) error) error {
	connection, err := Dial(ctx, options)
	if err != nil {
		return err
	}
	defer connection.Close()
	return do(ctx, connection, options)
}
