package mutants

import (
	"os/exec"
	"strconv"
)

// stopWholeGroup makes canceling a command end the processes that it started
// as well: the compiler, the tests, and what the tests started.
func stopWholeGroup(command *exec.Cmd) {
	command.Cancel = func() error {
		return exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(command.Process.Pid)).Run()
	}
}

// killGroup does nothing: Windows forgets which processes a process started
// once that process has ended.
func killGroup(*exec.Cmd) error {
	return nil
}
