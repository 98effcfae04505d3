// Package rehearse runs a blueprint without a server: the real interpreter in the SDK's
// test environment, where time is virtual and days take moments. Calls go to the real
// Activities, or give what a file of outcomes says; every call is noted with its virtual
// times. A case is a rehearsal with an expected end.
package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"dynamicsamples/blueprint/engine"
	"dynamicsamples/blueprint/language"
)

// Rehearsal is what a run did.
type Rehearsal struct {
	// Output and Err are the run's.
	Output converter.RawValue
	Err    error
	// Lasted is the run's virtual time.
	Lasted time.Duration
	// Calls are what its steps called, in order; Deliveries are the messages.
	Calls      []Call
	Deliveries []Delivery
	// Status is where the steps stood at the end, where the run told.
	Status *engine.Status
}

// ErrStuck is the error of a run that never ends: it waits for a message that does not
// come, or calls what fails and is retried forever.
var ErrStuck = errors.New("the run never ends: it waits for what does not come, or retries forever")

// RetriedForEver are the calls under way that a server would try again without end.
func (r Rehearsal) RetriedForEver() []Call {
	var found []Call
	for _, each := range r.Calls {
		if each.RetriedForEver && each.End == nil {
			found = append(found, each)
		}
	}
	return found
}

// root is the run's Workflow ID.
const root = "rehearsal"

// taskQueue is the one that a run sees: there is no Worker that polls it.
const taskQueue = "blueprint"

const (
	// idle is how long, in real time, an Activity may take.
	idle = time.Minute
	// patience is how long, in virtual time, a run may take before it is taken for stuck.
	patience = 20 * 365 * 24 * time.Hour
)

// Run runs a document with an input, until the context ends.
func Run(ctx context.Context, interpreter *engine.Interpreter, document []byte, input json.RawMessage, outcomes Outcomes) Rehearsal {
	done := make(chan Rehearsal, 1)
	// The environment knows no context. What still runs when it ends, ends with the program.
	go func() { done <- run(interpreter, document, input, outcomes) }()
	select {
	case rehearsal := <-done:
		return rehearsal
	case <-ctx.Done():
		return Rehearsal{Err: ctx.Err()}
	}
}

func run(interpreter *engine.Interpreter, document []byte, input json.RawMessage, outcomes Outcomes) Rehearsal {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	environment := suite.NewTestWorkflowEnvironment()
	began := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	environment.SetStartTime(began)
	noted := &trace{began: began}
	environment.SetWorkerOptions(worker.Options{
		DisableRegistrationAliasing: true,
		Interceptors:                []interceptor.WorkerInterceptor{engine.StepInterceptor(), &interceptors{trace: noted, outcomes: outcomes, root: root}},
	})
	environment.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: root, TaskQueue: taskQueue})
	environment.SetTestTimeout(idle)
	environment.SetWorkflowRunTimeout(patience)
	interpreter.Register(environment)
	arrange(environment, noted, outcomes)

	var done Rehearsal
	if err := execute(environment, document, input); err != nil {
		done.Err = err
	} else if done.Err = environment.GetWorkflowError(); done.Err == nil {
		done.Err = environment.GetWorkflowResult(&done.Output)
	}
	done.Lasted = environment.Now().Sub(began)
	if temporal.IsTimeoutError(done.Err) && done.Lasted >= patience {
		done.Err, done.Lasted = ErrStuck, noted.last()
	}
	done.Calls = noted.list()
	for _, each := range noted.deliveries {
		done.Deliveries = append(done.Deliveries, *each)
	}
	done.Status = statusOf(environment)
	return done
}

// execute runs the workflow; the environment panics when it waits forever.
func execute(environment *testsuite.TestWorkflowEnvironment, document []byte, input json.RawMessage) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("%w (%.60v)", ErrStuck, failure)
		}
	}()
	environment.ExecuteWorkflow(engine.InlineWorkflow, string(document), input)
	return nil
}

func statusOf(environment *testsuite.TestWorkflowEnvironment) *engine.Status {
	var status engine.Status
	answer, err := environment.QueryWorkflow(engine.StatusQuery)
	if err != nil || answer.Get(&status) != nil {
		return nil
	}
	return &status
}

// arrange lets what comes from outside come at its time.
func arrange(environment *testsuite.TestWorkflowEnvironment, noted *trace, outcomes Outcomes) {
	for i, each := range outcomes.Messages {
		at := length(each.At)
		environment.RegisterDelayedCallback(func() { bring(environment, noted, i, each, at) }, at)
	}
	if outcomes.Cancel != "" {
		environment.RegisterDelayedCallback(environment.CancelWorkflow, length(outcomes.Cancel))
	}
}

func bring(environment *testsuite.TestWorkflowEnvironment, noted *trace, number int, message Message, at time.Duration) {
	delivery := &Delivery{Name: message.Name, At: at.Seconds()}
	noted.deliveries = append(noted.deliveries, delivery)
	content := message.Value
	if content == nil {
		content = json.RawMessage("null")
	}
	environment.UpdateWorkflow(engine.MessageUpdate, fmt.Sprintf("message-%d", number), &testsuite.TestUpdateCallback{
		OnAccept: func() {},
		OnReject: func(err error) { delivery.Refused = inWords(err) },
		OnComplete: func(result any, err error) {
			if receipt, taken := result.(engine.Receipt); taken {
				delivery.Step = receipt.Step
			}
			if err != nil {
				delivery.Refused = inWords(err)
			}
		},
	}, engine.NewMessage(message.Name, content))
}

// length is the length of a duration that has been checked.
func length(of language.Duration) time.Duration {
	if of == "" {
		return 0
	}
	parsed, _ := of.Parse()
	return parsed
}

// inWords is an error as its type and its message.
func inWords(err error) string {
	var application *temporal.ApplicationError
	var timeout *temporal.TimeoutError
	switch {
	case errors.As(err, &application):
		return application.Type() + ": " + application.Message()
	case errors.As(err, &timeout):
		return "Timeout: " + timeout.TimeoutType().String()
	default:
		return err.Error()
	}
}

// SameJSON reports whether two JSON values are the same; 10 and 10.0 are.
func SameJSON(a, b []byte) bool {
	var first, second any
	if json.Unmarshal(a, &first) != nil || json.Unmarshal(b, &second) != nil {
		return false
	}
	// Marshalling sorts the keys.
	one, err := json.Marshal(first)
	other, anotherErr := json.Marshal(second)
	return err == nil && anotherErr == nil && bytes.Equal(one, other)
}
