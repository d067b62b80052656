package httpapi

import (
	"bytes"
	"context"

	"github.com/coordkit/coordkit/changereq/accounting"
)

// GetAccounting says how change requests fare.
func (a *api) GetAccounting(ctx context.Context, in GetAccountingRequestObject) (GetAccountingResponseObject, error) {
	r, err := a.desk.Accounting(ctx, principalOf(ctx).Tenant, value(in.Params.AsOf))
	return GetAccounting200JSONResponse(accountingTo(r)), err
}

// GetAccountingCSV says it as a table.
func (a *api) GetAccountingCSV(ctx context.Context, in GetAccountingCSVRequestObject) (GetAccountingCSVResponseObject, error) {
	r, err := a.desk.Accounting(ctx, principalOf(ctx).Tenant, value(in.Params.AsOf))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := r.WriteCSV(&out); err != nil {
		return nil, err
	}
	return GetAccountingCSV200TextCsvResponse{Body: &out, ContentLength: int64(out.Len())}, nil
}

func accountingTo(r accounting.Report) Accounting {
	return Accounting{
		AsOf: r.AsOf, Requests: int64(r.Requests), States: listed(r.States, countTo), Outcomes: listed(r.Outcomes, countTo),
		Ages: listed(r.Ages, spreadTo), Leads: listed(r.Leads, spreadTo), Approvers: listed(r.Approvers, spreadTo),
		Shares: listed(r.Shares, func(s accounting.Share) Share { return Share{Name: s.Name, N: int64(s.N), Of: int64(s.Of)} }),
	}
}

func countTo(c accounting.Count) Count { return Count{Name: c.Name, N: int64(c.N)} }

func spreadTo(s accounting.Spread) Spread {
	return Spread{Name: s.Name, N: int64(s.N), MedianUs: s.Median, P90Us: s.P90}
}
