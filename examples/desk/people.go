package main

import (
	"net/http"
	"strings"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/changereq"
)

// The people of the demonstration. A real service knows its own.
var (
	ann   = changereq.Actor{ID: "ann"}
	bob   = changereq.Actor{ID: "bob"}
	carol = changereq.Actor{ID: "carol", Roles: []string{changereq.RoleCoordinator}}
	paula = changereq.Actor{ID: "paula", Roles: []string{changereq.RoleProductManager}}
	ivo   = changereq.Actor{ID: "ivo", Roles: []string{changereq.RoleImplementer}}
	vera  = changereq.Actor{ID: "vera", Roles: []string{changereq.RoleVerifier}}
	otto  = changereq.Actor{ID: "otto"} // owns drawings
)

func people() []changereq.Actor {
	return []changereq.Actor{ann, bob, carol, paula, ivo, vera, otto}
}

// names lists the people with what they may do.
func names() string {
	var out []string
	for _, p := range people() {
		name := p.ID
		if len(p.Roles) > 0 {
			name += " (" + strings.Join(p.Roles, ", ") + ")"
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

// byName takes a name as a token: good enough for a demonstration on one's own
// machine, and for nothing else.
func byName(r *http.Request) (httpapi.Principal, error) {
	name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if ok {
		for _, p := range people() {
			if p.ID == name {
				return httpapi.Principal{Tenant: tenant, Actor: p}, nil
			}
		}
	}
	return httpapi.Principal{}, httpapi.ErrUnauthenticated
}
