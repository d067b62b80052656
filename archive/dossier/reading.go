package dossier

import (
	"maps"
	"slices"
	"strings"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/outcome"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/archive/retention"
)

// reading holds what was read so far.
type reading struct {
	Source

	contents   Contents
	records    map[archive.RecordID]*writtenRecord
	numbers    []archive.RecordID // by number, from 1
	payload    map[string]BagFile // without number yet
	references map[string]archive.Reference
	handed     map[archive.RecordID]bool                      // an earlier dossier has them
	withheld   map[archive.RecordID]map[archive.Digest]string // contents, with why
}

// writtenRecord is a row of the records.
type writtenRecord struct {
	Number int              `json:"number"`
	ID     archive.RecordID `json:"id"`
	Digest archive.Digest   `json:"digest"`
	Reason string           `json:"reason"`
	Path   []stepRow        `json:"path"`
	Folder string           `json:"folder"`
	Gone   string           `json:"gone"`

	files int
	stone bool
}

func newReading(s Source) *reading {
	r := &reading{
		Source: s, records: make(map[archive.RecordID]*writtenRecord), payload: make(map[string]BagFile, len(s.Payload)),
		references: make(map[string]archive.Reference), handed: make(map[archive.RecordID]bool),
		withheld: make(map[archive.RecordID]map[archive.Digest]string),
	}
	for _, f := range s.Payload {
		r.payload[f.Path] = f
	}
	return r
}

func (r *reading) readRecords() (err error) {
	r.contents.Records, err = rows(r.Source, recordsFile, false, func(row *writtenRecord, line int) error {
		switch {
		case row.Number != line:
			return misfit(recordsFile, line, "has number %d: numbers have no gap", row.Number)
		case row.ID == "" || !row.Digest.Valid():
			return misfit(recordsFile, line, "has no id or no digest")
		case r.records[row.ID] != nil:
			return misfit(recordsFile, line, "is of record %q, which stands there already", row.ID)
		}
		r.records[row.ID] = row
		r.numbers = append(r.numbers, row.ID)
		return nil
	})
	return err
}

// at is the record of a number, if it is the one that is named.
func (r *reading) at(file string, line, number int, id archive.RecordID) (*writtenRecord, error) {
	if number < 1 || number > len(r.numbers) || r.numbers[number-1] != id {
		return nil, misfit(file, line, "names record %q under number %d, which %s does not", id, number, recordsFile)
	}
	return r.records[id], nil
}

func (r *reading) readBates() (err error) {
	var last int64
	r.contents.Files, err = rows(r.Source, batesFile, false, func(row *batesRow, line int) error {
		record, err := r.at(batesFile, line, row.Number, row.Record)
		if err != nil {
			return err
		}
		n, ok := count(row.Bates)
		file, there := r.payload[row.Path]
		switch {
		case !ok || line > 1 && n != last+1:
			return misfit(batesFile, line, "has Bates number %q, which does not follow the one before", row.Bates)
		case !there:
			return misfit(batesFile, line, "names %s, which no manifest lists, or which has a number already", row.Path)
		case file.Digests["sha256"] != string(row.SHA256):
			return misfit(batesFile, line, "has SHA-256 %s of %s, the manifest %s", row.SHA256, row.Path, file.Digests["sha256"])
		case file.Size >= 0 && file.Size != row.Size:
			return misfit(batesFile, line, "says that %s has %d bytes, it has %d", row.Path, row.Size, file.Size)
		case !strings.HasPrefix(row.Path, record.Folder+"/"):
			return misfit(batesFile, line, "names %s, which is not in the folder of record %q", row.Path, row.Record)
		case row.Revision == 1 && row.Rendition == "" && row.SHA256 != record.Digest:
			return misfit(batesFile, line, "has SHA-256 %s of what record %q was filed with, the record %s", row.SHA256, row.Record, record.Digest)
		case record.Gone != "":
			return misfit(batesFile, line, "is of record %q, which is %s", row.Record, record.Gone)
		}
		last = n
		record.files++
		delete(r.payload, row.Path)
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range r.Payload {
		if _, left := r.payload[f.Path]; left {
			return misfit(f.Path, 0, "is payload without a Bates number")
		}
	}
	return nil
}

func (r *reading) readReferences() (err error) {
	r.contents.References, err = rows(r.Source, referencesFile, false, func(row *referenceRow, line int) error {
		again := archive.NewReference(row.Type, row.Source, row.Target, row.Terms)
		_, twice := r.references[row.ID]
		switch {
		case again.ID != row.ID:
			return misfit(referencesFile, line, "has id %q, which is not that of its type, ends and pins", row.ID)
		case row.Inverse != row.Type.Inverse():
			return misfit(referencesFile, line, "says that the other way is called %q", row.Inverse)
		case twice:
			return misfit(referencesFile, line, "is a reference that stands there already")
		}
		r.references[row.ID] = row.Reference
		return nil
	})
	return err
}

func (r *reading) readWithheld() (err error) {
	r.contents.Withheld, err = rows(r.Source, withheldFile, false, func(row *withheldRow, line int) error {
		id := archive.RecordID(row.End.Value)
		isRecord := row.End.Kind == archive.EndRecord
		switch {
		case row.Reason == "":
			return misfit(withheldFile, line, "does not say why")
		case row.Reason == reasonHanded && isRecord:
			r.handed[id], r.contents.Continues = true, true
		case row.Content != "" && !isRecord:
			return misfit(withheldFile, line, "withholds a content of what is no record")
		}
		if row.Content != "" {
			if r.withheld[id] == nil {
				r.withheld[id] = make(map[archive.Digest]string)
			}
			r.withheld[id][row.Content] = row.Reason
		}
		return nil
	})
	for _, id := range slices.Sorted(maps.Keys(r.withheld)) {
		if err == nil && r.records[id] == nil && !r.handed[id] {
			err = misfit(withheldFile, 0, "withholds a content of record %q, which neither this dossier nor an earlier one has", id)
		}
	}
	return err
}

// paths follows the way that led to each record.
func (r *reading) paths() error {
	for i, id := range r.numbers {
		row := r.records[id]
		var item reference.Item
		for k, step := range row.Path {
			item.Path = append(item.Path, reference.Step{From: step.From, Type: step.Type, Inverse: step.Inverse, Edge: step.Reference})
			to := id
			if k+1 < len(row.Path) {
				to = row.Path[k+1].From
			}
			ref, known := r.references[step.Reference]
			if !known && r.contents.Continues {
				continue // the earlier dossier has it
			}
			if !known || !leads(&ref, step, to) {
				return misfit(recordsFile, i+1, "was reached from %q by reference %q, which does not lead from there to %q", step.From, step.Reference, to)
			}
		}
		if reason := item.Reason(); reason != row.Reason {
			return misfit(recordsFile, i+1, "has reason %q, its path says %q", row.Reason, reason)
		}
	}
	return nil
}

// leads reports whether a reference leads from where a step begins to a record.
func leads(ref *archive.Reference, step stepRow, to archive.RecordID) bool {
	from, target := ref.Source, ref.Target
	info, known := ref.Type.Info()
	if step.Inverse || known && info.Symmetric() && from != archive.ToRecord(step.From) {
		from, target = target, from
	}
	return ref.Type == step.Type && from == archive.ToRecord(step.From) && target == archive.ToRecord(to)
}

func (r *reading) readTombstones() (err error) {
	r.contents.Tombstones, err = rows(r.Source, tombstonesFile, true, func(row *tombstoneRow, line int) error {
		if row.Number == 0 {
			if !r.handed[row.Record] {
				return misfit(tombstonesFile, line, "is of record %q, which neither this dossier nor an earlier one has", row.Record)
			}
			return nil
		}
		record, err := r.at(tombstonesFile, line, row.Number, row.Record)
		if err != nil {
			return err
		}
		if record.Gone != string(row.State) {
			return misfit(tombstonesFile, line, "says that record %q is %s, %s says %q", row.Record, row.State, recordsFile, record.Gone)
		}
		record.stone = true
		for _, c := range row.Contents {
			if why := r.withheld[row.Record][c.SHA256]; why != string(row.State) && !r.contents.Continues {
				return misfit(tombstonesFile, line, "names content %s, which %s does not withhold as %s", c.SHA256, withheldFile, row.State)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, id := range r.numbers {
		if row := r.records[id]; row.Gone != "" && !row.stone {
			return misfit(recordsFile, i+1, "is of a record that is %s and has no tombstone", row.Gone)
		}
	}
	return nil
}

// numberedRow is what the rows about a record have in common.
type numberedRow struct {
	Number int              `json:"number"`
	Record archive.RecordID `json:"record"`
}

// readNumbered looks only whom the rows of a file are about.
func (r *reading) readNumbered(file string) func() error {
	return func() error {
		_, err := rows(r.Source, file, false, func(row *numberedRow, line int) error {
			switch {
			case row.Number == 0 && r.handed[row.Record]:
				return nil
			case row.Record == "" && row.Number >= 1 && row.Number <= len(r.numbers):
				return nil // of a file that tells of numbers alone
			}
			_, err := r.at(file, line, row.Number, row.Record)
			return err
		})
		return err
	}
}

func (r *reading) readOutcomes() (err error) {
	r.contents.Outcomes, err = rows(r.Source, outcomesFile, false, func(row *struct {
		numberedRow

		Outcome outcome.Outcome `json:"outcome"`
	}, line int,
	) error {
		_, err := r.at(outcomesFile, line, row.Number, row.Record)
		return err
	})
	return err
}

// ends reports whether an event of that kind says that a record is gone.
func ends(kind string) bool {
	switch retention.ItemState(kind) {
	case retention.Destroying, retention.Destroyed, retention.Transferred:
		return true
	case retention.InDisposal:
	}
	return false
}

// readEvents gives each entry to proved, and finds records whose filing is not among
// them, where there are any.
func (r *reading) readEvents(proved func(*WrittenEvent, int, archive.Digest) error) (err error) {
	var last int64
	filed := make(map[archive.RecordID]bool)
	r.contents.Events, err = rows(r.Source, eventsFile, false, func(row *WrittenEvent, line int) error {
		if row.Position <= last {
			return misfit(eventsFile, line, "has position %d after %d", row.Position, last)
		}
		last = row.Position
		digest := archive.Digest("")
		if record := r.records[row.Record]; record != nil {
			digest = record.Digest
			filed[row.Record] = filed[row.Record] || row.Kind == "filed"
		} else if !r.handed[row.Record] && ends(row.Kind) {
			return misfit(eventsFile, line, "is the end of record %q, which neither this dossier nor an earlier one has", row.Record)
		}
		return proved(row, line, digest)
	})
	if err != nil || r.contents.Events == 0 {
		return err
	}
	for i, id := range r.numbers {
		if !filed[id] {
			return misfit(recordsFile, i+1, "is of record %q, whose filing is not among the entries of %s", id, eventsFile)
		}
	}
	return nil
}
