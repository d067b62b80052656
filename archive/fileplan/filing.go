package fileplan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Filing is what is known of a record beside its content.
type Filing struct {
	Record      archive.RecordID
	Kind        archive.Kind
	Digest      archive.Digest // of the original content
	State       State
	Class       string
	Aggregation string
	Fields      map[string]string
	Facets      map[string][]string
	Aliases     []string // in the order they were given
	Renditions  []Rendition
	Annotations []Annotation
}

// State is how far a record is.
type State string

// The states.
const (
	Captured State = "captured"
	Complete State = "complete"
	Declared State = "declared"
)

// Rendition is a content made of another: text, a PDF, a redaction. It replaces
// nothing.
type Rendition struct {
	Purpose     string         `json:"purpose"`
	DerivedFrom archive.Digest `json:"derived_from"`
	Digest      archive.Digest `json:"digest"`
	Withholds   string         `json:"withholds,omitempty"` // of a redaction: what it leaves out and why
}

// Annotation is a note beside a record, such as a correction of its metadata.
type Annotation struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	Field string    `json:"field,omitempty"` // that it corrects; the field stays as it is
	Text  string    `json:"text"`
}

// Command is something done with a filing; the types below are all.
type Command interface{ command() string }

type (
	// Classify puts the record under a class: at first freely, once it is declared for
	// a reason.
	Classify struct{ Class, Reason string }
	// MoveTo puts it into an aggregation, with all of its family: Family are the
	// records attached to each other, of which none may stay behind.
	MoveTo struct {
		Aggregation string
		Family      []archive.RecordID
	}
	// Describe sets fields; an empty value takes one away.
	Describe struct{ Fields map[string]string }
	// Tag sets the values of a facet, which stays open also after the declaration.
	Tag struct {
		Facet  string
		Values []string
	}
	// Call gives the record one more name.
	Call struct{ Alias string }
	// Finish says that the record is complete.
	Finish struct{}
	// Declare freezes it.
	Declare struct{}
	// Annotate adds a note.
	Annotate struct{ Field, Text string }
	// Render adds a content made of one that is there.
	Render struct{ Rendition Rendition }
	// DropRendition takes a rendition away; never the original.
	DropRendition struct {
		Digest archive.Digest
		Reason string
	}
)

func (Classify) command() string      { return "classify" }
func (MoveTo) command() string        { return "move" }
func (Describe) command() string      { return "describe" }
func (Tag) command() string           { return "tag" }
func (Call) command() string          { return "call" }
func (Finish) command() string        { return "finish" }
func (Declare) command() string       { return "declare" }
func (Annotate) command() string      { return "annotate" }
func (Render) command() string        { return "render" }
func (DropRendition) command() string { return "drop rendition" }

// Env is what a decision rests on beside the filing, all of one transaction.
type Env struct {
	Now         time.Time
	Actor       string
	Plan        *Plan
	Kind        Kind                        // of the record
	Aggregation map[string]Aggregation      // those at hand: from, to, and what is above them
	Family      []archive.RecordID          // whom the record is attached to, itself included
	Named       map[string]archive.RecordID // who has an alias already
	Verified    archive.Digest              // what the content was found to have just now
	Holds       []string                    // on the record, in force
}

// Event is what was done, when and by whom.
type Event struct {
	At    time.Time
	Actor string
	Done  Command
}

// Decide gives the event of a command. What is malformed is ErrInvalid; what is
// forbidden is a *archive.RefusedError that names everything that stands against
// it.
func Decide(f Filing, cmd Command, env Env) (Event, error) {
	if cmd == nil || strings.TrimSpace(env.Actor) == "" {
		return Event{}, fmt.Errorf("%w: somebody does something; say who and what", ErrInvalid)
	}
	d := decision{filing: &f, env: &env, command: cmd.command()}
	var err error
	switch c := cmd.(type) {
	case Classify:
		d.classify(c)
	case MoveTo:
		err = d.move(c)
	case Describe:
		d.describe(c)
	case Tag:
		err = d.given("facet", c.Facet)
	case Call:
		err = d.call(c)
	case Finish:
		d.finish()
	case Declare:
		d.declare()
	case Annotate:
		err = d.given("text", c.Text)
	case Render:
		err = d.render(c)
	case DropRendition:
		err = d.drop(c)
	default:
		err = fmt.Errorf("%w: %T is no command of a filing", ErrInvalid, cmd)
	}
	if err == nil {
		err = d.err()
	}
	if err != nil {
		return Event{}, err
	}
	return Event{At: env.Now, Actor: env.Actor, Done: cmd}, nil
}

type decision struct {
	filing  *Filing
	env     *Env
	command string
	unmet   []archive.Unmet
}

func (d *decision) needf(met bool, condition, ref, format string, args ...any) {
	if !met {
		d.unmet = append(d.unmet, archive.Unmet{Condition: condition, Ref: ref, Text: fmt.Sprintf(format, args...)})
	}
}

func (d *decision) err() error {
	if len(d.unmet) == 0 {
		return nil
	}
	return &archive.RefusedError{Command: d.command, Unmet: d.unmet}
}

func (*decision) given(name, value string) error {
	if strings.TrimSpace(value) == "" {
		return fmt.Errorf("%w: the %s is empty: fill it in", ErrInvalid, name)
	}
	return nil
}

func (d *decision) classify(c Classify) {
	d.class(c.Class)
	d.needf(d.filing.State != Declared || strings.TrimSpace(c.Reason) != "", "reason", c.Class, "the record is declared: say why it belongs elsewhere")
}

// class needs a class that takes records in today.
func (d *decision) class(id string) {
	class, err := d.env.Plan.At(id, d.env.Now)
	if err != nil {
		d.needf(false, "class", id, "there is no class %q today", id)
		return
	}
	d.needf(class.Schedule != "", "schedule", id, "class %s has no retention schedule and only groups others: take one below it", id)
	d.needf(!class.Retired, "retired", id, "class %s is retired and takes nothing new", id)
}

func (d *decision) move(c MoveTo) error {
	if err := d.given("aggregation", c.Aggregation); err != nil {
		return err
	}
	for _, id := range []string{d.filing.Aggregation, c.Aggregation} {
		for depth := 0; id != "" && depth < maxDepth; depth++ {
			a, ok := d.env.Aggregation[id]
			d.needf(ok, "aggregation", id, "there is no aggregation %q", id)
			d.needf(a.Closed.IsZero(), "closed", id, "%s was closed on %s", id, a.Closed.Format(time.DateOnly))
			id = a.Parent
		}
	}
	for _, r := range d.env.Family {
		d.needf(slices.Contains(c.Family, r), "family", string(r), "%q belongs with it: move both", r)
	}
	return nil
}

// frozen needs a record that is not declared.
func (d *decision) frozen(what string) {
	d.needf(d.filing.State != Declared, "declared", string(d.filing.Record), "the record is declared: its %s does not change; annotate it, or file one that corrects it", what)
}

func (d *decision) describe(c Describe) {
	d.frozen("metadata")
	for _, name := range slices.Sorted(maps.Keys(c.Fields)) {
		d.needf(slices.Contains(d.env.Kind.Mandatory, name) || slices.Contains(d.env.Kind.Allowed, name), "field", name, "a %s has no field %q", d.filing.Kind, name)
	}
}

func (d *decision) call(c Call) error {
	if err := d.given("alias", c.Alias); err != nil {
		return err
	}
	other, taken := d.env.Named[c.Alias]
	d.needf(!taken || other == d.filing.Record, "alias", string(other), "%q is what %q is called: names are never given again", c.Alias, other)
	return nil
}

func (d *decision) finish() {
	d.needf(d.filing.State == Captured, "state", string(d.filing.Record), "the record is %s", d.filing.State)
	d.whole()
}

// whole names everything that a record lacks.
func (d *decision) whole() {
	for _, name := range d.env.Kind.Missing(d.filing.Fields) {
		d.needf(false, "field", name, "field %q is missing", name)
	}
	d.needf(d.filing.Class != "", "class", string(d.filing.Record), "it has no class: classify it")
}

func (d *decision) declare() {
	d.needf(d.filing.State == Complete, "state", string(d.filing.Record), "the record is %s and has to be complete", d.filing.State)
	d.whole()
	if d.filing.Class != "" {
		d.class(d.filing.Class)
	}
	d.needf(d.env.Verified != "" && d.env.Verified == d.filing.Digest, "digest", string(d.filing.Record), "the content was found to have digest %q, not %s", d.env.Verified, d.filing.Digest)
}

func (d *decision) render(c Render) error {
	r := c.Rendition
	if strings.TrimSpace(r.Purpose) == "" || !r.Digest.Valid() || !r.DerivedFrom.Valid() {
		return fmt.Errorf("%w: a rendition has a purpose, a content, and one it was made of", ErrInvalid)
	}
	known := r.DerivedFrom == d.filing.Digest || slices.ContainsFunc(d.filing.Renditions, func(other Rendition) bool { return other.Digest == r.DerivedFrom })
	d.needf(known, "source", string(r.DerivedFrom), "the record has no content %s it could be made of", r.DerivedFrom)
	d.needf(r.Digest != d.filing.Digest, "original", string(r.Digest), "this is the original")
	d.needf(r.Purpose != "redaction" || strings.TrimSpace(r.Withholds) != "", "withholds", string(r.Digest), "a redaction says what it withholds and why")
	return nil
}

func (d *decision) drop(c DropRendition) error {
	if err := d.given("reason", c.Reason); err != nil {
		return err
	}
	d.needf(c.Digest != d.filing.Digest, "original", string(c.Digest), "the original is never taken away")
	d.needf(slices.ContainsFunc(d.filing.Renditions, func(r Rendition) bool { return r.Digest == c.Digest }), "rendition", string(c.Digest), "there is no such rendition")
	for _, h := range d.env.Holds {
		d.needf(false, "held", h, "the record is held by %s, with everything made of it", h)
	}
	return nil
}

// Evolve returns the filing after an event; f is left as it is.
func Evolve(f Filing, ev Event) Filing {
	switch c := ev.Done.(type) {
	case Classify:
		f.Class = c.Class
	case MoveTo:
		f.Aggregation = c.Aggregation
	case Describe:
		f.Fields = maps.Clone(f.Fields)
		if f.Fields == nil {
			f.Fields = make(map[string]string)
		}
		for name, value := range c.Fields {
			if value == "" {
				delete(f.Fields, name)
			} else {
				f.Fields[name] = value
			}
		}
		if f.State == Complete {
			f.State = Captured // what was complete is looked at again
		}
	case Tag:
		f.Facets = maps.Clone(f.Facets)
		if f.Facets == nil {
			f.Facets = make(map[string][]string)
		}
		f.Facets[c.Facet] = slices.Clone(c.Values)
	case Call:
		if !slices.Contains(f.Aliases, c.Alias) {
			f.Aliases = append(slices.Clip(slices.Clone(f.Aliases)), c.Alias)
		}
	case Finish:
		f.State = Complete
	case Declare:
		f.State = Declared
	case Annotate:
		f.Annotations = append(slices.Clone(f.Annotations), Annotation{At: ev.At, By: ev.Actor, Field: c.Field, Text: c.Text})
	case Render:
		f.Renditions = append(slices.Clone(f.Renditions), c.Rendition)
	case DropRendition:
		f.Renditions = slices.DeleteFunc(slices.Clone(f.Renditions), func(r Rendition) bool { return r.Digest == c.Digest })
	}
	return f
}
