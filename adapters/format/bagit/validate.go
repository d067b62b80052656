package bagit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Validate compares the bag with its files: every listed file has to be there
// and fit, and every payload file be listed. The report holds what Read found as
// well. The error is that of ctx alone.
func (b *Bag) Validate(ctx context.Context) (Report, error) {
	v := validation{bag: b, report: b.Report(), present: make(map[string]int64)}
	if !b.usable {
		return v.report, ctx.Err()
	}
	v.walk()
	v.names()
	v.match()
	v.unlisted()
	v.fetches()
	v.tagManifests()
	v.oxum()
	err := v.digests(ctx)
	v.report.sort()
	return v.report, err
}

type validation struct {
	bag      *Bag
	report   Report
	present  map[string]int64  // the files that are there, with their sizes
	composed map[string]string // their names in composed form, as they are
	wants    map[string][]want // what the manifests say of the files that are there
}

// want is what one line of a manifest says of a file.
type want struct {
	manifest *manifest
	listed   string
	entry    entry
}

// walk finds the files of the bag.
func (v *validation) walk() {
	_ = fs.WalkDir(v.bag.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			v.report.fault(CodeUnreadable, name, err.Error())
			return nil
		}
		switch t := d.Type(); {
		case t.IsDir():
		case t&fs.ModeSymlink != 0:
			v.link(name)
		case t.IsRegular():
			info, err := d.Info()
			if err != nil {
				v.report.fault(CodeUnreadable, name, err.Error())
				return nil
			}
			v.put(name, info.Size())
		default:
			v.report.fault(CodeSpecialFile, name, fmt.Sprintf("is neither file nor folder (%v) and was not opened", t))
		}
		return nil
	})
	if info, err := fs.Stat(v.bag.files, path.Clean(payloadDir)); err != nil || !info.IsDir() {
		v.report.fault(CodePayload, path.Clean(payloadDir), "there is no payload folder")
	}
	v.composed = make(map[string]string, len(v.present))
	for _, name := range slices.Sorted(maps.Keys(v.present)) {
		v.composed[composed(name)] = name
	}
}

func (v *validation) put(name string, size int64) {
	v.present[name] = size
	if systemFile(name) {
		v.report.warn(CodeSystemFile, name, "looks like a file that an operating system made by itself")
	}
	if strings.HasPrefix(name, payloadDir) {
		v.report.Files++
		v.report.Bytes += size
	}
}

// link takes a link to a file of the bag as that file; other links are faults.
func (v *validation) link(name string) {
	target, err := fs.ReadLink(v.bag.files, name)
	if err != nil {
		v.report.fault(CodeLink, name, "is a link that cannot be read: "+err.Error())
		return
	}
	to := path.Join(path.Dir(name), target)
	if path.IsAbs(target) || to == ".." || strings.HasPrefix(to, "../") {
		v.report.fault(CodeLink, name, "is a link that leads out of the bag and was not followed")
		return
	}
	info, err := fs.Stat(v.bag.files, name)
	switch {
	case err != nil:
		v.report.fault(CodeLink, name, "is a link that leads nowhere or out of the bag: "+err.Error())
	case !info.Mode().IsRegular():
		v.report.fault(CodeLink, name, "is a link to what is no file and was not followed")
	default:
		v.report.warn(CodeLink, name, fmt.Sprintf("is a link to %q; a copy of the bag may lack it", target))
		v.put(name, info.Size())
	}
}

// names warns of names that somebody else's file system takes for one.
func (v *validation) names() {
	all := maps.Clone(v.present)
	for _, m := range v.bag.manifests {
		for p := range m.entries {
			all[p] = 0
		}
	}
	seen := make(map[string]string, len(all))
	for _, name := range slices.Sorted(maps.Keys(all)) {
		key := folded(name)
		first, twin := seen[key]
		switch {
		case !twin:
			seen[key] = name
		case composed(first) == composed(name):
			v.report.warn(CodeNormalization, name, fmt.Sprintf("is the same name as %q but for Unicode normalization", first))
		default:
			v.report.warn(CodeCase, name, fmt.Sprintf("is the same name as %q but for case", first))
		}
	}
}

// match finds the file of every listed path.
func (v *validation) match() {
	holes := make(map[string]bool, len(v.bag.Fetches))
	for _, f := range v.bag.Fetches {
		holes[f.Path] = true
	}
	v.wants = make(map[string][]want)
	for _, m := range v.bag.manifests {
		for _, listed := range slices.Sorted(maps.Keys(m.entries)) {
			e := m.entries[listed]
			name, ok := v.find(listed)
			if ok {
				v.wants[name] = append(v.wants[name], want{manifest: m, listed: listed, entry: e})
				continue
			}
			f := Finding{Severity: Fault, Code: CodeMissing, File: m.file, Line: e.line, Path: listed, Text: "is not there"}
			if holes[listed] {
				f.Severity, f.Text = Hole, "is not there; "+fetchFile+" says where to get it"
			}
			v.report.add(f)
		}
	}
}

// find gives the name that a listed file has in the bag.
func (v *validation) find(listed string) (string, bool) {
	if _, ok := v.present[listed]; ok {
		return listed, true
	}
	name, ok := v.composed[composed(listed)]
	return name, ok
}

// unlisted finds the payload files that a manifest does not list, and the tag files that no tag manifest lists.
func (v *validation) unlisted() {
	payload, tags := v.bag.of(false), v.bag.of(true)
	for _, name := range slices.Sorted(maps.Keys(v.present)) {
		if !strings.HasPrefix(name, payloadDir) {
			if _, isTags, ok := manifestOf(name); len(tags) > 0 && len(v.wants[name]) == 0 && (!ok || !isTags) {
				v.report.warn(CodeUnlisted, name, "is a tag file that no tag manifest lists: nothing protects it")
			}
			continue
		}
		var in []*manifest
		for _, w := range v.wants[name] {
			in = append(in, w.manifest)
		}
		if len(in) == 0 {
			v.report.fault(CodeUnlisted, name, "is a payload file that no manifest lists")
			continue
		}
		for _, m := range payload {
			if v.bag.Version.strict() && !slices.Contains(in, m) {
				v.report.fault(CodeUnlisted, name, "is a payload file that "+m.file+" does not list")
			}
		}
	}
}

// fetches finds lines of fetch.txt for files that are not listed.
func (v *validation) fetches() {
	payload := v.bag.of(false)
	for _, f := range v.bag.Fetches {
		listed := 0
		for _, m := range payload {
			if _, ok := m.entries[f.Path]; ok {
				listed++
			}
		}
		if listed == 0 || (v.bag.Version.strict() && listed < len(payload)) {
			v.report.add(Finding{Severity: Fault, Code: CodeUnlisted, File: fetchFile, Line: f.line, Path: f.Path, Text: "is not listed in every payload manifest"})
		}
		if size, ok := v.present[f.Path]; ok && f.Length >= 0 && size != f.Length {
			v.report.add(Finding{Severity: Warning, Code: CodeDigest, File: fetchFile, Line: f.line, Path: f.Path, Text: fmt.Sprintf("has %d bytes, not %d", size, f.Length)})
		}
	}
}

// tagManifests finds payload manifests that a tag manifest leaves out.
func (v *validation) tagManifests() {
	for _, t := range v.bag.of(true) {
		for _, m := range v.bag.of(false) {
			if _, ok := t.entries[m.file]; ok {
				continue
			}
			s := Warning
			if v.bag.Version.strict() {
				s = Fault
			}
			v.report.add(Finding{Severity: s, Code: CodeUnlisted, File: t.file, Path: m.file, Text: "is a payload manifest and has to be listed"})
		}
	}
}

// oxum compares Payload-Oxum, unless files are still to be fetched.
func (v *validation) oxum() {
	want := v.bag.oxum(&v.report)
	if want == nil || slices.ContainsFunc(v.report.Findings, func(f Finding) bool { return f.Severity == Hole }) {
		return
	}
	if got := (Oxum{Bytes: v.report.Bytes, Files: v.report.Files}); got != *want {
		v.report.fault(CodeOxum, v.bag.infoFile, fmt.Sprintf("%s is %v, the payload has %v", oxumLabel, want, got))
	}
}

// digests reads every listed file once.
func (v *validation) digests(ctx context.Context) error {
	buf := make([]byte, 1<<17)
	for _, name := range slices.Sorted(maps.Keys(v.wants)) {
		d := newDigests(v.wants[name])
		if err := v.read(ctx, name, d, buf); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			v.report.fault(CodeUnreadable, name, err.Error())
			continue
		}
		for _, f := range d.compare() {
			v.report.add(f)
		}
	}
	return ctx.Err()
}

func (v *validation) read(ctx context.Context, name string, to io.Writer, buf []byte) error {
	f, err := v.bag.files.Open(name)
	if err != nil {
		return err
	}
	for err == nil {
		if err = ctx.Err(); err != nil {
			break
		}
		var n int
		n, err = f.Read(buf)
		_, _ = to.Write(buf[:n]) // digests do not fail
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

// digests computes what a file is wanted to have, each algorithm once.
type digests struct {
	wants []want
	sums  map[Algorithm]hash.Hash
}

func newDigests(wants []want) digests {
	d := digests{wants: wants, sums: make(map[Algorithm]hash.Hash, 2)}
	for _, w := range wants {
		if d.sums[w.manifest.algorithm] == nil {
			d.sums[w.manifest.algorithm] = w.manifest.algorithm.newHash()
		}
	}
	return d
}

func (d digests) Write(p []byte) (int, error) {
	for _, h := range d.sums {
		h.Write(p)
	}
	return len(p), nil
}

// compare gives a finding for every line that does not fit.
func (d digests) compare() []Finding {
	var out []Finding
	for _, w := range d.wants {
		if got := hex.EncodeToString(d.sums[w.manifest.algorithm].Sum(nil)); got != w.entry.digest {
			out = append(out, Finding{
				Severity: Fault, Code: CodeDigest, File: w.manifest.file, Line: w.entry.line, Path: w.listed,
				Text: fmt.Sprintf("has %s %s, not %s", w.manifest.algorithm, got, w.entry.digest),
			})
		}
	}
	return out
}
