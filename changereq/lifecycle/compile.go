package lifecycle

// Limits of a definition. They keep the compiled table, states times events, within some megabytes, and the time to
// compile within about a second whatever a file says.
const (
	MaxStates = 500
	MaxEdges  = 2000
	// MaxNames is the most guards, and the most roles, that one edge may ask for.
	MaxNames = 20
)

// Compile checks the definition, resolves its guards and returns the lifecycle. All findings come at once, in an
// order that depends on the arguments only. If any of them is an error, the lifecycle is nil.
// For a definition in mode Observe the three gate findings (UngatedBuild, UntoldTerminal, UnsettledDone) are
// warnings.
func Compile[V any](def Definition, guards []Guard[V], options ...Option) (*Lifecycle[V], []Finding) {
	shape, findings := newShape(def)
	known, unusable := register(guards)

	findings = append(findings, unusable...)
	findings = append(findings, shape.structure(collect(options))...)
	findings = append(findings, shape.guarding(known)...)

	if blocking(findings) {
		return nil, findings
	}

	return assemble(shape, guards), findings
}
