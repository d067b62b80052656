package csvlog

import (
	"bytes"
	"io"
)

// lineEnds gives a text whose lines end with a carriage return alone, as old
// spreadsheets write them, with line feeds instead. The beginning decides.
func lineEnds(text io.Reader) io.Reader {
	head := make([]byte, 64<<10)
	n, _ := io.ReadFull(text, head) // what is wrong comes again when the text is read on
	head = head[:n]
	all := io.MultiReader(bytes.NewReader(head), text)
	if bytes.IndexByte(head, '\n') >= 0 || bytes.IndexByte(head, '\r') < 0 {
		return all
	}
	return &returns{in: all}
}

// returns reads carriage returns as line feeds.
type returns struct{ in io.Reader }

func (r *returns) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	for i, b := range p[:n] {
		if b == '\r' {
			p[i] = '\n'
		}
	}
	return n, err //nolint:wrapcheck // a reader passes errors as they are
}
