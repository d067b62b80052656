package httpapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi"
	"github.com/coordkit/coordkit/adapters/httpapi/contracttest"
	"github.com/coordkit/coordkit/adapters/httpapi/planfiles"
)

// planner calls the planning part of an office with bodies as text; every reply is
// held against the contract.
type planner struct {
	t      *testing.T
	client *http.Client
	keys   int
}

func newPlanner(t *testing.T) *planner {
	t.Helper()
	o := open(t, func(c *httpapi.Config) {
		c.Plans, c.Tables = planfiles.Plans(), planfiles.Tables()
	})
	return &planner{t: t, client: contracttest.NewTransport(t, o.handler).Client()}
}

// do calls and returns the status, the ETag and the body.
func (p *planner) do(who, method, path, tag, body string) (status int, etag string, out map[string]any) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://desk"+path, strings.NewReader(body))
	require.NoError(p.t, err)
	r.Header.Set("Authorization", as(who))
	if tag != "" {
		r.Header.Set("If-Match", tag)
	}
	if body == "" {
		r.Body, r.ContentLength = nil, 0
	} else {
		r.Header.Set("Content-Type", "application/json")
		if strings.Contains(path, "-imports") {
			r.Header.Set("Content-Type", "application/octet-stream")
		}
	}
	if method == http.MethodPost && tag == "" {
		p.keys++
		r.Header.Set("Idempotency-Key", fmt.Sprint("k", p.keys))
	}
	res, err := p.client.Do(r)
	require.NoError(p.t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(p.t, err)
	if len(raw) > 0 {
		require.NoError(p.t, json.Unmarshal(raw, &out), string(raw))
	}
	return res.StatusCode, res.Header.Get("ETag"), out
}

// must calls and expects a status below 300.
func (p *planner) must(who, method, path, tag, body string) (etag string, out map[string]any) {
	p.t.Helper()
	status, etag, out := p.do(who, method, path, tag, body)
	require.Less(p.t, status, 300, "%s %s: %v", method, path, out)
	return etag, out
}

// problem calls and expects a problem of a code; it returns what is unmet.
func (p *planner) problem(code, who, method, path, tag, body string) (conditions []string) {
	p.t.Helper()
	_, _, out := p.do(who, method, path, tag, body)
	require.Equal(p.t, code, out["code"], "%s %s: %v", method, path, out)
	if list, ok := out["unmet"].([]any); ok {
		for _, u := range list {
			conditions = append(conditions, u.(map[string]any)["condition"].(string))
		}
	}
	return conditions
}

func (p *planner) verdict() string {
	p.t.Helper()
	_, out := p.must("ann", "GET", "/v1/plans/P1/readiness?as_of=2026-01-05T09:00:00Z", "", "")
	return out["verdict"].(string)
}

const hangPlan = `{"id":"P1","start":"2026-01-05T08:00:00Z","frozen_us":86400000000,"calendar":"day",
 "calendars":[{"id":"day","zone":"Europe/Berlin","week":[{"day":"monday","from":"08:00","to":"16:00"},{"day":"tuesday","from":"08:00","to":"16:00"},{"day":"wednesday","from":"08:00","to":"16:00"},{"day":"thursday","from":"08:00","to":"16:00"},{"day":"friday","from":"08:00","to":"16:00"}],"exceptions":[{"from":"2026-01-06","to":"2026-01-06","reason":"Epiphany"}]}],
 "activities":[{"id":"dig","name":"Dig","duration_us":28800000000},
  {"id":"hang","duration_us":28800000000,"start_not_before":"2026-01-19T07:00:00Z","needs":[{"material":{"item":"HNG-1","quantity":10}},{"staff":{"skill":"welding","count":1}},{"prerequisite":{"kind":"approval","ref":"APR","met":true}}]},
  {"id":"G1","kind":"gate"}],
 "relations":[{"from":"dig","to":"hang","kind":"FS","lag_us":3600000000,"lag_in":"working"},{"from":"hang","to":"G1"}]}`

// opened is an office with a plan, an item and a person.
func opened(t *testing.T) *planner {
	t.Helper()
	p := newPlanner(t)
	tag, out := p.must("ann", "POST", "/v1/plans", "", hangPlan)
	require.Equal(t, `"1"`, tag)
	require.InDelta(t, 3, out["activities"], 0)
	p.must("ann", "PUT", "/v1/items", "", `{"items":[{"id":"HNG-1","unit":"piece","sources":[{"supplier":"acme","lead_days":5,"unit_cost":3}]}]}`)
	p.must("ann", "PUT", "/v1/people", "", `{"people":[{"id":"ida","department":"plant","skills":[{"name":"welding","level":2,"to":"2026-12-31"}]}]}`)
	return p
}

func TestPlanningOverHTTP(t *testing.T) {
	t.Parallel()
	p := opened(t)
	require.Equal(t, "ReadyIf", p.verdict())
	_, actions := p.must("ann", "GET", "/v1/plans/P1/actions?part=materials&as_of=2026-01-05T09:00:00Z", "", "")
	require.Len(t, actions["items"], 1)
	require.Equal(t, "order", actions["items"].([]any)[0].(map[string]any)["kind"])
	_, answer := p.must("ann", "POST", "/v1/plans/P1/what-if", "", `{"as_of":"2026-01-05T09:00:00Z","orders":[{"item":"HNG-1","quantity":10}],"moves":[{"activity":"dig","at":"2026-01-07T08:00:00Z"}],"people":[{"id":"new","skills":[{"name":"welding"}]}]}`)
	require.Equal(t, "Ready", answer["after"].(map[string]any)["verdict"])
	require.Len(t, answer["changes"], 2)
	_, run := p.must("ann", "POST", "/v1/plans/P1/risk", "", `{"as_of":"2026-01-05T09:00:00Z","runs":200,"seed":3}`)
	require.Len(t, run["gates"], 1)
	_, why := p.must("ann", "GET", "/v1/plans/P1/explanation?activity=hang&as_of=2026-01-05T09:00:00Z", "", "")
	require.Len(t, why["needs"], 3)
	p.problem("not-found", "ann", "GET", "/v1/plans/P1/explanation?activity=none", "", "")

	// From requisition to stock.
	tag, _ := p.must("ann", "POST", "/v1/supply-orders", "", `{"id":"R1","item":"HNG-1","quantity":10,"supplier":"acme","need_by":"2026-01-19"}`)
	step := func(who, body string) string {
		tag, _ = p.must(who, "POST", "/v1/supply-orders/R1/steps", tag, body)
		return p.verdict()
	}
	require.Equal(t, "ReadyIf", step("ann", `{"step":"submit"}`))
	require.Equal(t, []string{"another"}, p.problem("refused", "ann", "POST", "/v1/supply-orders/R1/steps", tag, `{"step":"approve"}`))
	step("bob", `{"step":"approve"}`)
	p.problem("stale", "bob", "POST", "/v1/supply-orders/R1/steps", `"1"`, `{"step":"place","on":"2026-01-05"}`)
	require.Equal(t, "Ready", step("ann", `{"step":"place","on":"2026-01-05","due":"2026-01-12"}`))
	require.Equal(t, "Ready", step("ann", `{"step":"confirm","due":"2026-01-14"}`))
	require.Equal(t, "Ready", step("ann", `{"step":"receive","on":"2026-01-15","quantity":11,"lot":"L9"}`))
	require.Equal(t, "Ready", step("ann", `{"step":"return","receipt":0,"quantity":5,"reason":"bent"}`), "what was good is open again")
	_, order := p.must("ann", "GET", "/v1/supply-orders/R1", "", "")
	require.Equal(t, "partly-received", order["state"])
	require.InDelta(t, 4, order["open"], 0)
	step("ann", `{"step":"close","reason":"enough"}`)
	_, orders := p.must("ann", "GET", "/v1/supply-orders?state=closed", "", "")
	require.Len(t, orders["items"], 1)
	p.must("ann", "POST", "/v1/stock-counts", "", `{"lots":[{"id":"L1","item":"HNG-1","quantity":4,"expires":"2027-01-01"}]}`)
	require.Equal(t, "Ready", p.verdict())
	p.must("ann", "PUT", "/v1/reservations/K1", "", `{"demand":"P1/hang/0","item":"HNG-1","quantity":2}`)
	_, kept := p.must("ann", "GET", "/v1/reservations", "", "")
	require.Len(t, kept["items"], 1)
	tag, _ = p.must("ann", "POST", "/v1/lots/L1/issues", `"1"`, `{"quantity":1,"demand":"P1/hang/0"}`)
	require.Equal(t, []string{"quantity"}, p.problem("refused", "ann", "POST", "/v1/lots/L1/issues", tag, `{"quantity":9}`))
	terms, _ := p.must("ann", "GET", "/v1/supply", "", "")
	p.must("ann", "PUT", "/v1/supply", terms, `{"places":[{"id":"dock"},{"id":"hall","parent":"dock"}],"adopt":{"quantile":0.8,"deliveries":3}}`)
	p.must("ann", "POST", "/v1/lots/L1/transfers", tag, `{"quantity":2,"to":"L2","place":"hall"}`)
	_, lots := p.must("ann", "GET", "/v1/lots?item=HNG-1", "", "")
	require.Len(t, lots["items"], 3)
	_, leads := p.must("ann", "GET", "/v1/lead-times", "", "")
	require.Empty(t, leads["items"])

	// People.
	staffTag, _ := p.must("ann", "GET", "/v1/staff", "", "")
	p.must("ann", "PUT", "/v1/staff", staffTag, `{"parts":[{"name":"morning","from":"00:00","to":"12:00"}],"remedies":[{"kind":"borrow","skill":"welding","level":3,"lead_days":3}]}`)
	_, stored := p.must("ida", "POST", "/v1/attendance", "", `{"records":[{"id":"A1","person":"ida","kind":"leave","state":"approved","date":"2026-01-19"}]}`)
	require.InDelta(t, 1, stored["stored"], 0)
	require.NotEqual(t, "Ready", p.verdict())
	p.problem("conflict", "ida", "POST", "/v1/attendance", "", `{"records":[{"id":"A1","person":"ida","kind":"sick","state":"approved","date":"2026-01-19"}]}`)
	_, records := p.must("ann", "GET", "/v1/people/ida/attendance", "", "")
	require.Equal(t, "ida", records["items"].([]any)[0].(map[string]any)["by"])
	tag, _ = p.must("ann", "GET", "/v1/people/ida", "", "")
	p.must("ann", "PUT", "/v1/people/ida", tag, `{"id":"ida","bookings":[{"start":"2026-01-20T08:00:00Z","finish":"2026-01-20T09:00:00Z"}]}`)
	p.problem("stale", "ann", "PUT", "/v1/people/ida", tag, `{"id":"ida"}`)
	p.problem("invalid", "ann", "PUT", "/v1/people/ida", tag, `{"id":"joe"}`)
	p.problem("not-found", "ann", "PUT", "/v1/people/joe", tag, `{"id":"joe"}`)
	_, people := p.must("ann", "GET", "/v1/people?skill=welding", "", "")
	require.Empty(t, people["items"])
	tag, _ = p.must("ann", "GET", "/v1/items/HNG-1", "", "")
	p.must("ann", "PUT", "/v1/items/HNG-1", tag, `{"id":"HNG-1","name":"Hinge","kit":[],"safety_stock":2}`)
	p.problem("stale", "ann", "PUT", "/v1/items/HNG-1", tag, `{"id":"HNG-1"}`)
	p.problem("not-found", "ann", "PUT", "/v1/items/NUT", tag, `{"id":"NUT"}`)
	_, items := p.must("ann", "GET", "/v1/items?page_size=1", "", "")
	require.Equal(t, "Hinge", items["items"].([]any)[0].(map[string]any)["name"])
}

func TestPlansOverHTTP(t *testing.T) {
	t.Parallel()
	p := opened(t)
	p.problem("refused", "ann", "POST", "/v1/plans", "", hangPlan)
	_, plan := p.must("ann", "GET", "/v1/plans/P1", "", "")
	require.Len(t, plan["activities"], 3)
	require.Len(t, plan["calendars"].([]any)[0].(map[string]any)["week"], 5)

	_, proposal := p.must("ann", "POST", "/v1/plans/P1/proposals", "", `{"id":"X1","rev":1,"as_of":"2026-01-05T08:00:00Z"}`)
	require.InDelta(t, 3, proposal["count"], 0)
	tag, proposal := p.must("ann", "GET", "/v1/plan-proposals/X1", "", "")
	require.Len(t, proposal["moves"], 3)
	p.must("bob", "POST", "/v1/plan-proposals/X1/acceptance", tag, `{}`)
	require.Equal(t, []string{"state"}, p.problem("refused", "bob", "POST", "/v1/plan-proposals/X1/acceptance", `"2"`, `{}`))
	_, list := p.must("ann", "GET", "/v1/plans/P1/proposals", "", "")
	require.Len(t, list["items"], 1)

	require.Equal(t, []string{"planned"}, p.problem("refused", "ann", "POST", "/v1/plans/P1/revisions", `"2"`,
		`{"activities":[{"id":"dig","duration_us":1,"planned":{"start":"2026-01-08T08:00:00Z","finish":"2026-01-09T08:00:00Z"}}]}`))
	p.must("ann", "POST", "/v1/plans/P1/revisions", `"2"`, `{"activities":[{"id":"dig","name":"Dig deep","duration_us":57600000000}],"unrelate":[{"from":"hang","to":"G1","kind":"FS"}],"head":{"start":"2026-01-05T08:00:00Z","calendar":"day","frozen_us":864000000000}}`)
	p.problem("stale", "ann", "POST", "/v1/plans/P1/revisions", `"2"`, `{"cancel":["G1"]}`)
	p.problem("precondition-required", "ann", "POST", "/v1/plans/P1/baselines", "", `{"name":"B1"}`)
	p.must("ann", "POST", "/v1/plans/P1/baselines", `"3"`, `{"name":"B1","as_of":"2026-01-05T08:00:00Z"}`)
	p.must("ann", "POST", "/v1/plans/P1/progress", `"4"`, `{"items":[{"activity":"dig","actual":{"start":"2026-01-05T08:00:00Z","remaining_us":28800000000}}]}`)
	p.problem("invalid", "ann", "POST", "/v1/plans/P1/progress", `"5"`, `{"items":[{"activity":"dig","actual":{"start":"2036-01-05T08:00:00Z"}}]}`)

	// A frozen move is confirmed by name, at the revision it was proposed for.
	_, stale := p.must("ann", "POST", "/v1/plans/P1/proposals", "", `{"id":"X2","as_of":"2026-01-12T08:00:00Z","wait_for_supplies":true,"move":["hang","G1"],"floors":[{"activity":"hang","at":"2026-01-21T07:00:00Z","text":"the crane is away"}]}`)
	require.Equal(t, "open", stale["state"])
	require.Contains(t, p.problem("refused", "bob", "POST", "/v1/plan-proposals/X2/acceptance", `"1"`, `{}`), "confirm")
	p.must("bob", "POST", "/v1/plan-proposals/X2/acceptance", `"1"`, `{"confirm":["hang"]}`)
	p.must("ann", "POST", "/v1/plans/P1/proposals", "", `{"id":"X3","as_of":"2026-01-12T08:00:00Z","pull_in":true,"move":["hang"]}`)
	p.must("ann", "POST", "/v1/plans/P1/revisions", `"6"`, `{"cancel":["G1"]}`)
	p.problem("stale", "bob", "POST", "/v1/plan-proposals/X3/acceptance", `"1"`, `{"confirm":["hang"]}`)
	p.problem("conflict", "ann", "POST", "/v1/plans/P1/proposals", "", `{"rev":1}`)

	_, plans := p.must("ann", "GET", "/v1/plans", "", "")
	require.Equal(t, []any{"B1"}, plans["items"].([]any)[0].(map[string]any)["baselines"])
	status, _, was := p.do("ann", "GET", "/v1/plans/P1?as_of=2026-01-05T09:00:01Z", "", "")
	require.Contains(t, []int{200, 404}, status, "%v", was)
	_, gone := p.must("ann", "GET", "/v1/plans/P1?as_of=2026-12-05T09:00:00Z", "", "")
	require.InDelta(t, 0, gone["rev"], 0)
	p.problem("not-found", "ann", "GET", "/v1/plans/P2", "", "")
	p.problem("not-found", "ann", "GET", "/v1/plans/P2/readiness", "", "")
	p.problem("invalid", "ann", "GET", "/v1/plans/P1/readiness?as_of=2300-01-01T00:00:00Z", "", "")
	p.problem("malformed-request", "ann", "GET", "/v1/plans?page_token=nonsense", "", "")
	p.problem("invalid", "ann", "POST", "/v1/plans", "", `{"id":"P3","activities":[{"id":"a"},{"id":"b"}],"relations":[{"from":"a","to":"b"},{"from":"b","to":"a"}]}`)
	p.problem("invalid", "ann", "POST", "/v1/plans", "", `{"id":"P3","activities":[],"calendars":[{"id":"c","week":[{"day":"monday","from":"08:00","to":"49:00"}],"exceptions":[{"from":"2026-02-31","to":"2026-03-01"}]}]}`)
	p.problem("malformed-request", "ann", "POST", "/v1/plans", "", `{"id":"P3","activities":[{"id":"a","duration":8}]}`)
}

func TestPlanFilesOverHTTP(t *testing.T) {
	t.Parallel()
	p := opened(t)
	table := "activity,duration,predecessors,materials\na,8h,,HNG-1:2\nb,8h,a FS,\n"
	_, made := p.must("ann", "POST", "/v1/plan-imports?id=P2&format=csv&zone=Europe/Berlin", "", table)
	require.InDelta(t, 2, made["plan"].(map[string]any)["activities"], 0)
	_, file := p.must("ann", "GET", "/v1/plans/P1/export?format=csv", "", "")
	require.Contains(t, file["content"], "dig")
	require.NotEmpty(t, file["dropped"], "calendars do not stand in the table")
	p.problem("invalid", "ann", "POST", "/v1/plan-imports?id=P3&format=csv", "", table+"c,5 days,,\n")
	_, partial := p.must("ann", "POST", "/v1/plan-imports?id=P3&format=csv&partial=true", "", table+"c,5 days,,\n")
	require.Len(t, partial["problems"], 1)
	p.problem("malformed-request", "ann", "POST", "/v1/plan-imports?id=P4&format=csv", "", "no,table\n1,2\n")
	p.problem("malformed-request", "ann", "POST", "/v1/plan-imports?id=P4&format=xls", "", table)
	p.problem("malformed-request", "ann", "POST", "/v1/plan-imports?id=P4&format=csv&zone=Mars", "", table)
	p.problem("malformed-request", "ann", "POST", "/v1/plan-imports?id=P4&format=csv&zone=Local", "", table)
	p.problem("malformed-request", "ann", "GET", "/v1/plans/P1/export?format=xls", "", "")

	load := func(query, text string) map[string]any {
		_, out := p.must("ann", "POST", "/v1/table-imports?"+query, "", text)
		return out
	}
	require.InDelta(t, 1, load("kind=items", "item,supplier,lead days\nNUT,acme,3\n")["stored"], 0)
	out := load("kind=stock", "item,quantity\nNUT,4\nNUT@x,1.000\n")
	require.InDelta(t, 0, out["stored"], 0, "nothing is stored if a row is wrong")
	require.Len(t, out["problems"], 1)
	require.InDelta(t, 1, load("kind=stock&partial=true", "item,quantity\nNUT,4\nNUT@x,1.000\n")["stored"], 0)
	require.InDelta(t, 1, load("kind=people", "person,skills\njoe,welding:2\n")["stored"], 0)
	require.InDelta(t, 1, load("kind=attendance", "person,kind,date\njoe,leave,2026-01-19\n")["stored"], 0)
	require.InDelta(t, 0, load("kind=attendance", "person,kind,date\njoe,leave,2026-01-19\n")["stored"], 0, "read twice it is stored once")
	calendar := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u1\nDTSTART:20260120T080000Z\nDTEND:20260120T090000Z\nEND:VEVENT\nEND:VCALENDAR\n"
	require.InDelta(t, 1, load("kind=absences&person=joe", calendar)["stored"], 0)
	p.problem("malformed-request", "ann", "POST", "/v1/table-imports?kind=items", "", "x\n")
	p.problem("invalid", "ann", "POST", "/v1/table-imports?kind=attendance", "", "person,kind,date\nnobody,leave,2026-01-19\n")
}
