//go:build unix

package mutants

import (
	"os/exec"
	"syscall"
)

// stopWholeGroup makes canceling a command end the processes that it started
// as well: the compiler, the tests, and what the tests started.
func stopWholeGroup(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return killGroup(command) }
}

func killGroup(command *exec.Cmd) error {
	if command.Process == nil {
		return nil
	}
	return syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
}
