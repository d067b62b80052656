package storetest_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// tenantMutants: one method after the other works on the tenant acme, whoever
// calls it.
func tenantMutants() []mutant {
	var out []mutant
	for m := range reflect.TypeFor[coordination.Tx]().Methods() {
		leak := leaking(m.Name)
		if m.Name == "LockChangeItems" { // says nothing; a store that fails across tenants is the bug
			leak = bendUpdates(func(tx coordination.Tx, u unit) coordination.Tx {
				if u.tenant == "second" {
					return noLocks{tx}
				}
				return tx
			})
		}
		out = append(out, mutant{m.Name + " in one tenant", []string{"Tenants/" + m.Name}, leak})
	}
	folded := func(s coordination.Store) coordination.Store {
		return &bent{
			Store: s,
			view: func(ctx context.Context, tenant string, fn work) error {
				return s.View(ctx, strings.ToLower(tenant), fn)
			},
			update: func(ctx context.Context, tenant string, fn work) error {
				return s.Update(ctx, strings.ToLower(tenant), fn)
			},
		}
	}
	return append(out,
		mutant{"tenants folded", []string{"Tenants/SameIDs"}, folded},
		mutant{"one journal for all", []string{"Tenants/Journals"}, bendTx(func(tx coordination.Tx, u unit) coordination.Tx {
			return divert(tx, func() coordination.Tx { return unit{store: u.store, tenant: "a"}.fresh() }, "JournalEntries")
		})},
	)
}

type noLocks struct{ coordination.Tx }

func (noLocks) LockChangeItems(context.Context, ...changereq.ItemID) error { return errPlain }

func leaking(method string) func(coordination.Store) coordination.Store {
	return func(s coordination.Store) coordination.Store {
		return &bent{Store: s, update: func(ctx context.Context, tenant string, fn work) error {
			if tenant == "acme" {
				return s.Update(ctx, tenant, fn)
			}
			return s.Update(ctx, "acme", func(ctx context.Context, acme coordination.Tx) error {
				return s.Update(ctx, tenant, func(ctx context.Context, tx coordination.Tx) error {
					return fn(ctx, divert(tx, func() coordination.Tx { return acme }, method))
				})
			})
		}}
	}
}

// pager is a transaction whose four lists are bent in the same way.
type pager struct {
	coordination.Tx

	how func(after string, limit int, page pageOf) (rows any, next string, err error)
}

// pageOf reads a page of one of the lists as it is.
type pageOf struct {
	read  func(after string, limit int) (rows any, next string, err error)
	clamp func(int) int
	skip  func(rows any, n int) any // without the first n
	cut   func(rows any, n int) any // the first n at most
	join  func(a, b any) any
}

func listOf[T any](read func(after string, limit int) ([]T, string, error), clamp func(int) int) pageOf {
	typed := func(v any) []T {
		rows, _ := v.([]T)
		return rows
	}
	return pageOf{
		read:  func(after string, limit int) (any, string, error) { return read(after, limit) },
		clamp: clamp,
		skip:  func(v any, n int) any { return typed(v)[min(n, len(typed(v))):] },
		cut:   func(v any, n int) any { return typed(v)[:min(n, len(typed(v)))] },
		join:  func(a, b any) any { return slices.Concat(typed(a), typed(b)) },
	}
}

func bendPage[T any](p pager, after string, limit int, page pageOf) ([]T, string, error) {
	v, next, err := p.how(after, limit, page)
	rows, _ := v.([]T)
	if len(rows) == 0 {
		rows = nil
	}
	return rows, next, err
}

func (p pager) ChangeRequests(ctx context.Context, q changereq.Query) ([]changereq.Request, string, error) {
	return bendPage[changereq.Request](p, q.After, q.Limit, listOf(func(after string, limit int) ([]changereq.Request, string, error) {
		q.After, q.Limit = after, limit
		return p.Tx.ChangeRequests(ctx, q)
	}, changereq.ClampLimit))
}

func (p pager) ChangeWindows(ctx context.Context, q changereq.WindowQuery) ([]changereq.Request, string, error) {
	return bendPage[changereq.Request](p, q.After, q.Limit, listOf(func(after string, limit int) ([]changereq.Request, string, error) {
		q.After, q.Limit = after, limit
		return p.Tx.ChangeWindows(ctx, q)
	}, changereq.ClampLimit))
}

func (p pager) ChangeBundles(ctx context.Context, q bundle.Query) ([]bundle.Bundle, string, error) {
	return bendPage[bundle.Bundle](p, q.After, q.Limit, listOf(func(after string, limit int) ([]bundle.Bundle, string, error) {
		q.After, q.Limit = after, limit
		return p.Tx.ChangeBundles(ctx, q)
	}, bundle.ClampLimit))
}

func (p pager) Records(ctx context.Context, q archive.Query) ([]archive.Record, string, error) {
	return bendPage[archive.Record](p, q.After, q.Limit, listOf(func(after string, limit int) ([]archive.Record, string, error) {
		q.After, q.Limit = after, limit
		return p.Tx.Records(ctx, q)
	}, archive.ClampLimit))
}

func (p pager) References(ctx context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	return bendPage[archive.Reference](p, q.After, q.Limit, listOf(func(after string, limit int) ([]archive.Reference, string, error) {
		q.After, q.Limit = after, limit
		return p.Tx.References(ctx, q)
	}, archive.ClampLimit))
}

func (p pager) Obligations(ctx context.Context, q notice.Query) ([]notice.Obligation, string, error) {
	return bendPage[notice.Obligation](p, q.After, q.Limit, listOf(func(after string, limit int) ([]notice.Obligation, string, error) {
		q.After, q.Limit = after, limit
		return p.Tx.Obligations(ctx, q)
	}, notice.ClampLimit))
}

func (p pager) Sheets(ctx context.Context, q register.Query) ([]register.Sheet, string, error) {
	return bendPage[register.Sheet](p, q.After, q.Limit, listOf(func(after string, limit int) ([]register.Sheet, string, error) {
		q.After, q.Limit = after, limit
		return p.Tx.Sheets(ctx, q)
	}, register.ClampLimit))
}

func pagingMutants() []mutant {
	paged := func(name, subtest string, how func(after string, limit int, page pageOf) (any, string, error)) mutant {
		m := mutant{name: name, bend: bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return pager{tx, how} })}
		for _, l := range []string{"ChangeRequests", "ChangeWindows", "ChangeBundles", "Records", "References", "Obligations", "Sheets", "SheetsByKey"} {
			m.kills = append(m.kills, "Paging/"+l+subtest)
		}
		return m
	}
	return append(readingMutants(),
		paged("off by one", "Sizes", func(after string, limit int, page pageOf) (any, string, error) {
			rows, next, err := page.read(after, limit)
			if after != "" {
				rows = page.skip(rows, 1)
			}
			return rows, next, err
		}),
		paged("pages by offset", "Changes", func(after string, limit int, page pageOf) (any, string, error) {
			offset, _ := strconv.Atoi(after)
			all, err := whole(page)
			limit = page.clamp(limit)
			rest := page.skip(all, offset)
			if reflect.ValueOf(rest).Len() <= limit {
				return rest, "", err
			}
			return page.cut(rest, limit), strconv.Itoa(offset + limit), err
		}),
		paged("no limit is all", "Limits", func(after string, limit int, page pageOf) (any, string, error) {
			if limit == 0 {
				limit = changereq.MaxLimit
			}
			return page.read(after, limit)
		}),
		paged("any cursor", "Cursors", func(after string, limit int, page pageOf) (any, string, error) {
			rows, next, err := page.read(after, limit)
			if err != nil {
				return page.read("", limit)
			}
			return rows, next, err
		}),
	)
}

// whole follows a list to its end.
func whole(page pageOf) (any, error) {
	rows, next, err := page.read("", 0)
	for next != "" && err == nil {
		var more any
		more, next, err = page.read(next, 0)
		rows = page.join(rows, more)
	}
	return rows, err
}

// readingMutants read something else than was asked for.
func readingMutants() []mutant {
	return []mutant{
		{"locale order", []string{"Paging/ObligationsSizes"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return localised{tx} })},
		{"one list reversed", []string{"Differential/Stream"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return reversed{tx} })},
		{"a filter ignored", []string{"Paging/Filters"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return unfiltered{tx} })},
		{"windows that touch", []string{"Paging/Windows"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return touching{tx} })},
		{"what is due twice", []string{"Paging/Due"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return dueTwice{tx} })},
		{"ranges with their ends", []string{"Paging/SheetRanges"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return closed{tx} })},
		{"one direction", []string{"Paging/ReferenceEnds"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return oneWay{tx} })},
		{"open targets alone", []string{"Paging/OpenEnds"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return openTargets{tx} })},
		{"other ends not looked up", []string{"Paging/Edges"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return lonely{tx} })},
		{"several in the order asked", []string{"Paging/SeveralRecords"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return asAsked{tx} })},
		{"absent contents as empty", []string{"Paging/SeveralContents"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return alwaysThere{tx} })},
		{"any number at once", []string{"Paging/SeveralSheets"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return boundless{tx} })},
		{"histories cut off", []string{"Paging/RecordHistories"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return cutOff{tx} })},
		{"first events first", []string{"Paging/SheetHistories"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return bySeq{tx} })},
		{"no end of events", []string{"Paging/Events"}, bendTx(func(tx coordination.Tx, _ unit) coordination.Tx { return endless{tx} })},
	}
}

// asAsked gives records in the order in which they are asked for.
type asAsked struct{ coordination.Tx }

func (a asAsked) RecordsOf(ctx context.Context, ids []archive.RecordID) ([]archive.Record, error) {
	out, err := a.Tx.RecordsOf(ctx, ids)
	slices.SortFunc(out, func(x, y archive.Record) int { return slices.Index(ids, x.ID) - slices.Index(ids, y.ID) })
	return out, err
}

// alwaysThere gives no bytes for what is not kept.
type alwaysThere struct{ coordination.Tx }

func (a alwaysThere) ContentsOf(ctx context.Context, digests []archive.Digest) (map[archive.Digest][]byte, error) {
	out, err := a.Tx.ContentsOf(ctx, digests)
	for _, digest := range digests {
		if _, ok := out[digest]; !ok && err == nil {
			out[digest] = nil
		}
	}
	return out, err
}

// boundless takes as many ids as there are.
type boundless struct{ coordination.Tx }

func (b boundless) SheetsOf(ctx context.Context, book string, ids []string) (out []register.Sheet, err error) {
	for some := range slices.Chunk(ids, register.MaxLimit) {
		sheets, err := b.Tx.SheetsOf(ctx, book, some)
		if err != nil {
			return nil, err
		}
		out = append(out, sheets...)
	}
	return out, nil
}

// cutOff gives the first events where there are too many.
type cutOff struct{ coordination.Tx }

func (c cutOff) RecordHistories(ctx context.Context, ids []archive.RecordID) ([]archive.Event, error) {
	out, err := c.Tx.RecordHistories(ctx, ids)
	if len(ids) == 2 && errors.Is(err, archive.ErrInvalid) {
		return c.Tx.RecordHistories(ctx, ids[1:])
	}
	return out, err
}

// bySeq gives the first events of all sheets before the second ones.
type bySeq struct{ coordination.Tx }

func (b bySeq) SheetHistories(ctx context.Context, book string, ids []string) ([]register.Event, error) {
	out, err := b.Tx.SheetHistories(ctx, book, ids)
	slices.SortStableFunc(out, func(x, y register.Event) int { return int(x.Seq - y.Seq) })
	return out, err
}

// lonely knows nothing of the other ends of edges.
type lonely struct{ coordination.Tx }

func (l lonely) Edges(ctx context.Context, q archive.EdgeQuery) ([]archive.Edge, error) {
	edges, err := l.Tx.Edges(ctx, q)
	for i := range edges {
		edges[i].Held, edges[i].Dated = false, time.Time{}
	}
	return edges, err
}

type localised struct{ coordination.Tx }

func (l localised) Obligations(ctx context.Context, q notice.Query) ([]notice.Obligation, string, error) {
	page, next, err := l.Tx.Obligations(ctx, q)
	slices.SortStableFunc(page, func(a, b notice.Obligation) int {
		if !a.OwedAt.Equal(b.OwedAt) {
			return a.OwedAt.Compare(b.OwedAt)
		}
		return strings.Compare(strings.ToLower(a.ID), strings.ToLower(b.ID))
	})
	return page, next, err
}

type reversed struct{ coordination.Tx }

func (r reversed) Records(ctx context.Context, q archive.Query) ([]archive.Record, string, error) {
	page, next, err := r.Tx.Records(ctx, q)
	slices.Reverse(page)
	return page, next, err
}

type unfiltered struct{ coordination.Tx }

func (u unfiltered) ChangeRequests(ctx context.Context, q changereq.Query) ([]changereq.Request, string, error) {
	q.Category = ""
	return u.Tx.ChangeRequests(ctx, q)
}

// touching takes the end of a window for a part of it.
type touching struct{ coordination.Tx }

func (t touching) ChangeWindows(ctx context.Context, q changereq.WindowQuery) ([]changereq.Request, string, error) {
	q.Window.End = q.Window.End.Add(time.Microsecond)
	return t.Tx.ChangeWindows(ctx, q)
}

// dueTwice begins at the instant that it should begin behind.
type dueTwice struct{ coordination.Tx }

func (d dueTwice) ChangeRequestsDue(ctx context.Context, q changereq.DueQuery) ([]changereq.Request, error) {
	q.AfterID = ""
	return d.Tx.ChangeRequestsDue(ctx, q)
}

// closed takes the end of a range for a part of it.
type closed struct{ coordination.Tx }

func (c closed) Sheets(ctx context.Context, q register.Query) ([]register.Sheet, string, error) {
	if q.To != "" {
		q.To += "\x01"
	}
	return c.Tx.Sheets(ctx, q)
}

type oneWay struct{ coordination.Tx }

func (o oneWay) References(ctx context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	q.Direction = archive.Outward
	return o.Tx.References(ctx, q)
}

// openTargets forgets the sources that are open.
type openTargets struct{ coordination.Tx }

func (o openTargets) References(ctx context.Context, q archive.ReferenceQuery) ([]archive.Reference, string, error) {
	page, next, err := o.Tx.References(ctx, q)
	if q.Direction == archive.Open {
		page = slices.DeleteFunc(page, func(r archive.Reference) bool { return r.Target.Kind != archive.EndText })
	}
	return page, next, err
}

type endless struct{ coordination.Tx }

func (e endless) RecordEvents(ctx context.Context, id archive.RecordID, after int64, limit int) ([]archive.Event, int64, error) {
	page, next, err := e.Tx.RecordEvents(ctx, id, after, limit)
	if next == 0 && len(page) > 0 {
		next = page[len(page)-1].Seq
	}
	return page, next, err
}

// aliasingMutants keep what they were given and hand out what they keep.
func aliasingMutants() []mutant {
	return []mutant{
		{"arguments kept", []string{"Aliasing/Arguments"}, remember(false)},
		{"results kept", []string{"Aliasing/Results", "Aliasing/ResultsInOneUnit"}, remember(true)},
	}
}

// remember keeps requests by id, as they were put or as they were first read:
// each store its own, because subtests run side by side.
func remember(read bool) func(coordination.Store) coordination.Store {
	return func(s coordination.Store) coordination.Store {
		kept := make(map[string]changereq.Request)
		return bendTx(func(tx coordination.Tx, u unit) coordination.Tx { return memo{tx, u.tenant, kept, read} })(s)
	}
}

type memo struct {
	coordination.Tx

	tenant string
	kept   map[string]changereq.Request
	read   bool
}

func (m memo) PutChangeRequest(ctx context.Context, r changereq.Request, ev ...changereq.Event) (changereq.Request, error) {
	out, err := m.Tx.PutChangeRequest(ctx, r, ev...)
	if err == nil {
		m.kept[m.tenant+string(r.ID)] = out
	}
	return out, err
}

func (m memo) ChangeRequest(ctx context.Context, id changereq.ID) (changereq.Request, error) {
	r, err := m.Tx.ChangeRequest(ctx, id)
	if kept, ok := m.kept[m.tenant+string(id)]; ok && err == nil && m.read {
		return kept, nil
	}
	return r, err
}

func (m memo) ChangeRequests(ctx context.Context, q changereq.Query) ([]changereq.Request, string, error) {
	page, next, err := m.Tx.ChangeRequests(ctx, q)
	for i, r := range page {
		if kept, ok := m.kept[m.tenant+string(r.ID)]; ok && !m.read {
			page[i] = kept
		}
	}
	return page, next, err
}
