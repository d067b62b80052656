package bagit

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/text/encoding"
)

// Bag is a bag as its tag files describe it.
type Bag struct {
	Version  Version
	Encoding string    // of the tag files, as declared
	Info     []Element // metadata, in its order
	Fetches  []Fetch   // in their order

	files     fs.FS
	encoding  encoding.Encoding
	infoFile  string
	manifests []*manifest // of both kinds, by name
	report    Report
	usable    bool // bagit.txt could be read
}

// OpenDir reads the bag in a folder of the operating system, for which paths and
// links that lead out of the folder do not exist. The closer ends the use of the
// bag. The error is of opening the folder.
func OpenDir(dir string) (*Bag, io.Closer, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	return Read(root.FS()), root, nil
}

// Read reads the tag files of the bag at the root of a file system. What is wrong
// with them is in the report of the bag, where Validate adds to it. A file system
// whose links may lead out of it is followed there: use OpenDir for folders.
func Read(files fs.FS) *Bag {
	b := &Bag{files: files}
	var text []string
	if !b.tagFile(declarationFile, CodeDeclaration, func(_ int, line string) {
		if len(text) <= 2 {
			text = append(text, line)
		}
	}) {
		return b
	}
	if b.usable = b.declaration(text, &b.report); !b.usable {
		return b
	}
	b.readInfo()
	b.readManifests()
	b.readFetches()
	b.report.sort()
	return b
}

// Report is what was found while reading.
func (b *Bag) Report() Report {
	r := b.report
	r.Findings = slices.Clone(r.Findings)
	return r
}

// tagFile calls each with the lines of a tag file; what prevents that is a fault
// of the code.
func (b *Bag) tagFile(name string, code Code, each func(int, string)) bool {
	info, err := fs.Stat(b.files, name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("is not a file")
	}
	if err == nil {
		err = b.readLines(name, each)
	}
	switch {
	case err == nil:
		return true
	case errors.Is(err, errLineTooLong), errors.Is(err, errTooManyLines):
		code = CodeLimit
	case name != declarationFile && (errors.Is(err, errNotUTF8) || errors.Is(err, errMark)):
		code = CodeEncoding
	case errors.Is(err, fs.ErrNotExist):
		err = errors.New("is missing")
	}
	b.report.fault(code, name, err.Error())
	return false
}

func (b *Bag) readLines(name string, each func(int, string)) error {
	f, err := b.files.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(lines(f, b.encoding, each), f.Close())
}

func (b *Bag) readInfo() {
	b.infoFile = infoFile
	if _, err := fs.Stat(b.files, infoFile); err != nil && !b.Version.strict() && b.Version.Minor < 96 {
		b.infoFile = oldInfoFile
	}
	if _, err := fs.Stat(b.files, b.infoFile); errors.Is(err, fs.ErrNotExist) {
		return // it is optional
	}
	m := metadata{strict: b.Version.strict(), file: b.infoFile, report: &b.report}
	b.tagFile(b.infoFile, CodeUnreadable, m.line)
	b.Info = m.out
}

func (b *Bag) readManifests() {
	names, err := fs.ReadDir(b.files, ".")
	if err != nil {
		b.report.fault(CodeUnreadable, ".", err.Error())
	}
	payload := 0
	for _, d := range names {
		algorithm, tags, ok := manifestOf(d.Name())
		if !ok {
			continue
		}
		if algorithm.newHash() == nil {
			b.report.warn(CodeAlgorithm, d.Name(), fmt.Sprintf("algorithm %q is not known; nothing was compared with this manifest", algorithm))
			continue
		}
		m := &manifest{
			file: d.Name(), algorithm: algorithm, tags: tags, entries: make(map[string]entry), report: &b.report, strict: b.Version.strict(),
		}
		b.tagFile(m.file, CodeUnreadable, m.line)
		b.manifests = append(b.manifests, m)
		if !tags {
			payload++
		}
	}
	if payload == 0 {
		b.report.fault(CodeManifests, ".", "there is no payload manifest of a known algorithm")
	}
}

func (b *Bag) readFetches() {
	if _, err := fs.Stat(b.files, fetchFile); errors.Is(err, fs.ErrNotExist) {
		return // it is optional
	}
	f := fetches{manifest: manifest{file: fetchFile, report: &b.report, strict: b.Version.strict()}}
	b.tagFile(fetchFile, CodeUnreadable, f.line)
	b.Fetches = f.out
}

// of gives the manifests of the payload or of the tag files.
func (b *Bag) of(tags bool) []*manifest {
	var out []*manifest
	for _, m := range b.manifests {
		if m.tags == tags {
			out = append(out, m)
		}
	}
	return out
}

// Paths are the payload files that the manifests list, in byte order.
func (b *Bag) Paths() []string {
	seen := make(map[string]bool)
	var out []string
	for _, m := range b.of(false) {
		for p := range m.entries {
			if !seen[p] {
				seen[p] = true
				out = append(out, p)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Open opens a listed file of the bag. Reading fails with ErrDigest instead of io.EOF if
// the content does not fit every manifest that lists it. A path that no manifest
// lists is fs.ErrNotExist.
func (b *Bag) Open(name string) (io.ReadCloser, error) {
	var wants []want
	for _, m := range b.of(!strings.HasPrefix(name, payloadDir)) {
		if e, ok := m.entries[name]; ok {
			wants = append(wants, want{manifest: m, listed: name, entry: e})
		}
	}
	if len(wants) == 0 {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	info, err := fs.Stat(b.files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	f, err := b.files.Open(name)
	if err != nil {
		return nil, err
	}
	return &verifier{file: f, digests: newDigests(wants)}, nil
}

// verifier compares at the end of a file.
type verifier struct {
	file    fs.File
	digests digests
}

func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.file.Read(p)
	_, _ = v.digests.Write(p[:n]) // digests do not fail
	if errors.Is(err, io.EOF) {
		for _, f := range v.digests.compare() {
			return n, &DigestError{Finding: f}
		}
	}
	return n, err
}

func (v *verifier) Close() error { return v.file.Close() }
