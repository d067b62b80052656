package planfiles_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/coordkit/coordkit/adapters/httpapi/planfiles"
	"github.com/coordkit/coordkit/schedule"
	"github.com/coordkit/coordkit/schedule/staff"
)

// TestPlanFormats: a plan that goes out in a format comes back with its activities.
func TestPlanFormats(t *testing.T) {
	t.Parallel()
	p := schedule.Plan{
		ID: "P", Activities: []schedule.Activity{{ID: "a", Name: "Dig", Duration: 8 * time.Hour}, {ID: "b", Name: "Lay", Duration: 4 * time.Hour}},
		Relations: []schedule.Relation{{From: "a", To: "b"}},
	}
	for name, f := range planfiles.Plans() {
		var b strings.Builder
		_, err := f.Write(&b, &p, time.UTC)
		require.NoError(t, err, name)
		got, report, err := f.Read(strings.NewReader(b.String()), time.UTC)
		require.NoError(t, err, name)
		require.Empty(t, report.Problems, name)
		require.Len(t, got.Activities, 2, name)
		require.Len(t, got.Relations, 1, name)
		_, _, err = f.Read(strings.NewReader("nonsense"), time.UTC)
		require.Error(t, err, name)
	}
}

func TestTablesAndCalendars(t *testing.T) {
	t.Parallel()
	tables := planfiles.Tables()
	items, sources, r, err := tables.Items(strings.NewReader("item,supplier,lead days\nA,acme,3\n"), time.UTC)
	require.NoError(t, err)
	require.Len(t, items, len(sources))
	require.Equal(t, 1, r.Read)
	lots, r, err := tables.Stock(strings.NewReader("item,quantity\nA,x\n"), time.UTC)
	require.NoError(t, err)
	require.Empty(t, lots)
	require.Equal(t, 2, r.Problems[0].Line)
	people, _, err := tables.People(strings.NewReader("person\nida\n"), time.UTC)
	require.NoError(t, err)
	require.Len(t, people, 1)
	records, _, err := tables.Attendance(strings.NewReader("person,kind,date\nida,leave,2026-03-02\n"), time.UTC)
	require.NoError(t, err)
	require.Len(t, records, 1)
	records, r, err = tables.Absences(strings.NewReader("BEGIN:VCALENDAR\n"+
		"BEGIN:VEVENT\nUID:u1\nDTSTART;VALUE=DATE:20260302\nDTEND;VALUE=DATE:20260304\nEND:VEVENT\n"+
		"BEGIN:VEVENT\nUID:u2\nSTATUS:TENTATIVE\nDTSTART:20260305T080000Z\nDURATION:PT1H\nEND:VEVENT\n"+
		"BEGIN:VEVENT\nUID:u3\nSTATUS:CANCELLED\nDTSTART:20260306T080000Z\nDURATION:PT1H\nEND:VEVENT\nEND:VCALENDAR\n"), time.UTC, "ida")
	require.NoError(t, err)
	require.Equal(t, []string{"ida/u1/2026-03-02", "ida/u1/2026-03-03", "ida/u2"}, []string{records[0].ID, records[1].ID, records[2].ID})
	require.Equal(t, staff.Requested, records[2].State)
	require.Equal(t, "cancelled", r.Problems[0].Code)
}
