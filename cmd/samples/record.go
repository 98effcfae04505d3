package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/devserver"
	"dynamicsamples/internal/replaytest"
	"dynamicsamples/internal/scenario"
)

func newRecord() *cobra.Command {
	var all bool
	command := &cobra.Command{
		Use:   "record [SAMPLE...]",
		Short: "Record the golden histories that the samples' tests replay",
		Long: `Run the scenarios that have no golden history yet on a dev server of their own, and
write the history of each workflow that they start to the sample's testdata/histories.
Nothing is written unless every result of the sample is the expected one.

With --all the histories of a sample are recorded anew, and those of scenarios that
no longer exist are removed. Do so only when a change of a workflow is meant to break
runs under way: these files exist to find a history that no longer replays. Histories
that are kept by version are never written again.`,
		RunE: func(command *cobra.Command, names []string) error {
			samples, err := selectSamples(names)
			if err != nil {
				return err
			}
			root, err := currentRoot()
			if err != nil {
				return err
			}
			for i, sample := range samples {
				if samples[i], err = toRecord(sample, historiesOf(root, sample), all); err != nil {
					return err
				}
			}
			return record(command, samples, root, all)
		},
	}
	command.Flags().BoolVar(&all, "all", false, "record all of a sample's histories anew")
	return command
}

// historiesOf is the folder of the sample's golden histories.
func historiesOf(root string, sample scenario.Sample) string {
	return filepath.Join(root, sample.Name, filepath.FromSlash(replaytest.Folder), sample.HistoryVersion)
}

// toRecord is the sample with those of its scenarios that are to be recorded.
func toRecord(sample scenario.Sample, folder string, all bool) (scenario.Sample, error) {
	if all && sample.HistoryVersion != "" {
		return sample, fmt.Errorf("the histories of %s are kept by version and are never written again: record it without --all", sample.Name)
	}
	sample.Scenarios = slices.DeleteFunc(slices.Clone(sample.Scenarios), func(each scenario.Scenario) bool {
		_, err := os.Stat(filepath.Join(folder, historyFile(each.Name, 0)))
		return each.Unrecorded || !all && err == nil
	})
	return sample, nil
}

func record(command *cobra.Command, samples []scenario.Sample, root string, all bool) (err error) {
	samples = slices.DeleteFunc(samples, func(sample scenario.Sample) bool { return len(sample.Scenarios) == 0 })
	if len(samples) == 0 {
		fmt.Fprintln(command.OutOrStdout(), "every scenario has its golden history")
		return nil
	}
	ctx := command.Context()
	on, err := privateTarget(command)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, on.close()) }()
	outcomes := map[string][]scenario.Outcome{}
	for _, sample := range samples {
		got, err := runSamples(ctx, on, []scenario.Sample{sample}, command.OutOrStdout(), command.ErrOrStderr())
		if err != nil {
			return err
		}
		if err := scenario.Unexpected(got); err != nil {
			return fmt.Errorf("%s is not recorded: %w", sample.Name, err)
		}
		outcomes[sample.Name] = got
	}
	for _, sample := range samples {
		folder := historiesOf(root, sample)
		err := writeHistories(ctx, on.connection, folder, outcomes[sample.Name], all)
		if err == nil && sample.HistoryVersion != "" {
			err = replaytest.Seal(folder)
		}
		if err != nil {
			return fmt.Errorf("record %s: %w", sample.Name, err)
		}
	}
	return nil
}

// currentRoot is the root of the module of the current folder.
func currentRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	return devserver.ModuleRoot(folder)
}

// privateTarget starts a server that no one else uses, on free ports.
func privateTarget(command *cobra.Command) (target, error) {
	ctx := command.Context()
	program, err := devserver.ProvideCLI(ctx, command.ErrOrStderr())
	if err != nil {
		return target{}, fmt.Errorf("provide a Temporal dev server: %w", err)
	}
	server, err := devserver.Start(ctx, devserver.Options{CLI: program})
	if err != nil {
		return target{}, err
	}
	options, err := connect.Options(silent)
	if err != nil {
		return target{}, errors.Join(err, server.Stop())
	}
	on, err := connectTo(ctx, client.Options{
		HostPort: server.Address(), Namespace: client.DefaultNamespace, Logger: options.Logger, Identity: "samples",
	}, "started for this command")
	if err != nil {
		return target{}, errors.Join(err, server.Stop())
	}
	on.own = server
	return on, nil
}

// writeHistories adds golden histories to the folder, or replaces all that are there.
func writeHistories(ctx context.Context, connection client.Client, folder string, outcomes []scenario.Outcome, replace bool) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	stale, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return err
	}
	written := map[string]bool{}
	for _, outcome := range outcomes {
		histories, err := readHistories(ctx, connection, outcome.Runs)
		if err != nil {
			return err
		}
		for i, history := range histories {
			file := filepath.Join(folder, historyFile(outcome.Scenario.Name, i))
			text, err := replaytest.Encode(history)
			if err != nil {
				return fmt.Errorf("encode %s: %w", file, err)
			}
			if err := writeWhole(file, text); err != nil {
				return err
			}
			written[file] = true
		}
	}
	for _, file := range stale {
		if replace && !written[file] {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	return nil
}

func historyFile(scenario string, index int) string {
	if index == 0 {
		return scenario + ".json"
	}
	return fmt.Sprintf("%s-%d.json", scenario, index+1)
}

// readHistories reads each run's history once, those of the runs in which it went on,
// and after them those of its children, one of each type.
func readHistories(ctx context.Context, connection client.Client, runs []scenario.Run) ([]*historypb.History, error) {
	var histories []*historypb.History
	seen := map[string]bool{}
	for len(runs) > 0 {
		run := runs[0]
		runs = runs[1:]
		for runID := run.RunID; runID != "" && !seen[runID]; {
			seen[runID] = true
			history, err := readHistory(ctx, connection, run.WorkflowID, runID)
			if err != nil {
				return nil, fmt.Errorf("read the history of %s: %w", run.WorkflowID, err)
			}
			histories = append(histories, history)
			runs = append(runs, childrenIn(history, seen)...)
			last := history.Events[len(history.Events)-1]
			runID = last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		}
	}
	return histories, nil
}

// childrenIn are the first children of each type that has not been seen.
func childrenIn(history *historypb.History, seen map[string]bool) []scenario.Run {
	var children []scenario.Run
	for _, event := range history.Events {
		started := event.GetChildWorkflowExecutionStartedEventAttributes()
		if name := "type " + started.GetWorkflowType().GetName(); started != nil && !seen[name] {
			seen[name] = true
			children = append(children, scenario.Run{WorkflowID: started.GetWorkflowExecution().GetWorkflowId(), RunID: started.GetWorkflowExecution().GetRunId()})
		}
	}
	return children
}

func readHistory(ctx context.Context, connection client.Client, workflowID, runID string) (*historypb.History, error) {
	history := &historypb.History{}
	events := connection.GetWorkflowHistory(ctx, workflowID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			return nil, err
		}
		history.Events = append(history.Events, event)
	}
	return history, nil
}

// writeWhole writes the file so that it is either the old one or the new one, also
// when the program is interrupted.
func writeWhole(file string, content []byte) error {
	scratch, err := os.CreateTemp(filepath.Dir(file), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(scratch.Name())
	_, err = scratch.Write(content)
	if err := errors.Join(err, scratch.Close()); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	if err := os.Chmod(scratch.Name(), 0o644); err != nil {
		return err
	}
	return os.Rename(scratch.Name(), file)
}
