package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	commonpb "go.temporal.io/api/common/v1"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/engine"
)

// asker asks open runs for their status.
type asker struct {
	ctx    context.Context
	server Server
	asked  int
	// skipped counts the open runs that were not asked anymore.
	skipped int

	mutex  sync.Mutex
	queues map[string]*queue
}

// queue is what is known of the Workers of a Task Queue.
type queue struct {
	once           sync.Once
	polled         bool
	answered, late int
}

func newAsker(ctx context.Context, server Server) *asker {
	return &asker{ctx: ctx, server: server, queues: map[string]*queue{}}
}

// isOver reports whether no more runs are asked, and why says why.
func (a *asker) isOver() bool { return a.asked >= mostAsked || a.ctx.Err() != nil }

func (a *asker) why() string {
	if a.asked >= mostAsked {
		return fmt.Sprintf("only the first %d open runs were asked", a.asked)
	}
	return "the time was over before all open runs were asked"
}

// all asks those of the runs that are open.
func (a *asker) all(runs []Run) {
	slots := make(chan struct{}, atOnce)
	var asking sync.WaitGroup
	for at := range runs {
		if runs[at].Outcome != "running" {
			continue
		}
		slots <- struct{}{}
		if a.isOver() {
			runs[at].Unanswered = "not asked: " + a.why()
			runs[at].skipped = true
			a.skipped++
			<-slots
			continue
		}
		a.asked++
		asking.Go(func() {
			defer func() { <-slots }()
			a.one(&runs[at])
		})
	}
	asking.Wait()
}

func (a *asker) one(run *Run) {
	if !a.answers(run.TaskQueue) {
		run.Unanswered = follow.NoWorker
		return
	}
	status, err := a.server.Status(a.ctx, run.WorkflowID, run.RunID)
	a.note(run.TaskQueue, err)
	if err != nil {
		run.Unanswered = a.reason(err)
		return
	}
	run.Blueprint, run.Hash = status.Blueprint, status.Hash
	run.Held, run.HeldCount, run.Paused, run.Awaited = status.Held, status.HeldCount, status.Paused, status.Awaited
	for _, each := range status.Approvals {
		run.Awaited = append(run.Awaited, engine.Awaited{Step: each.Step, Message: each.Message})
	}
}

// answers reports whether the runs of a Task Queue are worth asking: a Worker polls it, and
// some have answered in time, if several had the time.
func (a *asker) answers(name string) bool {
	a.mutex.Lock()
	known := a.queues[name]
	if known == nil {
		known = &queue{}
		a.queues[name] = known
	}
	given := known.answered == 0 && known.late >= atOnce
	a.mutex.Unlock()
	known.once.Do(func() { known.polled = a.server.Polled(a.ctx, name) })
	return known.polled && !given
}

// note notes whether a run of the queue has answered.
func (a *asker) note(name string, err error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	switch {
	case a.ctx.Err() != nil:
	case follow.IsLate(err):
		a.queues[name].late++
	default:
		a.queues[name].answered++
	}
}

func (a *asker) reason(err error) string {
	if a.ctx.Err() != nil {
		return "no answer before the time was over"
	}
	return follow.WhyUnanswered(err)
}

// textOf is a text of a memo; "" where there is none.
func textOf(payload *commonpb.Payload) string {
	var text string
	if json.Unmarshal(payload.GetData(), &text) != nil {
		return ""
	}
	return text
}
