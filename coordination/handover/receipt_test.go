package handover_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/blob/memory"
	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/dossier"
	"github.com/coordkit/coordkit/archive/reference"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
	"github.com/coordkit/coordkit/internal/everystore"
)

// A dossier whose receipt is larger than a content that is filed within a record is
// handed over and continued like any other, where the desk keeps uploads, and else
// refused by name.
func TestReceiptsOfLargeDossiers(t *testing.T) {
	t.Parallel()
	store := everystore.Memory(t)
	h := open(t, store)
	desk, err := coordination.NewDesk(coordination.Config{Store: store, Now: func() time.Time { return day(20) }, Blobs: memory.New()})
	require.NoError(t, err)
	keys := func(string) (audit.Key, error) { return h.key, nil }
	service, err := handover.New(handover.Config{Desk: desk, Store: store, Sealer: h.sealer, Key: keys, Packer: bagit.Packer{}})
	require.NoError(t, err)
	long := strings.Repeat("x", 180)
	const records = 4800
	for i := range records {
		h.file(t, fmt.Sprintf("R%d-%s", i, long), "matter:M")
	}
	h.sign(t)
	order := handover.Order{Matter: "matter:M", Policy: reference.Policy{Name: "alone", Limit: 2 * records}}
	_, err = h.service.HandOver(t.Context(), "acme", "lena", "D1", order, io.Discard, dossier.Tar)
	require.ErrorIs(t, err, archive.ErrRefused, "there is no place for uploads")
	r, err := service.HandOver(t.Context(), "acme", "lena", "D1", order, io.Discard, dossier.Tar)
	require.NoError(t, err)
	require.Greater(t, r.Size, int64(archive.MaxContent), "else the test is of nothing")
	h.file(t, "new", "matter:M")
	h.sign(t)
	order.Continues = "D1"
	d, err := service.Draw(t.Context(), "acme", "lena", order)
	require.NoError(t, err)
	require.Len(t, d.Plan.Items, 1)
	require.Equal(t, archive.RecordID("new"), d.Plan.Items[0].Document.Record.ID)
}
