package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// comparison finds what is against a new document: what has begun must be in it as it was.
type comparison struct {
	run      *run
	old, new *language.Program
	matches  map[*language.Step]*language.Step
	// keys are those of the steps, without the steps that they hold, and of the documents.
	keys             map[*language.Step]map[string]any
	oldKeys, newKeys map[string]any
	against          []string
}

// read reads the keys of both documents.
func (c *comparison) read() {
	c.oldKeys, c.newKeys = membersOf(c.old.Definition), membersOf(c.new.Definition)
	for _, each := range slices.Concat(c.old.Steps, c.new.Steps) {
		c.keys[each] = ownKeys(each)
	}
}

func (c *comparison) refuse(format string, arguments ...any) {
	c.against = append(c.against, fmt.Sprintf(format, arguments...))
}

// enough reports whether more is against the document than is told.
func (c *comparison) enough() bool { return len(c.against) > mostReasons }

func (c *comparison) reasons() []string {
	c.definitions()
	c.steps("", c.old.Definition.Steps, c.new.Definition.Steps, true)
	c.frames(c.run.root)
	return c.against
}

// definitions compares the keys of the documents themselves. What they tell of themselves, and the
// output, may change: it is evaluated later.
func (c *comparison) definitions() {
	free := []string{"version", "summary", "steps", "output", "state", "search"}
	for _, key := range differing(c.oldKeys, c.newKeys) {
		if !slices.Contains(free, key) {
			c.refuse("its %s", mustStay(key, c.oldKeys, c.newKeys))
		}
	}
}

// steps compares those that have begun. In a sequence they keep their places, nodes may move.
func (c *comparison) steps(path string, old, replaced []*language.Step, ordered bool) {
	for i, step := range old {
		if c.enough() {
			return
		}
		own := c.run.state.Visits[step.Index]
		if own.Begun == 0 && own.Last != skipped {
			continue
		}
		at := i
		if i >= len(replaced) || replaced[i].ID != step.ID {
			at = placesIn([]*language.Step{step}, replaced)[0]
		}
		here := join(path, step.ID)
		switch {
		case at < 0:
			c.refuse("%s has begun, and is not in it", here)
		case ordered && at != i:
			c.refuse("%s has begun, and stands elsewhere", here)
		default:
			c.step(here, step, replaced[at])
		}
	}
}

func (c *comparison) step(path string, old, replaced *language.Step) {
	if old.KindName != replaced.KindName {
		c.refuse("%s has begun: its kind must stay %s, got %s", path, old.KindName, replaced.KindName)
		return
	}
	c.matches[old] = replaced
	own := c.run.state.Visits[old.Index]
	if own.Ended > 0 && c.new.Uses(old.ID) && !c.old.Uses(old.ID) {
		c.refuse("the output of %s is not there anymore, as nothing used it", path)
	}
	var changed []string
	for _, key := range differing(c.keys[old], c.keys[replaced]) {
		changed = append(changed, mustStay(key, c.keys[old], c.keys[replaced]))
	}
	if len(changed) > 0 {
		c.refuse("%s has begun: its %s", path, listed(changed, ", and its "))
	}
	_, nodes := nodesOf(old)
	for _, block := range old.AllBlocks {
		c.steps(path+segmentOf(old, block), block.Steps, blockAt(replaced, block.Pointer), !nodes || block.Name == "on_timeout")
	}
}

// frames looks for what waits to begin, and has to be there, and for nodes that would have begun.
func (c *comparison) frames(f *frame) {
	if f.planned != nil {
		return
	}
	if f.Role == roleBlock {
		c.sequence(f)
	}
	if _, runs := f.executor.(dagStep); runs && c.matches[f.step] != nil {
		c.nodes(f)
	}
	for _, each := range f.subframes {
		c.frames(each)
	}
}

// sequence looks whether the step that waits to begin still has one in its place.
func (c *comparison) sequence(f *frame) {
	if len(f.subframes) == 0 || !f.subframes[0].waiting {
		return
	}
	if f.parent != c.run.root && c.matches[f.parent.step] == nil {
		return // What is around it is against the document.
	}
	steps, here := c.blockOf(f), f.subframes[0].path
	if _, runs := nodesRunBy(f.parent); runs {
		if placesIn(f.steps, steps)[0] < 0 {
			c.refuse("%s waits to begin, and is not in it", here)
		}
	} else if f.Next >= len(steps) {
		c.refuse("%s waits to begin, and nothing stands in its place", here)
	}
}

// blockOf are the steps of the block in the new document, or the nodes among which it has one.
func (c *comparison) blockOf(f *frame) []*language.Step {
	if f.parent == c.run.root {
		return c.new.Definition.Steps
	}
	step := c.matches[f.parent.step]
	if _, runs := nodesRunBy(f.parent); runs {
		nodes, _ := nodesOf(step)
		return nodes
	}
	at := slices.IndexFunc(f.parent.step.AllBlocks, func(each language.Block) bool { return len(each.Steps) > 0 && each.Steps[0] == f.steps[0] })
	return blockAt(step, f.parent.step.AllBlocks[at].Pointer)
}

// blockAt are the steps of the block at a place of the step's document.
func blockAt(step *language.Step, pointer string) []*language.Step {
	for _, each := range step.AllBlocks {
		if each.Pointer == pointer {
			return each.Steps
		}
	}
	return nil
}

// nodes looks for nodes of a dag under way that nothing would begin: all that they need has ended.
func (c *comparison) nodes(f *frame) {
	old, replaced := f.step.Kind.(*language.Dag), c.matches[f.step].Kind.(*language.Dag)
	ended, begun := map[string]bool{}, map[string]bool{}
	for at, each := range old.Dag {
		ended[each.ID], begun[each.ID] = f.Done[at], f.Done[at]
	}
	for _, each := range f.subframes {
		begun[old.Dag[each.At].ID] = true
	}
	for _, each := range replaced.Dag {
		if !begun[each.ID] && !slices.ContainsFunc(each.Needs, func(id string) bool { return !ended[id] }) {
			c.refuse("%s would have begun already: what it needs has ended", join(f.path, each.ID))
		}
	}
}

// ownKeys are the keys of a step without the steps that it holds.
func ownKeys(step *language.Step) map[string]any {
	keys := membersOf(step)
	for _, block := range language.BlocksOf(step) {
		without(keys, strings.Split(strings.TrimPrefix(block.Pointer, "/"), "/"))
	}
	return keys
}

// without takes the steps of a block out of the keys. The name of a branch, and what a case or a catch
// is for, stays.
func without(keys map[string]any, pointer []string) {
	if len(pointer) == 1 {
		delete(keys, pointer[0])
		return
	}
	switch inside := keys[pointer[0]].(type) {
	case map[string]any:
		if _, has := inside[pointer[1]]; has {
			inside[pointer[1]] = "…"
		}
	case []any:
		at, err := strconv.Atoi(pointer[1])
		if entry, is := inside[min(at, len(inside)-1)].(map[string]any); err == nil && is {
			delete(entry, "steps")
		}
	}
}

// membersOf are the keys of a definition or a step, as JSON has them.
func membersOf(of json.Marshaler) map[string]any {
	members := map[string]any{}
	if encoded, err := of.MarshalJSON(); err == nil {
		_ = json.Unmarshal(encoded, &members)
	}
	return members
}

// differing are the keys whose values differ, in order.
func differing(a, b map[string]any) []string {
	var keys []string
	for _, key := range workflow.DeterministicKeys(merged(a, b)) {
		if !reflect.DeepEqual(a[key], b[key]) {
			keys = append(keys, key)
		}
	}
	return keys
}

// mustStay says what the key is, and what it would become.
func mustStay(key string, old, replaced map[string]any) string {
	return fmt.Sprintf("%s must stay %s, got %s", key, shown(old, key), shown(replaced, key))
}

// shown is the value of a key, for people.
func shown(keys map[string]any, key string) string {
	const longest = 100
	value, has := keys[key]
	if !has {
		return "none"
	}
	encoded, _ := json.Marshal(value)
	return shortened(string(encoded), longest)
}

func merged(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
