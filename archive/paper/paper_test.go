package paper_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/coordkit/coordkit/archive"
	"github.com/coordkit/coordkit/archive/paper"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func code(n int64) paper.Barcode {
	c, err := paper.MakeBarcode("CK", n)
	if err != nil {
		panic(err)
	}
	return c
}

// Invariant 17: one wrong digit and two swapped neighbours are always caught.
func TestInvariant17BarcodeErrorsAreCaught(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		good := string(code(rapid.Int64Range(1, 99_999_999).Draw(t, "number")))
		if got, err := paper.ParseBarcode(" " + good[:2] + "-" + good[2:]); err != nil || string(got) != good {
			t.Fatal(got, err)
		}
		at := rapid.IntRange(2, len(good)-1).Draw(t, "at")
		wrong := []byte(good)
		wrong[at] = '0' + (wrong[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, err := paper.ParseBarcode(string(wrong)); err == nil {
			t.Fatalf("%s for %s", wrong, good)
		}
		swapped := []byte(good)
		k := rapid.IntRange(2, len(good)-2).Draw(t, "swap")
		swapped[k], swapped[k+1] = swapped[k+1], swapped[k]
		if _, err := paper.ParseBarcode(string(swapped)); err == nil && string(swapped) != good {
			t.Fatalf("%s for %s", swapped, good)
		}
	})
	for _, bad := range []string{"", "CK", "12345678", "CK1", "CKXYZ000000017", "ck0000000x", "CK00000000a"} {
		_, err := paper.ParseBarcode(bad)
		require.ErrorIs(t, err, paper.ErrInvalid, bad)
	}
	for _, n := range []int64{0, -1, 100_000_000} {
		_, err := paper.MakeBarcode("CK", n)
		require.ErrorIs(t, err, paper.ErrInvalid)
	}
	_, err := paper.MakeBarcode("ck", 1)
	require.ErrorIs(t, err, paper.ErrInvalid)
}

// house is an archive with a box (2) in a box (1), a letter (3) in the inner box
// and a file (4) on another shelf.
func house(t *testing.T) *paper.House {
	t.Helper()
	h := new(paper.House)
	for n, kind := range map[int64]paper.Kind{1: paper.Container, 2: paper.Container, 3: paper.Document, 4: paper.Document} {
		must(t, h, paper.Register{Item: paper.Item{Barcode: code(n), Title: fmt.Sprint("item ", n), Kind: kind, Home: "A1", Copy: paper.Original}})
	}
	must(t, h, paper.Put{Code: code(2), Into: code(1)})
	must(t, h, paper.Put{Code: code(3), Into: code(2)})
	must(t, h, paper.Move{Code: code(4), To: "B2"})
	return h
}

func must(t *testing.T, h *paper.House, cmd paper.Command) {
	t.Helper()
	ev, err := h.Decide(cmd, "carol", now)
	require.NoError(t, err)
	h.Evolve(ev)
}

func refused(t *testing.T, h *paper.House, cmd paper.Command) (out []string) {
	t.Helper()
	_, err := h.Decide(cmd, "carol", now)
	var r *archive.RefusedError
	require.ErrorAs(t, err, &r)
	for _, u := range r.Unmet {
		out = append(out, u.Condition)
	}
	return out
}

func TestMovingABoxMovesItsContent(t *testing.T) {
	t.Parallel()
	h := house(t)
	must(t, h, paper.Move{Code: code(1), To: "C3"})
	p, err := h.Where(code(3))
	require.NoError(t, err)
	require.Equal(t, paper.Place{Shelf: "C3", Container: []paper.Barcode{code(2), code(1)}}, p)
	require.Equal(t, []paper.Barcode{code(2), code(3)}, h.Content(code(1)))
	require.Equal(t, []string{"circle"}, refused(t, h, paper.Put{Code: code(1), Into: code(2)}))
	require.Equal(t, []string{"circle"}, refused(t, h, paper.Put{Code: code(1), Into: code(1)}))
	require.Equal(t, []string{"container"}, refused(t, h, paper.Put{Code: code(2), Into: code(4)}))
	require.Equal(t, []string{"content"}, refused(t, h, paper.Remove{Code: code(1), Reason: "damp"}))
	must(t, h, paper.Move{Code: code(3), To: "A1"})
	require.Equal(t, []paper.Barcode{code(2)}, h.Content(code(1)))
}

func TestLoans(t *testing.T) {
	t.Parallel()
	h := house(t)
	due := now.Add(24 * time.Hour)
	must(t, h, paper.Lend{Code: code(1), To: "dora", Purpose: "hearing", Due: due})
	i, err := h.Item(code(1))
	require.NoError(t, err)
	require.Equal(t, paper.Shelf("A1"), i.Home, "the shelf it belongs to is never lost")
	require.Equal(t, "dora", i.Custodian)
	require.False(t, i.Overdue(due))
	require.True(t, i.Overdue(due.Add(1)))
	p, err := h.Where(code(3))
	require.NoError(t, err)
	require.Equal(t, "dora", p.Borrower, "the content goes with the box")
	for _, cmd := range []paper.Command{
		paper.Lend{Code: code(1), To: "x", Purpose: "y", Due: due},
		paper.Move{Code: code(3), To: "A1"},
		paper.Rehome{Code: code(1), To: "Z"},
		paper.Remove{Code: code(3), Reason: "x"},
		paper.Verify{Code: code(3), Record: "R", Digest: archive.DigestOf(nil)},
	} {
		require.Equal(t, []string{"on-loan"}, refused(t, h, cmd), "%T", cmd)
	}
	must(t, h, paper.Return{Code: code(1), Condition: "good", Pages: 0})
	i, err = h.Item(code(1))
	require.NoError(t, err)
	require.Nil(t, i.Loan)
	require.Equal(t, paper.Shelf("A1"), i.At)
	require.Equal(t, []string{"on-loan"}, refused(t, h, paper.Return{Code: code(1), Condition: "good"}))

	must(t, h, paper.Move{Code: code(3), To: "A1"})
	must(t, h, paper.Verify{Code: code(3), Record: "R", Digest: archive.DigestOf(nil)})
	i, err = h.Item(code(3))
	require.NoError(t, err)
	require.Equal(t, "carol", i.Twin.VerifiedBy)
	must(t, h, paper.Miss{Code: code(3)})
	require.Equal(t, []string{"missing"}, refused(t, h, paper.Miss{Code: code(3)}))
	require.Equal(t, []string{"missing"}, refused(t, h, paper.Move{Code: code(3), To: "A1"}))
	must(t, h, paper.Find{Code: code(3), On: "D4"})
	require.Equal(t, []string{"missing"}, refused(t, h, paper.Find{Code: code(3), On: "D4"}))
	must(t, h, paper.Rehome{Code: code(3), To: "D4"})
	must(t, h, paper.Remove{Code: code(3), Reason: "batch B1"})
	require.Equal(t, []string{"gone"}, refused(t, h, paper.Move{Code: code(3), To: "A1"}))
	require.Equal(t, []string{"barcode"}, refused(t, h, paper.Register{Item: paper.Item{Barcode: code(3), Title: "x", Kind: paper.Document, Home: "A1"}}))
}

func TestMalformedCommands(t *testing.T) {
	t.Parallel()
	h := house(t)
	for _, cmd := range []paper.Command{
		paper.Register{},
		paper.Register{Item: paper.Item{Barcode: code(9)}},
		paper.Move{Code: code(1)},
		paper.Rehome{Code: code(1)},
		paper.Lend{Code: code(1), To: "x", Purpose: "y", Due: now},
		paper.Return{Code: code(1)},
		paper.Find{Code: code(1)},
		paper.Verify{Code: code(1)},
		paper.Remove{Code: code(1)},
		nil,
	} {
		_, err := h.Decide(cmd, "carol", now)
		require.ErrorIs(t, err, paper.ErrInvalid, "%T", cmd)
	}
	_, err := h.Decide(paper.Miss{Code: code(1)}, " ", now)
	require.ErrorIs(t, err, paper.ErrInvalid)
	for _, cmd := range []paper.Command{paper.Move{Code: code(9), To: "A"}, paper.Put{Code: code(1), Into: code(9)}, paper.Miss{Code: code(9)}} {
		_, err := h.Decide(cmd, "carol", now)
		require.ErrorIs(t, err, paper.ErrNotFound)
	}
	h.Evolve(paper.Event{Done: paper.Move{Code: code(9), To: "A"}})
	require.Len(t, h.Items(), 4)
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	h := house(t)
	must(t, h, paper.Register{Item: paper.Item{Barcode: code(5), Title: "x", Kind: paper.Document, Home: "A1"}})
	must(t, h, paper.Register{Item: paper.Item{Barcode: code(6), Title: "x", Kind: paper.Document, Home: "A1"}})
	must(t, h, paper.Register{Item: paper.Item{Barcode: code(7), Title: "x", Kind: paper.Document, Home: "A1"}})
	must(t, h, paper.Lend{Code: code(5), To: "dora", Purpose: "x", Due: now.Add(time.Hour)})
	must(t, h, paper.Miss{Code: code(6)})
	must(t, h, paper.Remove{Code: code(7), Reason: "x"})
	var got []string
	for _, d := range h.Reconcile("A1", []paper.Barcode{code(1), code(3), code(4), code(4), code(5), code(6), code(7), code(8)}) {
		got = append(got, string(d.Code)+" "+string(d.Kind))
	}
	var want []string
	for n, kind := range []paper.DifferenceKind{paper.NotScanned, "", paper.Elsewhere, paper.NotOut, paper.NotMissing, paper.NotGone, paper.NotKnown} {
		if kind != "" {
			want = append(want, string(code(int64(n+2)))+" "+string(kind))
		}
	}
	require.Empty(t, cmp.Diff(want, got))
	require.Empty(t, h.Reconcile("A1", []paper.Barcode{code(1), code(2), code(3)}))
}

// Invariant 10: after any commands each item is in exactly one place, out and in
// alternate, loans never change a home, and no chain of containers comes back.
func TestInvariant10EveryItemIsInOnePlace(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := new(paper.House)
		at := now
		draw := func(name string) paper.Barcode { return code(rapid.Int64Range(1, 5).Draw(t, name)) }
		shelf := func() paper.Shelf { return rapid.SampledFrom([]paper.Shelf{"A", "B"}).Draw(t, "shelf") }
		out := make(map[paper.Barcode]bool)
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			at = at.Add(time.Hour)
			c := draw("item")
			before, _ := h.Item(c)
			cmd := rapid.SampledFrom([]paper.Command{
				paper.Register{Item: paper.Item{Barcode: c, Title: "x", Kind: rapid.SampledFrom([]paper.Kind{paper.Document, paper.Container, paper.Container}).Draw(t, "kind"), Home: shelf()}},
				paper.Move{Code: c, To: shelf()},
				paper.Put{Code: c, Into: draw("into")},
				paper.Put{Code: c, Into: draw("into2")},
				paper.Lend{Code: c, To: "dora", Purpose: "x", Due: at.Add(time.Hour)},
				paper.Return{Code: c, Condition: "good"},
				paper.Miss{Code: c},
				paper.Find{Code: c, On: shelf()},
				paper.Remove{Code: c, Reason: "x"},
			}).Draw(t, "command")
			ev, err := h.Decide(cmd, "carol", at)
			if err != nil {
				if !errors.Is(err, paper.ErrRefused) && !errors.Is(err, paper.ErrNotFound) {
					t.Fatal(err)
				}
				continue
			}
			h.Evolve(ev)
			after, _ := h.Item(c)
			switch cmd.(type) {
			case paper.Lend:
				if out[c] || before.Home != after.Home {
					t.Fatal("lent twice, or the home changed")
				}
				out[c] = true
			case paper.Return:
				if !out[c] || before.Home != after.Home {
					t.Fatal("returned twice, or the home changed")
				}
				out[c] = false
			case paper.Find:
				out[c] = false
			}
			for _, i := range h.Items() {
				places := 0
				for _, is := range []bool{i.At != "", i.In != "", i.Loan != nil, !i.Gone.IsZero()} {
					if is {
						places++
					}
				}
				if places != 1 {
					t.Fatalf("%+v is in %d places", i, places)
				}
				p, err := h.Where(i.Barcode)
				if err != nil || len(p.Container) > 5 {
					t.Fatal(p, err)
				}
			}
		}
	})
}

func Example() {
	var h paper.House
	do := func(cmd paper.Command) {
		ev, err := h.Decide(cmd, "carol", now)
		if err != nil {
			fmt.Println(err)
			return
		}
		h.Evolve(ev)
	}
	do(paper.Register{Item: paper.Item{Barcode: code(1), Title: "Box 1", Kind: paper.Container, Home: "A1"}})
	do(paper.Register{Item: paper.Item{Barcode: code(2), Title: "Contract", Kind: paper.Document, Home: "A1", Copy: paper.Original}})
	do(paper.Put{Code: code(2), Into: code(1)})
	do(paper.Lend{Code: code(1), To: "dora", Purpose: "hearing", Due: now.Add(time.Hour)})
	p, _ := h.Where(code(2))
	fmt.Println("the contract is with", p.Borrower)
	do(paper.Move{Code: code(2), To: "A1"})
	// Output:
	// the contract is with dora
	// archive: move refused: CK000000021 is on loan to dora: it has to come back first
}
