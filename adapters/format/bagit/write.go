package bagit

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// Writer makes a bag in an empty folder. It is not safe for concurrent use.
type Writer struct {
	root    *os.Root
	payload []written
	tags    []written
	names   map[string]string // by folded name
	oxum    Oxum
	buf     []byte
	done    bool
}

// written is a file of the new bag, with its digests in the order of writtenWith.
type written struct {
	path string
	sums [2]string
}

// writtenWith are the algorithms of new bags. Each manifest lists everything.
func writtenWith() [2]Algorithm { return [2]Algorithm{SHA256, SHA512} }

// Create begins a bag in a folder, which has to be empty. The folder stays the
// caller's to close. A folder with something in it is ErrInvalid.
func Create(root *os.Root) (*Writer, error) {
	f, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	names, err := f.Readdirnames(1)
	if err = errors.Join(f.Close(), ignoreEOF(err)); err != nil {
		return nil, err
	}
	if len(names) > 0 {
		return nil, fmt.Errorf("%w: the folder for the bag is not empty: it holds %q", ErrInvalid, names[0])
	}
	return &Writer{root: root, names: make(map[string]string), buf: make([]byte, 1<<17)}, nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Digests of a file that was written, in lower-case hexadecimal.
type Digests struct {
	SHA256, SHA512 string
	Size           int64
}

// AddPayload writes a payload file, to data/ and the name. Content is streamed,
// and the digests are computed on the way. A name that is unsafe, not in its shortest form, not
// UTF-8, or the same as another but for case or normalization is ErrInvalid and
// nothing is written. After another error the bag is not usable.
func (w *Writer) AddPayload(ctx context.Context, name string, content io.Reader) (Digests, error) {
	d, err := w.add(ctx, payloadDir+name, content, &w.payload)
	if err != nil {
		return Digests{}, err
	}
	w.oxum.Bytes += d.Size
	w.oxum.Files++
	return d, nil
}

// AddTag writes a tag file of the caller's, such as metadata/records.csv. The
// names that the standard gives meaning are Close's; they and data/ are ErrInvalid,
// as are the names that AddPayload refuses.
func (w *Writer) AddTag(ctx context.Context, name string, content io.Reader) (Digests, error) {
	_, _, isManifest := manifestOf(name)
	if isManifest || name == declarationFile || name == infoFile || name == fetchFile || name == "data" || strings.HasPrefix(name, payloadDir) {
		return Digests{}, fmt.Errorf("%w: %q has a meaning of its own in a bag: choose another name", ErrInvalid, name)
	}
	return w.add(ctx, name, content, &w.tags)
}

func (w *Writer) add(ctx context.Context, name string, content io.Reader, to *[]written) (Digests, error) {
	if err := w.claim(name); err != nil {
		return Digests{}, err
	}
	if dir := path.Dir(name); dir != "." {
		if err := w.root.MkdirAll(dir, 0o755); err != nil {
			return Digests{}, err
		}
	}
	f, err := w.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return Digests{}, err
	}
	sums := [2]hash.Hash{}
	for i, a := range writtenWith() {
		sums[i] = a.newHash()
	}
	size, err := io.CopyBuffer(io.MultiWriter(f, sums[0], sums[1]), stoppable{ctx, content}, w.buf)
	if err = errors.Join(err, f.Close()); err != nil {
		return Digests{}, err
	}
	one := written{path: name, sums: [2]string{hex.EncodeToString(sums[0].Sum(nil)), hex.EncodeToString(sums[1].Sum(nil))}}
	*to = append(*to, one)
	return Digests{SHA256: one.sums[0], SHA512: one.sums[1], Size: size}, nil
}

// claim refuses names that would not be read back, here or elsewhere.
func (w *Writer) claim(name string) error {
	if w.done {
		return fmt.Errorf("%w: the bag is closed", ErrInvalid)
	}
	clean, same := shortest(name)
	why := unsafe(name)
	switch {
	case why != "":
	case !same || clean == "." || name == payloadDir:
		why = fmt.Sprintf("is not in its shortest form, %q", clean)
	case !utf8.ValidString(name):
		why = "is not valid UTF-8"
	}
	if why != "" {
		return fmt.Errorf("%w: path %q %s", ErrInvalid, name, why)
	}
	key := folded(name)
	if other, taken := w.names[key]; taken {
		return fmt.Errorf("%w: path %q is taken by %q; names have to differ by more than case", ErrInvalid, name, other)
	}
	w.names[key] = name
	return nil
}

// stoppable ends with the context.
type stoppable struct {
	ctx context.Context //nolint:containedctx // it lives as long as the one copy it is for
	io.Reader
}

func (s stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.Reader.Read(p)
}

// Close writes the metadata, with a Payload-Oxum of its own at the end, the
// manifests, bagit.txt and the tag manifests. Labels and values that would not be read
// back are ErrInvalid. The result is the digests of the tag manifest of SHA-256, by which a
// receiver can be told what to expect: no file of the bag covers that one.
func (w *Writer) Close(ctx context.Context, info ...Element) (Digests, error) {
	info = append(slices.Clone(info), Element{Label: oxumLabel, Value: w.oxum.String()})
	text, err := infoText(info)
	if err != nil {
		return Digests{}, err
	}
	if err := w.root.MkdirAll(path.Clean(payloadDir), 0o755); err != nil {
		return Digests{}, err
	}
	declaration := versionLabel + ": 1.0\n" + encodingLabel + ": UTF-8\n"
	for _, f := range []struct{ name, text string }{{declarationFile, declaration}, {infoFile, text}} {
		if _, err := w.add(ctx, f.name, strings.NewReader(f.text), &w.tags); err != nil {
			return Digests{}, err
		}
	}
	if _, err := w.manifests(ctx, manifestPrefix, w.payload, &w.tags); err != nil {
		return Digests{}, err
	}
	var unlisted []written
	d, err := w.manifests(ctx, tagManifestPrefix, w.tags, &unlisted)
	w.done = true
	return d, err
}

// manifests writes the manifests of one kind; the digests are of the first.
func (w *Writer) manifests(ctx context.Context, prefix string, list []written, to *[]written) (Digests, error) {
	slices.SortFunc(list, func(a, b written) int { return strings.Compare(a.path, b.path) })
	var first Digests
	for i, a := range writtenWith() {
		var b bytes.Buffer
		for _, f := range list {
			b.WriteString(f.sums[i])
			b.WriteString("  ")
			b.WriteString(encodePath(f.path))
			b.WriteByte('\n')
		}
		d, err := w.add(ctx, prefix+string(a)+".txt", &b, to)
		if err != nil {
			return Digests{}, err
		}
		if i == 0 {
			first = d
		}
	}
	return first, nil
}

func infoText(info []Element) (string, error) {
	var b strings.Builder
	for i, e := range info {
		if e.Label == "" || strings.Trim(e.Label, " \t") != e.Label || strings.ContainsAny(e.Label, ":\r\n") || !utf8.ValidString(e.Label) {
			return "", fmt.Errorf("%w: %q is no label of a metadata element", ErrInvalid, e.Label)
		}
		if strings.EqualFold(e.Label, oxumLabel) && i < len(info)-1 {
			return "", fmt.Errorf("%w: %s is counted by the writer", ErrInvalid, oxumLabel)
		}
		for part := range strings.SplitSeq(e.Value, "\n") {
			if strings.Trim(part, " \t") != part || strings.Contains(part, "\r") || !utf8.ValidString(part) || (part == "" && e.Value != "") {
				return "", fmt.Errorf("%w: the value of %s has blanks at an end of a line, an empty line, or is not UTF-8", ErrInvalid, e.Label)
			}
		}
		b.WriteString(e.Label + ": " + strings.ReplaceAll(e.Value, "\n", "\n  ") + "\n")
	}
	return b.String(), nil
}
