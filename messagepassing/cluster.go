package messagepassing

import (
	"cmp"
	"context"
	"fmt"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Messages of ClusterManager.
const (
	// StartClusterSignal lets assignments and repairs begin. Those that come before it
	// wait.
	StartClusterSignal = "start"
	// RepairSignal takes a Repair, which the main loop does when its turn has come.
	RepairSignal = "repair"
	// ShutDownSignal lets the workflow end when all repairs are done.
	ShutDownSignal = "shut-down"
	// AssignNodesUpdate takes an Assignment and returns the names of its nodes. It
	// fails with NotEnoughNodes, JobExists, MoveFailed, ClusterShutDown,
	// ClusterContinuing or InvalidMessage.
	AssignNodesUpdate = "assign-nodes"
	// ReleaseNodesUpdate takes a job's name and returns the names of the nodes that
	// were its. It fails with UnknownJob, and as AssignNodesUpdate does.
	ReleaseNodesUpdate = "release-nodes"
	// ContinueUpdate lets the cluster continue as new now, and returns the number of the
	// run that ends. It fails with ClusterShutDown or ClusterContinuing.
	ContinueUpdate = "continue-as-new"
	// ClusterQuery returns a ClusterState.
	ClusterQuery = "cluster"
)

// Types of the ApplicationErrors that callers of ClusterManager get.
const (
	// NotEnoughNodes: fewer nodes are free than the job asks for.
	NotEnoughNodes = "NotEnoughNodes"
	// UnknownJob: no node is assigned to that job.
	UnknownJob = "UnknownJob"
	// JobExists: nodes are assigned to a job of that name already.
	JobExists = "JobExists"
	// MoveFailed: the nodes could not be moved in time. Send another Update to try again.
	MoveFailed = "MoveFailed"
	// ClusterShutDown: the cluster has been shut down. Nothing was done.
	ClusterShutDown = "ClusterShutDown"
	// ClusterContinuing: the run is about to continue as new. Nothing was done; send
	// the same Update, with the same id, again.
	ClusterContinuing = "ClusterContinuing"
)

// Bounds of a cluster, and with them of what is carried from run to run: less than
// a megabyte, where the server's limit is two.
const (
	MaxNodes = 50
	// MaxWaitingRepairs bounds the queue. Repairs beyond it are counted and ignored: a
	// Signal has no way to tell its sender to slow down.
	MaxWaitingRepairs = 250
	// MaxRemembered is how many answers, and how many ids of repairs, a cluster
	// remembers. A message that is repeated after as many others counts as a new one.
	MaxRemembered = 250
)

// ClusterInput is the input of ClusterManager.
type ClusterInput struct {
	// Nodes is how many nodes the cluster has, 1 to MaxNodes.
	Nodes int `json:"nodes"`
	// MessagesPerRun is after how many messages a run continues as new. 0 leaves it to
	// the server's suggestion, which comes with the length of the history.
	MessagesPerRun int `json:"messages_per_run,omitempty"`
	// Carried is the state that the run before left, nil in the first run.
	Carried *ClusterState `json:"carried,omitempty"`
}

// ClusterState is all that one run passes to the next.
type ClusterState struct {
	Started  bool   `json:"started"`
	ShutDown bool   `json:"shut_down"`
	Nodes    []Node `json:"nodes"`
	// Repairs wait for the main loop, the first of them first.
	Repairs []Repair `json:"repairs,omitempty"`
	// RepairIDs are those of the repairs that came last, waiting ones included.
	RepairIDs []string `json:"repair_ids,omitempty"`
	// Answers are those that were given last.
	Answers []Answer `json:"answers,omitempty"`
	// Refused counts repairs that were ignored.
	Refused int `json:"refused"`
	// Run counts the runs, from one.
	Run int `json:"run"`
}

// Node is one machine of a cluster.
type Node struct {
	Name string `json:"name"`
	// Job is what the node is assigned to, "" when it is free.
	Job string `json:"job,omitempty"`
	// Repairs and FailedRepairs count what was tried on it.
	Repairs       int `json:"repairs"`
	FailedRepairs int `json:"failed_repairs,omitempty"`
}

// Assignment is the argument of AssignNodesUpdate.
type Assignment struct {
	// Job names the job, in at most MaxTextLength bytes.
	Job string `json:"job"`
	// Count is how many nodes it wants, 1 to MaxNodes.
	Count int `json:"count"`
}

// Repair is the argument of RepairSignal, and of the Activity RepairNode.
type Repair struct {
	// ID is the sender's, and the same when it sends the repair again. Signals have no
	// id of their own as updates do.
	ID   string `json:"id"`
	Node string `json:"node"`
}

type cluster struct {
	input                      ClusterInput
	state                      ClusterState
	starts, repairs, shutDowns workflow.ReceiveChannel
	messages                   int // that this run has accepted
	continuing                 bool
	lock                       *fairLock
}

// ClusterManager assigns the nodes of a cluster to jobs, for as long as the cluster
// lives. Handlers overlap, and so do handlers and repairs; each holds the lock for all
// of its change. A run that has grown long passes its state, the repairs that wait, and
// the ids of what it has handled to a new one, with no handler running and no Signal
// unread, so that each message counts exactly once. It returns the last state, and fails
// with InvalidMessage for a cluster of a wrong size.
func ClusterManager(ctx workflow.Context, input ClusterInput) (ClusterState, error) {
	if input.Nodes < 1 || input.Nodes > MaxNodes || input.MessagesPerRun < 0 {
		return ClusterState{}, failure(InvalidMessage, "a cluster must have 1 to %d nodes and 0 or more messages a run, got %d and %d",
			MaxNodes, input.Nodes, input.MessagesPerRun)
	}
	cluster := restoreCluster(ctx, input)
	if err := cluster.setHandlers(ctx); err != nil {
		return ClusterState{}, err
	}
	err := cluster.run(ctx)
	return cluster.state, err
}

// restoreCluster takes the state that the run before left. It runs before any handler
// can, so that a handler never sees the state of a cluster that is still empty.
func restoreCluster(ctx workflow.Context, input ClusterInput) *cluster {
	restored := &cluster{
		input:     input,
		lock:      &fairLock{},
		starts:    workflow.GetSignalChannelWithOptions(ctx, StartClusterSignal, workflow.SignalChannelOptions{Description: "Start the cluster"}),
		repairs:   workflow.GetSignalChannelWithOptions(ctx, RepairSignal, workflow.SignalChannelOptions{Description: "Repair a node"}),
		shutDowns: workflow.GetSignalChannelWithOptions(ctx, ShutDownSignal, workflow.SignalChannelOptions{Description: "Shut the cluster down, and end"}),
	}
	if input.Carried != nil {
		restored.state = *input.Carried
	} else {
		for i := range input.Nodes {
			restored.state.Nodes = append(restored.state.Nodes, Node{Name: fmt.Sprintf("node-%02d", i+1)})
		}
	}
	restored.state.Run++
	return restored
}

func (c *cluster) setHandlers(ctx workflow.Context) error {
	return cmp.Or(
		workflow.SetQueryHandlerWithOptions(ctx, ClusterQuery, func() (ClusterState, error) { return c.state, nil }, workflow.QueryHandlerOptions{
			Description: "The nodes, their jobs, and the number of this run",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, AssignNodesUpdate, c.assignNodes, workflow.UpdateHandlerOptions{
			Validator:   c.validateAssignNodes,
			Description: "Assign free nodes to a job",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, ReleaseNodesUpdate, c.releaseNodes, workflow.UpdateHandlerOptions{
			Validator:   c.validateReleaseNodes,
			Description: "Release the nodes of a job",
		}),
		workflow.SetUpdateHandlerWithOptions(ctx, ContinueUpdate, c.continueAsNew, workflow.UpdateHandlerOptions{
			Validator:   c.validateContinueAsNew,
			Description: "Continue as new now, and return the number of the run that ends",
		}),
	)
}

// step is what the main loop can do next.
type step int

const (
	nothing step = iota
	readSignals
	repairNode
	finish
	continueAsNew
)

// run does one step after the other until the run must end. All steps belong to one
// coroutine, so nothing comes between the look that finds everything done and the
// end.
func (c *cluster) run(ctx workflow.Context) error {
	for {
		next := nothing
		err := workflow.Await(ctx, func() bool { next = c.nextStep(ctx); return next != nothing })
		if err == nil && next == repairNode {
			err = c.repairFirst(ctx)
		}
		if err != nil { // canceled
			waitForHandlers(ctx)
			return err
		}
		switch next {
		case readSignals:
			c.receiveSignals(ctx)
		case finish:
			return nil
		case continueAsNew:
			return workflow.NewContinueAsNewError(ctx, ClusterManager, c.nextInput())
		}
	}
}

// nextStep reads Signals first, so that none is unread when the run ends. It starts no
// repair before the cluster is started: the repair would wait for a lock whose holder
// waits for this loop to read the start.
func (c *cluster) nextStep(ctx workflow.Context) step {
	ending := c.state.ShutDown && len(c.state.Repairs) == 0
	switch {
	case c.starts.Len() > 0 || c.repairs.Len() > 0 || c.shutDowns.Len() > 0:
		return readSignals
	case (ending || c.mustContinue(ctx)) && !workflow.AllHandlersFinished(ctx):
		return nothing
	case ending:
		return finish
	case c.mustContinue(ctx):
		return continueAsNew
	case len(c.state.Repairs) > 0 && (c.state.Started || c.state.ShutDown):
		return repairNode
	default:
		return nothing
	}
}

// mustContinue stays true once it is. From then on every Update is rejected: under steady
// load there is always a handler running, and a run that waits for a moment without any
// would grow until the server ends it.
func (c *cluster) mustContinue(ctx workflow.Context) bool {
	full := c.input.MessagesPerRun > 0 && c.messages >= c.input.MessagesPerRun
	return c.continuing || full || workflow.GetInfo(ctx).GetContinueAsNewSuggested()
}

func (c *cluster) nextInput() ClusterInput {
	next := c.input
	next.Carried = &c.state
	return next
}

func (c *cluster) receiveSignals(ctx workflow.Context) {
	receiveAll(c.starts, func(any) { c.messages++; c.state.Started = true })
	receiveAll(c.repairs, func(repair Repair) { c.messages++; c.queueRepair(ctx, repair) })
	receiveAll(c.shutDowns, func(any) { c.messages++; c.state.ShutDown = true })
}

// repairFirst does the repair that has waited longest. It stays in the queue, and so
// in the state, until it is done.
func (c *cluster) repairFirst(ctx workflow.Context) error {
	release, err := c.lock.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	repair := c.state.Repairs[0]
	ctx = workflow.WithActivityOptions(ctx, activityOptions("repair "+repair.Node))
	err = workflow.ExecuteActivity(ctx, RepairNode, repair).Get(ctx, nil)
	if temporal.IsCanceledError(err) {
		return err
	}
	c.state.Repairs = c.state.Repairs[1:]
	node := c.node(repair.Node)
	if err != nil {
		node.FailedRepairs++ // one broken node is no reason to lose the cluster
	} else {
		node.Repairs++
	}
	return nil
}

// RepairNode stands for a repair. It is idempotent: repairing again under the same id
// changes nothing.
func RepairNode(ctx context.Context, repair Repair) error {
	activity.GetLogger(ctx).Info("repairing", "node", repair.Node, "id", repair.ID)
	return nil
}
