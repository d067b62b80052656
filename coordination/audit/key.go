package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/coordkit/coordkit/archive/evidence"
)

// Key is what a log is signed with and what others check it with. The name of
// the key is the origin of the log.
type Key struct {
	Signer   note.Signer
	Verifier note.Verifier
	Public   string // as note.NewVerifier reads it
	PEM      []byte // the public key as openssl reads it; nil where there is none
}

// NewKey makes the key of a log from its name and an Ed25519 key. A name that no
// note can carry is evidence.ErrInvalid.
func NewKey(name string, private ed25519.PrivateKey) (Key, error) {
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok || len(private) != ed25519.PrivateKeySize {
		return Key{}, fmt.Errorf("%w: this is no private key of Ed25519", evidence.ErrInvalid)
	}
	text, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		return Key{}, fmt.Errorf("%w: key %q: %w", evidence.ErrInvalid, name, err)
	}
	parts := strings.SplitN(text, "+", 3)
	secret := base64.StdEncoding.EncodeToString(append([]byte{1}, private.Seed()...)) // 1 is Ed25519
	signer, err := note.NewSigner("PRIVATE+KEY+" + name + "+" + parts[1] + "+" + secret)
	if err != nil {
		return Key{}, fmt.Errorf("%w: key %q: %w", evidence.ErrInvalid, name, err)
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return Key{}, fmt.Errorf("%w: key %q: %w", evidence.ErrInvalid, name, err)
	}
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return Key{}, fmt.Errorf("%w: key %q: %w", evidence.ErrInvalid, name, err)
	}
	var b bytes.Buffer
	if err := pem.Encode(&b, &pem.Block{Type: "PUBLIC KEY", Bytes: der}); err != nil {
		return Key{}, fmt.Errorf("%w: key %q: %w", evidence.ErrInvalid, name, err)
	}
	return Key{Signer: signer, Verifier: verifier, Public: text, PEM: b.Bytes()}, nil
}
