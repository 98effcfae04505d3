// Package generate makes random blueprints and the worlds that they run in. A case
// depends on nothing but its seed and its mode, so the seed is all that a failed
// property has to print. Every definition is valid, ends, and leaves nothing to the order
// of things that happen in the same instant: what runs beside something else begins by
// taking a time of its own.
package generate

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
)

// Mode says what the outcome of a case may depend on.
type Mode string

const (
	// Timed is a case whose Activities take up to ten seconds, as do its sleeps; who wins
	// and who is canceled depends on each.
	Timed Mode = "timed"
	// Calm is a case whose Activities take milliseconds. What decides is hours apart, so
	// that a run that is held up now and then, as by Continue-As-New, has the same outcome.
	Calm Mode = "calm"
	// Real is a calm case for a real server: it takes seconds, not days.
	Real Mode = "real"
)

// pace is how long things take in a mode.
type pace struct {
	// sleep bounds sleeps, timeouts, and when messages and the cancel come.
	sleep time.Duration
	// call bounds what Activities take, and child what children do.
	call, child time.Duration
	// late bounds by how much everything may be late without making a difference, which is
	// tried so many times.
	late  time.Duration
	tries uint64
	// least and most bound the whole run.
	least, most time.Duration
}

func (m Mode) pace() pace {
	const year = 365 * 24 * time.Hour
	switch m {
	case Calm:
		return pace{sleep: 1000 * time.Hour, call: 20 * time.Millisecond, child: 500 * time.Hour, late: 5 * time.Minute, tries: 5, most: 9 * year}
	case Real:
		return pace{sleep: 20 * time.Second, call: 20 * time.Millisecond, child: 20 * time.Millisecond, late: 5 * time.Second, tries: 25, least: time.Second, most: 40 * time.Second}
	default:
		return pace{sleep: 30 * time.Second, call: 10 * time.Second, child: 10 * time.Second, most: year}
	}
}

// Case is a blueprint and the world it runs in.
type Case struct {
	Seed       uint64
	Mode       Mode
	Definition *language.Definition
	Input      any
	Messages   []reference.Message
	// CancelAt is when the run is canceled; 0 is never.
	CancelAt time.Duration
	// Holds are those that somebody asks for.
	Holds []reference.Hold
	// Plans are the documents that the Activities return that plan, by their names.
	Plans map[string]any
	// late is added to what the calls take.
	late func(path string) time.Duration
	// decides says that people decide about what is held.
	decides bool
}

// New makes the case of a seed.
func New(seed uint64, mode Mode) Case { return fitting(seed, mode, draw) }

// NewHeld makes the case of a seed in which failures are held, and people decide about them.
func NewHeld(seed uint64, mode Mode) Case { return fitting(seed, mode, drawHeld) }

// drawing makes a case, see draw.
type drawing func(seed, attempt uint64, mode Mode, delay uint64) Case

func fitting(seed uint64, mode Mode, draw drawing) Case {
	for attempt := uint64(0); ; attempt++ {
		c := draw(seed, attempt, mode, 0)
		c.approve()
		outcome := c.run()
		if random := c.random("cancel", ""); random.IntN(100) < 30 && outcome.Ended > 0 {
			// At a time when something happens.
			c.CancelAt = 1 + upTo(random, outcome.Ended)
			outcome = c.run()
		}
		if c.fits(outcome, attempt, draw) {
			return c
		}
	}
}

// approve adds the messages that approve plans, each some time after its plan has begun to
// wait.
func (c *Case) approve() {
	sent, pace := map[string]bool{}, c.Mode.pace()
	for more := true; more; {
		more = false
		for _, each := range c.run().Approvals {
			if sent[each.Plan] {
				continue
			}
			sent[each.Plan], more = true, true
			at := each.At + pace.late + upTo(c.random("approve", each.Plan), pace.sleep)
			c.Messages = append(c.Messages, reference.Message{Name: each.Message, Value: map[string]any{"plan": each.Plan}, At: at})
		}
	}
}

func (c Case) run() reference.Outcome { return reference.Run(c.Definition, c.Input, c.World()) }

// lateness is how much one thing is late: not at all or as much as may be, so that few tries
// find what depends on it.
func lateness(random *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(random.IntN(2)) * most
}

// fits reports whether the case takes neither too little nor too much time and, if it is
// to be calm, has the same outcome when everything is a little late.
func (c Case) fits(outcome reference.Outcome, attempt uint64, draw drawing) bool {
	pace := c.Mode.pace()
	if outcome.Ended < pace.least || outcome.Ended > pace.most {
		return false
	}
	for delay := range pace.tries {
		late := draw(c.Seed, attempt, c.Mode, delay+1)
		if c.CancelAt > 0 {
			late.CancelAt = c.CancelAt + lateness(late.random(fmt.Sprint("cancel", delay), ""), pace.late)
		}
		for _, each := range c.Messages[len(late.Messages):] {
			each.At += lateness(late.random("approve", each.Name), pace.late)
			late.Messages = append(late.Messages, each)
		}
		if fingerprint(late.run()) != fingerprint(outcome) {
			return false
		}
	}
	return true
}

func fingerprint(outcome reference.Outcome) string {
	return fmt.Sprint(outcome.Fingerprint(false), outcome.Attempts())
}

// ID is the id of the case's workflow.
func (c Case) ID() string { return fmt.Sprintf("%s-%d", c.Mode, c.Seed) }

// World is the world of the case.
func (c Case) World() reference.World {
	world := reference.World{
		Catalog:  Catalog{},
		Activity: func(path, name string, _ any) reference.Answer { return c.Answer(path, name) },
		Child: func(path, name string, _ any, detached bool) reference.Answer {
			answer := c.Answer(path, name)
			if detached {
				answer.Output = map[string]any{"workflowId": c.ID() + "/" + path, "runId": "run of " + path}
			}
			return answer
		},
		Messages: c.Messages,
		CancelAt: c.CancelAt,
		ID:       c.ID(),
		Started:  time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
		Search:   searchTypes(),
		Limits:   expression.Limits{Cost: 100_000, Bytes: 512 << 10},
		Key:      func(path string) string { return "key of " + path },
		Unique:   func(path, place string) string { return "unique at " + path + place },
		Holds:    c.Holds,
	}
	if c.decides {
		world.Decide = c.Decide
	}
	return world
}

// Answer is what the Activity or child of a path returns. It is always the same.
func (c Case) Answer(path, name string) reference.Answer {
	pace := c.Mode.pace()
	most := pace.call
	if name == "sub" || name == "fragile_sub" {
		most = pace.child
	}
	// To the nanosecond, so that no two end together.
	answer := reference.Answer{Takes: time.Millisecond + upTo(c.random("takes", path), most) + c.late(path)}
	random := c.random("answer", path)
	if plan, ok := c.Plans[name]; ok {
		answer.Output = plan
		return answer
	}
	if mayFail(name) && random.IntN(5) == 0 {
		answer.Failure = &reference.Failure{
			Type:    failureTypes()[random.IntN(len(failureTypes()))],
			Message: "no luck at " + path,
			Details: []any{int64(random.IntN(10))},
			// Of one in five it cannot be otherwise at another attempt.
			NonRetryable: random.IntN(5) == 0,
		}
		return answer
	}
	if name == "number" {
		answer.Output = int64(random.IntN(20))
		return answer
	}
	answer.Output = map[string]any{
		"count": int64(random.IntN(20)),
		"name":  fmt.Sprintf("n%d", random.IntN(5)),
		"ok":    random.IntN(2) == 0,
		"list":  []any{int64(random.IntN(9)), int64(random.IntN(9))}[:random.IntN(3)],
	}
	return answer
}

func (c Case) random(purpose, path string) *rand.Rand {
	hash := fnv.New64a()
	fmt.Fprint(hash, purpose, "\x00", path)
	return rand.New(rand.NewPCG(c.Seed, hash.Sum64()))
}

func upTo(random *rand.Rand, most time.Duration) time.Duration {
	return time.Duration(random.Int64N(int64(most)))
}

// String is the case as a person wants to see it.
func (c Case) String() string {
	text, err := json.MarshalIndent(map[string]any{
		"definition": json.RawMessage(must(language.Canonical(c.Definition))), "input": c.Input,
		"messages": c.Messages, "cancelAt": c.CancelAt.String(), "plans": c.Plans,
	}, "", "  ")
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("seed %d, %s:\n%s", c.Seed, c.Mode, text)
}
