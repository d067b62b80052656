package httpapi

import (
	"errors"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// badToken is what an invalid list request means: the contract has checked the
// filters, so only the page token can be wrong.
func badToken(err error) error {
	if _, ok := errors.AsType[*changereq.ValidationError](err); ok {
		return err // it names the faults itself
	}
	for _, invalid := range []error{changereq.ErrInvalid, bundle.ErrInvalid, archive.ErrInvalid, notice.ErrInvalid, coordination.ErrInvalid, register.ErrInvalid} {
		if errors.Is(err, invalid) {
			return malformed(Fault{In: new("query"), Name: new("page_token"), Code: codeInvalid})
		}
	}
	return err
}
