//go:build e2e

package childdispatch

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/e2etest"
)

// ledgerVariable makes the test program a worker that writes to the file of that name
// each item that it converts.
const ledgerVariable = "CHILDDISPATCH_TEST_LEDGER"

func TestMain(m *testing.M) {
	if ledger := os.Getenv(ledgerVariable); ledger != "" {
		os.Exit(connect.Main(func(ctx context.Context) error { return runLedgerWorker(ctx, ledger) }))
	}
	os.Exit(m.Run())
}

func runLedgerWorker(ctx context.Context, path string) error {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	ledger := &ledger{file: file}
	return connect.Run(ctx, slog.LevelError+1, func(ctx context.Context, connection client.Client, _ client.Options) error {
		// By default a Worker has two pollers, and both turn to the Worker's own sticky
		// queue when the last answer from there hinted at more. Where two such answers
		// overtake each other that hint is out of date, and both pollers wait at an empty
		// queue for a whole long poll, a minute, while tasks wait in the normal queue. The
		// burst that a killed Worker leaves makes this likely. With autoscaling, which the
		// options ask for, each queue keeps pollers of its own.
		w := worker.New(connection, TaskQueue, Options())
		registerWith(w, ledger.process)
		return connect.RunUntilDone(ctx, w)
	})
}

type ledger struct {
	mutex sync.Mutex
	file  *os.File
}

// process is a child that works in a local activity, which costs the server half as much.
func (l *ledger) process(ctx workflow.Context, task Task) (Output, error) {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: 5 * time.Second})
	var made string
	err := workflow.ExecuteLocalActivity(ctx, l.convert, Conversion{Item: task.Item}).Get(ctx, &made)
	return finish(ctx, task, made, err)
}

func (l *ledger) convert(ctx context.Context, conversion Conversion) (string, error) {
	l.mutex.Lock()
	_, err := fmt.Fprintln(l.file, conversion.Item.ID)
	l.mutex.Unlock()
	if err != nil {
		return "", err
	}
	return Convert(ctx, conversion)
}

// startLedgerWorker starts a worker as a process of its own.
func startLedgerWorker(t *testing.T, server e2etest.Server, ledger string) *exec.Cmd {
	program, err := os.Executable()
	require.NoError(t, err)
	process := exec.Command(program)
	process.Env = append(append(os.Environ(), ledgerVariable+"="+ledger), server.Environment()...)
	process.Stderr = os.Stderr
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait() // it was killed
	})
	return process
}

// A worker that dies half-way takes nothing with it: every item is processed, and
// counted once.
func TestAThousandItemsAndAKilledWorker(t *testing.T) {
	const items = 1000
	server := e2etest.StartServer(t)
	connection := server.Dial(t)
	ledger := filepath.Join(t.TempDir(), "ledger")
	first := startLedgerWorker(t, server, ledger)
	job := Job{
		Catalogue: Catalogue{Items: items, EmptyEvery: 100, UnknownEvery: 250}, Window: 50, EventsPerRun: 1000,
		// Slowness is no failure here.
		ChildTimeout: 5 * time.Minute,
	}
	run := startParent(t, connection, ProcessCatalogue, job)
	firstRunID := run.GetRunID()
	eventually(t, func() bool { return progressOf(t, connection).Taken >= items/2 })
	require.NoError(t, first.Process.Kill())
	require.Error(t, first.Wait())
	startLedgerWorker(t, server, ledger)

	var totals Totals
	require.NoError(t, run.Get(t.Context(), &totals))
	totals.FirstFailures = nil
	assert.Equal(t, Totals{
		Completed: 988, Bytes: 494_000, Failed: map[string]int{EmptyItem: 8, UnknownType: 4},
	}, totals, "each item is counted once")
	assert.NotEqual(t, firstRunID, run.GetRunID(), "the job has continued as new")

	children := executions(t, connection, parentID+".item-", items-4)
	assert.Len(t, children, items-4, "one run of one child for each item of a known type")
	written := map[string]bool{}
	for _, id := range lines(t, ledger) {
		written[id] = true
	}
	assert.Len(t, written, items-4, "each item was processed")
}

func lines(t *testing.T, path string) []string {
	file, err := os.Open(path)
	require.NoError(t, err)
	defer file.Close()
	var lines []string
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		lines = append(lines, strings.TrimSpace(scanner.Text()))
	}
	require.NoError(t, scanner.Err())
	return lines
}
