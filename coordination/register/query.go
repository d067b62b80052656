package register

import (
	"fmt"
	"unicode/utf8"
)

// Query asks for a page of a book.
//
// Without Key the list has every sheet of the book once, by ID. With Key it has
// the sheets with a value under that name, by that value and then by ID; a sheet
// with several such values stands in it once for each.
type Query struct {
	Book string
	Key  string

	// From and To cut the list to the ids, or with Key the values, from From on
	// and before To, by bytes. Empty they are the beginning and the end.
	From, To string

	After string // next of the page before
	Limit int    // 0 is DefaultLimit; more than MaxLimit is MaxLimit
}

// Only cuts the list to one value, or without Key to one id.
func (q Query) Only(value string) Query {
	q.From, q.To = value, value+"\x01" // nothing lies between but texts with NUL, which no sheet has
	return q
}

// Prefix cuts the list to the values, or without Key the ids, that begin with a
// text.
func (q Query) Prefix(prefix string) Query {
	q.From, q.To = prefix, behind(prefix)
	return q
}

// behind is the least text behind all that begin with prefix, or empty if there
// is none.
func behind(prefix string) string {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		if last < utf8.MaxRune {
			last++
			if !utf8.ValidRune(last) {
				last = 0xE000 // behind the surrogates
			}
			return prefix + string(last)
		}
	}
	return ""
}

// Check reports, as ErrInvalid, names that no book or key has, and bounds that are
// longer than any value, not valid UTF-8 or with NUL. Every backend asks it.
func (q Query) Check() error {
	const most = MaxValue + utf8.UTFMax // what Only and Prefix make of the longest value
	if err := CheckBook(q.Book); err != nil {
		return err
	}
	switch {
	case q.Key != "" && !isName(q.Key):
		return invalid("key %q is no name", clip(q.Key))
	case len(q.From) > most || !isText(q.From):
		return invalid("from is longer than any value, not valid UTF-8 or has a NUL character")
	case len(q.To) > most || !isText(q.To):
		return invalid("to is longer than any value, not valid UTF-8 or has a NUL character")
	}
	return nil
}

// Filter is the filters of the query in one text, to which a cursor is bound.
func (q Query) Filter() string {
	return fmt.Sprintf("sheets %q %q %q %q", q.Book, q.Key, q.From, q.To)
}

// The sizes of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// MaxEvents is how many events SheetHistories gives.
const MaxEvents = 10_000

// CheckSeveral reports, as ErrInvalid, that more than MaxLimit sheets are asked for at
// once. Every backend asks it.
func CheckSeveral(n int) error {
	if n > MaxLimit {
		return invalid("%d sheets are more than %d at once: ask for some at a time", n, MaxLimit)
	}
	return nil
}

// CheckHistories is the error of a backend that finds more than MaxEvents.
func CheckHistories(events int) error {
	if events > MaxEvents {
		return invalid("the sheets have more than %d events: ask for fewer of them, or for pages with SheetEvents", MaxEvents)
	}
	return nil
}

// ClampLimit returns the page size that a limit asks for.
func ClampLimit(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}
