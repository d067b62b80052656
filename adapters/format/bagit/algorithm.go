package bagit

import (
	"crypto/md5"  //nolint:gosec // older bags have nothing else
	"crypto/sha1" //nolint:gosec // older bags have nothing else
	"crypto/sha256"
	"crypto/sha512"
	"hash"
	"strings"
)

// Algorithm is the name of a checksum algorithm as it stands in the name of a
// manifest.
type Algorithm string

// The algorithms that are read. Bags are written with the last two.
const (
	MD5    Algorithm = "md5"
	SHA1   Algorithm = "sha1"
	SHA224 Algorithm = "sha224"
	SHA384 Algorithm = "sha384"
	SHA256 Algorithm = "sha256"
	SHA512 Algorithm = "sha512"
)

// newHash begins a digest; nil for an algorithm that is not known.
func (a Algorithm) newHash() hash.Hash {
	switch a {
	case MD5:
		return md5.New() //nolint:gosec // as above
	case SHA1:
		return sha1.New() //nolint:gosec // as above
	case SHA224:
		return sha256.New224()
	case SHA256:
		return sha256.New()
	case SHA384:
		return sha512.New384()
	case SHA512:
		return sha512.New()
	}
	return nil
}

const (
	manifestPrefix    = "manifest-"
	tagManifestPrefix = "tagmanifest-"
)

// manifestOf reads the name of a manifest in the base folder of a bag.
func manifestOf(name string) (a Algorithm, tags, ok bool) {
	stem, ok := strings.CutSuffix(name, ".txt")
	if !ok || strings.Contains(name, "/") {
		return "", false, false
	}
	if s, ok := strings.CutPrefix(stem, tagManifestPrefix); ok && s != "" {
		return Algorithm(strings.ToLower(s)), true, true
	}
	if s, ok := strings.CutPrefix(stem, manifestPrefix); ok && s != "" {
		return Algorithm(strings.ToLower(s)), false, true
	}
	return "", false, false
}
