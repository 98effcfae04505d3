package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/connect"
)

// runFlags are the flags of run.
type runFlags struct {
	input, id           string
	asJSON, local       bool
	outcomes, addFolder string
}

func (c *commands) newRun() *cobra.Command {
	var flags runFlags
	command := &cobra.Command{
		Use:   "run FILE",
		Short: "Run a document, and show its progress",
		Long: `Run a document on the server of the environment, through a Worker that polls the
service's Task Queue, and show its progress until it ends. The output goes to standard
output, everything else to standard error. Ctrl-C leaves the run running.

With --local neither a server nor a Worker is needed: the interpreter runs the document
in virtual time, with the Activities of the service, or with the outcomes in a file. Its
calls are printed with their virtual times.`,
		Example: c.examples(`run order.yaml --input '{"id": "o-1"}' --id o-1`, "run --local --outcomes declined.yaml order.yaml"),
		Args:    usage(cobra.ExactArgs(1)), ValidArgsFunction: completeDocuments,
		RunE: func(command *cobra.Command, names []string) error { return c.runDocument(command, names[0], flags) },
	}
	command.Flags().StringVarP(&flags.input, "input", "i", "null", "the input, as `JSON`")
	command.Flags().StringVar(&flags.id, "id", "", "the Workflow `ID`; unique unless given")
	command.Flags().BoolVar(&flags.asJSON, "json", false, "print the outcome of the run as JSON")
	command.Flags().BoolVar(&flags.local, "local", false, "run it here, in virtual time, without a server")
	command.Flags().StringVar(&flags.outcomes, "outcomes", "", "with --local: a `FILE` with the outcomes of steps and Activities, and with messages")
	addDefinitions(command, &flags.addFolder)
	// Both flags exist.
	_ = command.MarkFlagFilename("outcomes", "yaml", "yml", "json")
	_ = command.RegisterFlagCompletionFunc("id", completeNothing)
	return command
}

func (f runFlags) check() error {
	switch {
	case !json.Valid([]byte(f.input)):
		return &usageError{fmt.Errorf("run: the input is no JSON: %s", f.input)}
	case !f.local && (f.outcomes != "" || f.addFolder != ""):
		return &usageError{errors.New("run: --outcomes and --definitions need --local: a server's Worker has its own")}
	case f.local && f.id != "":
		return &usageError{errors.New("run: --id is for a server, --local has none")}
	}
	return nil
}

func (c *commands) runDocument(command *cobra.Command, name string, flags runFlags) error {
	if err := flags.check(); err != nil {
		return err
	}
	read, err := readDocument(command, name)
	if err != nil {
		return err
	}
	if flags.local {
		return c.runLocal(command, read, flags)
	}
	definition, _, problems := language.Load(read.name, read.text, 0)
	if len(problems) > 0 {
		writeProblems(command.ErrOrStderr(), []document{read}, problems)
		return errTold
	}
	if flags.id == "" {
		flags.id = fmt.Sprintf("%s-%08x", definition.Blueprint, rand.Uint32())
	}
	return onServer(command.Context(), func(ctx context.Context, connection client.Client, web connect.WebUI) error {
		return c.startAndFollow(command, connection, web, definition, read, flags)
	})
}

func (c *commands) startAndFollow(command *cobra.Command, connection client.Client, web connect.WebUI, definition *language.Definition, read document, flags runFlags) error {
	ctx, problems := command.Context(), command.ErrOrStderr()
	run, err := connection.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID:                                       flags.id,
		TaskQueue:                                c.queue(),
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            definition.Summary,
	}, engine.InlineWorkflow, string(read.text), json.RawMessage(flags.input))
	if err != nil {
		return c.notStarted(flags.id, err)
	}
	fmt.Fprintf(problems, "started %s\n", run.GetID())
	if url := web.HistoryURL(run.GetID(), run.GetRunID()); url != "" {
		fmt.Fprintln(problems, url)
	}
	return c.followRun(command, connection, web, run, flags.asJSON)
}
