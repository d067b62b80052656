package ocel

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/coordkit/coordkit/coordination/process"
	"github.com/coordkit/coordkit/internal/plaintext"
)

// ReadXML reads the XML form into a sink. It returns a *process.Problem where
// it had to stop, and an error of the sink as it is.
func ReadXML(r io.Reader, sink process.Sink, options Options) error {
	s, err := open(r, sink, options)
	if err != nil {
		return err
	}
	x := &xmlReader{reader: s, in: xml.NewDecoder(s.text)}
	x.in.CharsetReader = charset
	if err := x.document(); err != nil {
		return err
	}
	return s.finishText()
}

// charset reads what an XML declaration names besides UTF-8.
func charset(name string, in io.Reader) (io.Reader, error) {
	switch strings.ToLower(name) {
	case "utf-16", "utf8", "us-ascii":
		return in, nil
	case "iso-8859-1", "latin1", "windows-1252":
		return &latin{in: in}, nil
	}
	return nil, fmt.Errorf("the encoding %q is not read", name)
}

// latin reads Windows-1252 as UTF-8.
type latin struct {
	in      io.Reader
	pending []byte
}

func (l *latin) Read(p []byte) (int, error) {
	if len(l.pending) == 0 {
		n, err := l.in.Read(p)
		if n == 0 {
			return 0, err
		}
		l.pending = plaintext.AppendWindows1252(nil, p[:n])
	}
	n := copy(p, l.pending)
	l.pending = l.pending[n:]
	return n, nil
}

type xmlReader struct {
	*reader
	in *xml.Decoder
}

// document reads the elements of a log.
func (x *xmlReader) document() error {
	root := false
	for {
		from := x.in.InputOffset()
		token, err := x.in.Token()
		if errors.Is(err, io.EOF) && root {
			return nil
		}
		if err != nil {
			return x.broken(x.in.InputOffset(), err)
		}
		switch token := token.(type) {
		case xml.Directive:
			return x.stop(from, process.ReasonRefused, "DOCTYPE and other declarations are not read")
		case xml.StartElement:
			if !root && token.Name.Local != "log" {
				return x.stop(from, process.ReasonRefused, fmt.Sprintf("the root is %.40q; want log", token.Name.Local))
			}
			root = true
			if err := x.element(token, from); err != nil {
				return err
			}
		}
		x.text.Reached(x.in.InputOffset())
	}
}

func (x *xmlReader) element(start xml.StartElement, from int64) error {
	switch start.Name.Local {
	case "object-type", "event-type":
		for _, a := range start.Attr {
			if a.Name.Local == "name" {
				x.types[strings.TrimSuffix(start.Name.Local, "-type")+a.Value] = true
			}
		}
	case "object", "event":
		var in xmlEntry
		if err := x.in.DecodeElement(&in, &start); err != nil {
			return x.broken(x.in.InputOffset(), err)
		}
		at := x.position(from)
		if start.Name.Local == "event" {
			return x.event(in.entry(), at)
		}
		return x.object(in.entry(), at)
	}
	return nil
}

// xmlEntry is an event or an object in XML.
type xmlEntry struct {
	ID         string         `xml:"id,attr"`
	Type       string         `xml:"type,attr"`
	Time       string         `xml:"time,attr,omitempty"`
	Attributes []xmlAttribute `xml:"attributes>attribute"`
	Relations  []xmlRelation  `xml:"objects>relationship"`
	Older      []xmlRelation  `xml:"objects>object"` // an earlier draft of the standard
}

type xmlAttribute struct {
	Name  string  `xml:"name,attr"`
	Time  *string `xml:"time,attr,omitempty"`
	Value string  `xml:",chardata"`
}

type xmlRelation struct {
	Object    string `xml:"object-id,attr"`
	Qualifier string `xml:"qualifier,attr"`
}

func (x xmlEntry) entry() *entry {
	e := &entry{id: x.ID, kind: x.Type, at: x.Time}
	for _, a := range x.Attributes {
		out := attribute{name: a.Name, value: a.Value, timed: a.Time != nil}
		if out.timed {
			out.at = *a.Time
		}
		e.attributes = append(e.attributes, out)
	}
	for _, r := range append(x.Relations, x.Older...) {
		e.relations = append(e.relations, relation{object: r.Object, qualifier: r.Qualifier})
	}
	return e
}
