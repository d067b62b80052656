package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	n := flag.Int("n", 4000, "decisions in each measurement")
	engine := flag.String("engine", "all", "sqlite, postgres or all")
	show := flag.Bool("show", false, "print the statements of one decision")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	fmt.Printf("%-28s %12s %12s %7s\n", "decision units of work", "coordkit/s", "by hand/s", "ratio")
	for _, e := range []struct {
		name string
		run  func(context.Context, int, bool) error
	}{{"sqlite", runSQLite}, {"postgres", runPostgres}} {
		if *engine != "all" && *engine != e.name {
			continue
		}
		if err := e.run(ctx, *n, *show); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", e.name, err)
			os.Exit(1) //nolint:gocritic // stop only restores a signal
		}
	}
}

func report(name string, ours, byHand float64) {
	fmt.Printf("%-28s %12.0f %12.0f %7.2f\n", name, ours, byHand, ours/byHand)
}

func print(statements []statement) {
	for _, s := range statements {
		fmt.Printf("%s\n", s.text)
		for i, a := range s.args {
			text := fmt.Sprintf("%v", a)
			if len(text) > 100 {
				text = text[:100] + "…"
			}
			fmt.Printf("    $%d %T %s\n", i+1, a, text)
		}
	}
}
