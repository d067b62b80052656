package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const content = "/v1/change-requests/CR7/content"

// TestBadBodies: what is wrong with a body is refused by its place, changes
// nothing and is never repeated.
func TestBadBodies(t *testing.T) {
	t.Parallel()
	const secret = "hush-4711"
	long := strings.Repeat("x", 301)
	for name, c := range map[string]struct {
		body, place, code string
	}{
		"unknown member":              {`{"title":"t","titel":"` + secret + `"}`, "/titel", "unknown"},
		"unknown member inside":       {`{"title":"t","affected":[{"item":"i","acton":"` + secret + `"}]}`, "/affected/0/acton", "unknown"},
		"two unknown members":         {`{"title":"t","a":1,"b":2}`, "/b", "unknown"},
		"duplicate member":            {`{"title":"t","title":"` + secret + `"}`, "/title", "duplicate"},
		"duplicate by escape":         {`{"title":"t","\u0074itle":"` + secret + `"}`, "/title", "duplicate"},
		"duplicate inside":            {`{"title":"t","window":{"start":1,"start":2}}`, "/window/start", "duplicate"},
		"case smuggling":              {`{"title":"t","TITLE":"` + secret + `"}`, "/TITLE", "unknown"},
		"other case":                  {`{"Title":"` + secret + `"}`, "/Title", "unknown"},
		"trailing value":              {`{"title":"t"} {"title":"` + secret + `"}`, "", "trailing"},
		"trailing bytes":              {`{"title":"t"}` + secret, "", "trailing"},
		"cut short":                   {`{"title":"` + secret, "", "syntax"},
		"no JSON":                     {secret, "", "syntax"},
		"byte order mark":             {"\ufeff{\"title\":\"t\"}", "", "syntax"},
		"only blanks":                 {"  \n", "", "required"},
		"an array":                    {`["` + secret + `"]`, "", "type"},
		"null":                        {`null`, "", "type"},
		"too deep":                    {strings.Repeat(`{"title":`, 33) + `1` + strings.Repeat("}", 33), "", "too_deep"},
		"much too deep":               {strings.Repeat("[", 100_000), "", "too_deep"},
		"over-long text":              {`{"title":"` + long + `"}`, "/title", "too_long"},
		"empty title":                 {`{"title":""}`, "/title", "too_short"},
		"too many labels":             {`{"title":"t","labels":[` + strings.Repeat(`"a",`, 32) + `"b"]}`, "/labels", "too_long"},
		"missing title":               {`{"description":"` + secret + `"}`, "/title", "required"},
		"other type":                  {`{"title":7}`, "/title", "type"},
		"null member":                 {`{"title":null}`, "/title", "type"},
		"invalid UTF-8":               {"{\"title\":\"" + secret + "\xff\"}", "", "encoding"},
		"overlong UTF-8":              {"{\"title\":\"\xc0\xaf\"}", "", "encoding"},
		"half a surrogate pair":       {`{"title":"\ud800` + secret + `"}`, "/title", "encoding"},
		"other half":                  {`{"title":"\udc00"}`, "/title", "encoding"},
		"halves the wrong way":        {`{"title":"\udc00\ud800"}`, "/title", "encoding"},
		"half in a name":              {`{"\ud800":1}`, "/", "encoding"},
		"a time that is none":         {`{"title":"t","window":{"start":"2026-02-30T00:00:00Z","end":"2026-03-01T00:00:00Z"}}`, "/window/start", "invalid"},
		"a leap second":               {`{"title":"t","window":{"start":"2016-12-31T23:59:60Z","end":"2026-03-01T00:00:00Z"}}`, "/window/start", "invalid"},
		"a time without zone":         {`{"title":"t","window":{"start":"2026-01-01T00:00:00","end":"2026-03-01T00:00:00Z"}}`, "/window/start", "invalid"},
		"a time beyond the year 9999": {`{"title":"t","window":{"start":"9999-12-31T23:59:59-01:00","end":"2026-03-01T00:00:00Z"}}`, "/window/start", "invalid"},
		"an id that is none":          {`{"title":"t","supersedes":["a/../b"]}`, "/supersedes/0", "invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			o.draft(t)
			o.unchanged(t, func() {
				a := o.send(t, http.MethodPut, content, c.body, "If-Match", `"1"`)
				a.problem(t, http.StatusBadRequest, "malformed-request")
				a.fault(t, c.place, c.code)
				require.NotContains(t, a.Body, secret)
			})
		})
	}
}

// TestInvalidValues: the form is right, the meaning is not.
func TestInvalidValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ path, body, place, code string }{
		"NUL":                    {"content", `{"title":"a\u0000b"}`, "/title", "invalid"},
		"blank title":            {"content", `{"title":"  "}`, "/title", "required"},
		"control character":      {"content", `{"title":"t","labels":["a\u0007"]}`, "/labels/0", "invalid"},
		"label twice":            {"content", `{"title":"t","labels":["a","a"]}`, "/labels/1", "duplicate"},
		"item twice":             {"content", `{"title":"t","affected":[{"item":"i"},{"item":"i"}]}`, "/affected/1/item", "duplicate"},
		"unknown action":         {"content", `{"title":"t","affected":[{"item":"i","action":"melt"}]}`, "/affected/0/action", "unknown"},
		"window of no length":    {"content", `{"title":"t","window":{"start":"2026-01-02T00:00:00Z","end":"2026-01-02T00:00:00Z"}}`, "/window", "out_of_range"},
		"far year":               {"content", `{"title":"t","window":{"start":"0001-01-01T00:00:00Z","end":"9999-12-31T23:59:59Z"}}`, "/window/start", "out_of_range"},
		"empty part":             {"assessments", `{"cost":{}}`, "/cost", "required"},
		"range upside down":      {"assessments", `{"cost":{"amounts":[{"what":"w","low":3,"likely":2,"high":1,"currency":"EUR"}]}}`, "/cost/amounts/0", "out_of_range"},
		"decision without brief": {"decisions", `{"verdict":"approved"}`, "/brief", "required"},
		"unknown verdict":        {"decisions", `{"brief":1,"verdict":"maybe"}`, "/verdict", "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			o.draft(t)
			method := http.MethodPost
			if c.path == "content" {
				method = http.MethodPut
			}
			o.unchanged(t, func() {
				a := o.send(t, method, "/v1/change-requests/CR7/"+c.path, c.body, "If-Match", `"1"`)
				a.problem(t, http.StatusUnprocessableEntity, "invalid")
				a.fault(t, c.place, c.code)
			})
		})
	}
}

// TestBadRequests: what is wrong beside the body.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	const list = "/v1/change-requests"
	amend := `{"title":"t"}`
	for name, c := range map[string]struct {
		method, path, body string
		header             []string
		status             int
		code, place, fault string
	}{
		"unknown query parameter":   {"GET", list + "?stat=x", "", nil, 400, "malformed-request", "query stat", "unknown"},
		"other case of a parameter": {"GET", list + "?State=x", "", nil, 400, "malformed-request", "query State", "unknown"},
		"query on a path without":   {"GET", list + "/CR7/permissions?x=1", "", nil, 400, "malformed-request", "query x", "unknown"},
		"query parameter twice":     {"GET", list + "?state=a&state=b", "", nil, 400, "malformed-request", "query state", "duplicate"},
		"empty query parameter":     {"GET", list + "?state=", "", nil, 400, "malformed-request", "query state", "too_short"},
		"over-long query parameter": {"GET", list + "?state=" + strings.Repeat("x", 201), "", nil, 400, "malformed-request", "query state", "too_long"},
		"query with NUL":            {"GET", list + "?q=a%00b", "", nil, 400, "malformed-request", "query q", "encoding"},
		"query that is no UTF-8":    {"GET", list + "?q=%ff", "", nil, 400, "malformed-request", "query q", "encoding"},
		"query with bad escape":     {"GET", list + "?q=%zz", "", nil, 400, "malformed-request", "query ", "syntax"},
		"query with semicolon":      {"GET", list + "?q=a;b=c", "", nil, 400, "malformed-request", "query ", "syntax"},
		"page size that is no int":  {"GET", list + "?page_size=ten", "", nil, 400, "malformed-request", "query page_size", "type"},
		"negative page size":        {"GET", list + "?page_size=-1", "", nil, 400, "malformed-request", "query page_size", "out_of_range"},
		"page size beyond int32":    {"GET", list + "?page_size=2147483648", "", nil, 400, "malformed-request", "query page_size", "type"},
		"page token of nowhere":     {"GET", list + "?page_token=nowhere", "", nil, 400, "malformed-request", "query page_token", "invalid"},
		"unknown direction":         {"GET", list + "/CR7/references?direction=up", "", nil, 400, "malformed-request", "query direction", "unknown"},
		"as of no time":             {"GET", list + "/CR7?as_of=monday", "", nil, 400, "malformed-request", "query as_of", "invalid"},
		"id with NUL":               {"GET", list + "/a%00b", "", nil, 400, "malformed-request", "path id", "invalid"},
		"id with slash":             {"GET", list + "/a%2Fb", "", nil, 400, "malformed-request", "path id", "invalid"},
		"id that is no UTF-8":       {"GET", list + "/%ff", "", nil, 400, "malformed-request", "path id", "invalid"},
		"over-long id":              {"GET", list + "/" + strings.Repeat("x", 65), "", nil, 400, "malformed-request", "path id", "too_long"},
		"id of dots":                {"GET", list + "/%2e%2e", "", nil, 404, "not-found", "", ""},
		"brief that is no number":   {"GET", list + "/CR7/briefs/one", "", nil, 400, "malformed-request", "path number", "type"},
		"nothing acceptable":        {"GET", "/v1/lifecycles/normal", "", []string{"Accept", "image/png"}, 406, "not-acceptable", "", ""},
		"unknown request":           {"GET", list + "/CR8", "", nil, 404, "not-found", "", ""},
		"unknown brief":             {"GET", list + "/CR7/briefs/7", "", nil, 404, "not-found", "", ""},
		"unknown record":            {"GET", "/v1/records/R1", "", nil, 404, "not-found", "", ""},
		"content of no record":      {"GET", "/v1/records/R1/content", "", []string{"If-None-Match", `"x"`}, 404, "not-found", "", ""},
		"references of no record":   {"GET", "/v1/records/R1/references", "", nil, 404, "not-found", "", ""},
		"references of no request":  {"GET", list + "/CR8/references", "", nil, 404, "not-found", "", ""},
		"events of no request":      {"GET", list + "/CR8/events", "", nil, 404, "not-found", "", ""},
		"unknown obligation":        {"GET", "/v1/obligations/O1", "", nil, 404, "not-found", "", ""},
		"unknown obligation, write": {"POST", "/v1/obligations/O1/acknowledgement", "", []string{"If-Match", `"1"`}, 404, "not-found", "", ""},
		"unknown path":              {"GET", "/v1/nothing", "", nil, 404, "not-found", "", ""},
		"path with slash at end":    {"GET", list + "/", "", nil, 404, "not-found", "", ""},
		"path that climbs":          {"GET", "/v1/../healthz", "", nil, 404, "not-found", "", ""},
		"path with two slashes":     {"GET", "//v1/change-requests", "", nil, 404, "not-found", "", ""},
		"method not known here":     {"PATCH", list + "/CR7", "", nil, 405, "method-not-allowed", "", ""},
		"body on a GET":             {"GET", list, `{}`, nil, 400, "malformed-request", "", "not_allowed"},
		"body on a DELETE":          {"DELETE", list + "/CR7/hold", `{}`, []string{"If-Match", `"1"`}, 400, "malformed-request", "", "not_allowed"},
		"no body":                   {"PUT", content, "", []string{"If-Match", `"1"`, "Content-Type", "application/json"}, 400, "malformed-request", "", "required"},
		"no content type":           {"PUT", content, amend, []string{"If-Match", `"1"`, "Content-Type", ""}, 415, "unsupported-media-type", "", ""},
		"text":                      {"PUT", content, amend, []string{"If-Match", `"1"`, "Content-Type", "text/plain"}, 415, "unsupported-media-type", "", ""},
		"other charset":             {"PUT", content, amend, []string{"If-Match", `"1"`, "Content-Type", "application/json; charset=latin1"}, 415, "unsupported-media-type", "", ""},
		"broken content type":       {"PUT", content, amend, []string{"If-Match", `"1"`, "Content-Type", "application/json; ="}, 415, "unsupported-media-type", "", ""},
		"merge patch":               {"PUT", content, amend, []string{"If-Match", `"1"`, "Content-Type", "application/merge-patch+json"}, 415, "unsupported-media-type", "", ""},
		"encoded body":              {"PUT", content, amend, []string{"If-Match", `"1"`, "Content-Encoding", "gzip"}, 415, "unsupported-media-type", "", ""},
		"body too large":            {"PUT", content, `{"title":"` + strings.Repeat("x", 1<<20) + `"}`, []string{"If-Match", `"1"`}, 413, "too-large", "", ""},
		"no If-Match":               {"PUT", content, amend, nil, 428, "precondition-required", "", ""},
		"no If-Match, DELETE":       {"DELETE", list + "/CR7/hold", "", nil, 428, "precondition-required", "", ""},
		"If-Match of all":           {"PUT", content, amend, []string{"If-Match", "*"}, 400, "malformed-request", "header If-Match", "invalid"},
		"If-Match of two":           {"PUT", content, amend, []string{"If-Match", `"1", "2"`}, 400, "malformed-request", "header If-Match", "invalid"},
		"If-Match without quotes":   {"PUT", content, amend, []string{"If-Match", "1"}, 400, "malformed-request", "header If-Match", "invalid"},
		"stale tag":                 {"PUT", content, amend, []string{"If-Match", `"2"`}, 412, "stale", "", ""},
		"weak tag":                  {"PUT", content, amend, []string{"If-Match", `W/"1"`}, 412, "stale", "", ""},
		"tag of zero":               {"PUT", content, amend, []string{"If-Match", `"0"`}, 412, "stale", "", ""},
		"negative tag":              {"PUT", content, amend, []string{"If-Match", `"-1"`}, 412, "stale", "", ""},
		"tag with leading zero":     {"PUT", content, amend, []string{"If-Match", `"01"`}, 412, "stale", "", ""},
		"huge tag":                  {"PUT", content, amend, []string{"If-Match", `"99999999999999999999"`}, 412, "stale", "", ""},
		"tag of another service":    {"PUT", content, amend, []string{"If-Match", `"abc"`}, 412, "stale", "", ""},
		"unknown request, write":    {"PUT", list + "/CR8/content", amend, []string{"If-Match", `"1"`}, 404, "not-found", "", ""},
		"no idempotency key":        {"POST", list, plain, nil, 400, "malformed-request", "header Idempotency-Key", "required"},
		"blank in idempotency key":  {"POST", list, plain, []string{"Idempotency-Key", "a b"}, 400, "malformed-request", "header Idempotency-Key", "invalid"},
		"id is taken":               {"POST", list, plain, []string{"Idempotency-Key", "other"}, 409, "conflict", "", ""},
		"1.0 for a whole number":    {"POST", list + "/CR7/decisions", `{"brief":1.0,"verdict":"approved"}`, []string{"If-Match", `"1"`}, 400, "malformed-request", "", "invalid"},
		"a number beyond all":       {"POST", list + "/CR7/decisions", `{"brief":6e666,"verdict":"approved"}`, []string{"If-Match", `"1"`}, 400, "malformed-request", "/brief", "type"},
		"a number beyond int64":     {"POST", list + "/CR7/assessments", `{"cost":{"amounts":[{"what":"w","low":0,"likely":0,"high":9223372036854775808,"currency":"EUR"}]}}`, []string{"If-Match", `"1"`}, 400, "malformed-request", "", "invalid"},
		"content that is no base64": {"POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m","content":"a*=="}`, []string{"Idempotency-Key", "k"}, 400, "malformed-request", "/content", "invalid"},
		"content badly padded":      {"POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m","content":"aGk"}`, []string{"Idempotency-Key", "k"}, 400, "malformed-request", "/content", "invalid"},
		"padding in the middle":     {"POST", "/v1/records", `{"kind":"k","title":"t","media_type":"m","content":"aG==aGk="}`, []string{"Idempotency-Key", "k"}, 400, "malformed-request", "/content", "invalid"},
		"reference to itself":       {"POST", "/v1/records", `{"id":"R1","kind":"k","title":"t","media_type":"m","content":"","references":[{"type":"amends","target":{"kind":"record","value":"R1"}}]}`, []string{"Idempotency-Key", "k"}, 422, "invalid", "/references/0/target", "invalid"},
		"no credentials":            {"GET", list, "", []string{"Authorization", ""}, 401, "unauthenticated", "", ""},
		"no credentials, all wrong": {"PUT", content, `{`, []string{"Authorization", "", "Content-Type", "x"}, 401, "unauthenticated", "", ""},
		"no actor":                  {"GET", list, "", []string{"Authorization", "a||"}, 401, "unauthenticated", "", ""},
		"empty tenant":              {"GET", list, "", []string{"Authorization", "|ann|"}, 403, "no-tenant", "", ""},
		"empty tenant, write":       {"PUT", content, amend, []string{"Authorization", "|ann|", "If-Match", `"1"`}, 403, "no-tenant", "", ""},
		"tenant that is no text":    {"GET", list, "", []string{"Authorization", "a\xff|ann|"}, 403, "no-tenant", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			o.draft(t)
			o.unchanged(t, func() {
				a := o.send(t, c.method, c.path, c.body, c.header...)
				a.problem(t, c.status, c.code)
				if c.fault != "" {
					a.fault(t, c.place, c.fault)
				} else {
					require.Nil(t, a.Fields["errors"], "only the problem itself is told")
				}
				switch c.status {
				case http.StatusMethodNotAllowed:
					require.Equal(t, "GET, HEAD", a.Header.Get("Allow"))
				case http.StatusUnauthorized:
					require.Equal(t, "Bearer", a.Header.Get("WWW-Authenticate"))
				}
			})
		})
	}
}

// TestTokensBelongToTheirFilters: a cursor of another list is no cursor.
func TestTokensBelongToTheirFilters(t *testing.T) {
	t.Parallel()
	o := open(t)
	for _, id := range []string{"A", "B", "C"} {
		body := strings.Replace(plain, "CR7", id, 1)
		require.Equal(t, http.StatusCreated, o.send(t, "POST", "/v1/change-requests", body, "Idempotency-Key", id).Status)
	}
	first := o.send(t, "GET", "/v1/change-requests?page_size=1&category=intake", "")
	token, _ := first.Fields["next_page_token"].(string)
	require.NotEmpty(t, token)
	require.Equal(t, http.StatusOK, o.send(t, "GET", "/v1/change-requests?category=intake&page_token="+token, "").Status)
	for _, path := range []string{
		"/v1/change-requests?page_token=", "/v1/change-requests?category=assess&page_token=", "/v1/records?page_token=",
		"/v1/obligations?page_token=", "/v1/change-requests/A/references?page_token=",
	} {
		a := o.send(t, "GET", path+token, "")
		a.problem(t, http.StatusBadRequest, "malformed-request")
		a.fault(t, "query page_token", "invalid")
	}
}
