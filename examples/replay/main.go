// Replay runs change histories through a lifecycle and says which of them keep to it, and why the others do not.
//
//	go run ./examples/replay [-json] -lifecycle FILE TRACES.jsonl
//
// The lifecycle is a definition as package lifecycle parses it; guards are not asked. Beside this program stand two
// that describe processes kept elsewhere: pep1.json, after the diagram and the text of PEP 1 (python/peps at ba4deeb7),
// and kep.json, after the states of the KEP process (kubernetes/enhancements at 64765b4b), whose edges are a reading.
//
// The traces are JSON lines of at most one MiB, one change each: {"id": …, "transitions": [{"at": …, "to": …}, …]},
// where at is a time as in RFC 3339 or a day, and may be left out. Other members are ignored, blank lines are skipped. A
// line that is no trace is reported on standard error with its number, and the rest is replayed. So is, but counted and
// judged as it stands there, a trace whose times step back, and one whose id an earlier line has: nothing is sorted,
// merged or left out.
//
// The first state of a history is an opening, judged against the lifecycle's initial states; equal neighbours, after
// folding aliases, are no transition; every other pair must be an edge. A trace conforms if all of it does.
//
// With -json every trace gives a line {"id", "conforms", "violations": [{"from", "to", "at", "reason"}]}, where from is
// empty for an opening, and the last line is {"summary": {"traces", "conforming", "transitions", "lawful",
// "unlawful"}}; "bad_lines", "stepping_back" and "repeated" follow where there are such lines.
//
// The exit code is 0 when everything could be read, whether it conforms or not; 1 when something could not; 2 for a
// wrong call.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/coordkit/coordkit/changereq/lifecycle"
	"github.com/coordkit/coordkit/examples/internal/jsonl"
)

// Exit codes.
const (
	exitDone       = 0
	exitUnreadable = 1
	exitUsage      = 2
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// request is what the command line asks for.
type request struct {
	lifecycle, traces string
	json              bool
}

// What can be wrong with a call besides what the packages below find.
var (
	errUsage   = errors.New("a lifecycle and one file of traces are needed")
	errUnsound = errors.New("the lifecycle has errors")
)

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
	say := log.New(stderr, "replay: ", 0)

	total, err := replayFile(asked, out, say)
	if err = errors.Join(err, out.Flush()); err != nil {
		say.Print(err)

		return exitUnreadable
	}

	if total.BadLines > 0 {
		return exitUnreadable
	}

	return exitDone
}

// parseRequest reads the command line; what is wrong with it has been said on stderr.
func parseRequest(args []string, stderr io.Writer) (request, error) {
	var asked request

	flags := flag.NewFlagSet("replay", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&asked.lifecycle, "lifecycle", "", "the lifecycle to replay through, a JSON `file`")
	flags.BoolVar(&asked.json, "json", false, "write JSON lines instead of a report for people")
	flags.Usage = func() {
		_, _ = fmt.Fprintln(stderr, "usage: replay [-json] -lifecycle FILE TRACES.jsonl")
		flags.PrintDefaults()
	}

	if err := flags.Parse(args); err != nil {
		return request{}, err
	}

	if asked.lifecycle == "" || flags.NArg() != 1 {
		flags.Usage()

		return request{}, errUsage
	}

	asked.traces = flags.Arg(0)

	return asked, nil
}

// replayFile opens what was asked for and replays it.
func replayFile(asked request, out io.Writer, say *log.Logger) (summary, error) {
	shape, err := loadShape(asked.lifecycle, say)
	if err != nil {
		return summary{}, err
	}

	in, err := os.Open(asked.traces)
	if err != nil {
		return summary{}, err
	}
	defer func() { _ = in.Close() }() // only read from

	def := shape.Definition()
	to := newTextReport(out, fmt.Sprintf("%s (%s, version %d)", def.Title, def.ID, def.Version))

	if asked.json {
		to = newJSONReport(out)
	}

	total, err := replay(shape, in, to, func(odd *jsonl.LineError) {
		say.Printf("%s: %v", asked.traces, odd)
	})
	if err != nil {
		return summary{}, fmt.Errorf("%s: %w", asked.traces, err)
	}

	return total, nil
}

// loadShape reads and compiles a lifecycle; every finding is said.
func loadShape(path string, say *log.Logger) (*lifecycle.Shape, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // only read from

	text, err := io.ReadAll(io.LimitReader(in, lifecycle.MaxSize+1)) // Parse refuses the byte too many
	if err != nil {
		return nil, err
	}

	def, err := lifecycle.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}

	shape, findings := lifecycle.CompileShape(def)
	for _, finding := range findings {
		say.Printf("%s: %v", path, finding)
	}

	if shape == nil {
		return nil, fmt.Errorf("%s: %w", path, errUnsound)
	}

	return shape, nil
}

// What a trace is said to be that is judged as it stands there.
var (
	errStepsBack = errors.New("judged in the order of the line, though its times step back")
	errRepeated  = errors.New("judged by itself, though its id is repeated")
)

// replay judges every trace, reports it, and adds up. Lines that are no traces, and what is odd about others, go to odd.
func replay(shape *lifecycle.Shape, in io.Reader, to report, odd func(*jsonl.LineError)) (summary, error) {
	var total summary

	lines := make(map[string]int) // of each id, the first

	for read, err := range readTraces(in) {
		var line *jsonl.LineError

		switch {
		case errors.As(err, &line):
			total.BadLines++
			odd(line)

			continue
		case err != nil:
			return summary{}, err
		}

		total.oddities(read, lines, odd)

		judged := shape.Judge(read.steps)
		total.add(judged)

		err = to.add(verdict{ID: read.id, Conforms: judged.Conforms(), Violations: judged.Violations})
		if err != nil {
			return summary{}, err
		}
	}

	return total, to.finish(total)
}

// oddities counts and says what is odd about a trace.
func (s *summary) oddities(read trace, lines map[string]int, odd func(*jsonl.LineError)) {
	if step, back := read.stepsBack(); back {
		s.SteppingBack++

		odd(&jsonl.LineError{Number: read.line, Err: fmt.Errorf("%s, transitions/%d: %w", read.id, step, errStepsBack)})
	}

	if first, repeated := lines[read.id]; repeated {
		s.Repeated++

		odd(&jsonl.LineError{Number: read.line, Err: fmt.Errorf("%s, as on line %d: %w", read.id, first, errRepeated)})

		return
	}

	lines[read.id] = read.line
}

// add counts one trace.
func (s *summary) add(judged lifecycle.Judgement) {
	s.Traces++
	s.Transitions += judged.Transitions
	s.Lawful += judged.Lawful
	s.Unlawful += judged.Unlawful

	if judged.Conforms() {
		s.Conforming++
	}
}
