package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

// describePatience bounds the wait for a Worker that is to describe itself.
const describePatience = 10 * time.Second

// service is what the commands check documents against.
type service struct {
	catalog *engine.Catalog
	options engine.Options
	// described is what only a description knows: it can be checked, and not be called.
	described *engine.Description
}

// addSources adds the flags that say whose catalog it is to all commands.
func (c *commands) addSources(root *cobra.Command) {
	flags := root.PersistentFlags()
	flags.StringArrayVar(&c.catalogs, "catalog", nil, "check against the catalog in a `FILE` that the command catalog has saved; may be repeated")
	flags.StringVar(&c.taskQueue, "task-queue", "", "the Task `QUEUE` of the Workers; without --catalog they are asked for theirs")
	// Both flags exist: they were added in the lines above.
	_ = root.MarkPersistentFlagFilename("catalog", "json")
	_ = root.RegisterFlagCompletionFunc("task-queue", completeNothing)
}

// queue is where the service's Workers poll.
func (c *commands) queue() string { return cmp.Or(c.taskQueue, c.options.TaskQueue) }

// service is that of the files or the Task Queue that were named, else the program's own.
func (c *commands) service(ctx context.Context) (service, error) {
	var described engine.Description
	var err error
	switch {
	case len(c.catalogs) > 0:
		described, err = readCatalogs(c.catalogs)
	case c.taskQueue != "":
		err = onServer(ctx, func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
			described, err = askWorker(ctx, connection, c.taskQueue)
			return err
		})
	default:
		return service{catalog: c.options.Catalog, options: c.options.Interpreter}, nil
	}
	if err != nil {
		return service{}, err
	}
	catalog := engine.NewCatalog()
	catalog.AddDescribed(described)
	return service{catalog, engine.Options{Budget: described.Budget, PayloadBytes: described.PayloadBytes}, &described}, nil
}

// readCatalogs reads files that the command catalog has saved, and puts them together.
func readCatalogs(names []string) (engine.Description, error) {
	var all engine.Description
	for at, name := range names {
		read, err := readCatalog(name)
		if err != nil {
			return all, err
		}
		if at == 0 {
			all = read
			continue
		}
		if err := merge(&all, read, name); err != nil {
			return all, err
		}
	}
	return all, nil
}

func readCatalog(name string) (engine.Description, error) {
	var described engine.Description
	text, err := os.ReadFile(name)
	if err != nil {
		return described, fmt.Errorf("reading the catalog: %w", err)
	}
	var header struct {
		Catalog int `json:"catalog"`
	}
	if err := json.Unmarshal(text, &header); err != nil || header.Catalog == 0 {
		return described, fmt.Errorf("%s is no catalog: save one with the command catalog --output %s", name, name)
	}
	if header.Catalog != engine.DescriptionVersion {
		return described, fmt.Errorf("the catalog %s has version %d of the form, and this command reads version %d: save it again with the command catalog of this version",
			name, header.Catalog, engine.DescriptionVersion)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&described); err != nil {
		return described, fmt.Errorf("reading the catalog %s: %w", name, err)
	}
	return described, nil
}

// merge adds the functions and blueprints of a further catalog. What both have must be the
// same; the budget is that of the first.
func merge(all *engine.Description, more engine.Description, name string) error {
	return errors.Join(
		mergeNames("activity", all.Activities, more.Activities, name),
		mergeNames("workflow", all.Workflows, more.Workflows, name),
		mergeNames("blueprint", all.Blueprints, more.Blueprints, name),
	)
}

func mergeNames[T any](what string, all, more map[string]T, file string) error {
	for _, name := range slices.Sorted(maps.Keys(more)) {
		if known, has := all[name]; has && !reflect.DeepEqual(known, more[name]) {
			return fmt.Errorf("the %s %q of %s is another one than that of the catalogs before: a name must mean the same for all Workers; rename one, or check without it", what, name, file)
		}
		all[name] = more[name]
	}
	return nil
}

// askWorker asks a Worker of the Task Queue to describe itself, part by part.
func askWorker(ctx context.Context, connection client.Client, queue string) (engine.Description, error) {
	if !follow.Polled(ctx, connection, queue) {
		return engine.Description{}, fmt.Errorf("no Worker polls the Task Queue %q: start one, or name a file with --catalog", queue)
	}
	all, err := askPart(ctx, connection, queue, "")
	for err == nil && all.Next != "" {
		var part engine.Description
		if part, err = askPart(ctx, connection, queue, all.Next); err == nil {
			all.Next = part.Next
			err = merge(&all, part, "another Worker of the queue")
		}
	}
	return all, err
}

func askPart(ctx context.Context, connection client.Client, queue, after string) (engine.Description, error) {
	var part engine.Description
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: fmt.Sprintf("%s-%08x", engine.CatalogWorkflow, rand.Uint32()), TaskQueue: queue, WorkflowExecutionTimeout: describePatience,
	}, engine.CatalogWorkflow, after)
	if err != nil {
		return part, fmt.Errorf("asking the Workers of %q for their catalog: %w", queue, err)
	}
	err = run.Get(ctx, &part)
	var refused *temporal.ApplicationError
	var late *temporal.TimeoutError
	switch {
	case errors.As(err, &refused) && refused.Type() == engine.FailureUnknownBlueprint:
		return part, fmt.Errorf("the Workers of %q have an older version of the interpreter, which cannot describe its catalog: deploy the newer one, or name a file with --catalog", queue)
	case errors.As(err, &late):
		return part, fmt.Errorf("no Worker of %q has described its catalog within %s: does one run blueprints? Else name a file with --catalog", queue, describePatience)
	case err != nil:
		return part, fmt.Errorf("asking the Workers of %q for their catalog: %w", queue, err)
	case part.Catalog != engine.DescriptionVersion:
		return part, fmt.Errorf("the Workers of %q have version %d of the catalog's form, and this command reads version %d: use the command of their version", queue, part.Catalog, engine.DescriptionVersion)
	}
	return part, nil
}
