//go:build unix && !linux

package devserver

import "syscall"

func processAttributes() *syscall.SysProcAttr {
	// The terminal's Ctrl-C goes to its own process group only.
	return &syscall.SysProcAttr{Setpgid: true}
}
