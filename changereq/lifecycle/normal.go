package lifecycle

import _ "embed" // the built-in definition is a data file

//go:embed normal.json
var normalJSON []byte

// Normal is the built-in lifecycle of a change request that is assessed, decided, built, verified and closed.
// Every call returns a copy of its own.
func Normal() Definition {
	def, _ := Parse(normalJSON) // the file is part of the package and its tests parse it

	return def
}
