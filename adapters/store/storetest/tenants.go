package storetest

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/coordination"
)

// tenants share nothing: whatever one does, another finds what it would have
// found without it.
func tenants(h *harness) {
	h.run("EveryMethod", everyMethodHasACase)
	for _, name := range slices.Sorted(maps.Keys(operations())) {
		h.run(name, func(h *harness) { methodStaysInItsTenant(h, operations()[name]) })
	}
	h.run("SameIDs", sameIDsInManyTenants)
	h.run("Journals", everyTenantHasItsJournal)
}

// everyMethodHasACase: a method that is added to the port has to say here what
// it does to other tenants.
func everyMethodHasACase(h *harness) {
	var methods []string
	for m := range reflect.TypeFor[coordination.Tx]().Methods() {
		methods = append(methods, m.Name)
	}
	require.Equal(h, slices.Sorted(slices.Values(methods)), slices.Sorted(maps.Keys(operations())))
}

func methodStaysInItsTenant(h *harness, op operation) {
	call := func(tenant string) (out outcome) {
		err := h.store.Update(h.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
			out = answer(op.call(ctx, tx))
			return nil
		})
		if err != nil {
			out = answer(nil, err) // a creation may conflict as late as here
		}
		return out
	}
	alone := call("first")
	for _, tenant := range []string{acme, "third"} {
		require.NoError(h, h.store.Update(h.Context(), tenant, everyRoom("")))
	}
	before := h.timeless(acme)
	require.Empty(h, cmp.Diff(before, h.timeless("third")), "two that store the same hold the same")
	require.Empty(h, cmp.Diff(alone, call("second")), "beside another tenant")
	require.Empty(h, cmp.Diff(before, h.timeless(acme)), "the other tenant")
	if !op.silent {
		require.NotEmpty(h, cmp.Diff(alone, call(acme)), "the same in that tenant")
	}
}

// sameIDsInManyTenants: tenant and id together are the key, byte by byte.
func sameIDsInManyTenants(h *harness) {
	names := append(texts(), "acme", "ACME", "acme ", "acme/", "a/", "a/b/", "x", "xr")
	for _, tenant := range names {
		err := h.store.Update(h.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
			for _, id := range []changereq.ID{"r", "b", "b/c", "c", "/c", ""} {
				if _, err := addToRequest(ctx, tx, id, opened(tenant)); err != nil {
					return err
				}
			}
			return nil
		})
		require.NoError(h, err, "tenant %q", tenant)
	}
	for _, tenant := range names {
		rows := h.dump(tenant).Requests
		require.Len(h, rows, 6, "tenant %q", tenant)
		for _, r := range rows {
			require.Equal(h, tenant, r.Content.Title)
		}
	}
}

func everyTenantHasItsJournal(h *harness) {
	for _, tenant := range []string{"a", "b", "a", "b", "b"} {
		err := h.store.Update(h.Context(), tenant, func(ctx context.Context, tx coordination.Tx) error {
			_, err := goOn(ctx, tx, "r")
			return err
		})
		require.NoError(h, err)
	}
	for tenant, want := range map[string]int{"a": 4, "b": 6, "c": 0} {
		entries := h.dump(tenant).Journal
		require.Len(h, entries, want, tenant)
		for i, e := range entries {
			require.EqualValues(h, i+1, e.Position, tenant)
		}
	}
}
