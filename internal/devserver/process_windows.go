package devserver

import (
	"os"
	"syscall"
)

func processAttributes() *syscall.SysProcAttr {
	// A console's Ctrl-C goes to its own process group only.
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// interruptGroup kills: Windows has no signal that could be sent to a process of
// another group and that the temporal program would take for an interrupt.
func interruptGroup(leader *os.Process) error { return leader.Kill() }

// killGroup does nothing: Windows has no process groups in the sense of unix.
func killGroup(*os.Process) {}
