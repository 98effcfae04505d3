// Command images takes the pictures of the Web UI for the README of blueprint. It needs
// Chromium, and the server and the worker that the README starts; make pictures runs it.
// It is a module of its own, so that nothing else needs a browser.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

func main() {
	if err := take(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// picture is a tab of a workflow's page, and how much of it is shown.
type picture struct {
	file, workflow, tab string
	height              int64
	// word is on the page when it is complete.
	word string
}

func take(ctx context.Context) error {
	const words = `{"first": "Apple", "second": "paella"}`
	const order = `{"id": "7", "sku": "lamp", "amount": 25000, "card": "visa", "address": "home"}`
	if err := blueprint(ctx, "start", "letters-in-common", "--id", "pictured-letters", "--input", words); err != nil {
		return err
	}
	if err := blueprint(ctx, "start", "order", "--id", "pictured-order", "--input", order); err != nil {
		return err
	}
	if err := blueprint(ctx, "status", "pictured-order", "--until", "approval=running"); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	ctx, stop = chromedp.NewExecAllocator(ctx, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	for _, each := range []picture{
		{"history.png", "pictured-letters", "history", 860, "shared_letters"},
		{"details.png", "pictured-order", "user-metadata", 740, "fulfil/large/approval"},
		{"memo.png", "pictured-order", "memo", 540, "order@1.0.0"},
	} {
		if err := each.take(ctx); err != nil {
			return fmt.Errorf("taking %s: %w", each.file, err)
		}
	}
	return blueprint(ctx, "message", "pictured-order", "approve", `{"approved": true, "by": "Mei"}`)
}

// blueprint runs a command of cmd/blueprint.
func blueprint(ctx context.Context, arguments ...string) error {
	command := exec.CommandContext(ctx, "go", append([]string{"run", "./cmd/blueprint"}, arguments...)...)
	command.Dir = "../.."
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("running cmd/blueprint with %v: %w\n%s", arguments, err, output)
	}
	return nil
}

func (p picture) take(ctx context.Context) error {
	page := ui() + "/namespaces/default/workflows/" + p.workflow
	const width = 1300
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, p.height), chromedp.Navigate(page), shows("Event History")); err != nil {
		return err
	}
	// The page has gone on to that of the run.
	run, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return err
	}
	tab := strings.TrimSuffix(run, "history") + p.tab
	// What the page draws by itself, as frames and lines, needs a moment more.
	if err := chromedp.Do(ctx, chromedp.Navigate(tab), shows(p.word), chromedp.Sleep(2*time.Second)); err != nil {
		return err
	}
	taken, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(p.file, taken, 0o644)
}

// shows waits until the page has the text.
func shows(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](fmt.Sprintf("document.body.textContent.includes(%q)", text))
}

// ui is where the Web UI is.
func ui() string {
	if url := os.Getenv("TEMPORAL_UI_URL"); url != "" {
		return url
	}
	return "http://localhost:8233"
}
