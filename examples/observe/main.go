// Observe reads event logs and says what happens in the process: how often each activity comes, which follows which and
// after what time, how long cases take, and where they wait.
//
//	go run ./examples/observe [-json] [-format auto|xes|csv|ocel|jsonl] [-zone UTC] [-type NAME] [-pair] [-strict] FILE…
//
// The format is taken from the content of a file unless named; a file may be gzipped. Times without an offset are read in
// the zone, and it is said how many there were. Of a table the columns are guessed by their names, or named with -case,
// -activity, -start, -end and -resource, as "#3" by number, and times in another form with -layout; the report shows them. Of an object-centric log the objects of
// -type are the cases, without it those of the type with most links to events.
//
// Every event counts by itself; -pair makes one activity instance of a start and its complete. The figures are those
// of package process: D1 to D9.
//
// With -json every file gives one JSON object on a line: file, format, cases, events, activities [{name, count}], start
// {}, end {}, variants, directly_follows [{from, to, count, mean_s, median_s, p95_s, total_s, overlap_s}], case_duration
// {mean_s, median_s, p95_s, total_s}, bottlenecks [{rank, from, to, count, total_s, share, mean_s, median_s, p95_s}],
// costs [{activity, currency, events, total}] where the log states them, problems [{reason, effect, count, file, line,
// lines [], detail}] with the lines of the first thousand of each kind, dropped, repaired. Activities and edges come by count, largest
// first, then by name.
//
// With -brief a file gives one page in Markdown with the causes of waiting and the bottlenecks, with -map its process map.
//
// What cannot be used is dropped and counted by reason, on standard error and in the report. The exit code is 0 when
// every file could be read to its end; 1 when one could not (what came before is reported all the same), when no event of
// it could be used, or, with -strict, when an event had to be dropped or repaired; 2 for a wrong call.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/coordkit/coordkit/adapters/format/csvlog"
)

// Exit codes.
const (
	exitDone       = 0
	exitUnreadable = 1
	exitUsage      = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// Languages of a process map.
const (
	drawMermaid = "mermaid"
	drawDOT     = "dot"
)

// request is what the command line asks for.
type request struct {
	files        []string
	format       string
	zone         *time.Location
	columns      csvlog.Columns
	layout       string
	objectType   string
	json, strict bool
	brief        bool
	drawing      string
	pair         bool
}

var errUsage = errors.New("at least one file is needed")

// run is the program without its process.
func run(args []string, stdout, stderr io.Writer) int {
	asked, err := parseRequest(args, stderr)

	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		return exitUsage
	}

	out := bufio.NewWriter(stdout)
	code := exitDone

	for _, path := range asked.files {
		err := observe(path, asked, out, stderr)
		if err = errors.Join(err, out.Flush()); err != nil {
			_, _ = fmt.Fprintln(stderr, "observe:", err)
			code = exitUnreadable
		}
	}

	return code
}

// parseRequest reads the command line; what is wrong with it has been said on stderr.
func parseRequest(args []string, stderr io.Writer) (request, error) {
	var (
		asked request
		zone  string
	)

	flags := flag.NewFlagSet("observe", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&asked.format, "format", "auto", "`auto`, xes, csv, ocel or jsonl")
	flags.StringVar(&zone, "zone", "UTC", "the `zone` of times without an offset, as Europe/Berlin")
	flags.BoolVar(&asked.json, "json", false, "write one JSON object a file instead of a report for people")
	flags.BoolVar(&asked.strict, "strict", false, "stop at the first event that must be dropped or repaired")
	flags.BoolVar(&asked.pair, "pair", false, "make one activity instance of a start and its complete")
	flags.StringVar(&asked.objectType, "type", "", "the `type` of objects that are the cases of an object-centric log")
	flags.StringVar(&asked.columns.Case, "case", "", "the `column` of a table that names the case")
	flags.StringVar(&asked.columns.Activity, "activity", "", "the `column` of the activity")
	flags.StringVar(&asked.columns.Start, "start", "", "the `column` of the start; - for none")
	flags.StringVar(&asked.columns.End, "end", "", "the `column` of the end, or of the time in a table of points")
	flags.StringVar(&asked.columns.Resource, "resource", "", "the `column` of who did it; - for none")
	flags.StringVar(&asked.layout, "layout", "", "the `layout` of the times of a table, as Go writes it: 02.01.2006 15:04")
	flags.BoolVar(&asked.brief, "brief", false, "write one page in Markdown: what happens, where and why work waits")
	flags.StringVar(&asked.drawing, "map", "", "draw the process map as `mermaid` or dot")
	flags.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "usage: observe [-json] [-format auto|xes|csv|ocel|jsonl] [-zone UTC] FILE…")
		flags.PrintDefaults()
	}

	if err := flags.Parse(args); err != nil {
		return request{}, err
	}

	var err error
	if asked.zone, err = time.LoadLocation(zone); err != nil {
		_, _ = fmt.Fprintf(stderr, "observe: -zone: %v; want a name like UTC or Europe/Berlin\n", err)

		return request{}, err
	}

	if asked.files = flags.Args(); len(asked.files) == 0 {
		flags.Usage()

		return request{}, errUsage
	}

	if !knownFormat(asked.format) {
		_, _ = fmt.Fprintf(stderr, "observe: -format %s; want auto, xes, csv, ocel or jsonl\n", asked.format)

		return request{}, errUsage
	}

	if asked.drawing != "" && asked.drawing != drawMermaid && asked.drawing != drawDOT {
		_, _ = fmt.Fprintf(stderr, "observe: -map %s; want mermaid or dot\n", asked.drawing)

		return request{}, errUsage
	}

	return asked, nil
}
