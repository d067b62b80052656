package search

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/coordkit/coordkit/archive"
)

// ErrInvalid is the archive's; test with errors.Is.
var ErrInvalid = archive.ErrInvalid

// The limits of a query.
const (
	MaxQuery     = 1000 // characters
	MaxTerms     = 32
	DefaultLimit = 20
	MaxLimit     = 500

	DefaultCounted = 1000
	MaxCounted     = 10_000
)

// Term is one thing that a query asks for.
type Term struct {
	Words   []string // several are a phrase
	Prefix  bool     // the one word is the beginning of words
	Exclude bool
}

// Parse reads the text of a query. Empty text has no terms and matches
// everything. A query that is too long, has too many terms or only excludes is
// ErrInvalid.
func Parse(text string) ([]Term, error) {
	if utf8.RuneCountInString(text) > MaxQuery {
		return nil, fmt.Errorf("%w: the query is longer than %d characters", ErrInvalid, MaxQuery)
	}
	var out []Term
	asks := false
	for rest := strings.TrimSpace(text); rest != ""; rest = strings.TrimSpace(rest) {
		var part string
		exclude := strings.HasPrefix(rest, "-")
		rest = strings.TrimPrefix(rest, "-")
		if strings.HasPrefix(rest, `"`) {
			part, rest, _ = strings.Cut(rest[1:], `"`)
		} else {
			end := strings.IndexAny(rest, " \t\r\n\"")
			if end < 0 {
				end = len(rest)
			}
			part, rest = rest[:end], rest[end:]
		}
		t := Term{Words: Words(part), Exclude: exclude}
		t.Prefix = len(t.Words) == 1 && strings.HasSuffix(part, "*")
		if len(t.Words) > 0 {
			out = append(out, t)
			asks = asks || !exclude
		}
	}
	switch {
	case len(out) > MaxTerms:
		return nil, fmt.Errorf("%w: the query has more than %d terms", ErrInvalid, MaxTerms)
	case len(out) > 0 && !asks:
		return nil, fmt.Errorf("%w: the query only says what not to find", ErrInvalid)
	}
	return out, nil
}

// Query says what to find.
type Query struct {
	Text      string
	Kinds     []archive.Kind // one of them; none is any
	From, To  time.Time      // of the document's date: From included, To excluded; zero is no bound
	AsOf      time.Time      // only documents dated by then; zero is no bound
	AsKnownAt time.Time      // only documents recorded by then; zero is no bound
	Facets    map[string]string
	// Cleared says for which markings the reader is cleared; nil is for all of them.
	// It has to tell by the marking alone: an engine asks it of each marking once, and
	// then reads nothing of what it hides.
	Cleared func(marking string) bool
	// Visible says what else the reader may see; nil is everything. It is asked of
	// each document, so that one who may see few has many looked at. What it or
	// Cleared hides leaves no trace in hits, counts, facets or order.
	Visible func(archive.RecordID) bool
	// After is the last hit of the page before. A page goes on after a place, not
	// after a number of hits: of what stays as it is nothing is met twice or missed,
	// whatever is put or deleted meanwhile.
	After *Key
	Limit int // 0 is DefaultLimit; more than MaxLimit is MaxLimit
	// Counted is over how many hits, from the first on, Total and Facets of the
	// first page count: 0 is DefaultCounted; more than MaxCounted is MaxCounted.
	Counted int
}

// Key is the place of a hit in the order of hits.
type Key struct {
	Titled bool // every word and prefix asked for stands in the title
	Dated  time.Time
	ID     archive.RecordID
}

// Before reports whether a hit at k stands before one at other.
func (k Key) Before(other Key) bool {
	switch {
	case k.Titled != other.Titled:
		return k.Titled
	case !k.Dated.Equal(other.Dated):
		return k.Dated.After(other.Dated)
	}
	return k.ID < other.ID
}

// Result is a page of hits. The first page, that of a query without After, has
// counts; a page that goes on has none.
type Result struct {
	Hits   []Hit
	Next   *Key               // to go on after; nil at the end
	Total  int                // hits that were counted
	More   bool               // there are more hits than were counted
	Facets map[string][]Count // of those counted, by name; most first, then by value
}

// Hit is a record that was found.
type Hit struct {
	Key     Key
	Title   string
	Snippet Snippet
}

// Count is how often a facet has a value.
type Count struct {
	Value string
	N     int
}
