package httpapi

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed" // the contract
	"encoding/hex"
	"fmt"
	"slices"
)

//go:embed openapi.yaml
var contractFile []byte

// Contract returns the contract that New serves, in YAML.
func Contract() []byte { return slices.Clone(contractFile) }

// GetHealth says whether the service is up.
func (a *api) GetHealth(ctx context.Context, _ GetHealthRequestObject) (GetHealthResponseObject, error) {
	if a.cfg.Health != nil {
		if err := a.cfg.Health(ctx); err != nil {
			return nil, fmt.Errorf("%w: %w", errUnavailable, err)
		}
	}
	return GetHealth200JSONResponse{Status: "ok"}, nil
}

// GetContract returns the contract, byte for byte.
func (a *api) GetContract(_ context.Context, in GetContractRequestObject) (GetContractResponseObject, error) {
	digest := sha256.Sum256(contractFile)
	etag := `"` + hex.EncodeToString(digest[:]) + `"`
	if current(in.Params.IfNoneMatch, etag) {
		return notModified(etag), nil
	}
	return GetContract200ApplicationYamlResponse{
		Body: bytes.NewReader(contractFile), ContentLength: int64(len(contractFile)),
		Headers: GetContract200ResponseHeaders{ETag: etag},
	}, nil
}
