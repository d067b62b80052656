// Package crashtest has no code of its own: its tests kill a program that
// writes, or the server it writes to, and look at what is left.
package crashtest
