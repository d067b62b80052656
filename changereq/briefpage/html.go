package briefpage

import (
	"crypto/sha256"
	_ "embed" // the page and its style
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"

	"github.com/coordkit/coordkit/changereq"
)

//go:embed page.html
var pageHTML string

//go:embed style.css
var style string

// parsed is the page with its style, parsed once: nothing changes it afterwards.
var parsed = sync.OnceValues(func() (*template.Template, error) { //nolint:gochecknoglobals // a constant in spirit
	return template.New("page").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // ours, embedded
	}).Parse(pageHTML)
})

// HTML writes the brief as one page in UTF-8 that needs nothing but itself: no
// script, no picture, no font to load. On A4 paper a brief of usual size is one
// sheet; a longer one goes on to the next.
func HTML(w io.Writer, b *changereq.Brief) error {
	t, err := parsed()
	if err != nil {
		return fmt.Errorf("briefpage: %w", err)
	}
	var out strings.Builder
	if err := t.Execute(&out, newPage(b)); err != nil {
		return fmt.Errorf("briefpage: %w", err)
	}
	return write(w, out.String())
}

// write writes a page in one piece.
func write(w io.Writer, page string) error {
	if _, err := io.WriteString(w, clean(page)); err != nil {
		return fmt.Errorf("briefpage: %w", err)
	}
	return nil
}

// ContentSecurityPolicy is the policy to serve the HTML with: the page may use
// its own style, and nothing else.
func ContentSecurityPolicy() string {
	digest := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(digest[:]) + "'; frame-ancestors 'none'"
}

// clean makes control characters visible that a reader would swallow or obey,
// those that turn the direction of writing among them.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return -1
		case r < ' ', r >= 0x7f && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return '\uFFFD'
		}
		return r
	}, s)
}
