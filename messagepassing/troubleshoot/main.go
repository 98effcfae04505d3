// Command troubleshoot shows what a caller gets when a signal, a query or an
// update goes wrong: it provokes each way on a real server, with Workers of its own,
// and prints which Go type to match, whether the message can still take effect, and
// what to do. Names on the command line select some of the ways. With --table it
// prints the same as a Markdown table, and needs no server.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/progress"
)

// atATime bounds how many rows are provoked at a time. Most of them wait most of the
// time.
const atATime = 6

// silent is above every level: the Workers' errors are what is looked for.
const silent = slog.LevelError + 1

func main() {
	asTable := flag.Bool("table", false, "print a Markdown table, and provoke nothing")
	flag.Parse()
	if *asTable {
		fmt.Print(table(rows()))
		return
	}
	os.Exit(connect.Main(func(ctx context.Context) error {
		return connect.Run(ctx, silent, func(ctx context.Context, connection client.Client, options client.Options) error {
			return provokeAll(ctx, newBench(connection, options.Namespace), flag.Args(), os.Stdout, os.Stderr)
		})
	}))
}

// provokeAll provokes the rows of those names, or all, and prints them in order. It
// returns an error for the first that does not match.
func provokeAll(ctx context.Context, bench *bench, names []string, out, progressTo io.Writer) error {
	all, err := selectRows(names)
	if err != nil {
		return err
	}
	done := progress.Show(progressTo, fmt.Sprintf("provoking %d failures", len(all)))
	defer done()
	stop, err := bench.work(bench.healthyQueue(), patient{})
	if err != nil {
		return err
	}
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atATime)
	for _, row := range all {
		group.Go(func() error { return row.provoke(ctx, bench) })
	}
	err = group.Wait()
	bench.workers.Wait()
	if err != nil {
		return err
	}
	done()
	for _, row := range all {
		fmt.Fprintln(out, row)
	}
	fmt.Fprintf(out, "%d of %d matched\n", len(all), len(all))
	return nil
}

func selectRows(names []string) ([]row, error) {
	if len(names) == 0 {
		return rows(), nil
	}
	var selected []row
	for _, name := range names {
		at := slices.IndexFunc(rows(), func(row row) bool { return row.name == name })
		if at < 0 {
			return nil, fmt.Errorf("no row %q; without a name, all are provoked", name)
		}
		selected = append(selected, rows()[at])
	}
	return selected, nil
}
