package bagit

import (
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits bound what is read of a bag that is one file, so that whoever sends it
// decides neither on memory nor on time. Zero fields mean the defaults.
type Limits struct {
	Bytes   int64 // of all files together once they are unpacked; 0 is 4 GiB
	Tags    int64 // of the files in the bag's own folder, manifests and the like, which are kept in memory; 0 is 32 MiB
	Entries int   // files and folders; 0 is 100,000
	Depth   int   // folders within each other; 0 is 64
	Name    int   // bytes of a path; 0 is 1024
}

func (l Limits) withDefaults() Limits {
	if l.Bytes <= 0 {
		l.Bytes = 4 << 30
	}
	if l.Tags <= 0 {
		l.Tags = 32 << 20
	}
	if l.Entries <= 0 {
		l.Entries = 100_000
	}
	if l.Depth <= 0 {
		l.Depth = 64
	}
	if l.Name <= 0 {
		l.Name = 1024
	}
	return l
}

// tree is what stands in a packed file, as a file system of which nothing is ever
// written to disk: a path can lead nowhere else. What is refused is in the report and
// not in the tree.
type tree struct {
	limits  Limits
	nodes   map[string]*node
	report  Report
	entries int
	bytes   int64
	full    bool // a limit was met that ends the reading
}

// node is a file or, with children, a folder.
type node struct {
	name     string
	size     int64
	open     func() (io.ReadCloser, error)
	folder   bool
	children []string // names, sorted when they are asked for
}

func newTree(l Limits) *tree {
	return &tree{limits: l.withDefaults(), nodes: map[string]*node{".": {name: ".", folder: true}}}
}

// admit looks at an entry by its name, and gives the path that it is to have; ok is
// false for one that is left out.
func (t *tree) admit(name string) (p string, ok bool) {
	if t.entries++; t.entries > t.limits.Entries {
		t.stop(fmt.Sprintf("holds more than %d files and folders: the rest was not looked at", t.limits.Entries))
		return "", false
	}
	var why string
	code := CodeUnsafePath
	switch clean := path.Clean(strings.TrimSuffix(name, "/")); {
	case len(name) > t.limits.Name:
		name, why, code = name[:t.limits.Name], fmt.Sprintf("has a path of more than %d bytes", t.limits.Name), CodeLimit
	case !utf8.ValidString(name):
		why, code = "has a name that is not UTF-8", CodeEncoding
	case unsafe(name) != "":
		why = unsafe(name)
	case !fs.ValidPath(clean):
		why = "is no path"
	case strings.Count(clean, "/") >= t.limits.Depth:
		why, code = fmt.Sprintf("stands in more than %d folders", t.limits.Depth), CodeLimit
	default:
		return clean, true
	}
	t.report.fault(code, strings.ToValidUTF8(name, "\ufffd"), why+" and was left out")
	return "", false
}

// stop ends the reading.
func (t *tree) stop(why string) {
	if !t.full {
		t.full = true
		t.report.fault(CodeLimit, ".", why)
	}
}

// refuse leaves an entry out that is no file.
func (t *tree) refuse(name string, code Code, why string) {
	if p, ok := t.admit(name); ok {
		t.report.fault(code, p, why)
	}
}

// folder adds a folder.
func (t *tree) folder(name string) {
	if p, ok := t.admit(name); ok {
		t.within(p)
	}
}

// file adds a file.
func (t *tree) file(name string, size int64, open func() (io.ReadCloser, error)) {
	p, ok := t.admit(name)
	if !ok {
		return
	}
	if t.nodes[p] != nil {
		t.report.fault(CodeDuplicate, p, "stands in the packed file more than once; only the first was looked at")
		return
	}
	if size < 0 || size > t.limits.Bytes-t.bytes {
		t.stop(fmt.Sprintf("holds more than %d bytes once it is unpacked: the rest was not looked at", t.limits.Bytes))
		return
	}
	if !t.within(path.Dir(p)) {
		return
	}
	t.bytes += size
	t.add(p, &node{name: path.Base(p), size: size, open: open})
}

// within makes the folders of a path, and reports whether that could be.
func (t *tree) within(p string) bool {
	if n := t.nodes[p]; n != nil {
		if !n.folder {
			t.report.fault(CodeDuplicate, p, "is a file and a folder at once")
		}
		return n.folder
	}
	if !t.within(path.Dir(p)) {
		return false
	}
	t.add(p, &node{name: path.Base(p), folder: true})
	return true
}

func (t *tree) add(p string, n *node) {
	t.nodes[p] = n
	above := t.nodes[path.Dir(p)]
	above.children = append(above.children, n.name)
}

// bag finds the folder that the bag stands in: the top, or the one folder there.
func (t *tree) bag() (fs.FS, string, error) {
	if t.nodes[declarationFile] != nil {
		t.cutTags(".")
		return t, "", nil
	}
	top := slices.Sorted(slices.Values(t.nodes["."].children))
	folder := ""
	for _, name := range top {
		if folder == "" && t.nodes[name+"/"+declarationFile] != nil {
			folder = name
		}
	}
	if folder == "" && len(top) == 1 && t.nodes[top[0]].folder {
		folder = top[0]
	}
	if folder == "" {
		return t, "", nil // reading it says that there is no bag
	}
	t.cutTags(folder)
	for _, name := range top {
		switch name {
		case folder:
		case "__MACOSX":
			t.report.warn(CodeSystemFile, name, "looks like a folder that an operating system made by itself")
		default:
			t.report.fault(CodeScope, name, "stands beside the folder of the bag: nothing protects it")
		}
	}
	inner, err := fs.Sub(t, folder)
	return inner, folder, err
}

// cutTags leaves out what makes the tag files larger than they may be.
func (t *tree) cutTags(folder string) {
	total, above := int64(0), t.nodes[folder]
	above.children = slices.DeleteFunc(slices.Sorted(slices.Values(above.children)), func(name string) bool {
		p := path.Join(folder, name)
		n := t.nodes[p]
		if n.folder || n.size <= t.limits.Tags-total {
			total += n.size
			return false
		}
		t.report.fault(CodeLimit, name, fmt.Sprintf("makes the files beside the payload larger than %d bytes and was left out", t.limits.Tags))
		delete(t.nodes, p)
		return true
	})
}

// Open of fs.FS.
func (t *tree) Open(name string) (fs.File, error) {
	n, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.folder {
		return &openFolder{node: n, tree: t, path: name}, nil
	}
	from, err := n.open()
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{ReadCloser: from, node: n}, nil
}

// Stat of fs.StatFS.
func (t *tree) Stat(name string) (fs.FileInfo, error) { return t.find("stat", name) }

// ReadDir of fs.ReadDirFS.
func (t *tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name)
	if err == nil && !n.folder {
		err = &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	if err != nil {
		return nil, err
	}
	out := make([]fs.DirEntry, 0, len(n.children))
	for _, child := range slices.Sorted(slices.Values(n.children)) {
		out = append(out, fs.FileInfoToDirEntry(t.nodes[path.Join(name, child)]))
	}
	return out, nil
}

func (t *tree) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n := t.nodes[name]
	if n == nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// A node is its own fs.FileInfo. Times are not kept: nothing in a bag rests on them.

func (n *node) Name() string       { return n.name }
func (n *node) Size() int64        { return n.size }
func (n *node) ModTime() time.Time { return time.Time{} }
func (n *node) IsDir() bool        { return n.folder }
func (n *node) Sys() any           { return nil }

// Mode of fs.FileInfo.
func (n *node) Mode() fs.FileMode {
	if n.folder {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

type openFile struct {
	io.ReadCloser

	node *node
}

// Stat of fs.File.
func (f *openFile) Stat() (fs.FileInfo, error) { return f.node, nil }

type openFolder struct {
	node *node
	tree *tree
	path string
	read int
}

// Stat of fs.File.
func (f *openFolder) Stat() (fs.FileInfo, error) { return f.node, nil }

// Read of fs.File.
func (f *openFolder) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: f.path, Err: fs.ErrInvalid}
}

// Close of fs.File.
func (*openFolder) Close() error { return nil }

// ReadDir of fs.ReadDirFile.
func (f *openFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	all, err := f.tree.ReadDir(f.path)
	if err != nil {
		return nil, err
	}
	rest := all[f.read:]
	if n > 0 {
		if len(rest) == 0 {
			return nil, io.EOF
		}
		rest = rest[:min(n, len(rest))]
	}
	f.read += len(rest)
	return rest, nil
}
