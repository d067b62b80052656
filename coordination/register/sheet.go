package register

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// The classes of error; test with errors.Is.
var (
	ErrNotFound = errors.New("register: not found")
	ErrConflict = errors.New("register: conflict")
	ErrInvalid  = errors.New("register: invalid")
)

// Sheet is what is known of one thing.
//
// Book and the names of keys are names: up to MaxName bytes of a-z, 0-9, '-', '_'
// and '.', a letter first. A book is not called as a room that has a port of its
// own: changereq, bundle, archive or notice.
type Sheet struct {
	Book   string
	ID     string // unique in its book, 1 to MaxID bytes
	Rev    int64  // raised by one with every stored change; 0 is not stored yet
	Events int64  // length of the history
	Keys   []Key  // by name, then value; none twice
	Body   []byte // JSON, up to MaxBody bytes, kept byte for byte
}

// Key is something a sheet is found by. A sheet may have several values under
// one name.
type Key struct {
	Name  string `json:"name"`
	Value string `json:"value"` // up to MaxValue bytes
}

// The limits of a sheet, in bytes but for MaxKeys.
const (
	MaxName  = 64
	MaxID    = 200
	MaxValue = 512
	MaxKeys  = 32
	MaxBody  = 1 << 20
)

// Clone returns a copy that shares no memory with s. No keys are nil.
func (s Sheet) Clone() Sheet {
	s.Keys, s.Body = append([]Key(nil), s.Keys...), slices.Clone(s.Body)
	return s
}

// Rekeyed returns the keys of a sheet, as it was stored with had, that s has no
// more, and those that it has now. It is for backends, which keep lists by them.
func (s *Sheet) Rekeyed(had []Key) (lost, gained []Key) {
	return without(had, s.Keys), without(s.Keys, had)
}

// without returns the keys of a that b has not; both are sorted.
func without(a, b []Key) []Key {
	var out []Key
	for _, k := range a {
		if _, found := slices.BinarySearchFunc(b, k, compareKeys); !found {
			out = append(out, k)
		}
	}
	return out
}

// Event is one thing that happened to the thing of a sheet. Seq counts from 1
// without gaps.
type Event struct {
	Book  string
	Sheet string // its id
	Seq   int64
	Kind  string
	At    time.Time
	Actor string
	Data  json.RawMessage // up to MaxBody bytes, kept byte for byte
}

// Clone returns a copy that shares no memory with e.
func (e Event) Clone() Event {
	e.Data = slices.Clone(e.Data)
	return e
}

// compareKeys orders keys by name, then value.
func compareKeys(a, b Key) int {
	if c := strings.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return strings.Compare(a.Value, b.Value)
}

// Sortable writes a time so that the order of the texts is the order of the
// times: UTC, RFC 3339, always with six digits of a second. It holds for the
// years 0 to 9999.
func Sortable(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
