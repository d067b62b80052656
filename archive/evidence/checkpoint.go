package evidence

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is the state of a log at one size, to be signed: C2SP
// tlog-checkpoint.
type Checkpoint struct {
	Origin string // the name of the log, and of the key that signs it
	Size   int64
	Root   Hash
}

// Text is the text that is signed: origin, size and root, a line each.
func (c Checkpoint) Text() string {
	return c.Origin + "\n" + strconv.FormatInt(c.Size, 10) + "\n" + c.Root.String() + "\n"
}

// parseCheckpoint reads the text of a checkpoint. Lines after the third are
// extensions, which are ignored but must not be empty.
func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[len(lines)-1] != "" {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint: three whole lines are needed", ErrInvalid)
	}
	if slices.Contains(lines[:len(lines)-1], "") {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint: an empty line", ErrInvalid)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, fmt.Errorf("%w: checkpoint: %q is no size", ErrInvalid, lines[1])
	}
	root, err := parseHash(lines[2])
	return Checkpoint{Origin: lines[0], Size: size, Root: root}, err
}

func parseHash(line string) (Hash, error) {
	h, err := tlog.ParseHash(line)
	if err != nil || h.String() != line {
		return Hash{}, fmt.Errorf("%w: %q is no hash in base64", ErrInvalid, line)
	}
	return h, nil
}

// Sign writes a checkpoint as a signed note, the first signer being the key of the log
// itself, whose name has to be the origin. The last checkpoint that was signed and
// the proof that leads from it (Log.ProveGrowth) have to be given: what does not
// continue it is ErrFork, and nothing is signed. Only a log that never had a
// checkpoint has the zero last.
func Sign(next, last Checkpoint, growth []Hash, key note.Signer, witnesses ...note.Signer) ([]byte, error) {
	if err := next.valid(key.Name()); err != nil {
		return nil, err
	}
	if last != (Checkpoint{}) {
		if err := next.follows(last, growth); err != nil {
			return nil, err
		}
	}
	text, err := note.Sign(&note.Note{Text: next.Text()}, append([]note.Signer{key}, witnesses...)...)
	if err != nil {
		return nil, fmt.Errorf("%w: sign: %w", ErrInvalid, err)
	}
	return text, nil
}

func (c Checkpoint) valid(key string) error {
	switch {
	case c.Origin == "" || strings.ContainsAny(c.Origin, "\r\n"):
		return fmt.Errorf("%w: the origin of a checkpoint is one line", ErrInvalid)
	case c.Origin != key:
		return fmt.Errorf("%w: the key is named %q and the log %q: they have to be the same", ErrInvalid, key, c.Origin)
	case c.Size < 0:
		return fmt.Errorf("%w: a log has no size %d", ErrInvalid, c.Size)
	}
	return nil
}

// follows reports as ErrFork what does not continue last.
func (c Checkpoint) follows(last Checkpoint, growth []Hash) error {
	if last.Origin != c.Origin {
		return fmt.Errorf("%w: log %q does not continue log %q", ErrFork, c.Origin, last.Origin)
	}
	if last.Size == 0 && c.Size > 0 {
		return nil // anything continues an empty log
	}
	if last == c {
		return nil
	}
	if err := CheckGrowth(last.Size, c.Size, last.Root[:], c.Root[:], growth); err != nil {
		return fmt.Errorf("%w: size %d does not continue the signed size %d: %w", ErrFork, c.Size, last.Size, err)
	}
	return nil
}

// Open reads a signed checkpoint of the log named by origin and checks every
// signature whose key is known; the key of the log itself has to be among them.
// Signatures of unknown keys are ignored. Malformed text is ErrInvalid, a
// signature that fails or is missing ErrMismatch. The signers are the names of the keys that fit.
func Open(signed []byte, origin string, known note.Verifiers) (c Checkpoint, signers []string, err error) {
	n, err := note.Open(signed, known)
	if err != nil {
		return Checkpoint{}, nil, noteError(err)
	}
	if c, err = parseCheckpoint(n.Text); err != nil {
		return Checkpoint{}, nil, err
	}
	if c.Origin != origin {
		return Checkpoint{}, nil, fmt.Errorf("%w: this is a checkpoint of %q, not of %q", ErrMismatch, c.Origin, origin)
	}
	own := false
	for _, s := range n.Sigs {
		signers = append(signers, s.Name)
		own = own || s.Name == origin
	}
	if !own {
		return Checkpoint{}, nil, fmt.Errorf("%w: the checkpoint is not signed with the key of %q", ErrMismatch, origin)
	}
	return c, signers, nil
}

func noteError(err error) error {
	var (
		unverified *note.UnverifiedNoteError
		failed     *note.InvalidSignatureError
	)
	if errors.As(err, &unverified) || errors.As(err, &failed) {
		return fmt.Errorf("%w: checkpoint: %w", ErrMismatch, err)
	}
	return fmt.Errorf("%w: checkpoint: %w", ErrInvalid, err)
}

const proofHeader = "c2sp.org/tlog-proof@v1\n"

// Proof is the file that carries the proof of one entry: C2SP tlog-proof.
type Proof struct {
	Index  int64  // of the leaf: position - 1
	Extra  []byte // of the application; unauthenticated, nil for none
	Hashes []Hash // from the leaf to the root
	Signed []byte // the signed checkpoint, as it was signed
}

// MarshalText writes the file.
func (p *Proof) MarshalText() ([]byte, error) {
	b := []byte(proofHeader)
	if p.Extra != nil {
		b = base64.StdEncoding.AppendEncode(append(b, "extra "...), p.Extra)
		b = append(b, '\n')
	}
	b = strconv.AppendInt(append(b, "index "...), p.Index, 10)
	b = append(b, '\n')
	for _, h := range p.Hashes {
		b = append(append(b, h.String()...), '\n')
	}
	return append(append(b, '\n'), p.Signed...), nil
}

// UnmarshalText reads the file; what is none is ErrInvalid.
func (p *Proof) UnmarshalText(text []byte) error {
	head, signed, ok := strings.Cut(string(text), "\n\n")
	body, isProof := strings.CutPrefix(head+"\n", proofHeader)
	if !ok || !isProof {
		return fmt.Errorf("%w: this is no file of %q", ErrInvalid, strings.TrimSuffix(proofHeader, "\n"))
	}
	got := Proof{Signed: []byte(signed)}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	if extra, ok := strings.CutPrefix(lines[0], "extra "); ok {
		raw, err := base64.StdEncoding.DecodeString(extra)
		if err != nil {
			return fmt.Errorf("%w: proof: the extra line is not base64", ErrInvalid)
		}
		got.Extra, lines = append([]byte{}, raw...), lines[1:]
	}
	if len(lines) == 0 || len(lines) > 1+64 {
		return fmt.Errorf("%w: proof: no index, or more than 64 hashes", ErrInvalid)
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil || index < 0 || lines[0] != "index "+strconv.FormatInt(index, 10) {
		return fmt.Errorf("%w: proof: %q is no index", ErrInvalid, lines[0])
	}
	got.Index = index
	for _, line := range lines[1:] {
		h, err := parseHash(line)
		if err != nil {
			return err
		}
		got.Hashes = append(got.Hashes, h)
	}
	*p = got
	return nil
}

// Check checks that the entry with that text stands in the log that the checkpoint of the
// file is of, and returns the checkpoint.
func (p *Proof) Check(text []byte, origin string, known note.Verifiers) (Checkpoint, error) {
	c, _, err := Open(p.Signed, origin, known)
	if err != nil {
		return Checkpoint{}, err
	}
	return c, CheckEntry(tlog.RecordHash(text), p.Index, c.Size, c.Root[:], p.Hashes)
}
