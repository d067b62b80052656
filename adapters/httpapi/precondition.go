package httpapi

import (
	"strconv"
	"strings"
)

// neverIssued is a revision that nothing ever has: it conflicts with whatever
// is there, after the office has found out whether anything is.
const neverIssued = -1

// etagOf is the entity tag of a revision.
func etagOf(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

// revOf reads the revision from the one entity tag of If-Match. A tag that this
// service does not issue, weak ones included, matches nothing (RFC 9110,
// section 13.1.1).
func revOf(ifMatch string) int64 {
	text, quoted := strings.CutPrefix(ifMatch, `"`)
	rev, err := strconv.ParseInt(strings.TrimSuffix(text, `"`), 10, 64)
	if !quoted || err != nil || rev < 1 || etagOf(rev) != ifMatch {
		return neverIssued
	}
	return rev
}

// current reports whether If-None-Match names the tag; the comparison is weak
// (RFC 9110, section 13.1.2).
func current(ifNoneMatch *string, etag string) bool {
	if ifNoneMatch == nil {
		return false
	}
	for tag := range strings.SplitSeq(*ifNoneMatch, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || tag == etag {
			return true
		}
	}
	return false
}

func notModified(etag string) NotModifiedResponse {
	return NotModifiedResponse{Headers: NotModifiedResponseHeaders{ETag: etag}}
}
