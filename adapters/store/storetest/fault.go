package storetest

import (
	"context"
	"fmt"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/internal/faultstore"
)

// fault: every operation of the services happens wholly or not at all, wherever
// it is cut, and can be tried again.
func fault(h *harness) {
	for _, op := range serviceOperations() {
		h.run(op.name, func(h *harness) { operationIsAllOrNothing(h, op) })
	}
}

// office is the services over one store, with ids and times that are the same
// for every office.
type office struct {
	store   coordination.Store
	desk    *coordination.Desk
	changes *changereq.Service
	file    *archive.Service
	tenant  string
}

func (h *harness) openOffice(store coordination.Store, tenant string) office {
	h.Helper()
	n := 0
	newID := func() string {
		n++
		return fmt.Sprintf("id%d", n)
	}
	now := func() time.Time { return minute(0) }
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: now, NewID: newID, ReadLog: twoCases})
	require.NoError(h, err)
	changes, err := changereq.New(changereq.Config{Store: coordination.ChangeRequests(store), Now: now, NewID: newID})
	require.NoError(h, err)
	file, err := archive.New(archive.Config{Store: coordination.Archive(store), Now: now, NewID: newID})
	require.NoError(h, err)
	return office{store, desk, changes, file, tenant}
}

// serviceOperation is an operation of a service, after others have prepared it.
type serviceOperation struct {
	name    string
	prepare []step
	run     step
}

// step does one thing in an office.
type step func(context.Context, office) error

func serviceOperations() []serviceOperation {
	file := archive.File{
		ID: "letter", Kind: "letter", Title: "Letter", MediaType: "text/plain", Content: []byte("Dear all"),
		References: []archive.Link{{Type: archive.References, Target: archive.ToRef("changereq:CR1")}},
	}
	link := archive.Link{Type: archive.Answers, Target: archive.ToRecord("other"), Reason: "as asked"}
	way := decisionWay()
	decide := desk(paul(), changereq.RecordDecision{Brief: 1, Verdict: changereq.Approved})
	window := changereq.Window{Start: minute(100), End: minute(200)}
	fileLetter := func(ctx context.Context, o office) error {
		_, err := o.file.File(ctx, o.tenant, "ann", file)
		return err
	}
	return append([]serviceOperation{
		{"ChangeRequestOpen", nil, by(ann(), openCommand("CR1"))},
		{"ChangeRequestMove", way[:1], by(ann(), changereq.Move{Event: "submit"})},
		{"DeskOpen", nil, desk(ann(), openCommand("CR1"))},
		{"DeskDecide", way, decide},
		{"DeskSchedule", append(way, decide), desk(carol(), changereq.Move{Event: "schedule", Window: &window})},
		{"DeskTell", append(way, decide), tell},
		{"RegisterPut", []step{raise}, noteMore},
		{"ArchiveFile", nil, fileLetter},
		{"ArchiveRefer", []step{fileLetter}, func(ctx context.Context, o office) error {
			_, err := o.file.Refer(ctx, o.tenant, "ann", "letter", link)
			return err
		}},
	}, watchingOperations(fileLetter)...)
}

func ann() changereq.Actor { return changereq.Actor{ID: "ann"} }

func carol() changereq.Actor {
	return changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
}

func paul() changereq.Actor {
	return changereq.Actor{ID: "paul", Roles: []string{changereq.RoleProductManager}}
}

func openCommand(id changereq.ID) changereq.Open {
	return changereq.Open{ID: id, Content: changereq.Content{
		Title: "Wider hinge", Description: "Widen the hinge to 12 mm.", Justification: "Three returns in May.", BackOutPlan: "Refit B.",
		Affected: []changereq.AffectedItem{{Item: "DRW-12", Action: changereq.ActionModify, Base: "B", Owner: "otto"}},
	}}
}

// desk gives a command about CR1 to the desk.
func desk(who changereq.Actor, cmd changereq.Command) step {
	return func(ctx context.Context, o office) error {
		_, err := o.desk.Do(ctx, o.tenant, who, "CR1", 0, cmd)
		return err
	}
}

// by gives a command about CR1 to the service of change requests alone.
func by(who changereq.Actor, cmd changereq.Command) step {
	return func(ctx context.Context, o office) error {
		_, err := o.changes.Do(ctx, o.tenant, who, "CR1", 0, cmd)
		return err
	}
}

// tell records that the first notice owed for CR1 was sent.
func tell(ctx context.Context, o office) error {
	r, err := o.changes.Get(ctx, o.tenant, "CR1")
	if err != nil {
		return err
	}
	sent := changereq.RecordSent{Obligation: r.Obligations[0].ID, Evidence: "mail 7"}
	_, err = o.desk.Do(ctx, o.tenant, carol(), "CR1", 0, sent)
	return err
}

// decisionWay brings CR1 before the product manager.
func decisionWay() []step {
	return []step{
		desk(ann(), openCommand("CR1")),
		desk(ann(), changereq.Move{Event: "submit"}),
		desk(carol(), changereq.Move{Event: "receive"}),
		desk(carol(), changereq.Assess{Parts: changereq.Assessment{
			Relevance: &changereq.Relevance{Verdict: changereq.Relevant},
			Risk:      &changereq.Risks{Summary: "none found"},
			Benefit:   &changereq.Estimate{Summary: "fewer returns"},
			Cost:      &changereq.Estimate{Summary: "one new tool"},
		}}),
		desk(carol(), changereq.Move{Event: "admit"}),
		desk(carol(), changereq.IssueBrief{Recommendation: "Approve."}),
		desk(carol(), changereq.Move{Event: "present"}),
	}
}

func operationIsAllOrNothing(h *harness, op serviceOperation) {
	before := h.prepared(op, "before")
	counted := faultstore.New(h.store, faultstore.Plan{})
	require.NoError(h, op.run(h.Context(), h.openOffice(counted, "before")))
	done := h.timeless("before")
	require.NotEmpty(h, cmp.Diff(before, done), "the operation does something")

	plans := []faultstore.Plan{{Moment: faultstore.BeforeCommit}, {Moment: faultstore.AfterCommit}}
	for call := 1; call <= counted.Calls(); call++ {
		plans = append(plans,
			faultstore.Plan{Moment: faultstore.BeforeCall, Call: call}, faultstore.Plan{Moment: faultstore.AfterCall, Call: call})
	}
	for i, plan := range plans {
		tenant := fmt.Sprintf("tenant %d", i)
		require.Empty(h, cmp.Diff(before, h.prepared(op, tenant)))
		o := h.openOffice(faultstore.New(h.store, plan), tenant)
		require.ErrorIs(h, op.run(h.Context(), o), faultstore.ErrFault, "%+v", plan)
		if plan.Moment != faultstore.AfterCommit {
			require.Empty(h, cmp.Diff(before, h.timeless(tenant)), "%+v: nothing", plan)
			require.NoError(h, op.run(h.Context(), o), "%+v: it can be tried again", plan)
		} else if err := op.run(h.Context(), o); err != nil {
			require.Contains(h, []string{"changereq conflict", "changereq refused", "archive conflict", "register conflict"}, class(err), "tried again")
		}
		require.Empty(h, cmp.Diff(done, h.timeless(tenant)), "%+v: all of it, once", plan)
	}
}

// prepared prepares an operation in a tenant and returns what is there then.
func (h *harness) prepared(op serviceOperation, tenant string) holding {
	h.Helper()
	o := h.openOffice(h.store, tenant)
	for _, step := range op.prepare {
		require.NoError(h, step(h.Context(), o))
	}
	return h.timeless(tenant)
}

// timeless is what a tenant holds, without the times at which positions were
// given.
func (h *harness) timeless(tenant string) holding {
	h.Helper()
	d := h.dump(tenant, "key")
	d.Sheets = append(d.Sheets, h.watched(tenant)...)
	for i := range d.Journal {
		d.Journal[i].Recorded = time.Time{}
	}
	return d
}
