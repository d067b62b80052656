package coordination

import (
	"encoding/json"
	"errors"
	"time"
)

// The classes of error of the whole office; test with errors.Is. The rooms have
// their own beside these.
var (
	ErrNotFound = errors.New("coordination: not found")
	ErrConflict = errors.New("coordination: conflict")
	ErrInvalid  = errors.New("coordination: invalid")
	ErrReadOnly = errors.New("coordination: write in a read-only view")
)

// Entry is one event of any room as it stands in the journal.
//
// Position is the entry's place in the tenant's journal, from 1 without gaps.
// Recorded is when the position was given and never falls along positions; At
// is when the event says it happened and may step back along them.
type Entry struct {
	Position int64           `json:"position"`
	Recorded time.Time       `json:"recorded"`
	Room     Room            `json:"room"`
	Entity   string          `json:"entity"` // the id within the room
	Seq      int64           `json:"seq"`    // the number of the event within the entity
	Kind     string          `json:"kind"`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor"`
	Data     json.RawMessage `json:"data"`
}

// Room names the part of the office an entry comes from: one of the rooms below,
// or else the book of a sheet; see RegisterEntry.
type Room string

// The rooms with ports of their own. No book is called as one of them.
const (
	RoomChangeRequest Room = "changereq"
	RoomBundle        Room = "bundle"
	RoomArchive       Room = "archive"
	RoomNotice        Room = "notice"
)

// JournalQuery asks for entries after a position; empty fields do not filter.
type JournalQuery struct {
	After  int64
	Room   Room
	Entity string
	Limit  int // 0 is DefaultLimit; more than MaxLimit is MaxLimit
}

// The sizes of a page of the journal.
const (
	DefaultLimit = 100
	MaxLimit     = 1000
)

// ClampLimit returns the page size that a limit asks for.
func ClampLimit(limit int) int {
	if limit <= 0 {
		return DefaultLimit
	}
	return min(limit, MaxLimit)
}
