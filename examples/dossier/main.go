// Dossier files a collection of documents, answers searches in it, and hands over what belongs to one of them as of a
// date: a bag (RFC 8493) with reasons, proofs and a guide that needs nothing but public tools.
//
//	go run ./examples/dossier [-json] -in DOCS.jsonl [-matter REF] [-as-of DATE] [-policy NAME] [-search WORDS] [-key FILE] [-since DOCS.jsonl] -out DIR
//
// The documents are JSON lines of at most 64 MiB: {"id", "title", "date", "kind", "status", "relations": [{"type",
// "target"}], "cites": [id], "cites_keps": [number], "number", "text", …}; other members are kept with the document and shown
// in the dossier. Nothing is dropped: a line that is no document, a document or member that comes twice, a date that is none,
// a target that nobody holds, a relation that makes a circle are each reported by line, kind and member, in
// metadata/findings.jsonl of the bag and, in part, on standard error. Documents that differ under one id are its revisions.
//
// The matter is a document by its id, however it is typed; without one the dossier holds every document. The date is
// YYYY, YYYY-MM or YYYY-MM-DD: only documents dated by its first day, and references valid then, are taken in. The policy
// is standard, predecessors, successors, lineage, effect, citations, or a list such as supersedes:out,amends:both:2.
//
// With -since the dossier continues the one that was drawn with the same options of an earlier state of the collection: it
// holds what is new, its Bates numbers go on, what was handed over then stands in its withheld list, and
// proofs/consistency.json proves that the journal only grew.
//
// The bag is written to DIR/bag and takes the place of one that is there. The same documents and options give the same
// bytes. The checkpoint is signed with the key in FILE (as note.GenerateKey of golang.org/x/mod/sumdb/note writes it), or
// with a key that everybody knows, for trying the program out: then the dossier says that its signature proves nothing.
//
// With -json the result is one object: {"documents", "references", "unresolved", "records_in_dossier", "root_hash",
// "bag", "seconds": {}, …}; among the others are what the references are like as a whole: circles, longest chains, what only
// one side states.
//
// The exit code is 0 when the dossier was written, whatever was found; 1 when it was not; 2 for a wrong call.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// request is what the command line asks for.
type request struct {
	in, matter, asOf, policy, search, key, since, out string
	json                                              bool
}

var errUsage = errors.New("-in and -out are needed")

// run is the program without its process.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	asked, err := parseRequest(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		return exitUsage
	}
	out := bufio.NewWriter(stdout)
	say := log.New(stderr, "dossier: ", 0)
	result, err := handOver(ctx, asked, say)
	if err == nil {
		err = result.write(out, asked.json)
	}
	if err = errors.Join(err, out.Flush()); err != nil {
		say.Print(err)
		return exitFailed
	}
	return exitDone
}

// parseRequest reads the command line; what is wrong with it has been said on stderr.
func parseRequest(args []string, stderr io.Writer) (request, error) {
	var asked request
	flags := flag.NewFlagSet("dossier", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&asked.in, "in", "", "the documents, a `file` of JSON lines")
	flags.StringVar(&asked.matter, "matter", "", "the `document` the dossier is about; none takes in all")
	flags.StringVar(&asked.asOf, "as-of", "", "the `date` the dossier is as of: YYYY, YYYY-MM or YYYY-MM-DD")
	flags.StringVar(&asked.policy, "policy", "standard", "the `name` of what belongs to a dossier")
	flags.StringVar(&asked.search, "search", "", "`words` to search for; the documents found are listed")
	flags.StringVar(&asked.key, "key", "", "the signing key, a `file`")
	flags.StringVar(&asked.since, "since", "", "an earlier state of the collection, a `file`: the dossier holds what is new")
	flags.StringVar(&asked.out, "out", "", "the `folder` for the bag")
	flags.BoolVar(&asked.json, "json", false, "write one JSON object instead of a report for people")
	flags.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "usage: dossier [-json] -in DOCS.jsonl [-matter REF] [-as-of DATE] [-policy NAME] [-search WORDS] [-key FILE] [-since DOCS.jsonl] -out DIR")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return request{}, err
	}
	if asked.in == "" || asked.out == "" || flags.NArg() != 0 {
		flags.Usage()
		return request{}, errUsage
	}
	return asked, nil
}
