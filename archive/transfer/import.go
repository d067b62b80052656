package transfer

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/coordkit/coordkit/archive"
)

// The limits of an import.
const (
	MaxLine   = 1 << 20 // bytes of one event
	MaxEvents = 100_000 // of one record
)

// Finding is what of an import was not taken in.
type Finding struct {
	Line   int              `json:"line"` // the first of the record, from 1
	Record archive.RecordID `json:"record,omitempty"`
	Text   string           `json:"text"`
}

// Report is what an import did.
type Report struct {
	Records  int       `json:"records"` // that are there now as the file has them
	New      int       `json:"new"`     // of them, those that were not there before
	Grown    int       `json:"grown"`   // of them, those that got further events
	Findings []Finding `json:"findings,omitempty"`
}

// ErrElsewhere says of a content that it is not to be kept in the store: it is kept
// elsewhere already, or is gone for good.
var ErrElsewhere = errors.New("transfer: the content is kept elsewhere")

// Import takes in what Export wrote. Open gives the content of a record,
// archive.ErrNotFound where it is missing, or ErrElsewhere. What cannot be taken in is in the report, by line; the error is of
// reading, or of the store. Progress, if it is not nil, is told after every record how
// many lines were read.
func Import(
	ctx context.Context, to archive.Store, tenant string, in io.Reader, open func(archive.Record) ([]byte, error), progress func(lines int),
) (Report, error) {
	if tenant == "" {
		return Report{}, fmt.Errorf("%w: the tenant is empty", archive.ErrInvalid)
	}
	i := importing{to: to, tenant: tenant, open: open}
	lines := bufio.NewReaderSize(in, 1<<16)
	for number := 1; ; number++ {
		text, err := readLine(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			return i.report, err
		}
		last := errors.Is(err, io.EOF)
		if i.begins(text) {
			if err := i.flush(ctx); err != nil {
				return i.report, err
			}
			if progress != nil {
				progress(number - 1)
			}
		}
		i.take(number, text)
		if last {
			return i.report, i.flush(ctx)
		}
	}
}

// readLine reads one line; of one that is too long as much as shows it.
func readLine(in *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(out) <= MaxLine {
			out = append(out, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return bytes.TrimSpace(out), err
		}
	}
}

type importing struct {
	to     archive.Store
	tenant string
	open   func(archive.Record) ([]byte, error)
	report Report

	first  int // line of the record at hand
	record archive.RecordID
	events []archive.Event
	bad    string // why it cannot be taken in
}

func (i *importing) find(number int, record archive.RecordID, text string) {
	i.report.Findings = append(i.report.Findings, Finding{Line: number, Record: record, Text: text})
}

// begins reports whether a line is of another record than the one at hand.
func (i *importing) begins(text []byte) bool {
	if len(i.events) == 0 || len(text) == 0 {
		return false
	}
	var l line
	return len(text) > MaxLine || json.Unmarshal(text, &l) != nil || l.Record != i.record
}

// take adds a line to the record at hand, or begins one with it.
func (i *importing) take(number int, text []byte) {
	if len(text) == 0 {
		return
	}
	var l line
	if len(text) > MaxLine {
		i.find(number, "", fmt.Sprintf("the line is longer than %d bytes", MaxLine))
		return
	}
	if err := json.Unmarshal(text, &l); err != nil || l.Record == "" {
		i.find(number, "", "the line is no event of a record")
		return
	}
	if len(i.events) == 0 {
		i.first, i.record, i.bad = number, l.Record, ""
	}
	data, err := archive.UnmarshalData(l.Kind, l.Data)
	switch {
	case err != nil:
		i.bad = err.Error()
	case l.Seq != int64(len(i.events))+1:
		i.bad = fmt.Sprintf("line %d: event %d where %d was due", number, l.Seq, len(i.events)+1)
	case len(i.events) >= MaxEvents:
		i.bad = fmt.Sprintf("it has more than %d events", MaxEvents)
	}
	if i.bad != "" {
		data = archive.Unknown{Of: l.Kind}
	}
	if len(i.events) <= MaxEvents {
		i.events = append(i.events, archive.Event{Record: l.Record, Seq: l.Seq, At: l.At, Actor: l.Actor, Data: data})
	}
}

// flush takes the record at hand in.
func (i *importing) flush(ctx context.Context) error {
	if len(i.events) == 0 {
		return nil
	}
	events, number, id := i.events, i.first, i.record
	i.events = nil
	if i.bad != "" {
		i.find(number, id, i.bad)
		return nil
	}
	r := archive.Fold(events)
	content, err := i.open(r)
	elsewhere := errors.Is(err, ErrElsewhere)
	switch {
	case elsewhere:
	case errors.Is(err, archive.ErrNotFound):
		i.find(number, id, fmt.Sprintf("its content %s is missing", r.Digest))
		return nil
	case err != nil:
		return err
	case archive.DigestOf(content) != r.Digest || int64(len(content)) != r.Size:
		i.find(number, id, fmt.Sprintf("its content is not the one of digest %s and %d bytes", r.Digest, r.Size))
		return nil
	}
	had := 0
	err = i.to.Update(ctx, i.tenant, func(ctx context.Context, tx archive.Tx) error {
		var err error
		had, err = put(ctx, tx, r, events, content, !elsewhere)
		return err
	})
	switch {
	case errors.Is(err, archive.ErrConflict) || errors.Is(err, archive.ErrInvalid):
		i.find(number, id, err.Error())
		return nil
	case err != nil:
		return err
	}
	i.report.Records++
	switch had {
	case 0:
		i.report.New++
	case len(events):
	default:
		i.report.Grown++
	}
	return nil
}

// put stores what the archive does not have of a record, and says how many events
// it had.
func put(ctx context.Context, tx archive.Tx, r archive.Record, events []archive.Event, content []byte, keep bool) (had int, err error) {
	known, err := tx.Record(ctx, r.ID)
	switch {
	case errors.Is(err, archive.ErrNotFound):
	case err != nil:
		return 0, err
	default:
		before, err := history(ctx, tx, r.ID)
		if err != nil {
			return 0, err
		}
		if had, err = common(before, events); err != nil {
			return 0, err
		}
		r.Rev = known.Rev
	}
	if had == len(events) {
		return had, nil
	}
	if keep {
		if _, err := tx.PutContent(ctx, r.Digest, content); err != nil {
			return 0, err
		}
	}
	if _, err := tx.PutRecord(ctx, r, events[had:]...); err != nil {
		return 0, err
	}
	for _, ev := range events[had:] {
		if d, ok := ev.Data.(archive.ReferredData); ok {
			if err := tx.PutReference(ctx, d.Reference); err != nil {
				return 0, err
			}
		}
	}
	return had, nil
}

// common is how many events the archive has of those that come; more, or other
// ones, are a conflict.
func common(have, come []archive.Event) (int, error) {
	for k, ev := range have {
		if k >= len(come) {
			return 0, fmt.Errorf("%w: it has %d events here and %d in the file", archive.ErrConflict, len(have), len(come))
		}
		a, err := archive.MarshalData(ev.Data)
		if err != nil {
			return 0, err
		}
		b, err := archive.MarshalData(come[k].Data)
		if err != nil {
			return 0, err
		}
		if ev.Kind() != come[k].Kind() || !ev.At.Equal(come[k].At) || ev.Actor != come[k].Actor || !slices.Equal(a, b) {
			return 0, fmt.Errorf("%w: its event %d is another one here", archive.ErrConflict, ev.Seq)
		}
	}
	return len(have), nil
}
