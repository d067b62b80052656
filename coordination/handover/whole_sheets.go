package handover

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/register"
)

// archiveBooks are the books of sheets that belong to an archive: the file plan, what is
// known of records beside their contents, paper, retention, and outcomes. Counts of who
// has a content are made anew, not taken along.
func archiveBooks() []string {
	return []string{
		"schedule", "class", "aggregation", "record-kind", coordination.BookFiling, "alias", coordination.BookKeeping, "hold", "disposal",
		coordination.BookItem, bookNumbers, coordination.BookResolution, coordination.BookOutcome,
	}
}

// sheetLine is a sheet with its history as it stands in the file.
type sheetLine struct {
	Book   string          `json:"book"`
	ID     string          `json:"id"`
	Keys   []register.Key  `json:"keys,omitempty"`
	Body   json.RawMessage `json:"body"`
	Events []sheetEvent    `json:"events,omitempty"`
}

type sheetEvent struct {
	Kind  string          `json:"kind"`
	At    time.Time       `json:"at"`
	Actor string          `json:"actor"`
	Data  json.RawMessage `json:"data"`
}

// eachSheet gives the sheets of a book, by id, each with its history.
func eachSheet(ctx context.Context, store coordination.Store, tenant, book string, each func(*sheetLine) error) error {
	for q := (register.Query{Book: book, Limit: register.MaxLimit}); ; {
		var lines []sheetLine
		next := ""
		err := store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
			lines = nil
			page, more, err := tx.Sheets(ctx, q)
			if err != nil {
				return err
			}
			next = more
			for i := range page {
				s := &page[i]
				line := sheetLine{Book: s.Book, ID: s.ID, Keys: s.Keys, Body: s.Body}
				if line.Events, err = sheetEvents(ctx, tx, s); err != nil {
					return err
				}
				lines = append(lines, line)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for i := range lines {
			if err := each(&lines[i]); err != nil {
				return err
			}
		}
		if next == "" {
			return nil
		}
		q.After = next
	}
}

func sheetEvents(ctx context.Context, tx coordination.Tx, s *register.Sheet) (out []sheetEvent, err error) {
	for after := int64(0); ; {
		page, next, err := tx.SheetEvents(ctx, s.Book, s.ID, after, register.MaxLimit)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			out = append(out, sheetEvent{Kind: e.Kind, At: e.At, Actor: e.Actor, Data: e.Data})
		}
		if next == 0 {
			return out, nil
		}
		after = next
	}
}

// exportSheets writes the sheets of the archive, a line each.
func (s *Service) exportSheets(ctx context.Context, tenant string, w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, book := range archiveBooks() {
		err := eachSheet(ctx, s.cfg.Store, tenant, book, func(l *sheetLine) error {
			if err := enc.Encode(l); err != nil {
				return fmt.Errorf("handover: sheet %q of book %q: %w", l.ID, l.Book, err)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// maxSheetLine is the longest line of the file, in bytes: a body and a history.
const maxSheetLine = 256 << 20

// eachLine reads the sheets that exportSheets wrote.
func eachLine(r io.Reader, each func(line int64, l *sheetLine) error) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxSheetLine)
	for n := int64(1); lines.Scan(); n++ {
		if lines.Err() != nil {
			break // the line is what was read of one
		}
		var l sheetLine
		err := json.Unmarshal(lines.Bytes(), &l)
		if err == nil && !slices.Contains(archiveBooks(), l.Book) {
			err = fmt.Errorf("book %q is none of an archive", l.Book) //nolint:err113 // wrapped below
		}
		if err != nil {
			return fmt.Errorf("%w: %s: line %d: %w", archive.ErrInvalid, wholeSheets, n, err)
		}
		if err := each(n, &l); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("handover: %s: %w", wholeSheets, err)
	}
	return nil
}

// putSheet takes in a sheet that is not here, or the rest of one whose history here is a
// beginning of the one that comes. One that is here as it comes is left alone; another of
// its id is archive.ErrConflict.
func putSheet(ctx context.Context, tx coordination.Tx, l *sheetLine) (fresh bool, err error) {
	had, err := tx.Sheet(ctx, l.Book, l.ID)
	switch {
	case errors.Is(err, register.ErrNotFound):
		had = register.Sheet{Book: l.Book, ID: l.ID}
	case err != nil:
		return false, err
	case bytes.Equal(had.Body, l.Body) && had.Events == int64(len(l.Events)):
		return false, nil
	default:
		if err := continues(ctx, tx, &had, l); err != nil {
			return false, err
		}
	}
	var events []register.Event
	for i, e := range l.Events[had.Events:] {
		events = append(events, register.Event{
			Book: l.Book, Sheet: l.ID, Seq: had.Events + int64(i) + 1, Kind: e.Kind, At: e.At, Actor: e.Actor, Data: e.Data,
		})
	}
	had.Keys, had.Body, had.Events = l.Keys, l.Body, int64(len(l.Events))
	if had, err = tx.PutSheet(ctx, had, events...); err != nil {
		return false, err
	}
	return true, asTold(ctx, tx, had)
}

// asTold refuses a sheet that is not what its history gives: whoever made the file
// changed it, and the log, which has the history alone, does not tell.
func asTold(ctx context.Context, tx coordination.Tx, s register.Sheet) error {
	books := coordination.Books()
	at := slices.IndexFunc(books, func(b coordination.Book) bool { return b.Name == s.Book })
	if at < 0 {
		return nil
	}
	wrong, err := books[at].Check(ctx, tx, s)
	if err == nil && wrong[0] != nil {
		err = fmt.Errorf("%w: %s: %s %q: %w", archive.ErrInvalid, wholeSheets, s.Book, s.ID, wrong[0])
	}
	return err
}

// continues refuses a sheet whose history is not begun by that of the one that is here.
// Of the numbers that were given to paper, which have none, the later go on.
func continues(ctx context.Context, tx coordination.Tx, had *register.Sheet, l *sheetLine) error {
	here, err := sheetEvents(ctx, tx, had)
	if err != nil {
		return err
	}
	goesOn := len(here) < len(l.Events) && slices.EqualFunc(here, l.Events[:len(here)], func(a, b sheetEvent) bool {
		return a.Kind == b.Kind && a.At.Equal(b.At) && a.Actor == b.Actor && bytes.Equal(a.Data, b.Data)
	})
	if l.Book == bookNumbers {
		var mine, theirs struct {
			Last int64 `json:"last"`
		}
		err := errors.Join(json.Unmarshal(had.Body, &mine), json.Unmarshal(l.Body, &theirs))
		goesOn = err == nil && theirs.Last > mine.Last
	}
	if !goesOn {
		return fmt.Errorf("%w: %s %q is another one here", archive.ErrConflict, l.Book, l.ID)
	}
	return nil
}

// bookNumbers is the book of the last barcode that was given under each prefix.
const bookNumbers = "barcode"
