// Package devserver finds, builds and runs Temporal's development server: the
// temporal program's "server start-dev".
//
// The idea is that a server is a resource with one owner. [Start] gives its
// caller a server that answers, or an error and nothing left running; from then
// on the server lives until [Server.Stop], until the context given to Start is
// done, or, on Linux, until the calling process is gone, however that ends. On
// unix a terminal's Ctrl-C reaches the caller only, who stops the Workers first
// and the server last.
//
// The SDK has testsuite.StartDevServer, which is not used here: it leaves the
// process running when its context is canceled or the wait for an answer fails,
// and it waits for a minute if the process has died at once, as it does when its
// port is taken.
package devserver

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
)

const (
	stopGrace     = 10 * time.Second
	probeInterval = 50 * time.Millisecond
	probeLimit    = 2 * time.Second
	startAttempts = 5
)

// Options says which server to start, and how. Only CLI is required.
type Options struct {
	// CLI is the path of the temporal program; see [FindCLI] and [BuildCLI].
	CLI string
	// Address is the host:port to listen on, the host being an IP address or
	// "localhost". The port 0 stands for a free one. Default: "127.0.0.1:0".
	Address string
	// WebUI adds the web UI, on the host of Address.
	WebUI bool
	// UIPort is the port of the web UI. Default: a free one.
	UIPort int
	// Namespace is created unless it is there already. Default: "default".
	Namespace string
	// Database is the file in which the server keeps its data, created if
	// missing. Default: the data is kept in memory and lost at the end.
	Database string
	// ExtraArguments are put last on the command line, so that they also
	// override what this package has put there.
	ExtraArguments []string
}

// Server is a running development server. Its methods may be called
// concurrently.
type Server struct {
	child   *child
	address string
	webURL  string
}

// Start starts a server and returns once it answers for its namespace, mostly in
// a fraction of a second.
//
// The context bounds both the wait and the server's life: when it is done, the
// server is stopped just as by [Server.Stop], and Start, if still waiting,
// returns the context's cause once the process is gone. If the process ends
// before it has answered, the error has its exit status and last output. A port
// named in options that is taken is an error; a free port that is taken by
// someone else before the server has it is replaced by another. Of two servers
// that start at the same moment on the same named port one ends, but maybe only
// after Start has returned it.
func Start(ctx context.Context, options Options) (*Server, error) {
	for attempt := 1; ; attempt++ {
		server, err := startOnce(ctx, options)
		if err == nil {
			return server, nil
		}
		if attempt == startAttempts || !isAddressInUse(err) {
			return nil, fmt.Errorf("starting the development server: %w", err)
		}
	}
}

// Address returns the host:port at which clients reach the server.
func (s *Server) Address() string { return s.address }

// WebURL returns the URL of the web UI, or "" if the server has none.
func (s *Server) WebURL() string { return s.webURL }

// Done returns a channel that is closed when the server's process has ended,
// whatever the reason.
func (s *Server) Done() <-chan struct{} { return s.child.done }

// Stop interrupts the server, waits for its process to end, and kills it if
// that takes longer than ten seconds; on Windows it is killed at once. Stop may
// be called more than once, also after the server has ended. It returns an error
// if the server had ended by itself, with its exit status and last output, or if
// it had to be killed after those ten seconds.
func (s *Server) Stop() error {
	s.child.stop()
	<-s.child.done
	switch {
	case !s.child.interrupted:
		return fmt.Errorf("the development server ended by itself: %w", s.child.failure())
	case s.child.killed():
		return fmt.Errorf("the development server did not stop within %v and was killed", stopGrace)
	}
	return nil
}

// Kill ends the server's process at once, as a crash would, and waits for its end. Stop
// then says that the server had ended by itself.
func (s *Server) Kill() {
	killGroup(s.child.command.Process)
	_ = s.child.command.Process.Kill() // It may have ended already.
	<-s.child.done
}

func startOnce(ctx context.Context, options Options) (*Server, error) {
	server, err := launch(ctx, options)
	if err != nil {
		return nil, err
	}
	if server.awaitNamespace(ctx, namespaceOf(options)) {
		return server, nil
	}
	err = server.Stop()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return nil, err
}

// launch starts the process and returns without waiting for its answer.
func launch(ctx context.Context, options Options) (*Server, error) {
	host, port, err := net.SplitHostPort(cmp.Or(options.Address, "127.0.0.1:0"))
	if err != nil {
		return nil, fmt.Errorf("reading the address to listen on: %w", err)
	}
	if port, err = choosePort(host, port); err != nil {
		return nil, fmt.Errorf("choosing the server's port: %w", err)
	}
	uiPort := ""
	if options.WebUI {
		if uiPort, err = choosePort(host, strconv.Itoa(options.UIPort)); err != nil {
			return nil, fmt.Errorf("choosing the web UI's port: %w", err)
		}
	}
	// Where two servers race for a port, the loser says so and then panics. The
	// stack trace would push the reason out of the output that is kept.
	environment := []string{"GOTRACEBACK=none"}
	child, err := startChild(ctx, stopGrace, environment, options.CLI, arguments(options, host, port, uiPort)...)
	if err != nil {
		return nil, err
	}
	server := &Server{child: child, address: net.JoinHostPort(host, port)}
	if options.WebUI {
		server.webURL = "http://" + net.JoinHostPort(host, uiPort)
	}
	return server, nil
}

// choosePort returns the port if it is free, and any free one if it is 0.
//
// The server itself would report a port that is taken, but only after the one
// who has it, maybe another Temporal server, could have answered in its place.
func choosePort(host, port string) (string, error) {
	listener, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err = net.SplitHostPort(listener.Addr().String())
	return port, err
}

func arguments(options Options, host, port, uiPort string) []string {
	list := []string{
		"server", "start-dev",
		"--ip", host, "--port", port,
		"--namespace", namespaceOf(options),
		"--log-level", "error",
		// As it comes, the development server moves at most 20 transfer tasks a
		// second on its only shard, so that each Activity costs about 100 ms
		// even if it does nothing. These make it about ten times faster.
		"--dynamic-config-value", "history.transferProcessorMaxPollRPS=2000",
		"--dynamic-config-value", "matching.numTaskqueueReadPartitions=1",
		"--dynamic-config-value", "matching.numTaskqueueWritePartitions=1",
		// It spares the server from looking for newer versions on the internet.
		"--dynamic-config-value", "frontend.enableServerVersionCheck=false",
	}
	if options.WebUI {
		list = append(list, "--ui-port", uiPort)
	} else {
		list = append(list, "--headless")
	}
	if options.Database != "" {
		list = append(list, "--db-filename", options.Database)
	}
	return append(list, options.ExtraArguments...)
}

func namespaceOf(options Options) string {
	return cmp.Or(options.Namespace, client.DefaultNamespace)
}

// awaitNamespace reports whether the server came to answer for the namespace
// before it ended and before ctx was done.
func (s *Server) awaitNamespace(ctx context.Context, namespace string) bool {
	ticker := time.NewTicker(probeInterval)
	defer ticker.Stop()
	for !answers(ctx, s.address, namespace) {
		select {
		case <-s.Done():
			return false
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
	select {
	case <-s.Done(): // The answer was another server's.
		return false
	default:
		return true
	}
}

func answers(ctx context.Context, address, namespace string) bool {
	ctx, cancel := context.WithTimeout(ctx, probeLimit)
	defer cancel()
	// Each probe has a connection of its own: one that has been refused would
	// wait longer and longer before it tries again.
	temporal, err := client.DialContext(ctx, client.Options{
		HostPort: address,
		Logger:   log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		return false
	}
	defer temporal.Close()
	request := &workflowservice.DescribeNamespaceRequest{Namespace: namespace}
	_, err = temporal.WorkflowService().DescribeNamespace(ctx, request)
	return err == nil
}

// isAddressInUse looks at the text, as the error may be the server's output. The
// second text is Windows'.
func isAddressInUse(err error) bool {
	return strings.Contains(err.Error(), "address already in use") ||
		strings.Contains(err.Error(), "Only one usage of each socket address")
}
