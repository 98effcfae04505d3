// Command pictures takes the pictures of the Web UI that the documents show: it runs the
// scenarios that they tell of, and opens their pages in Chromium. It needs Chromium and a
// dev server (go run ./cmd/samples server); make pictures runs it. Arguments choose samples.
// It is a module of its own, so that nothing else needs a browser.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/chromedp/chromedp"
)

// root is the folder of the samples, as seen from this one.
const root = "../.."

// picture is a tab of a run's page, and how much of it is shown.
type picture struct {
	sample, file string
	// scenario is run first, and its last run is shown; without one it is the run of the
	// order that waits for an approval.
	scenario string
	tab      string
	// word is on the page when it is complete.
	word string
	// top and bottom bound what is shown of the page, in pixels.
	top, bottom int
}

func pictures() []picture {
	return []picture{
		{"dynamicworkflow", "record", "type-from-table", "history", "greet-spanish", 60, 680},
		{"dynamicactivity", "pipeline", "pipeline", "history", "validate_email", 690, 1130},
		{"dynamichandlers", "messages", "handlers-from-file", "history", "update_data", 690, 1010},
		{"messagepassing", "lock", "learn-language", "history", "FetchGreeting", 60, 760},
		{"updatewithstart", "cart", "rejected-item", "history", "LookUpPrice", 60, 760},
		{"childdispatch", "tree", "merge-sort", "relationships", ".left", 60, 880},
		{"blueprint", "history", "letters-in-common", "history", "shared_letters", 0, 860},
		{"blueprint", "details", "", "user-metadata", "fulfil/large/approval", 0, 740},
		{"blueprint", "memo", "order-approved", "memo", "order@1.0.0", 0, 540},
	}
}

func main() {
	if err := take(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// take takes the pictures of the samples, or of all.
func take(ctx context.Context, samples []string) error {
	ctx, stop := context.WithTimeout(ctx, 10*time.Minute)
	defer stop()
	ctx, stop = chromedp.NewExecAllocator(ctx, chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU)
	defer stop()
	ctx, stop = chromedp.NewContext(ctx)
	defer stop()
	for _, each := range pictures() {
		if len(samples) > 0 && !slices.Contains(samples, each.sample) {
			continue
		}
		if err := each.take(ctx); err != nil {
			return fmt.Errorf("take %s of %s: %w", each.file, each.sample, err)
		}
	}
	return nil
}

func (p picture) take(ctx context.Context) error {
	if p.scenario == "" {
		return withWaitingOrder(ctx, func(page string) error { return p.shoot(ctx, page) })
	}
	out, err := run(ctx, "./cmd/samples", "run", p.sample+"/"+p.scenario)
	if err != nil {
		return err
	}
	pages := regexp.MustCompile(`Web UI +(\S+)/history`).FindAllStringSubmatch(out, -1)
	if len(pages) == 0 {
		return errors.New("the scenario tells no page; set TEMPORAL_UI_URL")
	}
	return p.shoot(ctx, pages[len(pages)-1][1])
}

// withWaitingOrder starts an order, and gives the page of its run while it waits for its
// approval: the Web UI asks the Worker for the details.
func withWaitingOrder(ctx context.Context, shoot func(page string) error) error {
	const order = `{"id": "7", "sku": "lamp", "amount": 25000, "card": "visa", "address": "home"}`
	const id = "pictured-order"
	folder, err := os.MkdirTemp("", "pictures")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	program := filepath.Join(folder, "worker")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./blueprint/worker")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the Worker: %w\n%s", err, out)
	}
	worker := exec.CommandContext(ctx, program)
	if err := worker.Start(); err != nil {
		return err
	}
	defer func() { _, _ = worker.Process.Signal(os.Interrupt), worker.Wait() }()
	if _, err := run(ctx, "./cmd/blueprint", "start", "order", "--id", id, "--input", order); err != nil {
		return err
	}
	if _, err := run(ctx, "./cmd/blueprint", "status", id, "--until", "approval=running"); err != nil {
		return err
	}
	page, err := pageOf(ctx, id)
	if err != nil {
		return err
	}
	if err := shoot(page); err != nil {
		return err
	}
	_, err = run(ctx, "./cmd/blueprint", "message", id, "approve", `{"approved": true, "by": "Mei"}`)
	return err
}

// pageOf is the page of the latest run: the Web UI goes on to it.
func pageOf(ctx context.Context, id string) (string, error) {
	base := os.Getenv("TEMPORAL_UI_URL")
	if base == "" {
		base = "http://localhost:8233"
	}
	err := chromedp.Do(ctx, chromedp.Navigate(base+"/namespaces/default/workflows/"+id), shows("Event History"))
	if err != nil {
		return "", err
	}
	page, err := chromedp.Run(ctx, chromedp.Location())
	return filepath.Dir(page), err
}

func (p picture) shoot(ctx context.Context, page string) error {
	const width = 1300
	// What the page draws by itself, as frames and lines, needs a moment more.
	err := chromedp.Do(ctx, chromedp.EmulateViewport(width, int64(p.bottom)), chromedp.Navigate(page+"/"+p.tab),
		shows(p.word), chromedp.Sleep(3*time.Second))
	if err != nil {
		return err
	}
	taken, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	whole, err := png.Decode(bytes.NewReader(taken))
	if err != nil {
		return err
	}
	part := image.NewRGBA(image.Rect(0, 0, width, p.bottom-p.top))
	draw.Draw(part, part.Bounds(), whole, image.Pt(0, p.top), draw.Src)
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&small, part); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, p.sample, "images", p.file+".png"), small.Bytes(), 0o644)
}

// shows waits until the page has the text.
func shows(text string) chromedp.Action[chromedp.Void] {
	return chromedp.Poll[chromedp.Void](fmt.Sprintf("document.body.textContent.includes(%q)", text))
}

// run runs a program of the repository and returns what it prints.
func run(ctx context.Context, program string, arguments ...string) (string, error) {
	out, err := command(ctx, program, arguments...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("run %s %v: %w\n%s", program, arguments, err, out)
	}
	return string(out), nil
}

func command(ctx context.Context, program string, arguments ...string) *exec.Cmd {
	made := exec.CommandContext(ctx, "go", append([]string{"run", program}, arguments...)...)
	made.Dir = root
	return made
}
