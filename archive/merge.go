package archive

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxMerged is how many records are one thing at most.
const MaxMerged = 500

// Merge says that a record is the same thing as another, into which it is merged, in a
// transaction of its own; see MergeTx.
func (s *Service) Merge(ctx context.Context, tenant, actor string, id, into RecordID, reason string) (Reference, error) {
	now := s.now()
	var out Reference
	err := s.cfg.Store.Update(ctx, tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = s.MergeTx(ctx, tx, actor, now, id, into, reason)
		return err
	})
	return out, err
}

// MergeTx merges a record into another inside the caller's transaction. From then on the
// other stands for both: who reads the one by its id is given the other, and the
// references at either are those of both, each under its own id. Nothing of what was
// filed changes, and both histories say what was done. It is for ever: what was said of either since can no more be told
// apart, so a record that was merged by mistake is filed anew.
//
// A record that was merged before, into this one or another, and one between which and
// the other an acyclic type leads, is a *RefusedError; neither being filed is ErrNotFound.
func (s *Service) MergeTx(ctx context.Context, tx Tx, actor string, now time.Time, id, into RecordID, reason string) (Reference, error) {
	r, err := tx.Record(ctx, id)
	if err != nil {
		return Reference{}, err
	}
	if into == id || strings.TrimSpace(reason) == "" {
		return Reference{}, mergeFaults(id, into, reason)
	}
	other, err := tx.Record(ctx, into)
	if err != nil {
		return Reference{}, fmt.Errorf("the record to merge into: %w", err)
	}
	if err := mergeable(ctx, tx, &r, &other); err != nil {
		return Reference{}, err
	}
	ref, events, told, err := DecideMerge(r, other, reason, actor, now)
	if err != nil {
		return Reference{}, err
	}
	r, other = Evolve(r, events), Evolve(other, told)
	if _, err := tx.PutRecord(ctx, r, events); err != nil {
		return Reference{}, err
	}
	if _, err := tx.PutRecord(ctx, other, told); err != nil {
		return Reference{}, err
	}
	return ref, tx.PutReference(ctx, ref)
}

func mergeFaults(id, into RecordID, reason string) error {
	var f faults
	if into == id {
		f.add("/into", "invalid", "is the record itself: name another one")
	}
	f.text("/reason", reason, maxText)
	return f.err()
}

// DecideMerge gives the reference by which a record is merged into another, and the
// events of both. The error is a *ValidationError.
func DecideMerge(r, into Record, reason, actor string, now time.Time) (ref Reference, merged, absorbed Event, err error) {
	if err := mergeFaults(r.ID, into.ID, reason); err != nil {
		return Reference{}, Event{}, Event{}, err
	}
	ref = newReference(ToRecord(r.ID), Link{Type: MergedInto, Target: ToRecord(into.ID), Reason: reason}, actor, now)
	merged = Event{Record: r.ID, Seq: r.Events + 1, At: now, Actor: actor, Data: ReferredData{Reference: ref}}
	absorbed = Event{Record: into.ID, Seq: into.Events + 1, At: now, Actor: actor, Data: AbsorbedData{Record: r.ID, Reference: ref.ID}}
	return ref, merged, absorbed, nil
}

// mergeable refuses what cannot be one thing.
func mergeable(ctx context.Context, tx Tx, r, into *Record) error {
	var unmet []Unmet
	size := 0
	for _, one := range []*Record{r, into} {
		stands, err := Survivor(ctx, tx, *one)
		if err != nil {
			return err
		}
		if stands.ID != one.ID {
			unmet = append(unmet, Unmet{Condition: "merged", Ref: string(stands.ID), Text: fmt.Sprintf("%q was merged into %q: name that", one.ID, stands.ID)})
		}
		all, err := Merged(ctx, tx, *one)
		if err != nil {
			return err
		}
		size += len(all)
	}
	if size > MaxMerged {
		unmet = append(unmet, Unmet{Condition: "size", Ref: string(into.ID), Text: fmt.Sprintf("%d records would be one, more than %d", size, MaxMerged)})
	}
	for _, info := range ReferenceTypes() {
		if !info.Acyclic || len(unmet) > 0 {
			continue
		}
		for _, way := range [][2]*Record{{r, into}, {into, r}} {
			met, err := leads(ctx, tx, info.Type, way[0].ID, way[1].ID)
			if err != nil {
				return err
			}
			if met {
				unmet = append(unmet, Unmet{Condition: "acyclic", Ref: string(way[1].ID), Text: fmt.Sprintf("%q leads to %q over %s: they are not the same thing", way[0].ID, way[1].ID, info.Type)})
			}
		}
	}
	if len(unmet) > 0 {
		return &RefusedError{Command: "merge", Unmet: unmet}
	}
	return nil
}

// Survivor gives the record that stands for one: itself, unless it was merged. Whoever
// has read the one by id is held to the answer.
func Survivor(ctx context.Context, tx Tx, r Record) (Record, error) {
	for range MaxMerged { // an import may have brought a circle
		if r.Events < 2 { // it was filed, and nothing since
			break
		}
		edges, err := tx.Edges(ctx, EdgeQuery{Records: []RecordID{r.ID}, Direction: Outward, Types: []ReferenceType{MergedInto}})
		if err != nil || len(edges) == 0 {
			return r, err
		}
		next, err := tx.Record(ctx, RecordID(edges[0].Target.Value))
		if errors.Is(err, ErrNotFound) {
			break // an import has not brought it yet
		}
		if err != nil {
			return Record{}, err
		}
		r = next
	}
	return r, nil
}

// Merged gives all records that are one thing with a record, itself included, in byte
// order. Whoever has read it by id is held to the answer.
func Merged(ctx context.Context, tx Tx, r Record) ([]RecordID, error) {
	if r.Events < 2 {
		return []RecordID{r.ID}, nil
	}
	seen := []RecordID{r.ID}
	for next := seen; len(next) > 0 && len(seen) <= MaxMerged; {
		from := next
		next = nil
		for _, way := range []Direction{Outward, Inward} {
			edges, err := tx.Edges(ctx, EdgeQuery{Records: from, Direction: way, Types: []ReferenceType{MergedInto}})
			if err != nil {
				return nil, err
			}
			for i := range edges {
				id := RecordID(other(&edges[i].Reference, way).Value)
				if slices.Contains(seen, id) {
					continue
				}
				if _, err := tx.Record(ctx, id); errors.Is(err, ErrNotFound) {
					continue
				} else if err != nil {
					return nil, err
				}
				seen, next = append(seen, id), append(next, id)
			}
		}
	}
	slices.Sort(seen)
	return seen, nil
}

// other is the end to which an edge leads in a direction.
func other(ref *Reference, way Direction) End {
	if way == Inward {
		return ref.Source
	}
	return ref.Target
}

// mergedCursor begins the cursor of a list over records that are one thing; what follows
// is the id of the last reference.
const mergedCursor = "merged."

// mergedReferences is a page of the references at records that are one thing.
func mergedReferences(ctx context.Context, tx Tx, all []RecordID, q ReferenceQuery) (page []Reference, next string, err error) {
	after, ok := strings.CutPrefix(q.After, mergedCursor)
	if q.After != "" && !ok {
		return nil, "", fmt.Errorf("%w: after: the record was merged meanwhile: begin the list again", ErrInvalid)
	}
	var types []ReferenceType
	for _, info := range ReferenceTypes() {
		types = append(types, info.Type)
	}
	edges, err := tx.Edges(ctx, EdgeQuery{Records: all, Direction: q.Direction, Types: types})
	if err != nil {
		return nil, "", err
	}
	slices.SortFunc(edges, func(a, b Edge) int { return strings.Compare(a.ID, b.ID) })
	limit := ClampLimit(q.Limit)
	for i := range edges {
		if edges[i].ID <= after {
			continue
		}
		if len(page) == limit {
			return page, mergedCursor + page[limit-1].ID, nil
		}
		page = append(page, edges[i].Reference)
	}
	return page, "", nil
}
