package main

import (
	_ "embed" // the lifecycle of imports is a data file
	"fmt"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
)

//go:embed pep1.json
var importedLifecycle []byte

// lifecycles returns what requests of this office live by: the normal one, and
// last the one that imported histories are recorded under.
func lifecycles() ([]*changereq.Lifecycle, error) {
	observed, err := lifecycle.Parse(importedLifecycle)
	if err != nil {
		return nil, err
	}
	var out []*changereq.Lifecycle
	for _, def := range []lifecycle.Definition{lifecycle.Normal(), observed} {
		lc, findings := changereq.Compile(def)
		if lc == nil {
			return nil, fmt.Errorf("lifecycle %s: %v", def.ID, findings)
		}
		out = append(out, lc)
	}
	return out, nil
}
