// Command rename gives a fork of this repository a module path of its own: in the
// go.mod files, in the imports, and wherever else the path stands. The module path of
// the samples has no host, so that nobody can fetch it; a fork's path is what its
// services import.
//
// It changes the files that git knows, or would add, below the current folder. The
// program is not part of the command samples because that imports every sample, and so
// does not build where a rename was interrupted half-way.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./cmd/rename MODULE, such as example.org/you/dynamicsamples")
		os.Exit(2)
	}
	renamed, err := rename(ctx, ".", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	fmt.Println(renamed)
}
