package messagepassing

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Answer is what one update was answered. The server repeats an answer by itself
// when the same id comes again in the same run; across runs, the workflow has to.
type Answer struct {
	UpdateID string   `json:"update_id"`
	Nodes    []string `json:"nodes,omitempty"`
	// FailureType and FailureMessage are those of the typed error, if it failed.
	FailureType    string `json:"failure_type,omitempty"`
	FailureMessage string `json:"failure_message,omitempty"`
}

func (a Answer) result() ([]string, error) {
	if a.FailureType != "" {
		return nil, failure(a.FailureType, "%s", a.FailureMessage)
	}
	return a.Nodes, nil
}

// queueRepair queues a repair unless it is invalid, has come before, or too many wait.
func (c *cluster) queueRepair(ctx workflow.Context, repair Repair) {
	if slices.Contains(c.state.RepairIDs, repair.ID) {
		return
	}
	if err := c.checkRepair(repair); err != nil {
		c.state.Refused++
		ignoreSignal(ctx, RepairSignal, err)
		return
	}
	c.state.Repairs = append(c.state.Repairs, repair)
	c.state.RepairIDs = remember(c.state.RepairIDs, repair.ID)
}

func (c *cluster) checkRepair(repair Repair) error {
	switch {
	case c.node(repair.Node) == nil:
		return failure(InvalidMessage, "node must be one of the cluster's, got %.*q", MaxTextLength, repair.Node)
	case len(c.state.Repairs) >= MaxWaitingRepairs:
		return failure(InvalidMessage, "%d repairs are waiting, which is all that may", MaxWaitingRepairs)
	default:
		return checkText("repair id", repair.ID)
	}
}

// remember adds one and forgets the oldest beyond MaxRemembered.
func remember[T any](all []T, latest T) []T {
	all = append(all, latest)
	return all[max(0, len(all)-MaxRemembered):]
}

func (c *cluster) node(name string) *Node {
	for i := range c.state.Nodes {
		if c.state.Nodes[i].Name == name {
			return &c.state.Nodes[i]
		}
	}
	return nil
}

func (c *cluster) validateAssignNodes(ctx workflow.Context, assignment Assignment) error {
	if assignment.Count < 1 || assignment.Count > MaxNodes {
		return failure(InvalidMessage, "a job must have 1 to %d nodes, got %d", MaxNodes, assignment.Count)
	}
	return c.validateJob(ctx, assignment.Job)
}

func (c *cluster) validateReleaseNodes(ctx workflow.Context, job string) error {
	return c.validateJob(ctx, job)
}

func (c *cluster) validateJob(ctx workflow.Context, job string) error {
	if c.mustContinue(ctx) {
		return continuing()
	}
	id := workflow.GetCurrentUpdateInfo(ctx).ID
	return cmp.Or(checkText("update id", id), checkText("job", job))
}

func (c *cluster) validateContinueAsNew(ctx workflow.Context) error {
	switch {
	case c.state.ShutDown:
		return shutDown()
	case c.mustContinue(ctx):
		return continuing()
	default:
		return nil
	}
}

// continueAsNew only asks the main loop to continue as new, which it does when no
// handler is running, this one included: its caller gets the answer first. A
// ContinueAsNewError that a handler returns is a failed Update and nothing else.
func (c *cluster) continueAsNew(workflow.Context) (int, error) {
	c.continuing = true
	return c.state.Run, nil
}

func continuing() error {
	return failure(ClusterContinuing, "the run continues as new; send the same update, with the same id, again")
}

func shutDown() error { return failure(ClusterShutDown, "the cluster has been shut down") }

func (c *cluster) assignNodes(ctx workflow.Context, assignment Assignment) ([]string, error) {
	return c.once(ctx, func(ctx workflow.Context) ([]string, error) {
		if len(c.nodesOf(assignment.Job)) > 0 {
			return nil, failure(JobExists, "job %q already has nodes", assignment.Job)
		}
		free := c.nodesOf("")
		if len(free) < assignment.Count {
			return nil, failure(NotEnoughNodes, "job %q wants %d nodes, %d are free", assignment.Job, assignment.Count, len(free))
		}
		return free[:assignment.Count], c.move(ctx, free[:assignment.Count], assignment.Job)
	})
}

func (c *cluster) releaseNodes(ctx workflow.Context, job string) ([]string, error) {
	return c.once(ctx, func(ctx workflow.Context) ([]string, error) {
		nodes := c.nodesOf(job)
		if len(nodes) == 0 {
			return nil, failure(UnknownJob, "no node is assigned to job %q", job)
		}
		return nodes, c.move(ctx, nodes, "")
	})
}

// once makes a change that no other change overlaps, unless an Update of the same id
// was answered before. It waits for the start while it holds the lock, so that waiting
// handlers go on in the order in which they came.
func (c *cluster) once(ctx workflow.Context, change func(workflow.Context) ([]string, error)) ([]string, error) {
	id := workflow.GetCurrentUpdateInfo(ctx).ID
	for _, answer := range c.state.Answers {
		if answer.UpdateID == id {
			return answer.result()
		}
	}
	if c.state.ShutDown {
		return nil, shutDown()
	}
	release, err := c.lock.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := c.waitUntilStarted(ctx); err != nil {
		return nil, err
	}
	c.messages++
	nodes, err := change(ctx)
	if temporal.IsCanceledError(err) {
		return nil, err
	}
	answer := answerOf(id, nodes, err)
	c.state.Answers = remember(c.state.Answers, answer)
	return answer.result()
}

// answerOf expects one of this sample's typed errors, or none.
func answerOf(id string, nodes []string, err error) Answer {
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) {
		return Answer{UpdateID: id, FailureType: failure.Type(), FailureMessage: failure.Message()}
	}
	return Answer{UpdateID: id, Nodes: nodes}
}

// waitUntilStarted is a handler's wait condition. A run that must end does not wait for
// a start that may be far off: the caller sends the Update to the next run.
func (c *cluster) waitUntilStarted(ctx workflow.Context) error {
	err := workflow.Await(ctx, func() bool {
		return c.state.Started || c.state.ShutDown || c.mustContinue(ctx)
	})
	switch {
	case err != nil || c.state.Started:
		return err
	case c.state.ShutDown:
		return shutDown()
	default:
		return continuing()
	}
}

// nodesOf lists the nodes that are assigned to the job, or the free ones for "".
func (c *cluster) nodesOf(job string) []string {
	var names []string
	for _, node := range c.state.Nodes {
		if node.Job == job {
			names = append(names, node.Name)
		}
	}
	return names
}

// move assigns the nodes to the job, or frees them for "". The state changes only after
// the Activity, during which other handlers run: the caller holds the lock.
func (c *cluster) move(ctx workflow.Context, nodes []string, job string) error {
	summary := "free nodes"
	if job != "" {
		summary = "nodes for " + job
	}
	ctx = workflow.WithActivityOptions(ctx, activityOptions(summary))
	err := workflow.ExecuteActivity(ctx, MoveNodes, Move{Nodes: nodes, Job: job}).Get(ctx, nil)
	switch {
	case temporal.IsCanceledError(err):
		return err
	case err != nil:
		return failure(MoveFailed, "the nodes could not be moved")
	}
	for _, name := range nodes {
		c.node(name).Job = job
	}
	return nil
}

// Move is the argument of MoveNodes.
type Move struct {
	Nodes []string `json:"nodes"`
	// Job is the nodes' next job, "" to free them.
	Job string `json:"job"`
}

// MoveNodes stands for a cluster's control plane. It is idempotent.
func MoveNodes(ctx context.Context, move Move) error {
	activity.GetLogger(ctx).Info("moving", "nodes", move.Nodes, "job", move.Job)
	return nil
}
