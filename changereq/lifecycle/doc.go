// Package lifecycle is a lifecycle as data: states, the edges between them, and the guards on the edges.
package lifecycle
