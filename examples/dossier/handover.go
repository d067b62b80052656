package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
)

// clock measures how long the parts of the work take.
type clock struct {
	last    time.Time
	seconds map[string]float64
}

func newClock() *clock { return &clock{last: time.Now(), seconds: make(map[string]float64)} }

func (c *clock) lap(name string) {
	now := time.Now()
	c.seconds[name] = now.Sub(c.last).Seconds()
	c.last = now
}

// handOver does what is asked for.
func handOver(ctx context.Context, asked request, say *log.Logger) (*result, error) {
	spent := newClock()
	var asOf time.Time
	if asked.asOf != "" {
		var err error
		if asOf, err = parseDate(asked.asOf); err != nil {
			return nil, fmt.Errorf("-as-of: %w", err)
		}
	}
	policy, err := reference.ParsePolicy(asked.policy, asOf)
	if err != nil {
		return nil, fmt.Errorf("-policy: %w", err)
	}
	key, err := loadKey(asked.key)
	if err != nil {
		return nil, fmt.Errorf("-key: %w", err)
	}
	c, err := readFile(asked.in)
	if err != nil {
		return nil, err
	}
	spent.lap("read")
	before, err := earlier(ctx, asked, policy, spent)
	if err != nil {
		return nil, fmt.Errorf("-since: %w", err)
	}
	o, err := before.next(ctx, c, spent)
	if err != nil {
		return nil, err
	}
	sayFindings(say, asked.in, c.findings)
	starts, err := o.starts(asked.matter)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", asked.in, err)
	}
	plan, err := dossier.Draw(before.order(asked, starts, policy), o.graph, o.find)
	if err != nil {
		return nil, err
	}
	proof, err := o.journal.prove(ctx, &plan, key, before.size())
	if err != nil {
		return nil, err
	}
	spent.lap("plan")
	bag := filepath.Join(asked.out, "bag")
	sealed, err := o.writeBag(ctx, bag, &plan, proof, key)
	if err != nil {
		return nil, err
	}
	spent.lap("write")
	r, err := o.result(&plan, proof, bag, sealed, spent)
	if err != nil || asked.search == "" {
		return r, err
	}
	r.Found, r.Hits, err = o.search(asked.search, asOf)
	spent.lap("search")
	return r, err
}

// sayFindings says the first findings of each kind, and how many more there are.
func sayFindings(say *log.Logger, in string, findings []finding) {
	const shown = 5
	count := make(map[string]int)
	for _, f := range findings {
		if count[f.Code]++; count[f.Code] <= shown {
			what := strings.Join(strings.Fields(strings.Join([]string{f.Field, f.Record, f.Word, f.Target}, " ")), " ")
			say.Print(printable(fmt.Sprintf("%s: line %d: %s: %s: %s", in, f.Line, f.Code, what, f.Text)))
		}
	}
	for _, code := range sortedKeys(count) {
		if count[code] > shown {
			say.Printf("%s: and %d more: %s", in, count[code]-shown, code)
		}
	}
}

var errNoBag = errors.New("is there and is no bag: name another folder with -out")

// writeBag writes the bag aside and puts it in its place; one that is there goes.
func (o *office) writeBag(ctx context.Context, to string, plan *dossier.Plan, proof *dossier.Evidence, key signingKey) (bagit.Digests, error) {
	if _, err := os.Stat(to); err == nil {
		if _, err := os.Stat(filepath.Join(to, "bagit.txt")); err != nil {
			return bagit.Digests{}, fmt.Errorf("%s %w", to, errNoBag)
		}
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return bagit.Digests{}, err
	}
	aside, err := os.MkdirTemp(filepath.Dir(to), ".bag-")
	if err != nil {
		return bagit.Digests{}, err
	}
	defer os.RemoveAll(aside)
	sealed, err := o.fillBag(ctx, aside, plan, proof, key)
	if err != nil {
		return bagit.Digests{}, err
	}
	if err := os.Chmod(aside, 0o755); err != nil {
		return bagit.Digests{}, err
	}
	if err := os.Rename(to, aside+".old"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return bagit.Digests{}, err
	}
	defer os.RemoveAll(aside + ".old")
	return sealed, os.Rename(aside, to)
}

func (o *office) fillBag(ctx context.Context, dir string, plan *dossier.Plan, proof *dossier.Evidence, key signingKey) (bagit.Digests, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return bagit.Digests{}, err
	}
	defer root.Close()
	w, err := bagit.Create(root)
	if err != nil {
		return bagit.Digests{}, err
	}
	bag := bagWriter{w}
	if err := dossier.Write(ctx, plan, bag, o.contents.open, proof); err != nil {
		return bagit.Digests{}, err
	}
	var findings bytes.Buffer
	lines := json.NewEncoder(&findings)
	lines.SetEscapeHTML(false)
	for _, f := range o.collection.findings {
		if err := lines.Encode(f); err != nil {
			return bagit.Digests{}, err
		}
	}
	if err := bag.AddTag(ctx, "metadata/findings.jsonl", &findings); err != nil {
		return bagit.Digests{}, err
	}
	return w.Close(ctx, o.info(plan, key)...)
}

// info describes the bag. Its date is that of the dossier, never that of the day.
func (o *office) info(plan *dossier.Plan, key signingKey) []bagit.Element {
	date := plan.Order.Policy.AsOf
	if date.IsZero() {
		date = o.journal.recorded
	}
	matter := "all documents"
	if plan.Order.Matter != "" {
		matter = string(plan.Order.Starts[0])
	}
	out := []bagit.Element{
		{Label: "Bagging-Date", Value: date.Format(time.DateOnly)},
		{Label: "External-Description", Value: "Dossier on " + printable(matter) + ", policy " + printable(plan.Order.Policy.Name)},
		{Label: "Internal-Sender-Identifier", Value: "sha256:" + string(o.collection.digest)},
	}
	if key.known {
		out = append(out, bagit.Element{Label: "Internal-Sender-Description", Value: "Signed with a key that everybody knows: the signature proves nothing."})
	}
	return out
}

// bagWriter is a bag for package dossier.
type bagWriter struct{ w *bagit.Writer }

func (b bagWriter) AddPayload(ctx context.Context, name string, content io.Reader) error {
	_, err := b.w.AddPayload(ctx, name, content)
	return err
}

func (b bagWriter) AddTag(ctx context.Context, name string, content io.Reader) error {
	_, err := b.w.AddTag(ctx, name, content)
	return err
}
