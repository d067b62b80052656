package storetest

import (
	"errors"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/changereq"
	"github.com/coordkit/coordkit/changereq/bundle"
	"github.com/coordkit/coordkit/coordination"
	"github.com/coordkit/coordkit/coordination/notice"
	"github.com/coordkit/coordkit/coordination/register"
)

// outcome is what a method said, in the terms of the contract: its results, or
// the class of its error.
type outcome struct {
	Value any
	Error string
}

func answer(value any, err error) outcome {
	if err != nil {
		return outcome{Error: class(err)}
	}
	return outcome{Value: value}
}

// class names the class of an error; the text of an error is no part of the
// contract.
func class(err error) string {
	for _, c := range []struct {
		name string
		err  error
	}{
		{"changereq not found", changereq.ErrNotFound},
		{"changereq conflict", changereq.ErrConflict},
		{"changereq invalid", changereq.ErrInvalid},
		{"changereq refused", changereq.ErrRefused},
		{"bundle not found", bundle.ErrNotFound},
		{"bundle conflict", bundle.ErrConflict},
		{"bundle invalid", bundle.ErrInvalid},
		{"bundle refused", bundle.ErrRefused},
		{"archive not found", archive.ErrNotFound},
		{"archive conflict", archive.ErrConflict},
		{"archive invalid", archive.ErrInvalid},
		{"notice not found", notice.ErrNotFound},
		{"notice conflict", notice.ErrConflict},
		{"notice invalid", notice.ErrInvalid},
		{"notice refused", notice.ErrRefused},
		{"register not found", register.ErrNotFound},
		{"register conflict", register.ErrConflict},
		{"register invalid", register.ErrInvalid},
		{"coordination not found", coordination.ErrNotFound},
		{"coordination conflict", coordination.ErrConflict},
		{"coordination invalid", coordination.ErrInvalid},
		{"read only", coordination.ErrReadOnly},
		{"own", errBoom},
	} {
		if errors.Is(err, c.err) {
			return c.name
		}
	}
	if err != nil {
		return "unexpected: " + err.Error()
	}
	return ""
}
