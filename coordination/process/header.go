package process

// Header is what a log says of itself before it says anything of its cases: the
// parts of XES that no figure needs and that another program may want back.
type Header struct {
	Attributes  []Attribute // of the log
	Extensions  []Extension
	Globals     []Global
	Classifiers []Classifier
}

// Extension names a set of attributes by its prefix.
type Extension struct{ Name, Prefix, URI string }

// Global declares attributes that every trace or every event has, with the
// values that stand where one lacks them.
type Global struct {
	Scope      string // "trace" or "event"
	Attributes []Attribute
}

// Classifier names the attributes that tell events, or traces, apart.
type Classifier struct{ Name, Scope, Keys string }

// HeaderSink is a Sink that also takes a log's header. It is optional: a reader
// hands the header to a sink that has the method, once, at the end of the log.
type HeaderSink interface {
	Header(h Header) error
}

// Header keeps what the log says of itself in Log.Header.
func (b *Builder) Header(h Header) error {
	b.log.Header = h
	return nil
}
