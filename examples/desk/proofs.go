package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"log/slog"
	"time"

	"github.com/coordkit/coordkit/adapters/format/bagit"
	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/audit"
	"github.com/coordkit/coordkit/coordination/handover"
)

// proofs keeps the log of the journal and hands dossiers over.
type proofs struct {
	desk     *coordination.Desk
	sealer   *audit.Sealer
	dossiers *handover.Service
}

// newProofs signs with a key that everybody can make: a signature of the
// demonstration proves nothing.
func newProofs(desk *coordination.Desk, store coordination.Store, contents archive.Blobs) (*proofs, error) {
	const name = "coordkit.example/desk"
	seed := sha256.Sum256([]byte("a key that everybody knows: " + name))
	key, err := audit.NewKey(name, ed25519.NewKeyFromSeed(seed[:]))
	if err != nil {
		return nil, err
	}
	keys := func(string) (audit.Key, error) { return key, nil }
	sealer, err := audit.New(audit.Config{Store: store, Key: keys, Blobs: contents})
	if err != nil {
		return nil, err
	}
	dossiers, err := handover.New(handover.Config{Desk: desk, Store: store, Sealer: sealer, Key: keys, Packer: bagit.Packer{}, Unpacker: bagit.Unpacker{}, Prefix: "DESK"})
	return &proofs{desk: desk, sealer: sealer, dossiers: dossiers}, err
}

// follow has the log and the search index follow the journal until ctx ends.
func (p *proofs) follow(ctx context.Context, log *slog.Logger) {
	for every := time.NewTicker(time.Second); ; {
		if err := p.catchUp(ctx); err != nil && ctx.Err() == nil {
			log.LogAttrs(ctx, slog.LevelError, "the log or the index does not follow", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			every.Stop()
			return
		case <-every.C:
		}
	}
}

func (p *proofs) catchUp(ctx context.Context) error {
	_, indexed := p.desk.Index(ctx, tenant)
	head, err := p.sealer.Seal(ctx, tenant)
	if err == nil && head.Size > head.Signed {
		_, err = p.sealer.Sign(ctx, tenant)
	}
	return errors.Join(indexed, err)
}
