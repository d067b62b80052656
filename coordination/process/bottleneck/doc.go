// Package bottleneck finds where work waits.
package bottleneck
