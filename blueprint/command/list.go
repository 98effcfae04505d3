package command

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	commonpb "go.temporal.io/api/common/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/command/internal/inventory"
	"dynamicsamples/blueprint/engine"
	"dynamicsamples/internal/connect"
)

// anyMessage is the value of --waiting without one; no message has such a name.
const anyMessage = "*"

// listFlags are the flags of list.
type listFlags struct {
	filter  inventory.Filter
	waiting string
	limit   int
	timeout time.Duration
	asJSON  bool
}

func (c *commands) newList() *cobra.Command {
	var flags listFlags
	command := &cobra.Command{
		Use:   "list",
		Short: "List the runs of blueprints, and what the open ones wait for",
		Long: `List the runs of blueprints, the open ones first, by what the server knows of them and
what the open ones say themselves. Runs whose Worker does not answer are listed with what
the server knows. A run that has continued as new is listed once, as its last run.

--query is a List Filter of Temporal, which a run must satisfy as well. --task-queue
lists the runs of that queue; no Worker is asked for its catalog.`,
		Example: c.examples("list --held", "list --definition order --outcome failed --limit 10", "list --waiting approve", `list --query "StartTime > '2026-01-01T00:00:00Z'"`),
		Args:    usage(cobra.MaximumNArgs(1)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, arguments []string) error {
			if err := flags.read(arguments); err != nil {
				return &usageError{fmt.Errorf("list: %w", err)}
			}
			return c.list(command, flags)
		},
	}
	c.addListFlags(command, &flags)
	return command
}

func (c *commands) addListFlags(command *cobra.Command, flags *listFlags) {
	all := command.Flags()
	all.StringVar(&flags.filter.Definition, "definition", "", "only runs of the blueprint of this `NAME`, or NAME@VERSION")
	all.StringVar(&flags.filter.Version, "version", "", "only runs of this `VERSION` of a blueprint")
	all.StringSliceVar(&flags.filter.Outcomes, "outcome", nil, "only runs of this `OUTCOME`: "+strings.Join(inventory.Outcomes(), ", ")+"; may be repeated")
	all.BoolVar(&flags.filter.Held, "held", false, "only runs with a failure that is held")
	all.BoolVar(&flags.filter.Paused, "paused", false, "only runs that are paused, or have a step that is")
	all.StringVar(&flags.waiting, "waiting", "", "only runs in which a step waits for a message, of this `NAME` if one is given")
	all.Lookup("waiting").NoOptDefVal = anyMessage
	all.StringVar(&flags.filter.Query, "query", "", "only runs that satisfy a List `FILTER` of Temporal")
	all.IntVar(&flags.limit, "limit", 50, "how many to list at most")
	all.DurationVar(&flags.timeout, "timeout", 20*time.Second, "how long to wait for the answers of all open runs")
	all.BoolVar(&flags.asJSON, "json", false, "print the list as JSON")
	for _, name := range []string{"version", "waiting", "query", "limit", "timeout"} {
		_ = command.RegisterFlagCompletionFunc(name, completeNothing)
	}
	_ = command.RegisterFlagCompletionFunc("definition", c.completeBlueprints)
	_ = command.RegisterFlagCompletionFunc("outcome", cobra.FixedCompletions(inventory.Outcomes(), cobra.ShellCompDirectiveNoFileComp))
}

// read completes the flags, and says what is wrong with them.
func (f *listFlags) read(arguments []string) error {
	switch {
	case len(arguments) > 0 && f.waiting != anyMessage:
		return fmt.Errorf("an argument is the name of a message, after --waiting; got %q: an ID is one for status", arguments[0])
	case len(arguments) > 0:
		f.waiting = arguments[0]
	}
	f.filter.Waiting, f.filter.Message = f.waiting != "", strings.TrimPrefix(f.waiting, anyMessage)
	if name, version, has := strings.Cut(f.filter.Definition, "@"); has {
		f.filter.Definition, f.filter.Version = name, cmp.Or(f.filter.Version, version)
	}
	for at, each := range f.filter.Outcomes {
		each = strings.ReplaceAll(each, "-", " ")
		f.filter.Outcomes[at] = each
		if !slices.Contains(inventory.Outcomes(), each) {
			return fmt.Errorf("there is no outcome %q%s; there are: %s", each, didYouMean(each, inventory.Outcomes()), strings.Join(inventory.Outcomes(), ", "))
		}
	}
	switch {
	case (f.filter.Held || f.filter.Waiting || f.filter.Paused) && len(f.filter.Outcomes) > 0 && !slices.Equal(f.filter.Outcomes, []string{"running"}):
		return fmt.Errorf("only a run with the outcome running is held or paused, or waits; leave --outcome out")
	case f.limit < 1 || f.limit > inventory.MostListed:
		return fmt.Errorf("--limit must be from 1 to %d, got %d", inventory.MostListed, f.limit)
	case f.timeout <= 0:
		return fmt.Errorf("--timeout must be positive, got %s", f.timeout)
	}
	return nil
}

func (c *commands) list(command *cobra.Command, flags listFlags) error {
	known, err := c.ownBlueprints(command)
	if err != nil {
		return err
	}
	flags.filter.Known, flags.filter.TaskQueue = known, c.taskQueue
	return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
		decode, err := decoder()
		if err != nil {
			return err
		}
		server := visibility{connection, decode}
		flags.filter.Attributes = server.hasAttributes(ctx)
		found, err := inventory.Find(ctx, server, flags.filter, flags.limit, flags.timeout)
		if err != nil {
			return err
		}
		for _, note := range found.Notes() {
			fmt.Fprintln(command.ErrOrStderr(), note)
		}
		if flags.asJSON {
			return writeJSON(command.OutOrStdout(), found)
		}
		found.Write(command.OutOrStdout())
		return nil
	})
}

// ownBlueprints are the names of the program's blueprints, or of those of the catalogs that were named.
func (c *commands) ownBlueprints(command *cobra.Command) ([]string, error) {
	own := *c
	own.taskQueue = ""
	described, err := own.describe(command)
	var names []string
	for _, exact := range slices.Sorted(maps.Keys(described.Blueprints)) {
		name, _, _ := strings.Cut(exact, "@")
		names = append(names, name)
	}
	return slices.Compact(names), err
}

// visibility is a server that is asked for its runs.
type visibility struct {
	connection client.Client
	decode     follow.Decoder
}

// hasAttributes reports whether the Search Attributes that runs may set themselves are registered:
// else the server refuses a query by them.
func (v visibility) hasAttributes(ctx context.Context) bool {
	query := fmt.Sprintf("%s = 'x' AND %s = 'x' AND %s = 'x'", engine.NameAttribute, engine.VersionAttribute, engine.StatesAttribute)
	_, err := v.connection.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: query})
	return err == nil
}

// List implements inventory.Server.
func (v visibility) List(ctx context.Context, query string, page []byte) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	const pageSize = 200
	answer, err := v.connection.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: pageSize, NextPageToken: page})
	if err != nil {
		return nil, err
	}
	// Nothing else of them is read.
	memos := &workflowservice.ListWorkflowExecutionsResponse{}
	for _, each := range answer.GetExecutions() {
		own := &commonpb.Memo{Fields: map[string]*commonpb.Payload{}}
		for _, name := range []string{"blueprint", "hash"} {
			if payload := each.GetMemo().GetFields()[name]; payload != nil {
				own.Fields[name] = payload
			}
		}
		each.Memo = own
		memos.Executions = append(memos.Executions, &workflowpb.WorkflowExecutionInfo{Memo: own})
	}
	if err := v.decode(ctx, memos); err != nil {
		return nil, err
	}
	for _, each := range answer.GetExecutions() {
		if payload := each.GetMemo().GetFields()["blueprint"]; payload != nil && !json.Valid(payload.GetData()) {
			return nil, fmt.Errorf("reading the memo of %s: %w", each.GetExecution().GetWorkflowId(), follow.Unreadable(payload))
		}
	}
	return answer, nil
}

// Status implements inventory.Server.
func (v visibility) Status(ctx context.Context, workflowID, runID string) (engine.Status, error) {
	return follow.Status(ctx, v.connection, workflowID, runID)
}

// Polled implements inventory.Server.
func (v visibility) Polled(ctx context.Context, queue string) bool {
	return follow.Polled(ctx, v.connection, queue)
}
