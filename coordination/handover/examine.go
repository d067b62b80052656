package handover

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/archive/retention"
	"github.com/coordkit/coordkit/coordination"
)

// Examined is what was found in a bag that somebody sent.
type Examined struct {
	dossier.Unpacked

	Dossier *ExaminedDossier // nil: it is no dossier
}

// ExaminedDossier says whether a dossier fits together.
type ExaminedDossier struct {
	dossier.Contents

	// Checkpoint is the state of the journal that its proofs lead to; nil for a dossier
	// without proofs.
	Checkpoint *evidence.Checkpoint
	// Ours is whether it was signed with the key of this office. Else only the key that
	// the dossier itself names was asked, and whose that is has to be known otherwise.
	Ours bool
	// Before is the state of the journal at the dossier that this one continues; nil for
	// a first one. Compare it with the checkpoint of that one.
	Before *evidence.Checkpoint
	// Misfit is the first place that does not fit; nil: everything does.
	Misfit *dossier.MisfitError
}

// Examine reads a bag from a stream, validates it, and holds what it says together if
// it is a dossier: lists, digests, links and proofs, up to the first place that does not
// fit. It stores nothing. What is no file of a bag is archive.ErrInvalid; without
// Config.Unpacker it is coordination.ErrNotFound.
func (s *Service) Examine(ctx context.Context, tenant string, from io.Reader) (out Examined, err error) {
	if s.cfg.Unpacker == nil {
		return out, fmt.Errorf("%w: no bags are examined here: there is no Unpacker", coordination.ErrNotFound)
	}
	err = s.cfg.Unpacker.Unpack(ctx, from, func(ctx context.Context, bag *dossier.Unpacked) error {
		out.Unpacked = *bag
		out.Open = nil // it is closed after this
		source := dossier.Source{Payload: bag.Payload, Open: func(path string) (io.ReadCloser, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return bag.Open(path)
		}}
		if !source.Is() {
			return nil
		}
		found, err := s.examine(tenant, source)
		if err == nil {
			err = ctx.Err()
		}
		out.Dossier = &found
		return err
	})
	return out, err
}

func (s *Service) examine(tenant string, source dossier.Source) (out ExaminedDossier, err error) {
	e := examination{source: source, out: &out}
	if err = e.keys(s, tenant); err == nil {
		out.Contents, err = source.Read(e.entry)
	}
	if err == nil {
		err = e.growth()
	}
	if misfit, ok := errors.AsType[*dossier.MisfitError](err); ok {
		out.Misfit, err = misfit, nil
	}
	return out, err
}

// examination is that of one dossier.
type examination struct {
	source dossier.Source
	known  note.Verifiers
	signed []byte // the checkpoint
	out    *ExaminedDossier
}

// The files of the proofs.
const (
	checkpointFile  = "proofs/checkpoint"
	keysFile        = "proofs/keys.txt"
	consistencyFile = "proofs/consistency.json"
)

// maxProof is how many bytes a file of the proofs has at most.
const maxProof = 1 << 20

func wrong(file string, format string, args ...any) error {
	return &dossier.MisfitError{File: file, Text: fmt.Sprintf(format, args...)}
}

// read reads a small file to its end, where it is verified.
func (e *examination) read(name string) ([]byte, error) {
	f, err := e.source.Open(name)
	if err != nil {
		return nil, wrong(name, "cannot be opened: %v", err)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxProof+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, wrong(name, "cannot be read: %v", err)
	}
	if len(text) > maxProof {
		return nil, wrong(name, "has more than %d bytes", maxProof)
	}
	return text, nil
}

func (e *examination) has(name string) bool {
	f, err := e.source.Open(name)
	if err == nil {
		_ = f.Close() // nothing was read
	}
	return err == nil
}

// keys opens the checkpoint with the key of the office, if that is the journal it is
// of, else with the keys that the dossier names.
func (e *examination) keys(s *Service, tenant string) error {
	if !e.has(checkpointFile) {
		return nil
	}
	var err error
	if e.signed, err = e.read(checkpointFile); err != nil {
		return err
	}
	origin, _, _ := strings.Cut(string(e.signed), "\n")
	ours, err := s.cfg.Key(tenant)
	if err != nil {
		return err
	}
	verifiers := []note.Verifier{ours.Verifier}
	if e.out.Ours = origin == ours.Signer.Name(); !e.out.Ours {
		named, err := e.read(keysFile)
		if err != nil {
			return err
		}
		verifiers = nil
		for line := range strings.Lines(string(named)) {
			v, err := note.NewVerifier(strings.TrimSpace(line))
			if err != nil {
				return wrong(keysFile, "names no key of a note: %v", err)
			}
			verifiers = append(verifiers, v)
		}
	}
	e.known = note.VerifierList(verifiers...)
	c, _, err := evidence.Open(e.signed, origin, e.known)
	if err != nil {
		return wrong(checkpointFile, "is not signed as it should be: %v", err)
	}
	e.out.Checkpoint = &c
	return nil
}

// entry checks the proof of an entry, and that the entry is what the dossier tells.
func (e *examination) entry(ev *dossier.WrittenEvent, line int, digest archive.Digest) error {
	if e.out.Checkpoint == nil {
		return wrong(checkpointFile, "is missing: there are entries to be proved")
	}
	text, err := e.read(ev.Entry)
	if err != nil {
		return err
	}
	file, err := e.read(ev.Proof)
	if err != nil {
		return err
	}
	var entry evidence.Entry
	if err := entry.UnmarshalText(text); err != nil {
		return wrong(ev.Entry, "is no entry: %v", err)
	}
	var proof evidence.Proof
	if err := proof.UnmarshalText(file); err != nil {
		return wrong(ev.Proof, "is no proof: %v", err)
	}
	if !bytes.Equal(proof.Signed, e.signed) {
		return wrong(ev.Proof, "leads to another checkpoint than %s", checkpointFile)
	}
	if _, err := proof.Check(text, e.out.Checkpoint.Origin, e.known); err != nil {
		return wrong(ev.Proof, "does not prove %s: %v", ev.Entry, err)
	}
	if entry.Position != ev.Position || entry.Entity != string(ev.Record) || entry.Kind != ev.Kind || proof.Index != ev.Position-1 {
		return told(line, "is not what %s says: position %d, %s %q", ev.Entry, entry.Position, entry.Kind, entry.Entity)
	}
	if err := opens(line, "actor", &ev.Actor, entry.Actor); err != nil {
		return err
	}
	if err := opens(line, "data", &ev.Data, entry.Data); err != nil {
		return err
	}
	return agrees(ev, line, digest)
}

const eventsFile = "metadata/events.jsonl"

func told(line int, format string, args ...any) error {
	return &dossier.MisfitError{File: eventsFile, Line: line, Text: fmt.Sprintf(format, args...)}
}

// opens checks what a seal holds, and the texts within it that are sealed by themselves.
func opens(line int, what string, o *dossier.Opening, seal evidence.Seal) error {
	for i := range o.Parts {
		p := &o.Parts[i]
		sealed, err := evidence.ParseSeal(p.Seal)
		if err != nil || !p.Erased && !fits(p.Salt, p.Value, sealed) || !o.Erased && !strings.Contains(o.Value, sealed.Erased()) {
			return told(line, "has a text at %s of the %s that is not what was sealed", p.Pointer, what)
		}
	}
	if !o.Erased && !fits(o.Salt, o.Value, seal) {
		return told(line, "tells another %s than was sealed", what)
	}
	return nil
}

func fits(salt []byte, value string, seal evidence.Seal) bool {
	var s evidence.Salt
	return len(salt) == len(s) && copy(s[:], salt) == len(s) && evidence.Opening{Salt: s, Value: []byte(value)}.Opens(seal)
}

// agrees compares what an event says of a record with what the dossier says.
func agrees(ev *dossier.WrittenEvent, line int, digest archive.Digest) error {
	if ev.Data.Erased || digest == "" {
		return nil
	}
	var said struct {
		Digest    archive.Digest       `json:"digest"`
		Record    archive.RecordID     `json:"record"`
		Tombstone *retention.Tombstone `json:"tombstone"`
	}
	if err := json.Unmarshal([]byte(ev.Data.Value), &said); err != nil {
		return told(line, "has data that cannot be read: %v", err)
	}
	switch {
	case ev.Kind == "filed" && said.Digest != digest:
		return told(line, "says that record %q was filed with SHA-256 %s, the record says %s", ev.Record, said.Digest, digest)
	case said.Tombstone != nil && said.Tombstone.Record != ev.Record:
		return told(line, "is the end of record %q, its tombstone that of %q", ev.Record, said.Tombstone.Record)
	}
	return nil
}

// growth checks that the journal only grew since the dossier that is continued.
func (e *examination) growth() error {
	if !e.has(consistencyFile) {
		return nil
	}
	text, err := e.read(consistencyFile)
	if err != nil {
		return err
	}
	if e.out.Checkpoint == nil {
		return wrong(checkpointFile, "is missing: %s leads to it", consistencyFile)
	}
	var file growthFile
	if err := json.Unmarshal(text, &file); err != nil {
		return wrong(consistencyFile, "cannot be read: %v", err)
	}
	from, fromErr := file.From.checkpoint(file.Origin)
	to, toErr := file.To.checkpoint(file.Origin)
	hashes := make([]evidence.Hash, len(file.Hashes))
	for i, h := range file.Hashes {
		raw, err := base64.StdEncoding.DecodeString(h)
		if err != nil || len(raw) != len(hashes[i]) {
			return wrong(consistencyFile, "holds %q, which is no hash", h)
		}
		copy(hashes[i][:], raw)
	}
	switch {
	case fromErr != nil || toErr != nil:
		return wrong(consistencyFile, "holds a root that is no hash")
	case to != *e.out.Checkpoint:
		return wrong(consistencyFile, "leads to another state than %s", checkpointFile)
	}
	if err := evidence.CheckGrowth(from.Size, to.Size, from.Root[:], to.Root[:], hashes); err != nil {
		return wrong(consistencyFile, "does not prove that the journal only grew: %v", err)
	}
	e.out.Before = &from
	return nil
}
