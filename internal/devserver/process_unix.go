//go:build unix

package devserver

import (
	"errors"
	"os"
	"syscall"
)

func interruptGroup(leader *os.Process) error {
	err := syscall.Kill(-leader.Pid, syscall.SIGINT)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}

// killGroup ends what the leader has left behind, if anything.
func killGroup(leader *os.Process) {
	_ = syscall.Kill(-leader.Pid, syscall.SIGKILL)
}
