package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strconv"
	"time"

	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/devserver"
)

// defaultAddressTimeout bounds the look for a server on the default address, where
// some other program may be listening that never answers.
const defaultAddressTimeout = 2 * time.Second

// target is the server that a command works on.
type target struct {
	connection  client.Client
	web         connect.WebUI
	description string
	// own is the server that the command has started itself, or nil.
	own *devserver.Server
}

// close ends the connection and, if it is the command's own, the server.
func (t target) close() error {
	t.connection.Close()
	if t.own == nil {
		return nil
	}
	return t.own.Stop()
}

// findTarget connects to the server that the environment names, else to one on the
// default address, else to a dev server that it starts.
func findTarget(ctx context.Context, level slog.Level, progressTo io.Writer) (target, error) {
	options, err := connect.Options(level)
	if err != nil {
		return target{}, err
	}
	named, err := connect.AddressIsNamed()
	if err != nil {
		return target{}, err
	}
	if named {
		return connectTo(ctx, options, "named by the environment")
	}
	found, err := tryDefault(ctx, options)
	var nobody *connect.ServerError
	if !errors.As(err, &nobody) || ctx.Err() != nil {
		return found, err
	}
	return startTarget(ctx, options, progressTo)
}

func tryDefault(ctx context.Context, options client.Options) (target, error) {
	ctx, cancel := context.WithTimeout(ctx, defaultAddressTimeout)
	defer cancel()
	return connectTo(ctx, options, "found on the default address")
}

func connectTo(ctx context.Context, options client.Options, description string) (target, error) {
	connection, err := connect.Dial(ctx, options)
	if err != nil {
		return target{}, err
	}
	return target{connection: connection, web: connect.WebUIOf(options), description: options.HostPort + ", " + description}, nil
}

// startTarget starts a dev server that keeps its data in memory.
func startTarget(ctx context.Context, options client.Options, progressTo io.Writer) (target, error) {
	server, err := startServer(ctx, options.Namespace, "", progressTo)
	if err != nil {
		return target{}, err
	}
	options.HostPort = server.Address()
	started, err := connectTo(ctx, options, "started for this command")
	if err != nil {
		return target{}, errors.Join(err, server.Stop())
	}
	started.own = server
	started.web.BaseURL = server.WebURL()
	return started, nil
}

// The ports where people and programs expect a dev server and its Web UI.
const (
	usualHost   = "127.0.0.1"
	usualPort   = 7233
	usualUIPort = 8233
)

// startServer starts a dev server with the Web UI on the usual ports, or on free
// ones where those are taken. It lives until it is stopped, not until ctx ends, so
// that Workers can be stopped before it.
func startServer(ctx context.Context, namespace, database string, progressTo io.Writer) (*devserver.Server, error) {
	program, err := devserver.ProvideCLI(ctx, progressTo)
	if err != nil {
		return nil, fmt.Errorf("provide a Temporal dev server: %w", err)
	}
	life, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer context.AfterFunc(ctx, func() { stop(context.Cause(ctx)) })()
	return devserver.Start(life, devserver.Options{
		CLI:       program,
		Address:   net.JoinHostPort(usualHost, strconv.Itoa(usualOrFree(usualPort))),
		WebUI:     true,
		UIPort:    usualOrFree(usualUIPort),
		Namespace: namespace,
		Database:  database,
	})
}

// usualOrFree returns the port, or 0 for a free one where it is taken.
func usualOrFree(port int) int {
	listener, err := net.Listen("tcp", net.JoinHostPort(usualHost, strconv.Itoa(port)))
	if err != nil {
		return 0
	}
	_ = listener.Close()
	return port
}
