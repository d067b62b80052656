package httpapi

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNegotiated(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"":                                    typeJSON,
		"*/*":                                 typeJSON,
		"application/json":                    typeJSON,
		"text/html":                           typeHTML,
		"TEXT/HTML; charset=utf-8":            typeHTML,
		"text/markdown":                       typeMarkdown,
		"text/*":                              typeHTML,
		"text/*, text/html;q=0.1":             typeMarkdown,
		"text/html;q=0, */*":                  typeJSON,
		"application/json;q=0.2, text/*;q=.3": typeHTML,
		"text/markdown;q=0.9,text/html;q=0.8": typeMarkdown,
		"image/png":                           typeJSON,
		"text/html;q=NaN":                     typeJSON,
		"text/html;q=2":                       typeJSON,
		";;;,text/html":                       typeHTML,
		// what a browser sends
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8": typeHTML,
	} {
		require.Equal(t, want, negotiated(accept, typeJSON, typeHTML, typeMarkdown), accept)
	}
}
