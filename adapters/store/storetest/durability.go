package storetest

import (
	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
)

// durability: what was committed is there after closing and opening again, and
// goes on from there.
func durability(h *harness) {
	h.run("Reopen", func(h *harness) {
		if h.cfg.Reopen == nil {
			h.Skip("the backend keeps nothing")
		}
		h.do(everything)
		before := h.dump(acme, "key")
		h.store = h.cfg.Reopen(h, h.store)
		require.Empty(h, cmp.Diff(before, h.dump(acme, "key")))
		h.do(everyRoom("more"))
		after := h.dump(acme, "key")
		require.Len(h, after.Requests, len(before.Requests)+1)
		require.Len(h, after.Journal, len(before.Journal)+len(ahead()))
		require.Equal(h, before.Counter+1, after.Counter)
	})
}
