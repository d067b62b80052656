package main

import (
	"regexp"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/reference"
)

const (
	citesWord       = "cites"
	citesNumberWord = "cites_keps" // citations by number
	citesRule       = "cites 1"    // the citations came extracted; by what, the collection does not say
)

// vocabulary is what the words of the collections mean that this program knows.
func vocabulary() reference.Vocabulary {
	along := func(t archive.ReferenceType) reference.Meaning { return reference.Meaning{Type: t} }
	against := func(t archive.ReferenceType) reference.Meaning { return reference.Meaning{Type: t, Inverse: true} }
	return reference.Vocabulary{
		"obsoletes": along(archive.Supersedes), "obsoleted_by": against(archive.Supersedes),
		"replaces": along(archive.Supersedes), "replaced_by": against(archive.Supersedes),
		"supersedes": along(archive.Supersedes), "superseded_by": against(archive.Supersedes),
		"updates": along(archive.Amends), "updated_by": against(archive.Amends),
		"amends": along(archive.Amends), "amended_by": against(archive.Amends),
		"corrects": along(archive.Corrects), "corrected_by": against(archive.Corrects), "has_errata": against(archive.Corrects),
		"answers": along(archive.Answers), "answered_by": against(archive.Answers),
		"implements": along(archive.Implements), "implemented_by": against(archive.Implements),
		"resolved_by": along(archive.DecidedIn), "decided_in": along(archive.DecidedIn), "decides": against(archive.DecidedIn),
		"discussed_at": against(archive.Evidences), "evidences": along(archive.Evidences), "evidenced_by": against(archive.Evidences),
		"derived_from": along(archive.DerivesFrom), "source_of": against(archive.DerivesFrom),
		"requires": along(archive.Requires), "required_by": against(archive.Requires),
		"has_part": along(archive.HasPart), "is_part_of": against(archive.HasPart), "part_of": against(archive.HasPart),
		"has_format": along(archive.HasFormat), "is_format_of": against(archive.HasFormat),
		"attachment_of": along(archive.AttachmentOf), "has_attachment": against(archive.AttachmentOf),
		"contradicts": along(archive.Contradicts), "see_also": along(archive.SeeAlso),
		citesWord: along(archive.References), citesNumberWord: along(archive.References), "references": along(archive.References), "cited_by": against(archive.References),
	}
}

// treeAddress is the address of a file or folder in a tree that a host of sources shows.
var treeAddress = regexp.MustCompile(`^https?://[^/]+/[^/]+/[^/]+/(?:tree|blob)/[^/]+/`)

// cleanName cuts off what the authors of collections add to a name: the address of the tree it stands in, the file of a
// folder, slashes. Composed and decomposed letters are the same.
func cleanName(name string) string {
	name = norm.NFC.String(strings.TrimSpace(name))
	if tree := treeAddress.FindString(name); tree != "" {
		name, _, _ = strings.Cut(name[len(tree):], "#")
	}
	for _, file := range []string{"README.md", "kep.yaml", "index.md"} {
		name = strings.TrimSuffix(name, "/"+file)
	}
	return strings.Trim(name, "/")
}
