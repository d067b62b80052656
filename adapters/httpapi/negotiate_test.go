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
		"text/html;q=NaN, */*;q=0.1":          typeJSON,
		";;;,text/html":                       typeHTML,
		// what a browser sends
		"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8": typeHTML,
	} {
		got, err := negotiated(accept, typeJSON, typeHTML, typeMarkdown)
		require.NoError(t, err, accept)
		require.Equal(t, want, got, accept)
	}
	for _, accept := range []string{"image/png", "text/html;q=NaN", "text/html;q=2", "*/*;q=0", "text/*;q=0, image/*", ";;;"} {
		_, err := negotiated(accept, typeJSON, typeHTML, typeMarkdown)
		require.ErrorIs(t, err, errAccept, accept)
	}
}
