package search

import (
	"context"
	"fmt"
	"sync"

	"github.com/coordkit/coordkit/archive"
)

// Indexes is a Searcher in memory: an Index for each tenant. The zero Indexes is
// empty.
type Indexes struct {
	mu      sync.Mutex
	tenants map[string]*Index
}

var _ Searcher = (*Indexes)(nil)

func (x *Indexes) of(tenant string) (*Index, error) {
	if tenant == "" {
		return nil, fmt.Errorf("%w: the tenant is empty", ErrInvalid)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.tenants == nil {
		x.tenants = make(map[string]*Index)
	}
	if x.tenants[tenant] == nil {
		x.tenants[tenant] = new(Index)
	}
	return x.tenants[tenant], nil
}

// PutDocuments takes documents in; see Searcher.
func (x *Indexes) PutDocuments(ctx context.Context, tenant string, ds ...Document) error {
	index, err := x.of(tenant)
	if err != nil {
		return err
	}
	for i := range ds {
		if err := ds[i].Validate(); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range ds {
		d := ds[i]
		index.Put(&d)
	}
	return nil
}

// DeleteDocument takes a document out; see Searcher.
func (x *Indexes) DeleteDocument(ctx context.Context, tenant string, id archive.RecordID) error {
	index, err := x.of(tenant)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	index.Delete(id)
	return nil
}

// FindDocuments answers a query; see Searcher.
func (x *Indexes) FindDocuments(ctx context.Context, tenant string, q Query) (Result, error) {
	index, err := x.of(tenant)
	if err != nil {
		return Result{}, err
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	return index.Find(&q)
}
