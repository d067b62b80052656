package lifecycle

import _ "embed" // the built-in definitions are data files

//go:embed normal.json
var normalJSON []byte

//go:embed emergency.json
var emergencyJSON []byte

//go:embed standard.json
var standardJSON []byte

//go:embed engineering-change.json
var engineeringChangeJSON []byte

// Normal is the built-in lifecycle of a change request that is assessed, decided, built, verified and closed.
// Every call returns a copy of its own.
func Normal() Definition { return builtIn(normalJSON) }

// Emergency is the built-in lifecycle of a change that cannot wait: it is decided on a short brief that names what is
// missing, and built at once. What was missing is supplied before it closes.
// Every call returns a copy of its own.
func Emergency() Definition { return builtIn(emergencyJSON) }

// Standard is the built-in lifecycle of a change that is made again and again: nobody votes on it, because it stays
// within a template that was itself assessed, decided and carried out as a change. When the template holds no longer,
// the request falls back to the state before its authorisation.
// Every call returns a copy of its own.
func Standard() Definition { return builtIn(standardJSON) }

// EngineeringChange is the built-in lifecycle of a change in two decisions, as product data management practises it
// (change request and change order or notice; review board and implementation board). The request is evaluated, and
// the first decision, in ForReview, says whether the change is wanted. Then the order is worked out: what becomes of
// every item, at what cost, and in which window it takes effect. The second decision, in ForOrder, is made on the brief of
// the order as it then stands, and only it leads to the build. Amending the order afterwards takes it back to ForOrder.
// Every call returns a copy of its own.
func EngineeringChange() Definition { return builtIn(engineeringChangeJSON) }

// BuiltIn lists the built-in definitions, Normal first.
func BuiltIn() []Definition {
	return []Definition{Normal(), Emergency(), Standard(), EngineeringChange()}
}

// builtIn reads a definition of this package.
func builtIn(file []byte) Definition {
	def, _ := Parse(file) // the files are part of the package and its tests parse them

	return def
}
