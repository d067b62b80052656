package httpapi

import (
	"mime"
	"strconv"
	"strings"
)

// negotiated chooses, of the media types on offer, the one that an Accept header
// wants most (RFC 9110, 12.5.1); the first where it wants several alike or states
// nothing. It is errAccept where the header wants none of them.
func negotiated(accept string, offered ...string) (string, error) {
	if strings.TrimSpace(accept) == "" {
		return offered[0], nil
	}
	best, most := "", 0.0
	for _, kind := range offered {
		if q := wanted(accept, kind); q > most {
			best, most = kind, q
		}
	}
	if best == "" {
		return "", errAccept
	}
	return best, nil
}

// wanted is how much an Accept header wants a media type; the most specific
// range that covers the type decides.
func wanted(accept, kind string) float64 {
	family, _, _ := strings.Cut(kind, "/")
	ranges := []string{"*/*", family + "/*", kind}
	q, found := 0.0, -1
	for part := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		for i, r := range ranges {
			if media == r && i > found {
				q, found = quality(params["q"]), i
			}
		}
	}
	return q
}

// quality is the weight of a range, 1 where none is given.
func quality(s string) float64 {
	if s == "" {
		return 1
	}
	q, err := strconv.ParseFloat(s, 64)
	if err == nil && q >= 0 && q <= 1 {
		return q
	}
	return 0
}
