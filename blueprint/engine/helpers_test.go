package engine_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.yaml.in/yaml/v4"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/optionstest"
)

// script is the argument of the activity "work" and the child "sub": what they are to do.
// So a document in a test says itself what happens, in the test environment, where a
// stage plays them in virtual time, and on a server, where they are real.
type script struct {
	// Takes is how many seconds it takes.
	Takes float64 `json:"takes"`
	// Until is what lets it end before, on a server: what a test says to finish, or a signal to a
	// child.
	Until string `json:"until"`
	// Output is the result.
	Output any `json:"output"`
	// Fail is the type of the failure that it ends with instead, and Details its details. Final
	// says that no other attempt can help.
	Fail    string `json:"fail"`
	Details []any  `json:"details"`
	Final   bool   `json:"final"`
	// Ack is how many seconds it takes to acknowledge a cancel.
	Ack float64 `json:"ack"`
	// Deaf ignores a cancel.
	Deaf bool `json:"deaf"`
	// FailOnCancel is the type of the failure that it answers a cancel with.
	FailOnCancel string `json:"failOnCancel"`
	// Start is how many seconds a child takes to start; Taken says that its id is taken, and
	// Own that a run of the same chain has started what has it.
	Start float64 `json:"start"`
	Taken bool    `json:"taken"`
	Own   bool    `json:"own"`
	// Again is how often a real child continues as new.
	Again int `json:"again"`
}

func scriptIn(argument any) script {
	var read script
	encoded, err := json.Marshal(argument)
	if err != nil || json.Unmarshal(encoded, &read) != nil {
		return script{}
	}
	return read
}

func secondsOf(number float64) time.Duration { return time.Duration(number * float64(time.Second)) }

// newCatalog is what the documents of the tests call.
func newCatalog() *engine.Catalog {
	catalog := engine.NewCatalog()
	catalog.Activity("work", func(context.Context, any) (any, error) { return nil, errors.New("is played") }, engine.ActivityOptions{Local: true})
	catalog.Activity("echo", func(_ context.Context, argument any) (any, error) { return argument, nil }, engine.ActivityOptions{Local: true})
	catalog.Activity("plain", func(context.Context) error { return nil }, engine.ActivityOptions{})
	catalog.Activity("plan", func(context.Context) (object, error) { return nil, errors.New("is played") }, engine.ActivityOptions{})
	catalog.Workflow("sub", func(workflow.Context, any) (any, error) { return nil, errors.New("is played") }, engine.WorkflowOptions{})
	return catalog
}

// command is an activity, a timer, or a child that a run has started.
type command struct {
	// Kind is activity, local, timer or child.
	Kind string
	// Name is that of the activity or child.
	Name string
	// Path is the summary.
	Path string
	// Arguments are those of the call, as JSON.
	Arguments []any
	// ID is the workflow id of a child.
	ID string
	// Began and Ended are the times since the first run began.
	Began, Ended time.Duration
	// How it ended: "", failed, canceled, or running.
	How string
	// Run counts the runs from 1.
	Run int
	// Activity, Local, Child and Timer are the options.
	Activity workflow.ActivityOptions
	Local    workflow.LocalActivityOptions
	Child    workflow.ChildWorkflowOptions
	Timer    time.Duration
}

// What the interpreter does on its own account: Activities that wait for a child which
// an earlier run has started, find it and cancel it, and a timer.
const (
	watchesChild = "blueprint.watch_child"
	findsChild   = "blueprint.find_child"
	cancelsChild = "blueprint.cancel_child"
	isPatient    = "waiting for activities before continuing as new"
)

// stage runs a document in the SDK's test environment, run after run, and plays the
// activities and children of its catalog.
type stage struct {
	interceptor.WorkerInterceptorBase
	t           *testing.T
	interpreter *engine.Interpreter
	// real lets the test environment run activities and children.
	real bool
	// events happen at times after the first run began.
	events []event
	// handedOn says that already the first run follows another.
	handedOn bool
	// info changes what the runs know of themselves.
	info func(info *workflow.Info)
	// markers are the versions that a history has, by what they are of.
	markers map[string]workflow.Version
	// between is called between two runs.
	between func(s *stage)
	// searched are the Search Attributes, as each upsert set them.
	searched []string
	// searchedAt is the length of the history at the last of them.
	searchedAt int
	// id is the workflow's.
	id string
	// answers are what activities, children and planners give, by their paths; others give
	// what their script says.
	answers map[string]any

	environment *testsuite.TestWorkflowEnvironment
	options     optionstest.Recorder
	logs        logs
	commands    []*command
	ids         map[string]bool
	inFlight    int
	mostAtOnce  int
	memos       []map[string]any
	coroutines  int
	children    map[string]*actedChild
	runs        int
	// signaled counts the signals that have been sent to the run and that it has not seen;
	// updated is the id of the update that was sent last.
	signaled int
	updated  string
	// history is about how many Events the run has, and task when its last Workflow Task was.
	history int
	task    time.Time
	now     time.Time
	input   []any
	err     error
	replies map[string]*answer
}

// event is something that happens to a run from outside.
type event struct {
	at   time.Duration
	what func(s *stage)
	done bool
	// signal says that a signal was sent, update is the id of the update that was.
	signal bool
	update string
}

func at(seconds float64, what func(s *stage)) event { return event{at: secondsOf(seconds), what: what} }

func cancels(seconds float64) event {
	return at(seconds, func(s *stage) { s.environment.CancelWorkflow() })
}

func signals(seconds float64, name string, content any) event {
	return at(seconds, func(s *stage) {
		s.signaled++
		s.environment.SignalWorkflow(name, content)
	})
}

// updates brings a message; what became of it is in replies, by the id.
func updates(seconds float64, id, name string, content any) event {
	return at(seconds, func(s *stage) {
		s.environment.UpdateWorkflow(engine.MessageUpdate, id, s.callbacks(id), engine.NewMessage(name, content))
	})
}

// callbacks keep what the sender of an update gets, by the id.
func (s *stage) callbacks(id string) *testsuite.TestUpdateCallback {
	reply := &answer{}
	s.replies[id], s.updated = reply, id
	return &testsuite.TestUpdateCallback{
		OnAccept: func() { reply.accepted++ },
		OnReject: func(err error) { reply.rejected = err },
		OnComplete: func(result any, err error) {
			reply.completed++
			reply.result, reply.err = result, err
		},
	}
}

// answer is what the sender of an update got.
type answer struct {
	accepted, completed int
	rejected, err       error
	result              any
}

// testRunID is the id of every run in the SDK's test environment.
const testRunID = "default-test-run-id"

var stageStart = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func newStage(t *testing.T, options engine.Options, events ...event) *stage {
	t.Helper()
	return stageAt(t, engine.Version, options, events...)
}

// stageAt starts runs by the rules of a version.
func stageAt(t *testing.T, version int, options engine.Options, events ...event) *stage {
	t.Helper()
	interpreter, err := engine.New(newCatalog(), options)
	require.NoError(t, err)
	return stageOf(t, interpreter.AtVersion(version), events...)
}

func stageOf(t *testing.T, interpreter *engine.Interpreter, events ...event) *stage {
	return &stage{
		t: t, interpreter: interpreter, events: slices.Clone(events), id: "run",
		children: map[string]*actedChild{}, now: stageStart, replies: map[string]*answer{},
	}
}

// document is a whole document around the steps.
func document(steps string) string {
	return "blueprint: tested\nversion: 1.0.0\n" + strings.TrimPrefix(steps, "\n")
}

// files are definitions by their names.
func files(documents ...string) fstest.MapFS {
	found := fstest.MapFS{}
	for i, each := range documents {
		found[fmt.Sprintf("%d.yaml", i)] = &fstest.MapFile{Data: []byte(each)}
	}
	return found
}

// inline runs the document with the input until it ends, however many runs that takes.
func (s *stage) inline(document string, input any) *stage {
	return s.run(engine.InlineWorkflow, document, input)
}

// run runs a workflow type until it ends.
func (s *stage) run(workflowType string, arguments ...any) *stage {
	s.t.Helper()
	s.input = arguments
	return s.follow(workflowType)
}

// follow runs it with the arguments that the next run is given, or the last one was, as a
// server does that retries it.
func (s *stage) follow(workflowType string) *stage {
	s.t.Helper()
	for s.oneRun(workflowType) {
		if s.between != nil {
			s.between(s)
		}
		require.Less(s.t, s.runs, 1000, "runs follow each other forever")
	}
	return s
}

// oneRun reports whether another run follows.
func (s *stage) oneRun(workflowType string) bool {
	s.t.Helper()
	s.runs++
	s.inFlight, s.history, s.ids = 0, 0, map[string]bool{}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(&s.logs)
	s.environment = suite.NewTestWorkflowEnvironment()
	s.environment.SetTestTimeout(time.Minute)
	s.environment.SetStartTime(s.now)
	s.environment.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: s.id})
	s.environment.SetWorkerOptions(worker.Options{
		Interceptors: []interceptor.WorkerInterceptor{engine.StepInterceptor(), s, &s.options},
		// A busy machine and the race detector are slow. The limit is proved on a server.
		DeadlockDetectionTimeout: time.Minute,
	})
	if s.runs > 1 || s.handedOn {
		s.environment.SetContinuedExecutionRunID(testRunID)
	}
	s.environment.SetOnTimerFiredListener(func(string) { s.newTask() })
	s.environment.SetOnActivityCompletedListener(func(*activity.Info, converter.EncodedValue, error) { s.newTask() })
	s.interpreter.Register(s.environment)
	s.happen()
	s.environment.ExecuteWorkflow(workflowType, s.input...)
	require.True(s.t, s.environment.IsWorkflowCompleted())
	s.sendUnseenAgain()
	s.now = s.environment.Now()
	s.err = s.environment.GetWorkflowError()
	var next *workflow.ContinueAsNewError
	if !errors.As(s.err, &next) {
		return false
	}
	require.Equal(s.t, workflowType, next.WorkflowType.Name)
	s.input = nil
	for _, each := range next.Input.GetPayloads() {
		s.input = append(s.input, converter.NewRawValue(each))
	}
	return true
}

// sendUnseenAgain lets the signals and updates come again that the run has not seen: the
// server does not let a run end that has not seen all.
func (s *stage) sendUnseenAgain() {
	for i := range s.events {
		reply := s.replies[s.events[i].update]
		if reply != nil && reply.accepted+reply.completed == 0 && reply.rejected == nil {
			s.events[i].done, s.events[i].update = false, ""
		}
	}
	for i := len(s.events) - 1; i >= 0 && s.signaled > 0; i-- {
		if s.events[i].signal {
			s.events[i].done, s.events[i].signal = false, false
			s.signaled--
		}
	}
	s.signaled = 0
}

// happen lets the events come that have not come yet.
func (s *stage) happen() {
	for i := range s.events {
		if each := &s.events[i]; !each.done {
			s.environment.RegisterDelayedCallback(func() {
				before := s.signaled
				s.updated = ""
				each.done = true
				each.what(s)
				each.signal, each.update = s.signaled > before, s.updated
			}, max(0, each.at-s.now.Sub(stageStart)))
		}
	}
}

// decodeInput reads an argument of the next run.
func (s *stage) decodeInput(at int, into any) {
	s.t.Helper()
	argument, is := s.input[at].(converter.RawValue)
	require.True(s.t, is, "%T", s.input[at])
	require.NoError(s.t, converter.GetDefaultDataConverter().FromPayload(argument.Payload(), into))
}

// output is the result of the last run.
func (s *stage) output() any {
	s.t.Helper()
	require.NoError(s.t, s.err)
	var output any
	require.NoError(s.t, s.environment.GetWorkflowResult(&output))
	return output
}

// failure is the error of the last run.
func (s *stage) failure() *temporal.ApplicationError {
	s.t.Helper()
	var failure *temporal.ApplicationError
	require.ErrorAs(s.t, s.err, &failure)
	return failure
}

// ending tells how the last run ended: its output, its failure, or canceled.
func (s *stage) ending() string {
	s.t.Helper()
	var failure *temporal.ApplicationError
	switch {
	case temporal.IsCanceledError(s.err):
		return "canceled"
	case errors.As(s.err, &failure):
		return "failed " + failure.Type() + ": " + failure.Message() + detailsIn(failure)
	default:
		return compact(s.output())
	}
}

// detailsIn are the details as JSON, where there are any.
func detailsIn(failure *temporal.ApplicationError) string {
	// Those that are not there are not decoded.
	const most = 20
	got, wanted := make([]any, most), make([]json.RawMessage, most)
	for i := range got {
		got[i] = &wanted[i]
	}
	if !failure.HasDetails() {
		return ""
	}
	if err := failure.Details(got...); err != nil {
		return " " + err.Error()
	}
	there := slices.DeleteFunc(wanted, func(each json.RawMessage) bool { return each == nil })
	return " " + compact(there)
}

func compact(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(encoded)
}

// story tells what happened, and when: each call with the seconds from its beginning to
// its end, and how the run ended. Timers are told by steps that sleep; those of a wait
// are left out, and so are what watches children.
func (s *stage) story() string {
	s.t.Helper()
	var lines []string
	for _, each := range s.calls() {
		lines = append(lines, fmt.Sprintf("%s-%s %s%s", short(each.Began), short(each.Ended), each.Path, each.how()))
	}
	lines = append(lines, fmt.Sprintf("%s %s", short(s.now.Sub(stageStart)), s.ending()))
	// What a plan's hash is does not matter here.
	return regexp.MustCompile(`plan:[0-9a-f]{8}`).ReplaceAllString(strings.Join(lines, "\n"), "plan:#")
}

// tale is the story without the times and the order.
func (s *stage) tale() string {
	s.t.Helper()
	var lines []string
	for _, each := range s.calls() {
		// A detached child may end when nobody looks anymore.
		how := strings.TrimSuffix(each.how(), " running")
		lines = append(lines, fmt.Sprintf("%s%s %s %s", each.Path, how, each.Name, compact(each.Arguments)))
	}
	slices.Sort(lines)
	return strings.Join(append(lines, s.ending()), "\n")
}

// calls are the activities and children, in the order in which they began.
func (s *stage) calls() []*command {
	var found []*command
	for _, each := range s.commands {
		if each.Kind != "timer" && !strings.HasPrefix(each.Name, "blueprint.") {
			found = append(found, each)
		}
	}
	slices.SortStableFunc(found, func(a, b *command) int { return cmp.Compare(a.Began, b.Began) })
	return found
}

// paths are those of what the run started, in order.
func (s *stage) paths() []string {
	var found []string
	for _, each := range s.calls() {
		found = append(found, each.Path)
	}
	return found
}

// call is the only call with the path.
func (s *stage) call(path string) *command {
	s.t.Helper()
	var found []*command
	for _, each := range s.commands {
		if each.Path == path {
			found = append(found, each)
		}
	}
	require.Len(s.t, found, 1, "what runs at %s", path)
	return found[0]
}

// status asks the run.
func (s *stage) status() engine.Status {
	s.t.Helper()
	answer, err := s.environment.QueryWorkflow(engine.StatusQuery)
	require.NoError(s.t, err)
	var status engine.Status
	require.NoError(s.t, answer.Get(&status))
	return status
}

func (c *command) how() string {
	if c.How == "" {
		return ""
	}
	return " " + c.How
}

func short(length time.Duration) string {
	return strings.TrimSuffix(fmt.Sprintf("%.3f", length.Seconds()), ".000")
}

// trimmed is a text of several lines as it stands indented in a test.
func trimmed(text string) string {
	var lines []string
	for line := range strings.Lines(strings.TrimSpace(text)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, "\n")
}

// storyCase is a document with what it does.
type storyCase struct {
	name string
	// steps are the document without its head.
	steps  string
	input  any
	events []event
	// story is the expected story.
	story string
	// once says that the run's times decide what it does, so that runs which wait
	// for each other do something else.
	once bool
}

// tell checks the stories, and that they are the same when the run goes on in a new one
// after each thing that happens.
func tell(t *testing.T, cases []storyCase) { tellAt(t, engine.Version, cases) }

// tellAt does the same by the rules of a version.
func tellAt(t *testing.T, version int, cases []storyCase) {
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			told := stageAt(t, version, engine.Options{Operations: switched()}, each.events...).inline(document(each.steps), each.input)
			require.Equal(t, trimmed(each.story), told.story())
			if each.once {
				return
			}
			again := stageAt(t, version, engine.Options{EventsPerRun: 1, Operations: switched()}, each.events...).inline(document(each.steps), each.input)
			require.Equal(t, told.tale(), again.tale(), "in %d runs", again.runs)
		})
	}
}

// begin notes a command.
func (s *stage) begin(ctx workflow.Context, made command) *command {
	made.Began = workflow.Now(ctx).Sub(stageStart)
	made.How, made.Run = "running", s.runs
	s.history += map[string]int{"activity": 3, "local": 1, "timer": 2, "child": 3}[made.Kind]
	s.commands = append(s.commands, &made)
	return &made
}

// newTask lets the run see the Events that its commands have added; what happens at one
// time is one Workflow Task.
func (s *stage) newTask() {
	if now := s.environment.Now(); !now.Equal(s.task) {
		const events = 3 // of a Workflow Task
		s.task = now
		s.history += events
		s.environment.SetCurrentHistoryLength(s.history)
	}
}

func (s *stage) end(ctx workflow.Context, c *command, how string) {
	c.Ended, c.How = workflow.Now(ctx).Sub(stageStart), how
}

// InterceptWorkflow implements interceptor.WorkerInterceptor.
func (s *stage) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &stageInbound{interceptor.WorkflowInboundInterceptorBase{Next: next}, s}
}

type stageInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	stage *stage
}

func (i *stageInbound) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	i.stage.signaled--
	i.stage.history++
	i.stage.newTask()
	return i.Next.HandleSignal(ctx, in)
}

func (i *stageInbound) ExecuteUpdate(ctx workflow.Context, in *interceptor.UpdateInput) (any, error) {
	i.stage.history += 2
	i.stage.newTask()
	return i.Next.ExecuteUpdate(ctx, in)
}

func (i *stageInbound) Init(outbound interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&stageOutbound{interceptor.WorkflowOutboundInterceptorBase{Next: outbound}, i.stage})
}

type stageOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	*stage
}

// GetInfo tells a run what it is to know of itself.
func (o *stageOutbound) GetInfo(ctx workflow.Context) *workflow.Info {
	info := *o.Next.GetInfo(ctx)
	if o.info != nil {
		o.info(&info)
	}
	return &info
}

// GetVersion tells which version the history has.
func (o *stageOutbound) GetVersion(ctx workflow.Context, of string, oldest, newest workflow.Version) workflow.Version {
	if version, has := o.markers[of]; has {
		return version
	}
	return o.Next.GetVersion(ctx, of, oldest, newest)
}

// ExecuteActivity plays an activity.
func (o *stageOutbound) ExecuteActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	options := workflow.GetActivityOptions(ctx)
	c := o.begin(ctx, command{Kind: "activity", Name: name, Path: options.Summary, Arguments: plain(arguments), Activity: options})
	o.distinct(options.ActivityID)
	switch {
	case o.real:
		return o.Next.ExecuteActivity(ctx, name, arguments...)
	case name == watchesChild:
		return o.watch(ctx, c)
	case name == findsChild:
		return o.find(ctx, c)
	case name == cancelsChild:
		return o.RequestCancelExternalWorkflow(ctx, idIn(c), "")
	default:
		return o.play(ctx, c)
	}
}

// distinct stops the test at an Activity ID that the run has used before: the run is stuck on
// a server, also where the other Activity has ended.
func (s *stage) distinct(id string) {
	require.False(s.t, s.ids[id], "two Activities of one run have the ID %s", id)
	s.ids[id] = id != "" // in version 1 the SDK numbers them
}

// ExecuteLocalActivity plays a local activity.
func (o *stageOutbound) ExecuteLocalActivity(ctx workflow.Context, name string, arguments ...any) workflow.Future {
	options := workflow.GetLocalActivityOptions(ctx)
	c := o.begin(ctx, command{Kind: "local", Name: name, Path: options.Summary, Arguments: plain(arguments), Local: options})
	if o.real {
		return o.Next.ExecuteLocalActivity(ctx, name, arguments...)
	}
	return o.play(ctx, c)
}

// Go counts the coroutines but the run's own: the interpreter has none but those with which
// it gives way.
func (o *stageOutbound) Go(ctx workflow.Context, name string, f func(ctx workflow.Context)) workflow.Context {
	if name == "" {
		o.coroutines++
	}
	return o.Next.Go(ctx, name, f)
}

// UpsertTypedSearchAttributes notes Search Attributes.
func (o *stageOutbound) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
	var names []string
	attributes := temporal.NewSearchAttributes(updates...)
	for key, each := range attributes.GetUntypedValues() {
		names = append(names, fmt.Sprintf("%s:%s=%v", key.GetName(), key.GetValueType(), each))
	}
	slices.Sort(names)
	if unset := len(updates) - len(names); unset > 0 {
		names = append(names, fmt.Sprint("unset ", unset))
	}
	if length := workflow.GetInfo(ctx).GetCurrentHistoryLength(); length > 0 {
		require.NotEqual(o.t, length, o.searchedAt, "Search Attributes are set twice in one Workflow Task")
		o.searchedAt = length
	}
	o.searched = append(o.searched, strings.Join(names, " "))
	return o.Next.UpsertTypedSearchAttributes(ctx, updates...)
}

// UpsertMemo notes a memo.
func (o *stageOutbound) UpsertMemo(ctx workflow.Context, memo map[string]any) error {
	o.memos = append(o.memos, memo)
	return o.Next.UpsertMemo(ctx, memo)
}

// NewTimerWithOptions notes a timer.
func (o *stageOutbound) NewTimerWithOptions(ctx workflow.Context, length time.Duration, options workflow.TimerOptions) workflow.Future {
	o.begin(ctx, command{Kind: "timer", Path: options.Summary, Timer: length})
	return o.Next.NewTimerWithOptions(ctx, length, options)
}

// play does what the script says.
func (s *stage) play(ctx workflow.Context, c *command) workflow.Future {
	var told script
	if len(c.Arguments) > 0 && c.Name != "echo" {
		told = scriptIn(c.Arguments[0])
	}
	s.takeOff()
	played := played{stage: s, command: c, script: told}
	if told.Deaf {
		ctx, _ = workflow.NewDisconnectedContext(ctx)
	}
	if told.Ack == 0 {
		// Many wait at once: no coroutine for each.
		played.Future = workflow.NewTimer(ctx, secondsOf(told.Takes))
		return played
	}
	future, ended := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		err := pass(ctx, told.Takes)
		if err != nil {
			own, _ := workflow.NewDisconnectedContext(ctx)
			_ = pass(own, told.Ack)
		}
		ended.SetError(err)
	})
	played.Future = future
	return played
}

// pass lets time pass, without a summary that the interpreter would not give.
func pass(ctx workflow.Context, seconds float64) error {
	return workflow.NewTimer(ctx, secondsOf(seconds)).Get(ctx, nil)
}

// played is a future of what an activity gives. Its own says when the activity ends, and
// whether it was canceled.
type played struct {
	workflow.Future
	stage   *stage
	command *command
	script  script
}

// Get gives the result, and notes that there is one.
func (p played) Get(ctx workflow.Context, into any) error {
	output, err := p.result(p.Future.Get(ctx, nil))
	how := ""
	if temporal.IsCanceledError(err) {
		how = "canceled"
	} else if err != nil {
		how = "failed"
	}
	if p.command.How == "running" {
		p.stage.inFlight--
		p.stage.end(ctx, p.command, how)
	}
	if err != nil || into == nil {
		return err
	}
	encoded, err := converter.GetDefaultDataConverter().ToPayload(output)
	if err != nil {
		return err
	}
	return converter.GetDefaultDataConverter().FromPayload(encoded, into)
}

func (p played) result(ended error) (any, error) {
	told := p.script
	answer, is := p.stage.answers[p.command.Path]
	switch {
	case ended != nil && told.FailOnCancel != "":
		return nil, scripted(told.FailOnCancel, told.Details, told.Final)
	case ended != nil:
		return nil, temporal.NewCanceledError()
	case told.Fail != "":
		return nil, scripted(told.Fail, told.Details, told.Final)
	case is:
		return answer, nil
	case p.command.Name == "echo":
		return p.command.Arguments[0], nil
	default:
		return told.Output, nil
	}
}

// takeOff counts what is under way in a run.
func (s *stage) takeOff() {
	s.inFlight++
	s.mostAtOnce = max(s.mostAtOnce, s.inFlight)
}

// scripted is a failure as the SDK gives it, after a way through the server.
func scripted(kind string, details []any, final bool) error {
	failures := temporal.GetDefaultFailureConverter()
	err := temporal.NewApplicationErrorWithOptions("as told", kind, temporal.ApplicationErrorOptions{Details: details, NonRetryable: final})
	return failures.FailureToError(failures.ErrorToFailure(err))
}

// plain are the arguments as JSON gives them back.
func plain(arguments []any) []any {
	var found []any
	for _, each := range arguments {
		encoded, err := json.Marshal(each)
		if err != nil {
			found = append(found, err.Error())
			continue
		}
		var read any
		if err := json.Unmarshal(encoded, &read); err != nil {
			read = err.Error()
		}
		found = append(found, read)
	}
	return found
}

// actedChild is a child that runs on when its parent continues as new.
type actedChild struct {
	command  *command
	script   script
	ends     time.Time
	canceled *time.Time
}

// ExecuteChildWorkflow plays a child.
func (o *stageOutbound) ExecuteChildWorkflow(ctx workflow.Context, name string, arguments ...any) workflow.ChildWorkflowFuture {
	options := workflow.GetChildWorkflowOptions(ctx)
	c := o.begin(ctx, command{
		Kind: "child", Name: name, Path: options.StaticSummary, ID: options.WorkflowID, Arguments: plain(arguments), Child: options,
	})
	if o.real {
		return o.Next.ExecuteChildWorkflow(ctx, name, arguments...)
	}
	var told script
	if len(c.Arguments) > 0 {
		told = scriptIn(c.Arguments[0])
	}
	o.takeOff()
	child := &actedChild{command: c, script: told, ends: workflow.Now(ctx).Add(secondsOf(told.Start + told.Takes))}
	if told.Start == 0 && told.Ack == 0 && !told.Deaf && !told.Taken && told.FailOnCancel == "" {
		// Many run at once: no coroutine for each.
		o.register(child)
		started, starts := workflow.NewFuture(ctx)
		starts.SetValue(workflow.Execution{ID: c.ID, RunID: "run of " + c.ID})
		return actedFuture{actedResult{workflow.NewTimer(ctx, secondsOf(told.Takes)), o.stage, child}, started}
	}
	started, starts := workflow.NewFuture(ctx)
	ended, ends := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		if err := pass(ctx, told.Start); err != nil || told.Taken {
			if told.Taken {
				err = &temporal.ChildWorkflowExecutionAlreadyStartedError{}
			}
			o.inFlight--
			o.end(ctx, c, "not started")
			if told.Own {
				c.How = "running"
				o.register(child)
			}
			starts.SetError(err)
			ends.SetError(err)
			return
		}
		o.register(child)
		starts.SetValue(workflow.Execution{ID: c.ID, RunID: "run of " + c.ID})
		err := child.await(ctx)
		o.inFlight--
		if err != nil {
			ends.SetError(err)
			return
		}
		output, err := child.result(ctx, o.stage)
		if err != nil {
			ends.SetError(err)
			return
		}
		encoded, err := converter.GetDefaultDataConverter().ToPayloads(output)
		ends.Set(encoded, err)
	})
	return actedFuture{ended, started}
}

// register notes that a child is there. A step that is tried again starts one anew.
func (s *stage) register(child *actedChild) {
	id := child.command.ID
	if earlier := s.children[id]; earlier != nil && earlier.command.How == "running" {
		s.t.Errorf("the child %s is started twice", id)
	}
	s.children[id] = child
}

// actedResult is a future of what a child gives.
type actedResult struct {
	workflow.Future
	stage *stage
	child *actedChild
}

// Get gives the result.
func (r actedResult) Get(ctx workflow.Context, into any) error {
	if r.Future.Get(ctx, nil) != nil {
		r.child.cancel(workflow.Now(ctx))
	}
	if r.child.command.How == "running" {
		r.stage.inFlight--
	}
	output, err := r.child.result(ctx, r.stage)
	if err != nil || into == nil {
		return err
	}
	encoded, err := converter.GetDefaultDataConverter().ToPayload(output)
	if err != nil {
		return err
	}
	return converter.GetDefaultDataConverter().FromPayload(encoded, into)
}

type actedFuture struct {
	workflow.Future
	started workflow.Future
}

func (f actedFuture) GetChildWorkflowExecution() workflow.Future { return f.started }

func (f actedFuture) SignalChildWorkflow(workflow.Context, string, any) workflow.Future { return nil }

func (f actedFuture) SignalChildWorkflowWithOptions(workflow.Context, string, any, workflow.SignalChildWorkflowOptions) workflow.Future {
	return nil
}

// RequestCancelExternalWorkflow cancels a child that an earlier run has started.
func (o *stageOutbound) RequestCancelExternalWorkflow(ctx workflow.Context, id, _ string) workflow.Future {
	o.begin(ctx, command{Kind: "timer", Name: "cancel", Path: "cancel " + id})
	if child := o.children[id]; child != nil {
		child.cancel(workflow.Now(ctx))
	}
	future, result := workflow.NewFuture(ctx)
	result.SetValue(nil)
	return future
}

func (a *actedChild) cancel(now time.Time) {
	if a.canceled == nil && !a.script.Deaf && now.Before(a.ends) {
		a.canceled = &now
		a.ends = now.Add(secondsOf(a.script.Ack))
	}
}

// await waits until the child has ended; the error is that nobody can tell anymore.
func (a *actedChild) await(ctx workflow.Context) error {
	own, stop := workflow.NewDisconnectedContext(ctx)
	defer stop()
	for {
		now := workflow.Now(ctx)
		if ctx.Err() != nil {
			a.cancel(now)
		}
		if !now.Before(a.ends) {
			return nil
		}
		until := ctx
		if ctx.Err() != nil {
			until = own
		}
		ends := a.ends
		timer := workflow.NewTimer(until, ends.Sub(now))
		_ = workflow.Await(own, func() bool { return timer.IsReady() || !a.ends.Equal(ends) })
	}
}

func (a *actedChild) result(ctx workflow.Context, s *stage) (any, error) {
	switch {
	case a.canceled != nil && a.script.FailOnCancel != "":
		s.end(ctx, a.command, "failed")
		return nil, scripted(a.script.FailOnCancel, a.script.Details, a.script.Final)
	case a.canceled != nil:
		s.end(ctx, a.command, "canceled")
		return nil, temporal.NewCanceledError()
	case a.script.Fail != "":
		s.end(ctx, a.command, "failed")
		return nil, scripted(a.script.Fail, a.script.Details, a.script.Final)
	default:
		s.end(ctx, a.command, "")
		if told, is := s.answers[a.command.Path]; is {
			return told, nil
		}
		return a.script.Output, nil
	}
}

// idIn is the Workflow ID of the child that an Activity of the interpreter is about.
func idIn(c *command) string {
	id, _ := c.Arguments[0].(map[string]any)["workflowId"].(string)
	return id
}

// find plays the Activity that finds a child whose id is taken.
func (s *stage) find(ctx workflow.Context, c *command) workflow.Future {
	future, result := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		own, stop := workflow.NewDisconnectedContext(ctx)
		defer stop()
		var found any
		if child := s.children[idIn(c)]; child != nil {
			_ = pass(own, child.script.Start)
			found = map[string]any{"workflowId": idIn(c), "runId": "run of " + idIn(c)}
		}
		s.end(ctx, c, "")
		encoded, err := converter.GetDefaultDataConverter().ToPayloads(found)
		result.Set(encoded, err)
	})
	return future
}

// watch plays the activity that waits for a child which an earlier run has started.
func (s *stage) watch(ctx workflow.Context, c *command) workflow.Future {
	child := s.children[idIn(c)]
	future, result := workflow.NewFuture(ctx)
	workflow.Go(ctx, func(ctx workflow.Context) {
		own, stop := workflow.NewDisconnectedContext(ctx)
		defer stop()
		_ = child.await(own)
		output, err := child.result(ctx, s)
		s.end(ctx, c, "")
		told := map[string]any{"output": output}
		var failure *temporal.ApplicationError
		switch {
		case temporal.IsCanceledError(err):
			told = map[string]any{"failure": map[string]any{"type": engine.FailureCanceledOutside}}
		case errors.As(err, &failure):
			told = map[string]any{"failure": map[string]any{"type": failure.Type(), "message": failure.Message(), "details": child.script.Details}}
		}
		encoded, err := converter.GetDefaultDataConverter().ToPayloads(told)
		result.Set(encoded, err)
	})
	return future
}

// logs keeps what is logged as a warning or an error.
type logs struct{ lines []string }

var _ log.Logger = &logs{}

func (l *logs) Debug(string, ...any) {}
func (l *logs) Info(string, ...any)  {}
func (l *logs) Warn(text string, pairs ...any) {
	l.lines = append(l.lines, fmt.Sprint(append([]any{text}, pairs...)...))
}
func (l *logs) Error(text string, pairs ...any) { l.Warn(text, pairs...) }

// budget is the standard one with some limits changed.
func budget(change func(*language.Budget)) language.Budget {
	standard := language.DefaultBudget()
	change(&standard)
	return standard
}

// plainYAML is a YAML text as a JSON value.
func plainYAML(t *testing.T, text string) any {
	t.Helper()
	var value any
	require.NoError(t, yaml.Unmarshal([]byte(text), &value))
	return value
}

// switched are the operations that an interpreter must allow.
func switched() []string { return []string{"complete", "skip", "set", "replace"} }
