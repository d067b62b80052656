package fileplan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
)

// Filing is what is known of a record beside its content. It begins as Begin
// gives it.
type Filing struct {
	Record      archive.RecordID    `json:"record"`
	Kind        archive.Kind        `json:"kind"`
	Digest      archive.Digest      `json:"digest"` // of the original content
	State       State               `json:"state"`
	Declared    time.Time           `json:"declared,omitzero"` // since when it is
	Class       string              `json:"class,omitempty"`
	Classified  []Classification    `json:"classified,omitempty"` // in their order; the last is Class
	Aggregation string              `json:"aggregation,omitempty"`
	Fields      map[string]string   `json:"fields,omitempty"`
	Facets      map[string][]string `json:"facets,omitempty"`
	Aliases     []string            `json:"aliases,omitempty"` // in the order they were given
	Revisions   []Revision          `json:"revisions,omitempty"`
	Renditions  []Rendition         `json:"renditions,omitempty"`
	Annotations []Annotation        `json:"annotations,omitempty"`
}

// Begin is the filing of a record with which nothing was done yet.
func Begin(r archive.Record) Filing {
	return Filing{Record: r.ID, Kind: r.Kind, Digest: r.Digest, State: Captured}
}

// Classification is when a record came under a class.
type Classification struct {
	Class     string    `json:"class"`
	At        time.Time `json:"at"`
	Reason    string    `json:"reason,omitempty"`
	Authority string    `json:"authority,omitempty"` // who allowed it to be kept for less; empty: nobody
}

// Revision is a further content of a record that is not declared yet, beside the one
// it was filed with, which is revision 1. None replaces another.
type Revision struct {
	Number    int            `json:"number"` // from 2
	Digest    archive.Digest `json:"digest"`
	Size      int64          `json:"size"`
	MediaType string         `json:"media_type"`
	Name      string         `json:"name,omitempty"`
	At        time.Time      `json:"at"`
	By        string         `json:"by"`
}

// Current is the digest of the newest revision: what is declared.
func (f *Filing) Current() archive.Digest {
	if n := len(f.Revisions); n > 0 {
		return f.Revisions[n-1].Digest
	}
	return f.Digest
}

// Contents are the digests of all contents of the record, each once: revisions in
// their order, then renditions.
func (f *Filing) Contents() []archive.Digest {
	out := []archive.Digest{f.Digest}
	add := func(d archive.Digest) {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	for _, r := range f.Revisions {
		add(r.Digest)
	}
	for _, r := range f.Renditions {
		add(r.Digest)
	}
	return out
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
	// a reason. Authority is who allows that it is kept for less than before.
	Classify struct {
		Class     string `json:"class"`
		Reason    string `json:"reason,omitempty"`
		Authority string `json:"authority,omitempty"`
	}
	// MoveTo puts it into an aggregation, with all of its family: Family are the
	// records attached to each other, of which none may stay behind.
	MoveTo struct {
		Aggregation string             `json:"aggregation"`
		Family      []archive.RecordID `json:"family,omitempty"`
	}
	// Describe sets fields; an empty value takes one away.
	Describe struct {
		Fields map[string]string `json:"fields"`
	}
	// Tag sets the values of a facet, which stays open also after the declaration.
	Tag struct {
		Facet  string   `json:"facet"`
		Values []string `json:"values"`
	}
	// Call gives the record one more name.
	Call struct {
		Alias string `json:"alias"`
	}
	// Finish says that the record is complete.
	Finish struct{}
	// Declare freezes it.
	Declare struct{}
	// Annotate adds a note.
	Annotate struct {
		Field string `json:"field,omitempty"`
		Text  string `json:"text"`
	}
	// Revise adds a content that takes the place of the newest one, which is kept.
	// Number, At and By are the office's to say.
	Revise struct {
		Revision Revision `json:"revision"`
	}
	// Render adds a content made of one that is there.
	Render struct {
		Rendition Rendition `json:"rendition"`
	}
	// DropRendition takes a rendition away; never an original.
	DropRendition struct {
		Digest archive.Digest `json:"digest"`
		Reason string         `json:"reason"`
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
func (Revise) command() string        { return "revise" }
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
	case Revise:
		c.Revision.Number, c.Revision.At, c.Revision.By = len(f.Revisions)+2, env.Now, env.Actor
		cmd, err = c, d.revise(c)
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
	d.needf(d.env.Verified != "" && d.env.Verified == d.filing.Current(), "digest", string(d.filing.Record), "the content was found to have digest %q, not %s", d.env.Verified, d.filing.Current())
}

func (d *decision) revise(c Revise) error {
	r := c.Revision
	if !r.Digest.Valid() || r.Size < 0 || strings.TrimSpace(r.MediaType) == "" {
		return fmt.Errorf("%w: a revision has a content and a media type", ErrInvalid)
	}
	d.frozen("content")
	d.needf(!slices.Contains(d.filing.Contents(), r.Digest), "original", string(r.Digest), "the record has this content already")
	return nil
}

func (d *decision) render(c Render) error {
	r := c.Rendition
	if strings.TrimSpace(r.Purpose) == "" || !r.Digest.Valid() || !r.DerivedFrom.Valid() {
		return fmt.Errorf("%w: a rendition has a purpose, a content, and one it was made of", ErrInvalid)
	}
	d.needf(slices.Contains(d.filing.Contents(), r.DerivedFrom), "source", string(r.DerivedFrom), "the record has no content %s it could be made of", r.DerivedFrom)
	d.needf(!slices.Contains(d.filing.Contents(), r.Digest), "original", string(r.Digest), "the record has this content already")
	d.needf(r.Purpose != "redaction" || strings.TrimSpace(r.Withholds) != "", "withholds", string(r.Digest), "a redaction says what it withholds and why")
	return nil
}

func (d *decision) drop(c DropRendition) error {
	if err := d.given("reason", c.Reason); err != nil {
		return err
	}
	original := c.Digest == d.filing.Digest || slices.ContainsFunc(d.filing.Revisions, func(r Revision) bool { return r.Digest == c.Digest })
	d.needf(!original, "original", string(c.Digest), "the original is never taken away")
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
		f.Classified = append(slices.Clone(f.Classified), Classification{Class: c.Class, At: ev.At, Reason: c.Reason, Authority: c.Authority})
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
		f.State, f.Declared = Declared, ev.At
	case Annotate:
		f.Annotations = append(slices.Clone(f.Annotations), Annotation{At: ev.At, By: ev.Actor, Field: c.Field, Text: c.Text})
	case Revise:
		f.Revisions = append(slices.Clone(f.Revisions), c.Revision)
		if f.State == Complete {
			f.State = Captured // what was complete is looked at again
		}
	case Render:
		f.Renditions = append(slices.Clone(f.Renditions), c.Rendition)
	case DropRendition:
		f.Renditions = slices.DeleteFunc(slices.Clone(f.Renditions), func(r Rendition) bool { return r.Digest == c.Digest })
	}
	return f
}
