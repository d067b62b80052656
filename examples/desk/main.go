// Desk serves the coordinator's office over HTTP: the API at /v1, a page at /,
// the contract at /openapi.yaml and health at /healthz.
//
// It keeps the office in an embedded SQLite file, or in PostgreSQL, and starts
// with a small office written for the demonstration. Whoever names one of its
// people as a bearer token is that person: do not put it on a network as it is.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/coordkit/coordkit/adapters/format"
	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/archive/search"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

const (
	tenant = "demo"
	grace  = 10 * time.Second // for the requests under way when the program ends
)

// options are what the command line asks for.
type options struct {
	addr, store, contents, imported string
	empty                           bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "desk:", err)
		}
		os.Exit(2) //nolint:gocritic // stop only restores the signals of a program that ends
	}
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("desk", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.addr, "addr", "localhost:8080", "the `address` to serve on")
	flags.StringVar(&o.store, "store", "", "where the office is kept: a `DSN` of PostgreSQL or the path of an SQLite file (default: a file that goes away with the program)")
	flags.StringVar(&o.contents, "contents", "", "the `folder` of the contents that are uploaded (default: beside the SQLite file; with PostgreSQL one that goes away with the program)")
	flags.StringVar(&o.imported, "import", "", "take change histories in from a `file` of JSON lines before serving")
	flags.BoolVar(&o.empty, "empty", false, "start without the office of the demonstration")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() > 0 {
		return o, fmt.Errorf("what is %q? every option has a name, see -help", flags.Arg(0))
	}
	return o, nil
}

// run serves until ctx ends, then lets the requests under way finish.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	store, err := openStore(ctx, o.store, o.contents)
	if err != nil {
		return err
	}
	defer store.Close()
	lifecycles, err := lifecycles()
	if err != nil {
		return err
	}
	desk, err := coordination.NewDesk(coordination.Config{
		Store: store, Blobs: store.contents, Lifecycles: lifecycles, ReadLog: format.ForDesk, Searcher: new(search.Indexes),
	})
	if err != nil {
		return err
	}
	if _, err := desk.DropExpiredReplies(ctx, tenant); err != nil {
		return err
	}
	if err := fill(ctx, o, store, desk, lifecycles, stderr); err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(stderr, nil))
	proofs, err := newProofs(desk, store, store.contents)
	if err != nil {
		return err
	}
	if _, err := desk.Reindex(ctx, tenant); err != nil { // the index is in memory
		return err
	}
	handler, err := newHandler(desk, store, proofs, log)
	if err != nil {
		return err
	}
	following, stop := context.WithCancel(ctx)
	var followed sync.WaitGroup
	followed.Go(func() { proofs.follow(following, log) })
	defer followed.Wait()
	defer stop()
	return serve(ctx, o.addr, handler, log, stdout, store.where)
}

// fill takes in the file that was named, or else opens the demonstration.
func fill(
	ctx context.Context, o options, store coordination.Store, desk *coordination.Desk, known []*changereq.Lifecycle, stderr io.Writer,
) error {
	switch {
	case o.imported != "":
		in, err := os.Open(o.imported)
		if err != nil {
			return err
		}
		defer in.Close() // only read from
		im := importer{
			desk: desk, store: store, tenant: tenant, under: known[len(known)-1].Ref(), report: stderr,
			progress: func(t tally) { fmt.Fprintf(stderr, "\r%d lines", t.Lines) },
		}
		total, err := im.run(ctx, in)
		fmt.Fprintf(stderr, "\r%s: %v\n", o.imported, total)
		return err
	case !o.empty:
		return openOffice(ctx, store)
	}
	return nil
}

func serve(ctx context.Context, addr string, handler http.Handler, log *slog.Logger, stdout io.Writer, where string) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	fmt.Fprintf(stdout, "The office is open, kept in %s.\n\n  page      %s/\n  API       %s/v1/change-requests\n  contract  %s/openapi.yaml\n  health    %s/healthz\n\n", where, base, base, base, base)
	fmt.Fprintf(stdout, "Say who you are by a bearer token: %s.\n  curl -H 'Authorization: Bearer carol' '%s/v1/change-requests?state=ForDecision'\n", names(), base)
	return httpapi.Serve(ctx, listener, handler, grace, log)
}
