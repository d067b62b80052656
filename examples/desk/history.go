package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coordkit/coordkit/changereq"
)

// history is one line of an import file: a change and how it moved. Members
// that are not named here stay in the filed copy of the line.
type history struct {
	ID          string   `json:"id"`
	Source      string   `json:"source"`
	Title       string   `json:"title"`
	Type        string   `json:"type"`
	Topic       *string  `json:"topic"`
	Created     string   `json:"created"`
	Authors     []string `json:"authors"`
	Approvers   []string `json:"approvers"`
	DecisionRef *string  `json:"decision_ref"`
	Discussions *string  `json:"discussions"`
	Target      *string  `json:"target"`
	Relations   struct {
		Requires     []string `json:"requires"`
		Replaces     []string `json:"replaces"`
		SupersededBy []string `json:"superseded_by"`
	} `json:"relations"`
	Transitions []struct {
		At     time.Time `json:"at"`
		To     string    `json:"to"`
		By     string    `json:"by"`
		Commit string    `json:"commit"`
	} `json:"transitions"`
}

// parseHistory reads one line. What the rules of the office say of it, they say
// when it is imported; here only its shape counts.
func parseHistory(line []byte) (history, error) {
	var h history
	if err := json.Unmarshal(line, &h); err != nil {
		return history{}, fmt.Errorf("not a history: %w", err)
	}
	if h.ID == "" {
		return history{}, errors.New(`"id" is missing`)
	}
	if len(h.Transitions) == 0 {
		return history{}, errors.New(`"transitions" is empty: a history has at least one step`)
	}
	return h, nil
}

// command is the import of the history under a lifecycle.
func (h history) command(under changereq.LifecycleRef) changereq.Import {
	c := changereq.Import{
		ID: changereq.ID(h.ID), Number: h.ID, Source: h.Source, Applicant: "unknown", Lifecycle: under,
		Content: changereq.Content{Title: h.Title, Labels: h.labels(), Description: h.description()},
	}
	if c.Source == "" {
		c.Source = "import"
	}
	if len(h.Authors) > 0 {
		c.Applicant = h.Authors[0]
	}
	for _, id := range h.Relations.Replaces {
		if changereq.ValidID(id) && id != h.ID {
			c.Content.Supersedes = append(c.Content.Supersedes, changereq.ID(id))
		}
	}
	for _, t := range h.Transitions {
		c.Facts = append(c.Facts, changereq.Fact{At: t.At, By: t.By, State: t.To, Reference: t.Commit})
	}
	return c
}

func (h history) labels() []string {
	var out []string
	for _, l := range []string{h.Type, deref(h.Topic)} {
		if l != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// description writes what else is known in words.
func (h history) description() string {
	var b strings.Builder
	for _, x := range []struct{ name, value string }{
		{"Authors", strings.Join(h.Authors, ", ")},
		{"Approvers", strings.Join(h.Approvers, ", ")},
		{"Created", h.Created},
		{"Target", deref(h.Target)},
		{"Requires", strings.Join(h.Relations.Requires, ", ")},
		{"Replaces", strings.Join(h.Relations.Replaces, ", ")},
		{"Superseded by", strings.Join(h.Relations.SupersededBy, ", ")},
		{"Discussions", deref(h.Discussions)},
		{"Decision", deref(h.DecisionRef)},
	} {
		if x.value != "" {
			fmt.Fprintf(&b, "%s: %s\n", x.name, x.value)
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
