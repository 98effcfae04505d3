package scenarios

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/scenario"
	"dynamicsamples/updatewithstart"
)

const (
	useExisting       = enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING
	terminateExisting = enumspb.WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING
	failExisting      = enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL

	allowDuplicate           = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	allowDuplicateFailedOnly = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
	rejectDuplicate          = enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
)

func policyScenarios() []scenario.Scenario {
	return []scenario.Scenario{
		{
			Name:  "policies",
			Input: "use the other conflict and reuse policies on a running cart and on a closed one",
			Expected: `nothing runs, Fail: 1 x 0.45 = 0.45, total 0.45
running, Fail: already started
running, UseExisting: 1 x 0.45 = 0.45, total 0.90
running, TerminateExisting: 1 x 0.45 = 0.45, total 0.45
check out: 1 apple, total 0.45
closed, RejectDuplicate: already started
closed, AllowDuplicateFailedOnly: already started
closed, AllowDuplicate: 1 x 0.45 = 0.45, total 0.45`,
			LookFor: "three runs under one Workflow ID: one terminated, one checked out, one begun anew",
			Run:     policies,
		},
		{
			Name:  "signal-with-start",
			Input: "send a Signal with the start, under each policy, to a cart that is running and to a closed one",
			Expected: `nothing runs, UseExisting: sent
running, UseExisting: sent to the same run
running, TerminateExisting: sent to another run
running, Fail: refused
closed, RejectDuplicate: already started
closed, AllowDuplicate: sent to another run`,
			LookFor: "the calls return as soon as the server has the Signal; nobody answers",
			Run:     signalWithStart,
		},
		{
			Name:  "single-use",
			Input: "use one operation twice, and wait for the result of one that has failed",
			Expected: `first use: 1 x 0.45 = 0.45, total 0.45
second use: invalid WithStartWorkflowOperation: was already executed
failed operation: already started
its result: context deadline exceeded`,
			LookFor: "one Update: the other two requests never reached the workflow",
			Run:     useOperationTwice,
		},
	}
}

func policies(ctx context.Context, s *scenario.Session) error {
	cart := s.StartOptions(updatewithstart.TaskQueue).ID
	addWith := func(label string, conflict enumspb.WorkflowIdConflictPolicy, reuse enumspb.WorkflowIdReusePolicy) error {
		start := updatewithstart.CartOptions(cart)
		start.WorkflowIDConflictPolicy, start.WorkflowIDReusePolicy = conflict, reuse
		handle, err := accept(ctx, s, start, label, 1, "apple")
		if err != nil {
			return printAnswer(s, label, updatewithstart.Price{}, err)
		}
		return printPrice(ctx, s, label, handle)
	}
	err := errors.Join(
		addWith("nothing runs, Fail", failExisting, rejectDuplicate),
		addWith("running, Fail", failExisting, allowDuplicate),
		addWith("running, UseExisting", useExisting, rejectDuplicate),
		addWith("running, TerminateExisting", terminateExisting, allowDuplicate),
		checkOut(ctx, s, cart),
		addWith("closed, RejectDuplicate", useExisting, rejectDuplicate),
		addWith("closed, AllowDuplicateFailedOnly", useExisting, allowDuplicateFailedOnly),
		addWith("closed, AllowDuplicate", useExisting, allowDuplicate),
	)
	if err != nil {
		return err
	}
	return remember(ctx, s, cart)
}

// signalWithStart tells the runs apart by their Run IDs, which are all that the call
// returns.
func signalWithStart(ctx context.Context, s *scenario.Session) error {
	cart := s.StartOptions(updatewithstart.TaskQueue).ID
	var latest string
	send := func(label string, conflict enumspb.WorkflowIdConflictPolicy, reuse enumspb.WorkflowIdReusePolicy) error {
		start := updatewithstart.CartOptions(cart)
		start.WorkflowIDConflictPolicy, start.WorkflowIDReusePolicy = conflict, reuse
		run, err := s.Client.SignalWithStartWorkflow(ctx, cart, updatewithstart.KeepOpenSignal, nil, start, updatewithstart.ShoppingCart, updatewithstart.Cart{})
		var refused *serviceerror.InvalidArgument
		var started *serviceerror.WorkflowExecutionAlreadyStarted
		switch {
		case errors.As(err, &refused):
			s.Printf("%s: refused", label)
			return nil
		case errors.As(err, &started):
			s.Printf("%s: already started", label)
			return nil
		case err != nil:
			return err
		case latest == "":
			s.Printf("%s: sent", label)
		case latest == run.GetRunID():
			s.Printf("%s: sent to the same run", label)
		default:
			s.Printf("%s: sent to another run", label)
		}
		latest = run.GetRunID()
		return nil
	}
	err := errors.Join(
		send("nothing runs, UseExisting", useExisting, rejectDuplicate),
		send("running, UseExisting", useExisting, rejectDuplicate),
		send("running, TerminateExisting", terminateExisting, allowDuplicate),
		send("running, Fail", failExisting, allowDuplicate),
		s.Client.TerminateWorkflow(ctx, cart, "", "so that it is closed"),
		send("closed, RejectDuplicate", useExisting, rejectDuplicate),
		send("closed, AllowDuplicate", useExisting, allowDuplicate),
	)
	if err != nil {
		return err
	}
	return remember(ctx, s, cart)
}

func useOperationTwice(ctx context.Context, s *scenario.Session) error {
	start := updatewithstart.CartOptions(s.StartOptions(updatewithstart.TaskQueue).ID)
	request := func(operation client.WithStartWorkflowOperation, updateID string) client.UpdateWithStartWorkflowOptions {
		return client.UpdateWithStartWorkflowOptions{
			StartWorkflowOperation: operation,
			UpdateOptions: client.UpdateWorkflowOptions{
				UpdateID: updateID, UpdateName: updatewithstart.AddItemUpdate,
				Args:         []any{updatewithstart.AddItem{Item: "apple", Quantity: 1}},
				WaitForStage: client.WorkflowUpdateStageCompleted,
			},
		}
	}
	operation := s.Client.NewWithStartWorkflowOperation(start, updatewithstart.ShoppingCart, updatewithstart.Cart{})
	handle, err := s.Client.UpdateWithStartWorkflow(ctx, request(operation, "first"))
	if err != nil {
		return err
	}
	if err := printPrice(ctx, s, "first use", handle); err != nil {
		return err
	}
	_, err = s.Client.UpdateWithStartWorkflow(ctx, request(operation, "second"))
	s.Printf("second use: %v", err)

	start.WorkflowIDConflictPolicy = failExisting
	failing := s.Client.NewWithStartWorkflowOperation(start, updatewithstart.ShoppingCart, updatewithstart.Cart{})
	_, err = s.Client.UpdateWithStartWorkflow(ctx, request(failing, "third"))
	if err := printAnswer(s, "failed operation", updatewithstart.Price{}, err); err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	_, err = failing.Get(short)
	s.Printf("its result: %v", err)
	return remember(ctx, s, start.ID)
}
