package devserver

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests' temporal and go programs are the test program itself, which plays
// the role that this environment variable names.
const (
	roleVariable   = "DEVSERVER_TEST_ROLE"
	beaconVariable = "DEVSERVER_TEST_BEACON" // see beacon
	outputVariable = "DEVSERVER_TEST_OUTPUT" // a file for what the role notes down
)

// testLimit is how long a test waits for what should happen at once.
const testLimit = 30 * time.Second

func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	play, ok := roles()[role]
	if !ok {
		panic("there's no role " + role)
	}
	os.Exit(play())
}

func roles() map[string]func() int {
	return map[string]func() int{
		"silent server":   playSilent,
		"stubborn server": playStubborn,
		"failing server": func() int {
			fmt.Println("some output")
			fmt.Fprintln(os.Stderr, "the reason")
			return 3
		},
		"server without a port": func() int {
			noteDown("started\n")
			fmt.Fprintln(os.Stderr, "listen tcp 127.0.0.1:1: bind: address already in use")
			return 1
		},
		"server's owner": playOwner,
		"building go": func() int {
			noteDown(fmt.Sprintf("%s GOFLAGS=%s GOWORK=%s", os.Args[1:], os.Getenv("GOFLAGS"), os.Getenv("GOWORK")))
			writeProgram()
			return 0
		},
		"failing go": func() int {
			writeProgram()
			fmt.Fprintln(os.Stderr, "no such module")
			return 1
		},
		"endless go": func() int {
			writeProgram()
			return playParentOf("silent server")
		},
		"parent of a stubborn server": func() int { return playParentOf("stubborn server") },
	}
}

func playSilent() int {
	beacon, err := net.Dial("tcp", os.Getenv(beaconVariable))
	if err != nil {
		panic(err)
	}
	_, _ = io.Copy(io.Discard, beacon) // It ends with the test, at the latest.
	return 0
}

func playStubborn() int {
	signal.Ignore(os.Interrupt)
	return playSilent()
}

// playParentOf leaves the work to another program, as go does.
func playParentOf(role string) int {
	// Unlike signal.Ignore, this isn't inherited by the worker.
	signal.Notify(make(chan os.Signal, 1), os.Interrupt)
	worker := exec.Command(os.Args[0])
	worker.Env = append(os.Environ(), roleVariable+"="+role)
	_ = worker.Run()
	return 1
}

func writeProgram() {
	path := builtCLI("")
	err := os.WriteFile(filepath.Join(os.Getenv("GOBIN"), filepath.Base(path)), []byte("new"), 0o755)
	if err != nil {
		panic(err)
	}
}

func noteDown(text string) {
	file, err := os.OpenFile(os.Getenv(outputVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	fmt.Fprint(file, text)
}

// setRole makes the programs that the test starts play the role.
func setRole(t *testing.T, role string) (program string) {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	t.Setenv(roleVariable, role)
	return program
}

// setGo is setRole for the program that is found as "go".
func setGo(t *testing.T, role string) {
	t.Helper()
	program := setRole(t, role)
	folder := t.TempDir()
	name := "go"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.Symlink(program, filepath.Join(folder, name)); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	t.Setenv("PATH", folder)
}

// skipWithoutGroups skips a test of a program whose own children end with it.
func skipWithoutGroups(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no process groups in the sense of unix.")
	}
}

// setOutput returns the file into which roles note things down.
func setOutput(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "output")
	t.Setenv(outputVariable, path)
	return path
}

// beacon tells when a program begins, by its connection to it, and when it has
// ended, as the connection ends with it.
type beacon struct {
	listener net.Listener
}

func setBeacon(t *testing.T) beacon {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	t.Setenv(beaconVariable, listener.Addr().String())
	return beacon{listener}
}

func (b beacon) awaitStart(t *testing.T) net.Conn {
	t.Helper()
	connection, err := b.listener.Accept()
	require.NoError(t, err)
	t.Cleanup(func() { connection.Close() })
	return connection
}

// requireGone fails the test unless the program at the other end ends.
func requireGone(t *testing.T, connection net.Conn) {
	t.Helper()
	require.NoError(t, connection.SetReadDeadline(time.Now().Add(testLimit)))
	_, err := io.Copy(io.Discard, connection)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the program is still running")
}
