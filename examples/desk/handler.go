package main

import (
	"log/slog"
	"net/http"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/httpapi/planfiles"
	"github.com/coordkit/coordkit/coordination"
)

// newHandler joins the API and the page.
func newHandler(desk *coordination.Desk, store coordination.Store, p *proofs, log *slog.Logger) (http.Handler, error) {
	api, err := httpapi.New(httpapi.Config{
		Desk: desk, Store: store, Log: log, Authenticator: httpapi.AuthenticatorFunc(byName), Draw: draw,
		DrawProcess: drawProcess,
		Evidence:    p.sealer, Dossiers: p.dossiers, Imports: true,
		Plans: planfiles.Plans(), Tables: planfiles.Tables(),
	})
	if err != nil {
		return nil, err
	}
	page, err := newPage(desk)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", api) // also says what is not there, in its own form
	mux.Handle("GET /{$}", page)
	mux.HandleFunc("GET /style.css", style)
	return mux, nil
}
