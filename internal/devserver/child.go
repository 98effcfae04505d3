package devserver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a running program that leaves nothing behind: when its context is
// done it is interrupted, and killed after a grace period, with its own children.
type child struct {
	command *exec.Cmd
	output  tail
	stop    context.CancelFunc
	done    chan struct{} // closed when the program has ended

	interrupted bool // by us, before it had ended; to be read after done
}

func startChild(ctx context.Context, grace time.Duration, environment []string, program string, arguments ...string) (*child, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &child{stop: cancel, done: make(chan struct{})}
	c.command = exec.CommandContext(ctx, program, arguments...)
	c.command.Env = append(os.Environ(), environment...)
	c.command.Stdout, c.command.Stderr = &c.output, &c.output
	c.command.SysProcAttr = processAttributes()
	c.command.Cancel = c.interrupt
	c.command.WaitDelay = grace

	started := make(chan error)
	go c.run(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// run sends the outcome of the start, and then waits for the program's end.
func (c *child) run(started chan<- error) {
	defer c.stop()
	defer close(c.done)
	// On Linux the program is killed when the thread that started it ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	err := c.command.Start()
	started <- err
	if err != nil {
		return
	}
	_ = c.command.Wait() // What matters of it is in command.ProcessState.
	killGroup(c.command.Process)
}

func (c *child) interrupt() error {
	err := interruptGroup(c.command.Process)
	c.interrupted = err == nil
	return err
}

// succeeded, killed and failure are to be called after done.
func (c *child) succeeded() bool { return c.command.ProcessState.Success() }

func (c *child) killed() bool {
	status, ok := c.command.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signal() == syscall.SIGKILL
}

func (c *child) failure() error {
	return fmt.Errorf("%v: %s", c.command.ProcessState, &c.output)
}

// tailSize is how many bytes a tail keeps.
const tailSize = 4 << 10

// tail keeps the end of what is written to it.
type tail struct {
	mutex sync.Mutex
	kept  []byte
}

func (t *tail) Write(data []byte) (int, error) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.kept = append(t.kept, data...)
	t.kept = t.kept[max(0, len(t.kept)-tailSize):]
	return len(data), nil
}

func (t *tail) String() string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	return strings.ToValidUTF8(strings.TrimSpace(string(t.kept)), "")
}
