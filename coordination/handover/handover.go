package handover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
)

// Kind is the kind of the record of a dossier that was handed over.
const Kind archive.Kind = "dossier"

// DefaultLimit is the most records that a dossier takes in unless its policy says
// otherwise.
const DefaultLimit = 10_000

// Config is what a Service needs. Desk, Store and Sealer are mandatory; the desk
// and the sealer work on the store.
type Config struct {
	Desk   *coordination.Desk
	Store  coordination.Store
	Sealer *audit.Sealer
	Key    func(tenant string) (audit.Key, error) // that of the sealer
	Packer dossier.Packer                         // nil: nothing can be packed
	// Unpacker reads bags that are sent; nil: none is examined.
	Unpacker dossier.Unpacker
	Prefix   string // of Bates numbers
	// Content opens a content, verified; nil: contents are those of the desk.
	Content func(ctx context.Context, tenant string, digest archive.Digest) (archive.BlobReader, error)
}

// Service hands dossiers over. It is safe for concurrent use.
type Service struct{ cfg Config }

// New checks the configuration and returns a service.
func New(cfg Config) (*Service, error) {
	if cfg.Desk == nil || cfg.Store == nil || cfg.Sealer == nil || cfg.Key == nil {
		return nil, fmt.Errorf("%w: handing over needs Desk, Store, Sealer and Key", coordination.ErrInvalid)
	}
	if cfg.Content == nil {
		cfg.Content = cfg.Desk.OpenBlob
	}
	return &Service{cfg: cfg}, nil
}

// opener opens the contents of a plan. One that is not to be found is named by what
// became of it: it was destroyed since the plan was drawn, or is lost.
func (s *Service) opener(tenant string, plan *dossier.Plan) dossier.Opener {
	return func(ctx context.Context, digest archive.Digest) (io.ReadCloser, error) {
		from, err := s.cfg.Content(ctx, tenant, digest)
		if errors.Is(err, archive.ErrNotFound) {
			return nil, s.lost(ctx, tenant, plan, digest)
		}
		return from, err
	}
}

func (s *Service) lost(ctx context.Context, tenant string, plan *dossier.Plan, digest archive.Digest) error {
	return s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		for i := range plan.Items {
			it := &plan.Items[i]
			if !slices.ContainsFunc(it.Files, func(f dossier.File) bool { return f.Digest == digest }) {
				continue
			}
			r := it.Document.Record
			kept, err := coordination.ContentsTx(ctx, tx, r)
			if err != nil {
				return err
			}
			if kept[r.ID].Gone || !slices.Contains(kept[r.ID].Contents, digest) {
				return fmt.Errorf("%w: a content of record %q went after the dossier was drawn: draw it again", archive.ErrConflict, r.ID)
			}
		}
		return fmt.Errorf("%w: content %s is not to be found", archive.ErrAltered, digest)
	})
}

// measure fills in the sizes of renditions, which their records do not keep.
func (s *Service) measure(ctx context.Context, tenant string, plan *dossier.Plan) error {
	for i := range plan.Items {
		for k := range plan.Items[i].Files {
			f := &plan.Items[i].Files[k]
			if f.Rendition == "" {
				continue
			}
			from, err := s.cfg.Desk.OpenBlob(ctx, tenant, f.Digest)
			if errors.Is(err, archive.ErrNotFound) {
				return s.lost(ctx, tenant, plan, f.Digest)
			}
			if err != nil {
				return err
			}
			f.Size = from.Size()
			if err := from.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Order says what is wanted.
type Order struct {
	// Matter is a record by its id, or a thing of another room, such as
	// changereq:CR7, whose records the dossier starts from.
	Matter string
	Policy reference.Policy // its AsOf is the date of the dossier
	// Size is that of the checkpoint as of which the office is asked; 0 is the
	// newest.
	Size int64
	// Continues is the record of the dossier that this one continues; empty for a
	// first one.
	Continues archive.RecordID
}

// Receipt is what is kept of a dossier that was handed over: the content of its
// record.
type Receipt struct {
	Matter      string           `json:"matter"`
	Policy      string           `json:"policy"`
	AsOf        time.Time        `json:"as_of,omitzero"`
	Size        int64            `json:"size"` // of the checkpoint
	Continues   archive.RecordID `json:"continues,omitempty"`
	Records     int              `json:"records"`
	Files       int              `json:"files"`
	Withheld    int              `json:"withheld"`
	LastBates   int64            `json:"last_bates"`
	TagManifest string           `json:"tagmanifest_sha256"` // of the bag
	Handed      dossier.Handed   `json:"handed"`             // with all that it continues
}

// Dossier is a plan with its evidence.
type Dossier struct {
	Order    Order
	Plan     dossier.Plan
	Evidence dossier.Evidence
	Recorded time.Time // when the last entry before the checkpoint was recorded
	open     dossier.Opener
}

// Draw draws a dossier for a reader. A matter that he has no record of is an
// *AbsentError, whatever the reason; so are an earlier dossier that is not there and a
// checkpoint that was not signed. A store in which something does not fit the log is a
// *evidence.MismatchError.
func (s *Service) Draw(ctx context.Context, tenant, reader string, o Order) (*Dossier, error) {
	signed, err := s.cfg.Sealer.Checkpoint(ctx, tenant, o.Size)
	if err != nil {
		return nil, unsigned(err, o.Size)
	}
	o.Size = signed.Size
	if o.Policy.Limit <= 0 {
		o.Policy.Limit = DefaultLimit
	}
	before, err := s.receipt(ctx, tenant, reader, o)
	if err != nil {
		return nil, err
	}
	reading, err := s.cfg.Desk.Reading(ctx, tenant, reader)
	if err != nil {
		return nil, err
	}
	d := &Dossier{Order: o}
	var l *loading
	err = s.cfg.Store.View(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
		l = newLoading(tx, o, reading)
		var err error
		d.Plan, err = l.draw(ctx, s.cfg.Prefix, before)
		if err == nil {
			d.Recorded, err = l.recorded(ctx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.measure(ctx, tenant, &d.Plan); err != nil {
		return nil, err
	}
	d.open = s.opener(tenant, &d.Plan)
	d.Evidence, err = s.prove(ctx, tenant, &d.Plan, l, signed, before)
	return d, err
}

// receipt reads that of the dossier which an order continues; nil for a first
// one.
func (s *Service) receipt(ctx context.Context, tenant, reader string, o Order) (*Receipt, error) {
	if o.Continues == "" {
		return nil, nil //nolint:nilnil // a first dossier continues nothing
	}
	reading, err := s.cfg.Desk.Reading(ctx, tenant, reader)
	if err != nil {
		return nil, err
	}
	if !reading.Sees(o.Continues) {
		return nil, noDossier()
	}
	r, content, err := s.cfg.Desk.OpenContent(ctx, tenant, o.Continues)
	if errors.Is(err, archive.ErrNotFound) {
		return nil, noDossier()
	}
	if err != nil {
		return nil, err
	}
	var out Receipt
	none := json.NewDecoder(content).Decode(&out)
	_, altered := io.Copy(io.Discard, content) // to its end, where it is verified
	if err := errors.Join(altered, content.Close()); err != nil {
		return nil, fmt.Errorf("receipt of dossier %q: %w", o.Continues, err)
	}
	if r.Kind != Kind || none != nil {
		return nil, fmt.Errorf("%w: record %q is no dossier that could be continued", archive.ErrInvalid, o.Continues)
	}
	switch {
	case out.Matter != o.Matter:
		return nil, fmt.Errorf("%w: dossier %q is on %q, not on %q", archive.ErrInvalid, o.Continues, out.Matter, o.Matter)
	case out.Size > o.Size:
		return nil, fmt.Errorf("%w: dossier %q is of %d entries, the checkpoint of %d only", archive.ErrInvalid, o.Continues, out.Size, o.Size)
	}
	return &out, nil
}

func noDossier() error {
	return absent(PartContinues, "there is no such record: name that of the dossier which is continued, as it was said when that was handed over")
}

// Write fills a bag.
func (d *Dossier) Write(ctx context.Context, bag dossier.Bag) error {
	return dossier.Write(ctx, &d.Plan, bag, d.open, &d.Evidence)
}

// Receipt is what is to be kept of the dossier once it was handed over as a bag
// with that tag manifest.
func (d *Dossier) Receipt(tagManifest string) Receipt {
	files := 0
	for i := range d.Plan.Items {
		files += len(d.Plan.Items[i].Files)
	}
	return Receipt{
		Matter: d.Order.Matter, Policy: d.Order.Policy.Name, AsOf: d.Order.Policy.AsOf, Size: d.Order.Size, Continues: d.Order.Continues,
		Records: len(d.Plan.Items), Files: files, Withheld: len(d.Plan.Withheld), LastBates: d.Plan.LastBates(), TagManifest: tagManifest,
		Handed: d.Plan.Handed(),
	}
}

// Pack writes the dossier as one file and returns the digest of its tag
// manifest. Without Config.Packer it is coordination.ErrInvalid.
func (s *Service) Pack(ctx context.Context, out io.Writer, d *Dossier, f dossier.Format) (tagManifest string, err error) {
	if s.cfg.Packer == nil {
		return "", fmt.Errorf("%w: there is no Packer", coordination.ErrInvalid)
	}
	date := d.Order.Policy.AsOf
	if date.IsZero() {
		date = d.Recorded
	}
	packing := dossier.Packing{
		Format: f, Folder: "dossier_" + dossier.PortableName(d.Order.Matter), Date: date,
		Labels: []dossier.Label{
			{Name: "External-Description", Value: "Dossier on " + oneLine(d.Order.Matter) + ", policy " + oneLine(d.Order.Policy.Name)},
			{Name: "Internal-Sender-Identifier", Value: fmt.Sprintf("%s %d", oneLine(d.Evidence.Origin), d.Order.Size)},
		},
	}
	return s.cfg.Packer.Pack(ctx, out, packing, d.Write)
}

// File is the record to be filed of a dossier that was handed over; its id may
// be set. A receipt of more than archive.MaxContent bytes, that of some thousand
// records, is filed as a content that is uploaded: see Service.Keep.
func (d *Dossier) File(id archive.RecordID, tagManifest string) (archive.File, error) {
	content, err := json.Marshal(d.Receipt(tagManifest))
	if err != nil {
		return archive.File{}, fmt.Errorf("handover: receipt: %w", err)
	}
	f := archive.File{
		ID: id, Kind: Kind, Title: "Dossier on " + oneLine(d.Order.Matter), Subject: archive.Ref(d.Order.Matter), Name: "receipt.json",
		MediaType: "application/json", Content: content,
	}
	if d.Order.Continues != "" {
		f.References = []archive.Link{{Type: archive.Supersedes, Target: archive.ToRecord(d.Order.Continues), Reason: "continues it"}}
	}
	return f, nil
}

// HandOver packs a dossier for a reader and files the record of it, which is returned.
func (s *Service) HandOver(
	ctx context.Context, tenant, reader string, id archive.RecordID, o Order, out io.Writer, format dossier.Format,
) (archive.Record, error) {
	d, err := s.Draw(ctx, tenant, reader, o)
	if err != nil {
		return archive.Record{}, err
	}
	digest, err := s.Pack(ctx, out, d, format)
	if err != nil {
		return archive.Record{}, err
	}
	f, err := d.File(id, digest)
	if err != nil || len(f.Content) <= archive.MaxContent {
		return s.filed(ctx, tenant, reader, f, err)
	}
	blob, err := s.cfg.Desk.Upload(ctx, tenant, bytes.NewReader(f.Content), "")
	if err != nil {
		return archive.Record{}, err
	}
	f.Content = nil
	return s.cfg.Desk.FileUpload(ctx, tenant, reader, f, blob.Digest)
}

func (s *Service) filed(ctx context.Context, tenant, reader string, f archive.File, err error) (archive.Record, error) {
	if err != nil {
		return archive.Record{}, err
	}
	return s.cfg.Desk.File(ctx, tenant, reader, f)
}

// Keep makes the record of a dossier ready to be filed inside a transaction of the
// tenant: a content that is too large to be filed within a record is uploaded first,
// which is refused by a desk that has no place for it. The record needs an id.
func (s *Service) Keep(
	ctx context.Context, tenant string, f archive.File,
) (func(ctx context.Context, tx coordination.Tx, actor string, now time.Time) (archive.Record, error), error) {
	if len(f.Content) <= archive.MaxContent {
		return func(ctx context.Context, tx coordination.Tx, actor string, now time.Time) (archive.Record, error) {
			return s.cfg.Desk.FileTx(ctx, tx, actor, now, f)
		}, nil
	}
	blob, err := s.cfg.Desk.Upload(ctx, tenant, bytes.NewReader(f.Content), "")
	if err != nil {
		return nil, err
	}
	f.Content = nil
	return func(ctx context.Context, tx coordination.Tx, actor string, now time.Time) (archive.Record, error) {
		return s.cfg.Desk.FileUploadTx(ctx, tx, tenant, actor, now, f, blob.Digest)
	}, nil
}
