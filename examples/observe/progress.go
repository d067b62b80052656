package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// progress shows how much of a file has been read, on a terminal, once reading takes long enough to wonder.
type progress struct {
	in    io.Reader
	out   io.Writer // nil where nobody looks
	name  string
	size  int64
	read  int64
	begun time.Time
	shown time.Time
}

// Patience of whoever looks.
const (
	quietFor  = 500 * time.Millisecond
	showEvery = 100 * time.Millisecond
	barWidth  = 30
)

func newProgress(in *os.File, out io.Writer, path string) *progress {
	p := &progress{in: in, name: filepath.Base(path), begun: time.Now()}

	info, err := in.Stat()
	if err != nil || info.Size() == 0 || !isTerminal(out) {
		return p
	}

	p.out, p.size = out, info.Size()

	return p
}

// isTerminal says whether somebody may be looking.
func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}

	info, err := file.Stat()

	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// Read reads on and shows how far that got.
func (p *progress) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.read += int64(n)

	if p.out != nil {
		p.show(time.Now())
	}

	return n, err
}

func (p *progress) show(now time.Time) {
	if now.Sub(p.begun) < quietFor || now.Sub(p.shown) < showEvery {
		return
	}

	p.shown = now
	part := min(1, float64(p.read)/float64(p.size))
	done := int(part * barWidth)
	_, _ = fmt.Fprintf(p.out, "\r%s [%s%s] %3.0f %%", p.name, strings.Repeat("#", done), strings.Repeat(".", barWidth-done), 100*part)
}

// done wipes the line.
func (p *progress) done() {
	if p.out != nil && !p.shown.IsZero() {
		_, _ = fmt.Fprint(p.out, "\r\033[K")
	}
}
