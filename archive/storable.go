package archive

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Storable reports, as ErrInvalid, text that is not valid UTF-8 or holds NUL
// and times that are not whole microseconds in UTC. Every backend asks it
// before it stores a record.
func (r *Record) Storable() error {
	return storable(
		[]string{string(r.ID), string(r.Kind), r.Title, string(r.Subject), r.Name, r.MediaType, r.FiledBy},
		r.Dated, r.Filed)
}

// Storable reports the same of a reference.
func (r *Reference) Storable() error {
	times := []time.Time{r.At}
	for _, at := range []time.Time{r.ValidFrom, r.ValidTo} {
		if !at.IsZero() {
			times = append(times, at)
		}
	}
	return storable([]string{
		r.ID, string(r.Type), r.Source.Value, r.Target.Value, r.Reason, r.Author,
		string(r.SourcePin), string(r.TargetPin), r.Anchor, string(r.Evidence), r.Rule,
	}, times...)
}

func storable(texts []string, times ...time.Time) error {
	for _, s := range texts {
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			return fmt.Errorf("%w: text is not valid UTF-8 or has a NUL character: remove it", ErrInvalid)
		}
	}
	for _, t := range times {
		if t.Location() != time.UTC || t.Nanosecond()%1000 != 0 {
			return fmt.Errorf("%w: a time is not in UTC and whole microseconds: truncate it", ErrInvalid)
		}
	}
	return nil
}
