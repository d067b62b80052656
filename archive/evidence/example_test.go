package evidence_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive/evidence"
)

// The key pair of the example, made once with note.GenerateKey.
const (
	exampleSecret = "PRIVATE+KEY+example.org/journal+f1e66610+AdtZvvlR2d/OCMAe64J7sTnuShwVjzxdHS7SCRt6erun"
	examplePublic = "example.org/journal+f1e66610+Aayam76/HMAt5r0FWhO8r9NAOUYl8aGaGW0keUGwNuV9"
)

func Example() {
	if err := show(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// signed 3 entries of example.org/journal
	// entry 2 is proved by 2 hashes
	// entry at position 2: its text does not give the leaf of the log, which the checkpoint confirms
}

func show() error {
	key, err := note.NewSigner(exampleSecret)
	if err != nil {
		return err
	}
	public, err := note.NewVerifier(examplePublic)
	if err != nil {
		return err
	}

	// A journal of three entries becomes a log, and the log a signed checkpoint.
	var log evidence.Log
	var journal []evidence.Row
	for p := int64(1); p <= 3; p++ {
		data := evidence.Opening{Salt: evidence.Salt{byte(p)}, Value: fmt.Appendf(nil, "minutes %d", p)}
		row := evidence.Row{Data: &data, Entry: evidence.Entry{
			Position: p, Recorded: time.Unix(p, 0), Room: "archive", Entity: "MIN-1", Seq: p, Kind: "filed", At: time.Unix(p, 0),
			Data: evidence.Close(data.Salt, data.Value),
		}}
		if _, err := log.Append(&row.Entry); err != nil {
			return err
		}
		journal = append(journal, row)
	}
	root, err := log.Root(3)
	if err != nil {
		return err
	}
	signed, err := evidence.Sign(evidence.Checkpoint{Origin: key.Name(), Size: 3, Root: root}, evidence.Checkpoint{}, nil, key)
	if err != nil {
		return err
	}

	// Whoever knows the public key checks the checkpoint and one entry against it.
	state, _, err := evidence.Open(signed, "example.org/journal", note.VerifierList(public))
	if err != nil {
		return err
	}
	fmt.Println("signed", state.Size, "entries of", state.Origin)
	snapshot, err := log.Snapshot(state.Size)
	if err != nil {
		return err
	}
	hashes, err := snapshot.ProveEntry(1)
	if err != nil {
		return err
	}
	text, err := journal[1].Entry.MarshalText()
	if err != nil {
		return err
	}
	proof := evidence.Proof{Index: 1, Hashes: hashes, Signed: signed}
	if _, err := proof.Check(text, "example.org/journal", note.VerifierList(public)); err != nil {
		return err
	}
	fmt.Println("entry 2 is proved by", len(hashes), "hashes")

	// An entry that is changed later is named.
	journal[1].Entry.Kind = "withdrawn"
	_, err = evidence.Verify(func(yield func(evidence.Row, error) bool) {
		for _, row := range journal {
			if !yield(row, nil) {
				return
			}
		}
	}, &log, state)
	var found *evidence.MismatchError
	if !errors.As(err, &found) {
		return err
	}
	fmt.Println(strings.TrimPrefix(found.Error(), "evidence: does not fit: "))
	return nil
}
