package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/evidence"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
)

// actor is who files what this program reads.
const actor = "examples/dossier"

// journal is the events of the import in their order, and the log over them. Position is index + 1.
type journal struct {
	happened []happened
	log      evidence.Log
	recorded time.Time
	seq      map[archive.RecordID]int64
	filed    map[archive.RecordID]int64 // position of the filing
	referred map[string]int64           // position of the event that added a reference
}

// happened is an event as it is kept: with what differs between events, a reference in the place where it is anyway.
type happened struct {
	record archive.RecordID
	seq    int64
	at     time.Time
	filed  archive.Data // nil: it was referred
	refers *archive.Reference
}

// newJournal makes an empty journal. Everything in it is recorded at one time, so that the same collection gives
// the same root.
func newJournal(recorded time.Time) *journal {
	return &journal{recorded: recorded, seq: make(map[archive.RecordID]int64), filed: make(map[archive.RecordID]int64), referred: make(map[string]int64)}
}

func (j *journal) add(id archive.RecordID, data archive.Data) error {
	return j.append(happened{record: id, filed: data})
}

func (j *journal) append(h happened) error {
	j.seq[h.record]++
	h.seq, h.at = j.seq[h.record], j.recorded
	j.happened = append(j.happened, h)
	row, err := j.entry(j.last())
	if err != nil {
		return err
	}
	_, err = j.log.Append(&row.Entry)
	return err
}

// last is the position of the last event.
func (j *journal) last() int64 { return int64(len(j.happened)) }

// event is the event at a position.
func (j *journal) event(position int64) archive.Event {
	h := &j.happened[position-1]
	ev := archive.Event{Record: h.record, Seq: h.seq, At: h.at, Actor: actor, Data: h.filed}
	if h.refers != nil {
		ev.Data = archive.ReferredData{Reference: *h.refers}
	}
	return ev
}

// entry is the entry at a position as it stands in the log. Documents that are public need no salt that could be
// erased.
func (j *journal) entry(position int64) (evidence.Row, error) {
	ev := j.event(position)
	e, err := coordination.RecordEntry(ev)
	e.Position, e.Recorded = position, ev.At
	return audit.Row(e, evidence.Salt{}, evidence.Salt{}), err
}

// refer journals a reference, in the history of its source if that is held, else of its target. The reference stays as
// it is.
func (j *journal) refer(ref *archive.Reference) error {
	owner := ref.Source
	if owner.Kind != archive.EndRecord {
		owner = ref.Target
	}
	if err := j.append(happened{record: archive.RecordID(owner.Value), refers: ref}); err != nil {
		return err
	}
	j.referred[ref.ID] = j.last()
	return nil
}

// prove makes the evidence of a plan: the filing of each record and the references on the paths to it, and that the log
// only grew since it had a size, 0 for none.
func (j *journal) prove(ctx context.Context, plan *dossier.Plan, key signingKey, since int64) (*dossier.Evidence, error) {
	snapshot, err := j.log.Snapshot(j.log.Size())
	if err != nil {
		return nil, err
	}
	checkpoint := evidence.Checkpoint{Origin: key.signer.Name(), Size: snapshot.Size(), Root: snapshot.Root()}
	last, growth, file, err := j.grown(checkpoint, since)
	if err != nil {
		return nil, err
	}
	signed, err := evidence.Sign(checkpoint, last, growth, key.signer)
	if err != nil {
		return nil, err
	}
	out := &dossier.Evidence{
		Origin: checkpoint.Origin, Size: checkpoint.Size, Checkpoint: signed, Keys: []string{key.public}, KeyPEM: key.pem, Consistency: file,
	}
	for _, position := range j.wanted(plan) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		one, err := j.proveEntry(snapshot, position, signed)
		if err != nil {
			return nil, err
		}
		out.Entries = append(out.Entries, one)
	}
	return out, nil
}

// grown proves that a checkpoint continues the one of an earlier size, as hashes and as a file; nothing of size 0.
func (j *journal) grown(now evidence.Checkpoint, since int64) (last evidence.Checkpoint, growth []evidence.Hash, file []byte, err error) {
	if since == 0 {
		return last, nil, nil, nil
	}
	last = evidence.Checkpoint{Origin: now.Origin, Size: since}
	if last.Root, err = j.log.Root(since); err != nil {
		return last, nil, nil, err
	}
	if growth, err = j.log.ProveGrowth(since, now.Size); err != nil {
		return last, nil, nil, err
	}
	file, err = handover.GrowthFile(now.Origin, audit.Growth{From: since, To: now.Size, FromRoot: last.Root, ToRoot: now.Root, Hashes: growth})
	return last, growth, file, err
}

// wanted are the positions to prove, in order.
func (j *journal) wanted(plan *dossier.Plan) []int64 {
	want := make(map[int64]bool)
	for i := range plan.Items {
		want[j.filed[plan.Items[i].Document.Record.ID]] = true
		if path := plan.Items[i].Path; len(path) > 0 {
			want[j.referred[path[len(path)-1].Edge]] = true // the steps before are those of other items
		}
	}
	var out []int64
	for p := range j.last() {
		if want[p+1] {
			out = append(out, p+1)
		}
	}
	return out
}

func (j *journal) proveEntry(s evidence.Snapshot, position int64, signed []byte) (dossier.Entry, error) {
	row, err := j.entry(position)
	if err != nil {
		return dossier.Entry{}, err
	}
	text, err := row.Entry.MarshalText()
	if err != nil {
		return dossier.Entry{}, err
	}
	hashes, err := s.ProveEntry(position - 1)
	if err != nil {
		return dossier.Entry{}, err
	}
	proof, err := (&evidence.Proof{Index: position - 1, Hashes: hashes, Signed: signed}).MarshalText()
	if err != nil {
		return dossier.Entry{}, err
	}
	return dossier.Entry{
		Position: position, Record: archive.RecordID(row.Entry.Entity), Kind: row.Entry.Kind, Text: text, Proof: proof,
		Actor: dossier.Opening{Salt: row.Actor.Salt[:], Value: string(row.Actor.Value)},
		Data:  dossier.Opening{Salt: row.Data.Salt[:], Value: string(row.Data.Value)},
	}, nil
}

// signingKey signs checkpoints.
type signingKey struct {
	signer note.Signer
	public string
	pem    []byte // as openssl reads it; nil for a key that is not Ed25519
	known  bool   // everybody has its secret half
}

const knownName = "coordkit.example/dossier"

// loadKey reads the key in a file. Without one it makes that which everybody can make.
func loadKey(path string) (signingKey, error) {
	if path == "" {
		seed := sha256.Sum256([]byte("a key that everybody knows: " + knownName))
		return keyOf(knownName, ed25519.NewKeyFromSeed(seed[:]), true)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return signingKey{}, err
	}
	parts := strings.SplitN(strings.TrimSpace(string(text)), "+", 5)
	if len(parts) != 5 {
		return signingKey{}, fmt.Errorf("%s: %w", path, errKey)
	}
	secret, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(secret) != 1+ed25519.SeedSize || secret[0] != 1 {
		return signingKey{}, fmt.Errorf("%s: %w", path, errKey)
	}
	return keyOf(parts[2], ed25519.NewKeyFromSeed(secret[1:]), false)
}

var errKey = errors.New("is no private key PRIVATE+KEY+name+hash+data of Ed25519")

func keyOf(name string, private ed25519.PrivateKey, known bool) (signingKey, error) {
	key, err := audit.NewKey(name, private)
	return signingKey{signer: key.Signer, public: key.Public, pem: key.PEM, known: known}, err
}
