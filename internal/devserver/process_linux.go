package devserver

import "syscall"

func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		// The terminal's Ctrl-C goes to its own process group only.
		Setpgid: true,
		// A process that is killed, or panics, cannot stop its children.
		Pdeathsig: syscall.SIGKILL,
	}
}
