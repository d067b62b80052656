package dossier

import (
	"bytes"
	_ "embed"
	"strings"
	"text/template"
)

//go:embed VERIFY.md.tmpl
var guideText string

// guide writes VERIFY.md.
func (p *Plan) guide(ev *Evidence) []byte {
	t := template.Must(template.New("VERIFY.md").Funcs(template.FuncMap{"line": oneLine}).Parse(guideText))
	var b bytes.Buffer
	_ = t.Execute(&b, struct { // a buffer takes everything, and the test runs every branch
		Plan     *Plan
		Evidence *Evidence
		AsOf     string
		Files    int64
	}{p, ev, stamp(p.Order.Policy.AsOf), p.LastBates() - p.Order.First + 1})
	return b.Bytes()
}

// oneLine keeps what was asked for from looking like a part of the guide.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == '`' {
			return ' '
		}
		return r
	}, s)
}
