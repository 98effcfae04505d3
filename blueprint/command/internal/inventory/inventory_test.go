package inventory_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/command/internal/inventory"
	"dynamicsamples/blueprint/engine"
)

// server is one that has the pages, and whose Workers answer as status says.
type server struct {
	pages  [][]*workflowpb.WorkflowExecutionInfo
	status func(ctx context.Context, workflowID string) (engine.Status, error)
	down   bool

	mutex                     sync.Mutex
	queries                   []string
	listed, polls, asked, now int
	most                      int
}

func (s *server) List(_ context.Context, query string, page []byte) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	s.queries = append(s.queries, query)
	s.listed++
	at := len(page)
	answer := &workflowservice.ListWorkflowExecutionsResponse{}
	if at < len(s.pages) {
		answer.Executions = s.pages[at]
	}
	if at+1 < len(s.pages) {
		answer.NextPageToken = make([]byte, at+1)
	}
	return answer, nil
}

func (s *server) Status(ctx context.Context, workflowID, _ string) (engine.Status, error) {
	s.mutex.Lock()
	s.asked++
	s.now++
	s.most = max(s.most, s.now)
	s.mutex.Unlock()
	defer func() {
		s.mutex.Lock()
		s.now--
		s.mutex.Unlock()
	}()
	if s.status == nil {
		return engine.Status{Blueprint: "order@1.0.0"}, nil
	}
	return s.status(ctx, workflowID)
}

func (s *server) Polled(context.Context, string) bool {
	s.polls++
	return !s.down
}

func execution(id, workflowType, memo string, status enumspb.WorkflowExecutionStatus) *workflowpb.WorkflowExecutionInfo {
	info := &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: "run"}, Type: &commonpb.WorkflowType{Name: workflowType},
		Status: status, StartTime: timestamppb.New(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), TaskQueue: "q",
	}
	if memo != "" {
		data, _ := json.Marshal(memo)
		info.Memo = &commonpb.Memo{Fields: map[string]*commonpb.Payload{"blueprint": {Data: data}}}
	}
	return info
}

// open are so many runs that are open, on pages of 100.
func open(count int) [][]*workflowpb.WorkflowExecutionInfo {
	var pages [][]*workflowpb.WorkflowExecutionInfo
	for at := range count {
		if at%100 == 0 {
			pages = append(pages, nil)
		}
		pages[at/100] = append(pages[at/100], execution(fmt.Sprint("o-", at), "order", "order@1.0.0", enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING))
	}
	return pages
}

func find(t *testing.T, s *server, filter inventory.Filter, limit int) inventory.Listing {
	t.Helper()
	found, err := inventory.Find(t.Context(), s, filter, limit, time.Minute)
	require.NoError(t, err)
	return found
}

func ids(found inventory.Listing) string {
	var all []string
	for _, each := range found.Runs {
		all = append(all, each.WorkflowID)
	}
	return strings.Join(all, " ")
}

// The server is asked for as much as it knows.
func TestTheQuery(t *testing.T) {
	t.Parallel()
	const any = "WorkflowType != 'blueprint.catalog'"
	for want, filter := range map[string]inventory.Filter{
		"ExecutionStatus != 'ContinuedAsNew' AND " + any:                                                                                      {Version: "1.0.0"},
		"ExecutionStatus IN ('Failed', 'TimedOut') AND " + any:                                                                                {Outcomes: []string{"timed out", "failed"}},
		"ExecutionStatus = 'Running' AND " + any:                                                                                              {Waiting: true},
		"ExecutionStatus != 'ContinuedAsNew' AND " + any + ` AND TaskQueue = 'o\'q\\'`:                                                        {TaskQueue: `o'q\`},
		"ExecutionStatus != 'ContinuedAsNew' AND " + any + " AND (A = 1 OR B = 2)":                                                            {Query: "A = 1 OR B = 2"},
		"ExecutionStatus != 'ContinuedAsNew' AND (WorkflowType = 'order' OR WorkflowType STARTS_WITH 'order@' OR WorkflowType = 'blueprint')": {Definition: "order"},
		"ExecutionStatus = 'Running' AND (BlueprintName = 'order' OR BlueprintName IS NULL AND (WorkflowType = 'order' OR WorkflowType STARTS_WITH 'order@' OR WorkflowType = 'blueprint'))" +
			" AND (BlueprintVersion = '1.0.0' OR BlueprintName IS NULL) AND (BlueprintStates = 'held' OR BlueprintName IS NULL) AND (BlueprintStates = 'paused' OR BlueprintName IS NULL) AND (BlueprintStates = 'waiting' OR BlueprintName IS NULL)": {Attributes: true, Definition: "order", Version: "1.0.0", Held: true, Paused: true, Waiting: true},
		"ExecutionStatus != 'ContinuedAsNew' AND " + any + " AND TaskQueue = 'q'": {Attributes: true, TaskQueue: "q"},
	} {
		s := &server{}
		assert.Empty(t, find(t, s, filter, 1).Runs)
		assert.Equal(t, []string{want}, s.queries)
	}
}

// The memo of a run says that it is one of a blueprint; that of one which no Worker has begun
// does not yet.
func TestRunsOfBlueprints(t *testing.T) {
	t.Parallel()
	const completed = enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED
	pages := [][]*workflowpb.WorkflowExecutionInfo{{
		execution("a", "order", "order@2.0.0", completed), execution("b", "order@1.0.0", "", completed), execution("c", "blueprint", "order@1.0.0", completed),
		execution("d", "blueprint", "", completed), execution("e", "payments", "", completed),
	}, {execution("f", "order", "", completed), execution("g", "orders", "orders@1.0.0", completed), execution("h", "payments", "no version", completed)}}
	for _, each := range []struct {
		filter inventory.Filter
		want   string
	}{
		{inventory.Filter{}, "a c d g"},
		{inventory.Filter{Known: []string{"order"}}, "a b c d f g"},
		{inventory.Filter{Definition: "order"}, "a b c f"},
		{inventory.Filter{Definition: "order", Version: "1.0.0"}, "b c"},
		{inventory.Filter{Version: "1.0.0"}, "c g"},
	} {
		assert.Equal(t, each.want, ids(find(t, &server{pages: pages}, each.filter, 10)), each.filter)
	}
	found := find(t, &server{pages: pages}, inventory.Filter{Known: []string{"order"}}, 10)
	assert.Equal(t, "order@2.0.0 order@1.0.0 order@1.0.0  order orders@1.0.0", strings.Join(blueprints(found), " "))
}

func blueprints(found inventory.Listing) []string {
	var all []string
	for _, each := range found.Runs {
		all = append(all, each.Blueprint)
	}
	return all
}

// Only open runs are asked, each once, and no more than are listed.
func TestOpenRunsAreAsked(t *testing.T) {
	t.Parallel()
	s := &server{pages: open(3), status: func(context.Context, string) (engine.Status, error) {
		return engine.Status{Blueprint: "order@3.0.0", Hash: "h", Awaited: []engine.Awaited{{Step: "w", Message: "go"}}, Approvals: []engine.Approval{{Step: "p", Message: "yes", Plan: "x"}}}, nil
	}}
	s.pages[0][1].Status = enumspb.WORKFLOW_EXECUTION_STATUS_FAILED
	found := find(t, s, inventory.Filter{}, 2)
	assert.Equal(t, "o-0 o-1", ids(found))
	assert.True(t, found.More)
	assert.Equal(t, 1, s.asked)
	assert.Equal(t, []engine.Awaited{{Step: "w", Message: "go"}, {Step: "p", Message: "yes"}}, found.Runs[0].Awaited)
	assert.Equal(t, "order@3.0.0", found.Runs[0].Blueprint)
	assert.Equal(t, "failed", found.Runs[1].Outcome)
}

// With a limit as high as there are runs nothing is left off; with one lower it is said.
func TestTheLimit(t *testing.T) {
	t.Parallel()
	for _, filter := range []inventory.Filter{{}, {Waiting: true, Message: "go"}} {
		for limit, more := range map[int]bool{100: true, 149: true, 150: false, 151: false} {
			s := &server{pages: open(300), status: func(_ context.Context, id string) (engine.Status, error) {
				// Every second one waits for it.
				message := map[bool]string{true: "go", false: "stop"}[strings.ContainsAny(id[len(id)-1:], "02468")]
				return engine.Status{Awaited: []engine.Awaited{{Message: message}}}, nil
			}}
			want := min(limit, 150)
			if !filter.Waiting {
				s.pages, want = open(150), min(limit, 150)
			}
			found := find(t, s, filter, limit)
			assert.Len(t, found.Runs, want)
			assert.Equal(t, more, found.More, "%v %d", filter, limit)
			assert.Equal(t, more, strings.Contains(strings.Join(found.Notes(), "\n"), "raise --limit"))
		}
	}
}

// A run is listed if it is in all the states that were asked for.
func TestStates(t *testing.T) {
	t.Parallel()
	statuses := map[string]engine.Status{
		"o-0": {Paused: []engine.Paused{{Step: "a"}}},
		"o-1": {Awaited: []engine.Awaited{{Message: "go"}}},
		"o-2": {Paused: []engine.Paused{{}}, Awaited: []engine.Awaited{{Message: "go"}, {Message: "stop"}}},
		"o-3": {Approvals: []engine.Approval{{Message: "yes"}}},
		"o-4": {Held: []engine.HeldStep{{Step: "a"}}, Awaited: []engine.Awaited{{Message: "other"}}},
	}
	for _, each := range []struct {
		filter inventory.Filter
		want   string
	}{
		{inventory.Filter{Paused: true}, "o-0 o-2"},
		{inventory.Filter{Waiting: true}, "o-1 o-2 o-3 o-4"},
		{inventory.Filter{Held: true}, "o-4"},
		{inventory.Filter{Held: true, Waiting: true, Message: "go"}, ""},
		{inventory.Filter{Waiting: true, Message: "stop"}, "o-2"},
		{inventory.Filter{Waiting: true, Message: "yes"}, "o-3"},
		{inventory.Filter{Waiting: true, Message: "go", Paused: true}, "o-2"},
		{inventory.Filter{}, "o-0 o-1 o-2 o-3 o-4"},
	} {
		s := &server{pages: open(5), status: func(_ context.Context, id string) (engine.Status, error) { return statuses[id], nil }}
		assert.Equal(t, each.want, ids(find(t, s, each.filter, 10)))
		assert.Equal(t, each.filter.Paused || each.filter.Waiting || each.filter.Held, strings.HasPrefix(s.queries[0], "ExecutionStatus = 'Running'"))
	}
}

// What a run has told by its Search Attributes is known also where no Worker answers, but for the name of
// a message.
func TestStatesByAttributes(t *testing.T) {
	t.Parallel()
	for _, each := range []struct {
		filter  inventory.Filter
		want    string
		unknown int
	}{
		{inventory.Filter{Paused: true}, "o-1 o-2", 2},
		{inventory.Filter{Paused: true, Waiting: true}, "o-2", 3},
		{inventory.Filter{Waiting: true, Message: "go"}, "", 4},
	} {
		s := &server{pages: open(4), down: true}
		for i, states := range []string{`["waiting"]`, `["paused"]`, `["paused", "waiting"]`, `"paused"`} {
			s.pages[0][i].SearchAttributes = &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{"BlueprintStates": {Data: []byte(states)}}}
		}
		each.filter.Attributes = true
		found := find(t, s, each.filter, 10)
		assert.Equal(t, each.want, ids(found))
		assert.Equal(t, each.unknown, found.Unanswered)
		var text strings.Builder
		found.Write(&text)
		assert.Equal(t, strings.Contains(each.want, "o-2"), strings.Contains(text.String(), "  paused; waiting; no worker answers\n"))
	}
}

// Open runs are asked a few at a time, and at most 500 of them.
func TestAskingIsBounded(t *testing.T) {
	t.Parallel()
	for count, left := range map[int]string{500: "", 501: "only the first 500 open runs were asked"} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{pages: open(count), status: func(context.Context, string) (engine.Status, error) {
				<-time.After(time.Millisecond)
				return engine.Status{}, nil
			}}
			found := find(t, s, inventory.Filter{Waiting: true}, 10)
			assert.Empty(t, found.Runs)
			assert.Equal(t, left, found.LeftOff)
			assert.Equal(t, 500, s.asked)
			assert.Equal(t, 8, s.most)
			assert.Zero(t, found.Unanswered)
		})
		s := &server{pages: open(count)}
		found := find(t, s, inventory.Filter{}, 1000)
		assert.Len(t, found.Runs, count)
		assert.Equal(t, left == "", found.Runs[count-1].Unanswered == "")
	}
}

// A store with very many other Workflow Executions is not read to its end.
func TestLookingIsBounded(t *testing.T) {
	t.Parallel()
	for count, left := range map[int]string{10_000: "", 10_100: "only the first 10000 Workflow Executions were looked at"} {
		pages := open(count)
		for _, page := range pages {
			for _, each := range page {
				each.Memo = nil
			}
		}
		s := &server{pages: pages}
		found := find(t, s, inventory.Filter{}, 10)
		assert.Equal(t, left, found.LeftOff)
		assert.Equal(t, 100, s.listed)
	}
}

// Runs whose Worker is down are listed with what the server knows, and are not waited for
// one by one.
func TestNoWorkerAnswers(t *testing.T) {
	t.Parallel()
	s := &server{pages: open(50), down: true}
	found := find(t, s, inventory.Filter{}, 50)
	assert.Len(t, found.Runs, 50)
	assert.Equal(t, follow.NoWorker, found.Runs[49].Unanswered)
	assert.Equal(t, 1, s.polls)
	assert.Zero(t, s.asked)

	for _, late := range []error{serviceerror.NewDeadlineExceeded("late"), serviceerror.NewFailedPrecondition("no poller seen"), context.DeadlineExceeded} {
		s = &server{pages: open(50), status: func(context.Context, string) (engine.Status, error) { return engine.Status{}, late }}
		found = find(t, s, inventory.Filter{}, 50)
		assert.Len(t, found.Runs, 50)
		for _, each := range found.Runs {
			assert.Equal(t, follow.NoWorker, each.Unanswered)
		}
		assert.Less(t, s.asked, 16)
	}
	found = find(t, s, inventory.Filter{Waiting: true}, 50)
	assert.Empty(t, found.Runs)
	assert.Equal(t, 50, found.Unanswered)

	// One run that does not answer says nothing of the others.
	s = &server{pages: open(50), status: func(_ context.Context, id string) (engine.Status, error) {
		if id < "o-3" {
			return engine.Status{}, serviceerror.NewDeadlineExceeded("late")
		}
		return engine.Status{}, nil
	}}
	find(t, s, inventory.Filter{}, 50)
	assert.Equal(t, 50, s.asked)
}

// However long the runs take, the list ends.
func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	s := &server{pages: open(20), status: func(ctx context.Context, _ string) (engine.Status, error) {
		<-ctx.Done()
		return engine.Status{}, ctx.Err()
	}}
	found, err := inventory.Find(t.Context(), s, inventory.Filter{}, 20, time.Millisecond)
	require.NoError(t, err)
	assert.Len(t, found.Runs, 20)
	for _, each := range found.Runs {
		assert.Contains(t, each.Unanswered, "time was over")
	}
	found, err = inventory.Find(t.Context(), s, inventory.Filter{Waiting: true}, 20, time.Nanosecond)
	require.NoError(t, err)
	assert.Equal(t, "the time was over before all open runs were asked", found.LeftOff)
	assert.Empty(t, found.Runs)

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = inventory.Find(canceled, s, inventory.Filter{}, 20, time.Minute)
	assert.ErrorIs(t, err, context.Canceled)
}

// What comes from outside cannot drive the terminal.
func TestTheTable(t *testing.T) {
	t.Parallel()
	const running = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	s := &server{
		pages: [][]*workflowpb.WorkflowExecutionInfo{{
			execution("a\x1b[2J\nb", "order", "order@1.0.0", running), execution("c", "blueprint", "", enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT),
			execution("c1", "order", "order@1.0.0", running), execution("c2", "order", "order@1.0.0", running), execution("c3", "order", "order@1.0.0", running), execution("d", "order", "order@1.0.0", running), execution("e", "order", "order@1.0.0", running), execution("f", "order", "order@1.0.0", running),
		}},
		status: func(_ context.Context, id string) (engine.Status, error) {
			status := engine.Status{Blueprint: "order@1.0.0"}
			switch id {
			case "d":
				return status, &serviceerror.QueryFailed{Message: "unknown\nquery"}
			case "e":
				return status, errors.New(strings.Repeat("x", 300))
			case "c2":
				status.Paused = []engine.Paused{{Step: "a"}, {Step: "b[0]/c"}}
			case "c1":
				status.Held, status.HeldCount = []engine.HeldStep{{Step: "a", Error: "Down: " + strings.Repeat("y", 90)}, {Step: "b"}}, 2
			case "c3":
				status.Paused = []engine.Paused{{Step: "a"}, {}}
				status.Awaited = []engine.Awaited{{Message: "m"}}
			case "f":
				for _, each := range []string{"m", "n", "m", "o", "p", "q"} {
					status.Awaited = append(status.Awaited, engine.Awaited{Message: each})
				}
			}
			return status, nil
		},
	}
	var text strings.Builder
	find(t, s, inventory.Filter{}, 10).Write(&text)
	assert.Equal(t, `workflow  blueprint    outcome    started               state
a�[2J b   order@1.0.0  running    2026-01-02T03:04:05Z  
c         -            timed out  2026-01-02T03:04:05Z  
c1        order@1.0.0  running    2026-01-02T03:04:05Z  held at a: Down: `+strings.Repeat("y", 74)+`…, and 1 more
c2        order@1.0.0  running    2026-01-02T03:04:05Z  paused at a, b[0]/c
c3        order@1.0.0  running    2026-01-02T03:04:05Z  paused; waits for m
d         order@1.0.0  running    2026-01-02T03:04:05Z  it cannot tell: unknown query
e         order@1.0.0  running    2026-01-02T03:04:05Z  `+strings.Repeat("x", 200)+`…
f         order@1.0.0  running    2026-01-02T03:04:05Z  waits for m, n, o and 2 more
`, text.String())
	assert.Equal(t, []string{"no run of a blueprint was found"}, inventory.Listing{}.Notes())
	assert.Equal(t, []string{"open runs that have not told their state, and are left off: 2; list --outcome running says why", "no other run of a blueprint was found"}, inventory.Listing{Unanswered: 2}.Notes())
}
