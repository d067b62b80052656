package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/examples/internal/jsonl"
)

// batch is how many lines share one unit of work: enough that the disk is not
// what one waits for, few enough that progress shows.
const batch = 50

// importer takes change histories in as recorded facts. A line that it cannot
// take is reported and left out whole; the others go on.
type importer struct {
	desk     *coordination.Desk
	store    coordination.Store
	tenant   string
	under    changereq.LifecycleRef
	report   io.Writer // a line for each line that was not taken
	progress func(tally)
}

// tally counts what became of the lines.
type tally struct {
	Lines, Imported, Extended, Unchanged, Refused, Facts, Violations int
}

func (t tally) String() string {
	return fmt.Sprintf("%d lines: %d imported, %d extended, %d unchanged, %d not taken; %d steps, %d violations on record",
		t.Lines, t.Imported, t.Extended, t.Unchanged, t.Refused, t.Facts, t.Violations)
}

// run reads every line. The error is of reading or of the store; then the
// batches before it are stored.
func (im *importer) run(ctx context.Context, in io.Reader) (tally, error) {
	var total tally
	var lines []jsonl.Line
	flush := func() error {
		if len(lines) == 0 {
			return nil
		}
		t, err := im.take(ctx, lines)
		if err != nil {
			return err
		}
		total.add(t)
		lines = lines[:0]
		im.progress(total)
		return nil
	}
	for line, err := range jsonl.Lines(in) {
		var bad *jsonl.LineError
		switch {
		case errors.As(err, &bad):
			total.Lines++
			total.Refused++
			fmt.Fprintf(im.report, "line %d not taken: %v\n", bad.Number, bad.Err)
			continue
		case err != nil:
			return total, errors.Join(flush(), err)
		}
		if lines = append(lines, line); len(lines) == batch {
			if err := flush(); err != nil {
				return total, err
			}
		}
	}
	return total, flush()
}

func (t *tally) add(o tally) {
	t.Lines += o.Lines
	t.Imported += o.Imported
	t.Extended += o.Extended
	t.Unchanged += o.Unchanged
	t.Refused += o.Refused
	t.Facts += o.Facts
	t.Violations += o.Violations
}

// take stores a batch in one unit of work. What is reported is what the attempt
// that was committed found.
func (im *importer) take(ctx context.Context, lines []jsonl.Line) (tally, error) {
	var (
		t       tally
		refusal []string
	)
	now := changereq.Instant(time.Now())
	err := im.store.Update(ctx, im.tenant, func(ctx context.Context, tx coordination.Tx) error {
		t, refusal = tally{Lines: len(lines)}, nil
		for _, line := range lines {
			err := im.one(ctx, tx, now, line, &t)
			if isRefusal(err) {
				t.Refused++
				refusal = append(refusal, fmt.Sprintf("line %d not taken: %v", line.Number, err))
			} else if err != nil {
				return fmt.Errorf("line %d: %w", line.Number, err)
			}
		}
		return nil
	})
	if err != nil {
		return tally{}, err
	}
	for _, r := range refusal {
		fmt.Fprintln(im.report, r)
	}
	return t, nil
}

// errShape marks a line that is no history.
var errShape = errors.New("unusable line")

// isRefusal tells a line that cannot be taken from a store that failed.
func isRefusal(err error) bool {
	return errors.Is(err, errShape) || errors.Is(err, changereq.ErrInvalid) || errors.Is(err, changereq.ErrRefused) ||
		errors.Is(err, changereq.ErrConflict) || errors.Is(err, archive.ErrInvalid)
}

// one imports a line and files the line itself, so that nothing of it is lost.
// Every rule is asked before the first write, so a refused line leaves nothing.
func (im *importer) one(ctx context.Context, tx coordination.Tx, now time.Time, line jsonl.Line, t *tally) error {
	h, err := parseHistory(line.Text)
	if err != nil {
		return fmt.Errorf("%w: %w", errShape, err)
	}
	if len(line.Text) > archive.MaxContent {
		return fmt.Errorf("%w: longer than %d bytes", errShape, archive.MaxContent)
	}
	before, err := tx.ChangeRequest(ctx, changereq.ID(h.ID))
	if err != nil && !errors.Is(err, changereq.ErrNotFound) {
		return err
	}
	clerk := changereq.Actor{ID: "import", Roles: []string{changereq.RoleCoordinator}}
	r, err := im.desk.DoTx(ctx, tx, im.desk.Prepare(im.tenant, clerk, "", 0, h.command(im.under)))
	if err != nil {
		return err
	}
	if o := r.Origin; o != nil {
		t.Facts += o.Facts
		t.Violations += o.Violations
	}
	switch {
	case r.Rev == before.Rev:
		t.Unchanged++
		return nil
	case before.Rev == 0:
		t.Imported++
	default:
		t.Extended++
	}
	digest := sha256.Sum256(line.Text)
	_, err = im.desk.FileTx(ctx, tx, clerk.ID, now, archive.File{
		ID:   archive.RecordID(h.ID + ".source." + hex.EncodeToString(digest[:4])),
		Kind: archive.KindImport, Title: h.ID + ": imported from " + r.Origin.Source,
		Subject: coordination.ChangeRequestRef(r.ID), MediaType: "application/json", Content: line.Text,
		References: []archive.Link{{Type: archive.Evidences, Target: archive.ToRef(coordination.ChangeRequestRef(r.ID))}},
	})
	return err
}
