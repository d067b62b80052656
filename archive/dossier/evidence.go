package dossier

import (
	"bytes"
	"context"
	"fmt"
	"strconv"

	"github.com/coordkit/coordkit/archive"
)

// Evidence is the proof that goes with a dossier, as files that package evidence
// makes: the signed checkpoint of the log and, for entries of the journal, text
// and proof. Without a checkpoint the dossier says that it has no proof.
type Evidence struct {
	Origin     string // the name of the log
	Size       int64  // of the log at the checkpoint
	Checkpoint []byte // a signed note
	Keys       []string
	KeyPEM     []byte // the public key of the log for openssl
	// Consistency leads from the checkpoint of the dossier that this one
	// continues: JSON with sizes, roots and hashes. Nil for a first dossier.
	Consistency []byte
	Entries     []Entry // by position
}

// Entry is an entry of the journal that is proved.
type Entry struct {
	Position int64
	Record   archive.RecordID
	Kind     string
	Text     []byte // the canonical text, the data of its leaf
	Proof    []byte // a file of C2SP tlog-proof
	Actor    Opening
	Data     Opening
}

// Opening shows what a seal of the entry holds: SHA-256 of salt and value is the
// seal. A value that was erased is left out.
type Opening struct {
	Salt   []byte `json:"salt,omitempty"`
	Value  string `json:"value,omitempty"`
	Erased bool   `json:"erased,omitempty"`
	// Parts are texts within the value that are sealed each by itself: in the value
	// "erased:" and the seal stand for each, so that it can be erased alone.
	Parts []OpenedPart `json:"parts,omitempty"`
}

// OpenedPart is a text within the data of an entry; Value is the text as JSON has it,
// with its quotes.
type OpenedPart struct {
	Pointer string `json:"pointer"`
	Seal    string `json:"seal"`
	Salt    []byte `json:"salt,omitempty"`
	Value   string `json:"value,omitempty"`
	Erased  bool   `json:"erased,omitempty"`
}

// stem is the path of the files of an entry, without their extensions.
func (e *Entry) stem() string { return fmt.Sprintf("proofs/%d", e.Position) }

func (ev *Evidence) write(ctx context.Context, bag Bag) error {
	type file struct {
		name    string
		content []byte
	}
	var files []file
	if len(ev.Checkpoint) > 0 {
		files = append(files, file{"proofs/checkpoint", ev.Checkpoint})
	}
	if len(ev.Keys) > 0 {
		var keys bytes.Buffer
		for _, k := range ev.Keys {
			keys.WriteString(k + "\n")
		}
		files = append(files, file{"proofs/keys.txt", keys.Bytes()})
	}
	if len(ev.KeyPEM) > 0 {
		files = append(files, file{"proofs/key.pem", ev.KeyPEM})
	}
	if len(ev.Consistency) > 0 {
		files = append(files, file{"proofs/consistency.json", ev.Consistency})
	}
	for i := range ev.Entries {
		e := &ev.Entries[i]
		files = append(files, file{e.stem() + ".entry", e.Text}, file{e.stem() + ".tlog-proof", e.Proof})
	}
	for _, f := range files {
		if err := bag.AddTag(ctx, f.name, bytes.NewReader(f.content)); err != nil {
			return err
		}
	}
	return nil
}

func (ev *Evidence) table() table {
	t := table{name: "events", head: []string{"position", "record", "kind", "actor", "data", "proof"}}
	for i := range ev.Entries {
		e := &ev.Entries[i]
		t.rows = append(t.rows, WrittenEvent{
			Position: e.Position, Record: e.Record, Kind: e.Kind, Actor: e.Actor, Data: e.Data, Entry: e.stem() + ".entry", Proof: e.stem() + ".tlog-proof",
		})
	}
	return t
}

func (r WrittenEvent) cells() []string {
	return []string{strconv.FormatInt(r.Position, 10), string(r.Record), r.Kind, r.Actor.Value, r.Data.Value, r.Proof}
}
