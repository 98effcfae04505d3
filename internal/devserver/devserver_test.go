package devserver

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStartReportsTheServersEnd(t *testing.T) {
	program := setRole(t, "failing server")
	ctx, cancel := context.WithTimeout(t.Context(), testLimit)
	defer cancel()

	_, err := Start(ctx, Options{CLI: program})
	require.ErrorContains(t, err, "starting the development server: ")
	require.ErrorContains(t, err, "ended by itself: exit status 3: some output\nthe reason")
	require.NoError(t, ctx.Err(), "it took as long as the context allowed")
}

func TestStartWithoutProgram(t *testing.T) {
	_, err := Start(t.Context(), Options{CLI: t.TempDir() + "/missing"})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStartCancelled(t *testing.T) {
	program := setRole(t, "silent server")
	started := setBeacon(t)
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() {
		_, err := Start(ctx, Options{CLI: program})
		failed <- err
	}()

	process := started.awaitStart(t)
	cancel()

	require.ErrorIs(t, <-failed, context.Canceled)
	requireGone(t, process)
}

func TestStartAtTakenPort(t *testing.T) {
	program := setRole(t, "silent server")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port

	_, err = Start(t.Context(), Options{CLI: program, Address: listener.Addr().String()})
	require.ErrorContains(t, err, "choosing the server's port: listen tcp "+listener.Addr().String())
	require.True(t, isAddressInUse(err), err)

	_, err = Start(t.Context(), Options{CLI: program, WebUI: true, UIPort: port})
	require.ErrorContains(t, err, "choosing the web UI's port: listen tcp "+listener.Addr().String())
}

func TestStartAtBadAddress(t *testing.T) {
	_, err := Start(t.Context(), Options{Address: "here"})
	require.ErrorContains(t, err, "reading the address to listen on: address here: missing port in address")
}

func TestStartTriesOtherFreePorts(t *testing.T) {
	program := setRole(t, "server without a port")
	notes := setOutput(t)

	_, err := Start(t.Context(), Options{CLI: program})
	require.ErrorContains(t, err, "address already in use")

	starts, err := os.ReadFile(notes)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("started\n", startAttempts), string(starts))
}

func TestStopTwice(t *testing.T) {
	program := setRole(t, "silent server")
	started := setBeacon(t)
	server, err := launch(t.Context(), Options{CLI: program})
	require.NoError(t, err)
	process := started.awaitStart(t)

	require.NoError(t, server.Stop())
	requireGone(t, process)
	<-server.Done()
	require.NoError(t, server.Stop())
}

func TestKill(t *testing.T) {
	program := setRole(t, "stubborn server")
	started := setBeacon(t)
	server, err := launch(t.Context(), Options{CLI: program})
	require.NoError(t, err)
	process := started.awaitStart(t)

	server.Kill()
	requireGone(t, process)
	<-server.Done()
	require.ErrorContains(t, server.Stop(), "ended by itself: signal: killed")
	server.Kill()
}

func TestStopAfterContextIsDone(t *testing.T) {
	program := setRole(t, "silent server")
	started := setBeacon(t)
	ctx, cancel := context.WithCancel(t.Context())
	server, err := launch(ctx, Options{CLI: program})
	require.NoError(t, err)
	started.awaitStart(t)

	cancel()
	<-server.Done()
	require.NoError(t, server.Stop())
}

func TestFamilyThatIgnoresInterruptIsKilled(t *testing.T) {
	skipWithoutGroups(t)
	program := setRole(t, "parent of a stubborn server")
	started := setBeacon(t)
	child, err := startChild(t.Context(), time.Millisecond, nil, program)
	require.NoError(t, err)
	process := started.awaitStart(t)

	server := Server{child: child}
	require.ErrorContains(t, server.Stop(), "was killed")
	requireGone(t, process)
}

// playOwner starts a server, and lives as long as the test keeps its input open.
func playOwner() int {
	os.Setenv(roleVariable, "silent server")
	program, err := os.Executable()
	if err != nil {
		panic(err)
	}
	if _, err := launch(context.Background(), Options{CLI: program}); err != nil {
		panic(err)
	}
	_, _ = fmt.Scanln()
	return 0
}

func TestServerEndsWithItsOwner(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Only Linux ends a process with its parent.")
	}
	owner := exec.Command(setRole(t, "server's owner"))
	started := setBeacon(t)
	input, err := owner.StdinPipe()
	require.NoError(t, err)
	defer input.Close()
	require.NoError(t, owner.Start())
	server := started.awaitStart(t)

	require.NoError(t, owner.Process.Kill())
	require.Error(t, owner.Wait())
	requireGone(t, server)
}

func TestArguments(t *testing.T) {
	plain := strings.Join(arguments(Options{}, "127.0.0.1", "1234", ""), " ")
	require.Contains(t, plain, "server start-dev --ip 127.0.0.1 --port 1234 --namespace default --log-level error")
	require.Contains(t, plain, "--headless")
	require.NotContains(t, plain, "--db-filename")

	options := Options{WebUI: true, Namespace: "mine", Database: "file", ExtraArguments: []string{"--log-level", "info"}}
	full := strings.Join(arguments(options, "127.0.0.1", "1234", "5678"), " ")
	require.Contains(t, full, "--namespace mine")
	require.NotContains(t, full, "--headless")
	require.True(t, strings.HasSuffix(full, "--ui-port 5678 --db-filename file --log-level info"), full)
}

func TestTailKeepsTheEnd(t *testing.T) {
	var output tail
	writer := bufio.NewWriter(&output)
	for line := range 10_000 {
		fmt.Fprintln(writer, "line", line)
	}
	require.NoError(t, writer.Flush())
	require.Less(t, len(output.String()), tailSize)
	require.True(t, strings.HasSuffix(output.String(), "line 9998\nline 9999"))
}
