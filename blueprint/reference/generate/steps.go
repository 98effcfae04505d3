package generate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/jsonschema-go/jsonschema"

	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/blueprint/reference"
)

type generator struct {
	random   *rand.Rand
	delays   *rand.Rand // nil: nothing is late
	pace     pace
	mode     Mode
	room     int // how many more steps there may be
	lastID   int
	plans    map[string]any
	messages []reference.Message
	// shared counts the waits for the message that several wait for, each for other numbers.
	shared int
	vars   map[string]any
}

const deepest = 4

// draw makes the case of a seed, whether it fits or not. All delays of an attempt give the same
// case, but with everything a little late; a delay of 0 is none.
func draw(seed, attempt uint64, mode Mode, delay uint64) Case {
	g := &generator{
		random: rand.New(rand.NewPCG(seed, attempt)), pace: mode.pace(), mode: mode,
		plans: map[string]any{}, vars: map[string]any{"n0": int64(0), "n1": int64(7), "t0": "x", "b0": true, "l0": []any{int64(1), int64(5)}},
	}
	if delay > 0 {
		g.delays = rand.New(rand.NewPCG(seed, delay))
	}
	g.room = 5 + g.random.IntN(40)
	global := scope{
		numbers: []string{"input.amount", "vars.n0", "vars.n1"},
		texts:   []string{"input.name", "vars.t0"},
		truths:  []string{"input.flag", "vars.b0"},
		lists:   []string{"input.items", "vars.l0"},
		others:  []string{"input", "vars"},
	}
	steps, inside := g.block(global, deepest, 1+g.random.IntN(5))
	c := Case{Seed: seed, Mode: mode, Plans: g.plans, Messages: g.messages, Definition: &language.Definition{
		Blueprint: "generated", Version: "1.0.0", Vars: g.vars, Steps: steps, Input: inputSchema(),
		Budget: &language.Budget{Rounds: 30},
		State:  map[string]any{"vars": "${vars}", "sum": []any{"${vars.n0 + vars.n1}", "${input.amount}"}},
	}}
	if mode == Real {
		// What fails has failed: other attempts are those of blocks.
		c.Definition.Defaults = &language.Defaults{Options: language.Options{Retry: &language.Retry{MaximumAttempts: 1}}}
	}
	if g.chance(60) {
		c.Definition.Output = g.argument(inside)
	}
	if g.chance(50) {
		c.Definition.Search = g.search(inside)
	}
	if g.chance(10) {
		c.Definition.Timeout = &language.Value{Raw: (2 * g.moment()).String()}
	}
	c.late = func(path string) time.Duration {
		if delay == 0 {
			return 0
		}
		return lateness(c.random(fmt.Sprint("late", delay), path), g.pace.late)
	}
	c.Input = map[string]any{"amount": int64(g.random.IntN(50)), "name": "n1", "flag": g.chance(50), "items": g.items()}
	return c
}

// search is what runs are found by; some of it has no value, or none yet, or one of another type.
func (g *generator) search(s scope) map[string]any {
	return map[string]any{
		"Total": "${vars.n0 + vars.n1}", "Sum": braces(g.number(s, 2)), "Rate": braces(g.number(s, 1) + " / 4"),
		"Name": g.pick([]string{"${vars.t0}", braces(g.text(s)), "of ${vars.n0}", "${vars.n0}"}), "Flag": braces(g.truth(s, 1)), "Other": "${vars.n0}",
	}
}

// searchTypes are the types of the Search Attributes that are kept.
func searchTypes() map[string]string {
	return map[string]string{"Total": "Int", "Sum": "Int", "Rate": "Double", "Name": "Keyword", "Flag": "Bool"}
}

func inputSchema() *language.Schema {
	schema := work()
	schema.Required = []string{"amount", "name", "flag", "items"}
	schema.Properties["amount"], schema.Properties["flag"], schema.Properties["items"] = schema.Properties["count"], schema.Properties["ok"], schema.Properties["list"]
	for _, name := range []string{"count", "ok", "list"} {
		delete(schema.Properties, name)
	}
	return schema
}

func (g *generator) items() []any {
	items := []any{}
	for range g.random.IntN(6) {
		items = append(items, int64(g.random.IntN(10)))
	}
	return items
}

func (g *generator) id(prefix string) string {
	g.lastID++
	return fmt.Sprintf("%s%d", prefix, g.lastID)
}

// block is some steps, and the scope after them.
func (g *generator) block(s scope, depth, count int) ([]*language.Step, scope) {
	var steps []*language.Step
	for i := range count {
		var step *language.Step
		step, s = g.step(s, depth, i == count-1)
		steps = append(steps, step)
		if ends(step) {
			break // the checker wants nothing behind it
		}
	}
	return steps, s
}

// ends reports whether nothing can run after the step.
func ends(step *language.Step) bool {
	if step.OnTimeout != nil && !endsBlock(step.OnTimeout) {
		return false
	}
	switch kind := step.Kind.(type) {
	case *language.Fail, *language.Stop:
		return true
	case *language.Group:
		return endsBlock(kind.Steps)
	case *language.Parallel:
		return slices.ContainsFunc(kind.Blocks(), func(b language.Block) bool { return endsBlock(b.Steps) })
	case *language.Race, *language.Switch:
		return !slices.ContainsFunc(kind.Blocks(), func(b language.Block) bool { return !endsBlock(b.Steps) })
	case *language.Try:
		blocks := kind.Blocks()
		tried, last := blocks[:len(blocks)-1], blocks[len(blocks)-1]
		return endsBlock(last.Steps) || !slices.ContainsFunc(tried, func(b language.Block) bool { return !endsBlock(b.Steps) })
	}
	return false
}

func endsBlock(steps []*language.Step) bool {
	return len(steps) > 0 && ends(steps[len(steps)-1])
}

// inner is the steps of a block in a step.
func (g *generator) inner(s scope, depth int) []*language.Step {
	steps, _ := g.block(s, depth-1, 1+g.random.IntN(3))
	return steps
}

// beside is the steps of a block that runs beside others: they begin with a time that
// nothing else takes.
func (g *generator) beside(s scope, depth int) []*language.Step {
	return append([]*language.Step{g.pause(s)}, g.inner(s, depth)...)
}

func (g *generator) pause(s scope) *language.Step {
	if s.index != "" {
		// Each item has a time of its own.
		unit, base := g.moment().Seconds()/3, g.moment().Seconds()
		return &language.Step{ID: g.id("p"), Kind: &language.Sleep{Sleep: &language.Value{Raw: braces(g.itemsLate(s.index, unit, base))}}}
	}
	if g.mode == Timed && g.chance(50) {
		return &language.Step{ID: g.id("p"), Kind: &language.Activity{Activity: "number", Local: g.local(30)}}
	}
	return &language.Step{ID: g.id("p"), Kind: &language.Sleep{Sleep: &language.Value{Raw: g.moment().String()}}}
}

// itemsLate is the seconds that the items of a map pause. Where things are late, each item
// is on its own, so that another may be first, or all of them come at once.
func (g *generator) itemsLate(index string, unit, base float64) string {
	most := g.pace.late.Seconds()
	if g.delays == nil || most == 0 {
		return fmt.Sprintf("%s * %.9f + %.9f", index, unit, base)
	}
	if unit <= most && g.delays.IntN(2) == 0 {
		unit = 0
	}
	return fmt.Sprintf("%s * %.9f + %.9f + (%s * %d %% 7 < 3 ? %.9f : 0.0)", index, unit, base, index, 1+g.delays.IntN(6), most)
}

// moment is a length of time like no other.
func (g *generator) moment() time.Duration {
	moment := time.Millisecond + upTo(g.random, g.pace.sleep)
	if g.delays != nil {
		moment += lateness(g.delays, g.pace.late)
	}
	return moment
}

// step is a random step and the scope after it. last allows what nothing follows.
func (g *generator) step(s scope, depth int, last bool) (*language.Step, scope) {
	g.room--
	choices := []func(scope, int) (*language.Step, scope){g.activity, g.activity, g.activity, g.set, g.set, g.sleep, g.child}
	if s.index == "" {
		choices = append(choices, g.wait)
	}
	if last {
		choices = append(choices, g.fail, g.stop)
	}
	if depth > 0 && g.room > 0 {
		choices = append(choices, g.group, g.parallel, g.parallel, g.race, g.choose, g.choose, g.loop, g.each, g.each, g.dag, g.graph, g.try, g.try, g.try)
		if !s.planned {
			choices = append(choices, g.plan)
		}
	}
	inside, retried := s, g.chance(12)
	inside.repeated = s.repeated || retried
	step, after := choices[g.random.IntN(len(choices))](inside, depth)
	after.repeated = s.repeated
	if retried {
		g.retry(step)
	}
	return g.bounded(step, s, after, depth)
}

// retry lets a step that holds steps be tried again, now and then only after some failures.
func (g *generator) retry(step *language.Step) {
	retry := &language.BlockRetry{MaximumAttempts: int32(2 + g.random.IntN(2)), InitialInterval: language.DurationOf(g.moment())}
	switch g.random.IntN(4) {
	case 0:
		retry.Types = failureTypes()[:2]
	case 1:
		retry.NonRetryableErrorTypes = failureTypes()[1:]
	case 2:
		retry.BackoffCoefficient, retry.MaximumInterval = 3, retry.InitialInterval
	}
	if kind, holdsSteps := step.Kind.(interface{ SetRetry(*language.BlockRetry) }); holdsSteps {
		kind.SetRetry(retry)
	}
}

// bounded is the step, now and then with a timeout.
func (g *generator) bounded(step *language.Step, s, after scope, depth int) (*language.Step, scope) {
	_, waits := step.Kind.(*language.Wait)
	if waits || ends(step) || !g.chance(12) {
		return step, after
	}
	step.Timeout = &language.Value{Raw: g.moment().String()}
	if g.chance(10) {
		step.Timeout = &language.Value{Raw: "0s"}
	}
	if !g.chance(50) {
		return step, after
	}
	step.OnTimeout = g.inner(s, depth)
	return step, other(s, step.ID)
}

func (g *generator) undo(id string, s scope) *language.Undo {
	if !g.chance(50) {
		return nil
	}
	inside := s.with(func(s *scope) { s.addWork("steps." + id + ".output") })
	return &language.Undo{Activity: "take_back", With: g.safe(inside)}
}

func (g *generator) activity(s scope, _ int) (*language.Step, scope) {
	id := g.id("a")
	output := "steps." + id + ".output"
	if g.chance(20) {
		return &language.Step{ID: id, Kind: &language.Activity{Activity: "number", With: g.keyed(s), Local: g.local(50)}},
			s.with(func(s *scope) { s.numbers = append(s.numbers, output) })
	}
	step := &language.Step{ID: id, Summary: g.pick([]string{"", "", "about " + braces(g.number(s, 1))}), Kind: &language.Activity{
		Activity: g.pick([]string{"work", "fragile"}), With: g.keyed(s), Undo: g.undo(id, s),
	}}
	if g.chance(5) {
		step.Kind.(*language.Activity).ScheduleToStart = language.Duration(braces("math.abs(" + g.number(s, 1) + ") % 5 * 86400"))
	}
	return step, s.with(func(s *scope) { s.addWork(output) })
}

func (g *generator) child(s scope, _ int) (*language.Step, scope) {
	id := g.id("c")
	output := "steps." + id + ".output"
	if g.chance(30) {
		return &language.Step{ID: id, Kind: &language.Workflow{Workflow: Detached, With: g.argument(s), Detach: true}},
			s.with(func(s *scope) { s.texts = append(s.texts, output+".workflowId") })
	}
	step := &language.Step{ID: id, Kind: &language.Workflow{
		Workflow: g.pick([]string{"sub", "fragile_sub"}), With: g.keyed(s), Undo: g.undo(id, s),
	}}
	return step, s.with(func(s *scope) { s.addWork(output) })
}

func (g *generator) set(s scope, _ int) (*language.Step, scope) {
	id := g.id("s")
	values := map[string]any{}
	for range 1 + g.random.IntN(2) {
		switch g.random.IntN(4) {
		case 0:
			values["t0"] = braces(g.text(s))
		case 1:
			values["b0"] = braces(g.truth(s, 2))
		case 2:
			values["l0"] = braces(g.list(s, 1) + ".filter(x, x < 50)")
		default:
			values[g.pick([]string{"n0", "n1"})] = braces("(" + g.number(s, 2) + ") % 1000")
		}
	}
	return &language.Step{ID: id, Kind: &language.Set{Set: values}},
		s.with(func(s *scope) { s.others = append(s.others, "steps."+id+".output") })
}

func (g *generator) sleep(s scope, _ int) (*language.Step, scope) {
	if s.index != "" {
		return g.pause(s), s
	}
	length := any(g.moment().String())
	if g.mode == Timed && g.chance(20) {
		// A time since the beginning, which may have passed.
		length = map[string]any{"until": braces(fmt.Sprintf("string(timestamp(run.started) + duration('%s'))", length))}
	}
	return &language.Step{ID: g.id("z"), Kind: &language.Sleep{Sleep: &language.Value{Raw: length}}}, s
}

func (g *generator) wait(s scope, depth int) (*language.Step, scope) {
	id, name := g.id("w"), g.id("message")
	kind := &language.Wait{Wait: name}
	step := &language.Step{ID: id, Kind: kind}
	output := "steps." + id + ".output"
	messages := g.random.IntN(3)
	if s.repeated || messages == 0 || g.chance(50) {
		step.Timeout = &language.Value{Raw: g.moment().String()}
		if g.chance(60) {
			step.OnTimeout = g.inner(s, depth)
		}
	}
	if g.chance(40) {
		return g.sharedWait(s, step, kind, messages)
	}
	for range messages {
		g.messages = append(g.messages, reference.Message{Name: name, Value: int64(g.random.IntN(100)), At: g.moment()})
	}
	if step.OnTimeout == nil && g.chance(50) {
		kind.Schema = typed("integer")
		g.match(s, kind, step)
		return step, s.with(func(s *scope) { s.numbers = append(s.numbers, output) })
	}
	g.match(s, kind, step)
	return step, s.with(func(s *scope) { s.others = append(s.others, output) })
}

// match gives some of the waits that end by themselves a condition that some numbers meet, or
// one that has no value for a number.
func (g *generator) match(s scope, kind *language.Wait, step *language.Step) {
	switch {
	case step.Timeout == nil || g.chance(60):
	case kind.Schema == nil && g.chance(30):
		kind.Match = &language.Value{Raw: braces("message.by == " + g.number(s, 1))}
	default:
		kind.Match = &language.Value{Raw: braces("(message + " + g.number(s, 1) + ") % 3 != 0")}
	}
}

// sharedWait waits for a message of a name that other steps have, too, and for numbers that
// no other does, so that it does not matter which of them began to wait first.
func (g *generator) sharedWait(s scope, step *language.Step, kind *language.Wait, messages int) (*language.Step, scope) {
	const numbers = 100
	least := float64(numbers * g.shared)
	most := least + numbers - 1
	g.shared++
	kind.Wait = "shared"
	kind.Schema = &jsonschema.Schema{Type: "integer", Minimum: &least, Maximum: &most}
	g.match(s, kind, step)
	for range messages {
		g.messages = append(g.messages, reference.Message{Name: kind.Wait, Value: int64(least) + int64(g.random.IntN(numbers)), At: g.moment()})
	}
	output := "steps." + step.ID + ".output"
	if step.OnTimeout == nil {
		return step, s.with(func(s *scope) { s.numbers = append(s.numbers, output) })
	}
	return step, s.with(func(s *scope) { s.others = append(s.others, output) })
}

func (g *generator) fail(s scope, _ int) (*language.Step, scope) {
	if s.caught && g.chance(40) {
		return g.rethrow(), s
	}
	kind := g.pick(failureTypes())
	if g.chance(30) {
		kind = g.pick([]string{"urn:" + kind, braces("'" + kind + "'"), "urn:" + braces(g.text(s)), braces(g.text(s) + " + ' '")})
	}
	return &language.Step{ID: g.id("f"), Kind: &language.Fail{Fail: language.Failure{
		Type: kind, Message: "because of " + braces(g.number(s, 1)), Details: []any{braces(g.number(s, 1)), "x"},
	}}}, s
}

// rethrow fails as what was caught did.
func (g *generator) rethrow() *language.Step {
	return &language.Step{ID: g.id("f"), Kind: &language.Fail{Fail: language.Failure{Caught: true}}}
}

func (g *generator) stop(s scope, _ int) (*language.Step, scope) {
	return &language.Step{ID: g.id("x"), Kind: &language.Stop{Stop: g.argument(s)}}, s
}

// other is the scope after a step whose output is anything.
func other(s scope, id string) scope {
	return s.with(func(s *scope) { s.others = append(s.others, "steps."+id+".output") })
}

func (g *generator) group(s scope, depth int) (*language.Step, scope) {
	id := g.id("g")
	return &language.Step{ID: id, Kind: &language.Group{Steps: g.inner(s, depth)}}, other(s, id)
}

func (g *generator) branches(s scope, depth int) language.Branches {
	branches := language.Branches{}
	for _, name := range []string{"left", "middle", "right"}[:2+g.random.IntN(2)] {
		branches[name] = g.beside(s, depth)
	}
	return branches
}

func (g *generator) parallel(s scope, depth int) (*language.Step, scope) {
	id := g.id("b")
	return &language.Step{ID: id, Kind: &language.Parallel{Parallel: g.branches(s, depth)}}, other(s, id)
}

func (g *generator) race(s scope, depth int) (*language.Step, scope) {
	id := g.id("r")
	if g.chance(30) {
		first := &language.Value{Raw: int64(1 + g.random.IntN(2))}
		if g.chance(30) {
			first = &language.Value{Raw: braces("math.abs(" + g.number(s, 1) + ") % 4")}
		}
		return &language.Step{ID: id, Kind: &language.Race{Race: g.branches(s, depth), First: first}},
			s.with(func(s *scope) { s.texts = append(s.texts, "steps."+id+".output.winners[0]") })
	}
	return &language.Step{ID: id, Kind: &language.Race{Race: g.branches(s, depth)}},
		s.with(func(s *scope) { s.texts = append(s.texts, "steps."+id+".output.winner") })
}

func (g *generator) choose(s scope, depth int) (*language.Step, scope) {
	id := g.id("h")
	kind := &language.Switch{}
	for range 1 + g.random.IntN(2) {
		kind.Switch = append(kind.Switch, language.Case{When: &language.Value{Raw: braces(g.truth(s, 2))}, Steps: g.inner(s, depth)})
	}
	if g.chance(60) {
		kind.Else = g.inner(s, depth)
	}
	return &language.Step{ID: id, Kind: kind}, other(s, id)
}

func (g *generator) loop(s scope, depth int) (*language.Step, scope) {
	id := g.id("l")
	kind := &language.Loop{As: g.pick([]string{"", "round_" + id})}
	if g.chance(20) {
		return g.loopOver(s, depth, id), other(s, id)
	}
	inside := s.with(func(s *scope) { s.numbers = append([]string{kind.RoundName()}, s.numbers...) })
	inside.repeated = true
	steps, end := g.block(inside, depth-1, 1+g.random.IntN(3))
	kind.Loop = steps
	switch g.random.IntN(4) {
	case 0:
		kind.Times = &language.Value{Raw: int64(g.random.IntN(4))}
	case 1:
		kind.Times, kind.Max = &language.Value{Raw: braces("math.abs(" + g.number(s, 1) + ") % 6")}, 3
	case 2:
		kind.While, kind.Max = &language.Value{Raw: braces(fmt.Sprintf("%s < 3 && %s", kind.RoundName(), g.truth(s, 1)))}, 1+g.random.IntN(3)
	default:
		kind.Until, kind.Max = &language.Value{Raw: braces(g.truth(end, 2))}, 1+g.random.IntN(3)
	}
	return &language.Step{ID: id, Kind: kind}, other(s, id)
}

// loopOver has a round for each item of a list.
func (g *generator) loopOver(s scope, depth int, id string) *language.Step {
	kind := &language.Loop{As: g.pick([]string{"", "item_" + id}), Over: &language.Value{Raw: braces(g.list(s, 1))}}
	if g.chance(20) {
		kind.Max = 2
	}
	inside := s.with(func(s *scope) { s.numbers = append(s.numbers, kind.ItemName(), kind.IndexName()) })
	inside.repeated = true
	kind.Loop, _ = g.block(inside, depth-1, 1+g.random.IntN(3))
	return &language.Step{ID: id, Kind: kind}
}

func (g *generator) each(s scope, depth int) (*language.Step, scope) {
	id := g.id("m")
	kind := &language.Map{As: g.pick([]string{"", "item_" + id}), Over: &language.Value{Raw: braces(g.list(s, 1))}}
	if concurrency := g.random.IntN(4); concurrency > 0 {
		kind.Concurrency = &language.Value{Raw: int64(concurrency)}
	}
	kind.Tolerate = []any{nil, nil, int64(1), int64(2), "50%"}[g.random.IntN(5)]
	if g.chance(10) {
		kind.Concurrency = &language.Value{Raw: braces("math.abs(" + g.number(s, 1) + ") % 9")}
		kind.Tolerate = braces(g.number(s, 1))
	}
	inside := s.with(func(s *scope) { s.numbers = append(s.numbers, kind.ItemName(), kind.IndexName()) })
	inside.repeated, inside.index = true, kind.IndexName()
	kind.Map = g.beside(inside, depth)
	return &language.Step{ID: id, Kind: kind}, s.with(func(s *scope) { s.numbers = append(s.numbers, "size(steps."+id+".output)") })
}

func (g *generator) dag(s scope, depth int) (*language.Step, scope) {
	id := g.id("d")
	var nodes []*language.Step
	seen := map[string]map[string]bool{} // what each node's needs are, with theirs
	for range 2 + g.random.IntN(3) {
		node := &language.Step{ID: g.id("v")}
		needs := map[string]bool{}
		for _, each := range nodes {
			if g.chance(40) {
				node.Needs = append(node.Needs, each.ID)
				needs[each.ID] = true
				for far := range seen[each.ID] {
					needs[far] = true
				}
			}
		}
		inside := s
		for _, each := range nodes {
			if needs[each.ID] {
				inside = other(inside, each.ID)
			}
		}
		if g.chance(25) {
			node.When = &language.Value{Raw: braces(g.truth(inside, 2))}
		}
		node.Kind = &language.Group{Steps: g.beside(inside, depth)}
		seen[node.ID] = needs
		nodes = append(nodes, node)
	}
	g.random.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
	kind := &language.Dag{Dag: nodes}
	if g.chance(40) {
		fast := g.chance(20)
		kind.FailFast = &fast
	}
	return &language.Step{ID: id, Kind: kind}, other(s, id)
}

// graph is a chain of nodes with shortcuts for failures, and sometimes a way back that
// is taken twice.
func (g *generator) graph(s scope, depth int) (*language.Step, scope) {
	id := g.id("o")
	inside := s
	inside.repeated = true
	var nodes []*language.Step
	for range 2 + g.random.IntN(3) {
		node, _ := g.step(inside, depth-1, false)
		nodes = append(nodes, node)
	}
	for i, node := range nodes[:len(nodes)-1] {
		next := nodes[i+1].ID
		if g.chance(50) {
			node.Next = g.edges(inside, next, nodes[i+1:])
		} else {
			node.OnSuccess = g.edges(inside, next, nodes[i+1:])
			if g.chance(70) {
				node.OnFailure = g.failureEdges(inside, nodes[i+1:])
			}
		}
	}
	if g.chance(40) {
		nodes = append(nodes, g.back(nodes, s))
	}
	if nodes[0].OnFailure == nil && g.chance(30) {
		again := g.rethrow()
		nodes[0].OnFailure = language.To(again.ID)
		nodes = append(nodes, again)
	}
	return &language.Step{ID: id, Kind: &language.Graph{Graph: nodes}}, other(s, id)
}

// edges lead to the next node, and sometimes past it.
func (g *generator) edges(s scope, next string, nodes []*language.Step) language.Edges {
	edges := language.To(next)
	if g.chance(40) {
		edges = append(language.Edges{{When: &language.Value{Raw: braces(g.truth(s, 2))}, To: g.oneOf(nodes)}}, edges...)
	}
	return edges
}

// failureEdges lead on after failures, sometimes after some only.
func (g *generator) failureEdges(s scope, nodes []*language.Step) language.Edges {
	edges := language.To(g.oneOf(nodes))
	if g.chance(30) {
		edges[0].Types = failureTypes()[:1+g.random.IntN(2)]
	}
	if g.chance(30) {
		edges[0].When = g.aboutError(s)
	}
	if (edges[0].Types != nil || edges[0].When != nil) && g.chance(50) {
		edges = append(edges, language.Edge{To: g.oneOf(nodes)})
	}
	return edges
}

func (g *generator) oneOf(nodes []*language.Step) string {
	return nodes[g.random.IntN(len(nodes))].ID
}

// aboutError is a condition that may see an error, and that cannot always be evaluated.
func (g *generator) aboutError(s scope) *language.Value {
	condition := g.pick([]string{"error.details[0] < 5", "error.type != 'Broken'", g.truth(s, 2)})
	return &language.Value{Raw: braces(condition)}
}

// back is a node that fails twice, and leads back to another node when it does.
func (g *generator) back(nodes []*language.Step, s scope) *language.Step {
	counter := g.id("n")
	g.vars[counter] = int64(0)
	last := nodes[len(nodes)-1]
	node := &language.Step{ID: g.id("k"), OnFailure: language.To(nodes[g.random.IntN(len(nodes))].ID), Kind: &language.Group{Steps: []*language.Step{
		{ID: g.id("s"), Kind: &language.Set{Set: map[string]any{counter: braces("vars." + counter + " + 1")}}},
		{ID: g.id("h"), Kind: &language.Switch{Switch: []language.Case{{
			When:  &language.Value{Raw: braces("vars." + counter + " < 3")},
			Steps: []*language.Step{{ID: g.id("f"), Kind: &language.Fail{Fail: language.Failure{Type: "Again"}}}},
		}}}},
	}}}
	last.Next = language.To(node.ID)
	return node
}

func (g *generator) try(s scope, depth int) (*language.Step, scope) {
	id := g.id("t")
	kind := &language.Try{Try: g.inner(s, depth)}
	caught := s.with(func(s *scope) {
		s.caught = true
		s.texts = append(s.texts, "error.type", "error.step")
		s.others = append(s.others, "error.details")
	})
	if g.chance(40) {
		kind.Catch = append(kind.Catch, language.Catch{Types: failureTypes()[:1+g.random.IntN(2)], Steps: g.inner(caught, depth)})
		if g.chance(30) {
			kind.Catch[0].When = g.aboutError(s)
		}
	}
	if g.chance(50) {
		kind.Catch = append(kind.Catch, language.Catch{Steps: g.inner(caught, depth)})
		if g.chance(30) {
			kind.Catch[len(kind.Catch)-1].When = g.aboutError(s)
		}
	}
	if len(kind.Catch) == 0 || g.chance(40) {
		kind.Finally = g.inner(s, depth)
	}
	return &language.Step{ID: id, Kind: kind}, other(s, id)
}

// plan is a step that asks for steps. They stand in the world, not in the document.
func (g *generator) plan(s scope, depth int) (*language.Step, scope) {
	id, name := g.id("q"), g.id("plan_")
	inside := s
	inside.planned = true
	plan := &language.Plan{Steps: g.inner(inside, depth)}
	if g.chance(50) {
		plan.Output = g.argument(s)
	}
	var document any
	if err := json.Unmarshal(must(language.CanonicalPlan(plan)), &document); err != nil {
		panic(fmt.Sprintf("a plan is JSON: %v", err))
	}
	if g.chance(10) {
		document.(map[string]any)["output"] = braces("steps.nothing.output") // which the checker finds
	}
	g.plans[name] = expression.Normalize(document)
	kind := &language.PlanStep{Plan: name, With: g.argument(s)}
	if g.chance(30) {
		kind.Approve = "approve"
	}
	return &language.Step{ID: id, Kind: kind}, other(s, id)
}

func must(text []byte, err error) []byte {
	if err != nil {
		panic(fmt.Sprintf("a generated document is always valid: %v", err))
	}
	return text
}

// local reports whether an Activity is a local one. Of those the interpreter runs only a few
// at once, which the reference does not state: where timing matters there are none.
func (g *generator) local(percent int) bool { return g.chance(percent) && g.mode == Calm }
