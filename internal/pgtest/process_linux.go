package pgtest

import "syscall"

// processAttributes let the server end with the test that started it.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
}
