//go:build unix

// Package cputime measures the processor time of this program. Unlike the time
// of day it does not count what other programs took, so figures of benchmarks
// hold on a busy machine.
package cputime

import (
	"syscall"
	"time"
)

// Used is the processor time used so far, by the program and for it.
func Used() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
