package coordination

import (
	"context"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
)

// ChangeBundle returns one bundle of change requests, or bundle.ErrNotFound.
func (d *Desk) ChangeBundle(ctx context.Context, tenant string, id changereq.ID) (bundle.Bundle, error) {
	return d.changes.Bundle(ctx, tenant, id)
}

// ChangeBundles returns a page of bundles, newest first.
func (d *Desk) ChangeBundles(ctx context.Context, tenant string, q bundle.Query) ([]bundle.Bundle, string, error) {
	return d.changes.Bundles(ctx, tenant, q)
}

// PrepareBundle makes commands about a bundle ready for DoBundleTx; see
// changereq.Service.PrepareBundle.
func (d *Desk) PrepareBundle(
	tenant string, actor changereq.Actor, id changereq.ID, rev int64, cmds ...bundle.Command,
) changereq.BundleOrder {
	return d.changes.PrepareBundle(tenant, actor, id, rev, cmds...)
}

// DoBundle gives commands about a bundle, all or nothing, and returns the bundle
// as it is afterwards.
func (d *Desk) DoBundle(
	ctx context.Context, tenant string, actor changereq.Actor, id changereq.ID, rev int64, cmds ...bundle.Command,
) (bundle.Bundle, error) {
	return d.doBundle(ctx, d.PrepareBundle(tenant, actor, id, rev, cmds...))
}

// Together gives a decision or a move to every member of a bundle in one unit of
// work: it is filed, owed and recorded for all of them, or for none.
func (d *Desk) Together(
	ctx context.Context, tenant string, actor changereq.Actor, id changereq.ID, rev int64, t changereq.Together,
) (bundle.Bundle, error) {
	return d.doBundle(ctx, d.changes.PrepareTogether(tenant, actor, id, rev, t))
}

func (d *Desk) doBundle(ctx context.Context, o changereq.BundleOrder) (bundle.Bundle, error) {
	var out bundle.Bundle
	err := d.cfg.Store.Update(ctx, o.Tenant, func(ctx context.Context, tx Tx) error {
		var err error
		out, err = d.DoBundleTx(ctx, tx, o)
		return err
	})
	if err != nil {
		return bundle.Bundle{}, err
	}
	return out, nil
}

// DoBundleTx runs a prepared order inside the caller's transaction, which must be
// of the order's tenant and must not commit on error.
func (d *Desk) DoBundleTx(ctx context.Context, tx Tx, o changereq.BundleOrder) (bundle.Bundle, error) {
	b, members, err := d.changes.DoBundleTx(ctx, tx, o)
	if err != nil {
		return bundle.Bundle{}, err
	}
	for i := range members {
		for _, ev := range members[i].Events {
			if err := d.follow(ctx, tx, &members[i].Request, ev); err != nil {
				return bundle.Bundle{}, err
			}
		}
	}
	return b, nil
}
