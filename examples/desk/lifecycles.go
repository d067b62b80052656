package main

import (
	_ "embed" // the lifecycle of imports is a data file
	"fmt"

	"github.com/coordkit/coordkit/adapters/diagram"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/coordination/process/view"
)

//go:embed pep1.json
var importedLifecycle []byte

// lifecycles returns what requests of this office live by: those built in,
// normal first, and last the one that imported histories are recorded under.
func lifecycles() ([]*changereq.Lifecycle, error) {
	observed, err := lifecycle.Parse(importedLifecycle)
	if err != nil {
		return nil, err
	}
	lc, findings := changereq.Compile(observed)
	if lc == nil {
		return nil, fmt.Errorf("lifecycle %s: %v", observed.ID, findings)
	}
	return append(changereq.BuiltIn(), lc), nil
}

// draw writes a lifecycle for the tools that draw Mermaid or DOT.
func draw(def lifecycle.Definition, findings []lifecycle.Finding, format string) string {
	g := diagram.FromLifecycle(def, diagram.Lifecycle{Guards: true, Roles: true, Findings: findings})
	if format == "dot" {
		return diagram.DOT(g)
	}
	return diagram.Mermaid(g)
}

// drawProcess draws the map of a process.
func drawProcess(m view.Map, title, format string) string {
	g := diagram.FromProcessMap(title, m)
	if format == "dot" {
		return diagram.DOT(g)
	}
	return diagram.Mermaid(g)
}
