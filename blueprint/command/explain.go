package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/proxy"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"

	"dynamicsamples/blueprint/command/internal/explain"
	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/internal/connect"
)

func newExplain() *cobra.Command {
	var runID string
	var each, asJSON bool
	command := &cobra.Command{
		Use:   "explain ID",
		Short: "Explain from its Event History what a run did",
		Long: `Explain from its Event History what a run did, and the runs before and after it:
what its steps called, how often, with how many attempts, how long that took, who has done
what to it, where a fork has come from, and what it waits for now, with the attempts that
the server knows of. No Worker is needed, and the run may have ended. An open run is also
asked what is held or paused in it, if a Worker answers.

Rounds of a loop, items of a map and visits of nodes are counted together; --each
lists them one by one.`,
		Args: usage(cobra.ExactArgs(1)), ValidArgsFunction: completeNothing,
		RunE: func(command *cobra.Command, ids []string) error {
			return onServer(command.Context(), func(ctx context.Context, connection client.Client, _ connect.WebUI) error {
				runs, err := readChain(ctx, connection, ids[0], runID)
				if err != nil {
					return err
				}
				decode, err := decoder()
				if err != nil {
					return err
				}
				for _, history := range runs {
					if err := decode(ctx, history); err != nil {
						return fmt.Errorf("reading the values of %s: %w", ids[0], err)
					}
				}
				if encoding, unreadable := explain.Unreadable(runs); unreadable {
					return fmt.Errorf("reading the history of %s: %w", ids[0], follow.UnreadableEncoding(encoding))
				}
				report := explain.Of(runs, each)
				if report.Ended == nil {
					activities, err := follow.Activities(ctx, connection, decode, ids[0], report.Runs[len(runs)-1].RunID)
					if err != nil {
						return err
					}
					report.Seen(activities)
					if report.Blueprint != "" {
						report.Asked(follow.Ask(ctx, connection, ids[0], report.Runs[len(runs)-1].RunID))
					}
				}
				if asJSON {
					return writeJSON(command.OutOrStdout(), report)
				}
				report.Write(command.OutOrStdout(), ids[0], time.Now())
				return nil
			})
		},
	}
	addRunFlag(command, &runID)
	command.Flags().BoolVar(&each, "each", false, "tell rounds, items and visits apart")
	command.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	return command
}

// readChain reads the histories of a run, of those that went on in it, and of those in
// which it goes on, the first one first. Those that the server has deleted are left out.
func readChain(ctx context.Context, connection client.Client, workflowID, runID string) ([]*historypb.History, error) {
	id, err := findRun(ctx, connection, workflowID, runID)
	if err != nil {
		return nil, err
	}
	middle, err := readHistory(ctx, connection, workflowID, id)
	if err != nil {
		return nil, err
	}
	chain := []*historypb.History{middle}
	for previous := previousOf(middle); previous != ""; previous = previousOf(chain[len(chain)-1]) {
		history, err := readHistory(ctx, connection, workflowID, previous)
		var deleted *serviceerror.NotFound
		if errors.As(err, &deleted) {
			break
		}
		if err != nil {
			return nil, err
		}
		chain = append(chain, history)
	}
	slices.Reverse(chain)
	for next := nextOf(middle); next != ""; next = nextOf(chain[len(chain)-1]) {
		history, err := readHistory(ctx, connection, workflowID, next)
		if err != nil {
			return nil, err
		}
		chain = append(chain, history)
	}
	return chain, nil
}

func previousOf(history *historypb.History) string {
	return history.Events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
}

func nextOf(history *historypb.History) string {
	return history.Events[len(history.Events)-1].GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
}

func readHistory(ctx context.Context, connection client.Client, workflowID, runID string) (*historypb.History, error) {
	history := &historypb.History{}
	events := connection.GetWorkflowHistory(ctx, workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, fmt.Errorf("reading the history of %s, run %s: %w", workflowID, runID, err)
		}
		history.Events = append(history.Events, event)
	}
	if len(history.Events) == 0 {
		return nil, fmt.Errorf("the history of %s, run %s, is empty", workflowID, runID)
	}
	return history, nil
}

// decoder puts what the codec server of the environment makes of values in the place of them.
func decoder() (follow.Decoder, error) {
	remote, err := connect.RemoteConverter()
	if err != nil || remote == nil {
		return follow.Undecoded, err
	}
	coded, has := remote.(interface{ Codec() converter.PayloadCodec })
	if !has {
		return nil, errors.New("the converter of the environment has no codec")
	}
	return func(ctx context.Context, message proto.Message) error {
		return decodeMessage(ctx, coded.Codec(), message)
	}, nil
}

// decodeMessage asks for many values at a time.
func decodeMessage(ctx context.Context, codec converter.PayloadCodec, message proto.Message) error {
	const atOnce = 500
	var all []*commonpb.Payload
	visit := func(visitor func([]*commonpb.Payload) []*commonpb.Payload) error {
		return proxy.VisitPayloads(ctx, message, proxy.VisitPayloadsOptions{
			SkipSearchAttributes: true,
			Visitor: func(_ *proxy.VisitPayloadsContext, payloads []*commonpb.Payload) ([]*commonpb.Payload, error) {
				return visitor(payloads), nil
			},
		})
	}
	if err := visit(func(payloads []*commonpb.Payload) []*commonpb.Payload {
		all = append(all, payloads...)
		return payloads
	}); err != nil {
		return err
	}
	// Not by their order: the values of a map are visited in another one each time.
	decoded := map[*commonpb.Payload]*commonpb.Payload{}
	for part := range slices.Chunk(all, atOnce) {
		read, err := codec.Decode(part)
		if err == nil && len(read) != len(part) {
			err = fmt.Errorf("it gave %d values for %d", len(read), len(part))
		}
		if err != nil {
			return fmt.Errorf("asking the codec server: %w", err)
		}
		for i, each := range part {
			decoded[each] = read[i]
		}
	}
	return visit(func(payloads []*commonpb.Payload) []*commonpb.Payload {
		mine := make([]*commonpb.Payload, len(payloads))
		for i, each := range payloads {
			mine[i] = decoded[each]
		}
		return mine
	})
}
