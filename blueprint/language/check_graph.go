package language

import (
	"slices"
	"strings"
)

// nodes are the nodes of a dag or a graph, and what leads to what.
type nodes struct {
	list     *stepList
	index    map[string]int // by their ids
	previous [][]int        // the nodes that come directly before each
	behind   [][]bool       // what before found
}

func newNodes(list *stepList) *nodes {
	n := &nodes{list: list, index: map[string]int{}, previous: make([][]int, len(list.nodes)), behind: make([][]bool, len(list.nodes))}
	for i, node := range list.nodes {
		if _, taken := n.index[node.step.ID]; !taken {
			n.index[node.step.ID] = i
		}
	}
	return n
}

// find finds the node that another one names.
func (n *nodes) find(c *checker, at spot, id string) (int, bool) {
	i, found := n.index[id]
	if !found && !c.more {
		c.suggesting(at, "unknown-node", "there is no node "+quote(id)+" here", c.near(id, n.ids()))
	}
	return i, found
}

func (n *nodes) ids() []string {
	var ids []string
	for _, node := range n.list.nodes {
		ids = append(ids, node.step.ID)
	}
	return ids
}

// before reports whether a way leads from one node to another one.
func (n *nodes) before(to, from int) bool {
	if slices.Contains(n.previous[to], from) {
		return true
	}
	if n.behind[to] == nil {
		n.behind[to] = spread(n.previous, n.previous[to])
	}
	return n.behind[to][from]
}

// beforeID is before, with the id of a node.
func (n *nodes) beforeID(to int, id string) bool {
	from, found := n.index[id]
	return found && n.before(to, from)
}

// spread follows edges from some nodes on and marks what it comes to.
func spread(edges [][]int, from []int) []bool {
	marked := make([]bool, len(edges))
	rest := slices.Clone(from)
	for len(rest) > 0 {
		last := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		if !marked[last] {
			marked[last] = true
			rest = append(rest, edges[last]...)
		}
	}
	return marked
}

// newNeeds checks the needs of the nodes of a dag.
func newNeeds(c *checker, list *stepList) *nodes {
	n := newNodes(list)
	last := make([]int, len(list.nodes)) // the node that needed each last, from 1
	for i, node := range list.nodes {
		for j, id := range node.step.Needs {
			at := node.spot().at("needs").item(j)
			switch need, found := n.find(c, at, id); {
			case !found:
			case need == i:
				c.report(at, "self-need", quote(id)+" needs itself")
			case last[need] == i+1:
				c.report(at, "duplicate-need", quote(id)+" is needed twice")
			default:
				last[need] = i + 1
				n.previous[i] = append(n.previous[i], need)
			}
		}
	}
	return n
}

// ordered lists the nodes of a dag so that each comes after its needs. Those in cycles
// are reported, and come last.
func (n *nodes) ordered(c *checker) []int {
	var order []int
	waiting, next := make([]int, len(n.previous)), make([][]int, len(n.previous))
	for i, needs := range n.previous {
		waiting[i] = len(needs)
		for _, need := range needs {
			next[need] = append(next[need], i)
		}
		if len(needs) == 0 {
			order = append(order, i)
		}
	}
	for done := 0; done < len(order); done++ {
		for _, each := range next[order[done]] {
			if waiting[each]--; waiting[each] == 0 {
				order = append(order, each)
			}
		}
	}
	var left []int
	for i, count := range waiting {
		if count > 0 {
			left = append(left, i)
		}
	}
	n.cycles(c, left, waiting)
	return append(order, left...)
}

// cycles reports the cycles among the nodes whose needs are never met. Each has such a
// need, so that a way over these needs comes to a cycle.
func (n *nodes) cycles(c *checker, left, waiting []int) {
	walked := map[int]int{} // on which way a node was passed, from 1
	for way, start := range left {
		var passed []int
		at := start
		for walked[at] == 0 {
			walked[at] = way + 1
			passed = append(passed, at)
			at = n.previous[at][slices.IndexFunc(n.previous[at], func(need int) bool { return waiting[need] > 0 })]
		}
		if walked[at] == way+1 {
			n.cycle(c, passed[slices.Index(passed, at):])
		}
	}
}

// skippable are the ids of the nodes that may be skipped: those with a condition, and those
// that need one. The order has each node after its needs.
func (n *nodes) skippable(order []int) []string {
	var ids []string
	skipped := make([]bool, len(n.previous))
	for _, i := range order {
		step := n.list.nodes[i].step
		skipped[i] = step.When != nil || slices.ContainsFunc(n.previous[i], func(need int) bool { return skipped[need] })
		if skipped[i] {
			ids = append(ids, step.ID)
		}
	}
	return ids
}

// mostInCycle is how many nodes of a cycle are named.
const mostInCycle = 10

func (n *nodes) cycle(c *checker, cycle []int) {
	// It is reported from its first node on, whatever way led to it.
	first := slices.Index(cycle, slices.Min(cycle))
	cycle = slices.Concat(cycle[first:], cycle[:first+1])
	var names []string
	for i, node := range cycle {
		if i >= mostInCycle && i < len(cycle)-1 {
			continue
		}
		if i == len(cycle)-1 && i > mostInCycle {
			names = append(names, "...")
		}
		names = append(names, n.list.nodes[node].step.ID)
	}
	at := n.list.nodes[cycle[0]].spot().at("needs")
	c.report(at, "cycle", "nodes need each other in a circle: "+strings.Join(names, " -> "))
}

// flow is a graph with its edges.
type flow struct {
	*nodes
	next     [][]int
	failures []int            // the nodes that an on_failure edge leads to
	setters  map[string][]int // the nodes that set a variable
	failed   []bool           // the nodes that can come after a failure
}

// newFlow checks the edges of a graph.
func newFlow(c *checker, list *stepList) *flow {
	f := &flow{nodes: newNodes(list), next: make([][]int, len(list.nodes)), setters: map[string][]int{}}
	for i, node := range list.nodes {
		for _, key := range edgesOf(node.step) {
			for j, edge := range key.edges {
				_, at := key.spot(c, node, j)
				if edge.To == "" && c.absent(at) {
					continue
				}
				if to, found := f.find(c, at, edge.To); found {
					f.connect(i, to, key.key == "on_failure")
				}
			}
			key.checkList(c, node)
		}
		f.checkEdges(c, node)
		node.sets(func(name string) { f.setters[name] = append(f.setters[name], i) })
	}
	f.failed = spread(f.next, f.failures)
	return f
}

func (f *flow) connect(from, to int, failure bool) {
	f.next[from] = append(f.next[from], to)
	f.previous[to] = append(f.previous[to], from)
	if failure {
		f.failures = append(f.failures, to)
	}
}

func (f *flow) checkEdges(c *checker, node *stepNode) {
	step := node.step
	if len(step.Next) > 0 && len(step.OnSuccess) > 0 {
		c.report(node.spot().at("on_success"), "two-edges", "both next and on_success say where to go after a success")
	}
	_, stops := step.Kind.(*Stop)
	_, fails := step.Kind.(*Fail)
	for _, edge := range edgesOf(step) {
		if stops || fails && edge.key != "on_failure" {
			c.report(node.spot().at(edge.key), "useless", "nothing comes after "+quote(step.ID)+" this way")
		}
	}
}

// begin checks where the graph begins, and that all nodes can be reached from there.
func (f *flow) begin(c *checker, at spot, start string) {
	first := 0
	if start != "" {
		found := false
		if first, found = f.find(c, at.at("start"), start); !found {
			return
		}
	}
	if len(f.next) == 0 {
		return
	}
	reached := spread(f.next, []int{first})
	report := func(i int) {
		c.report(f.list.nodes[i].spot(), "unreachable", "no edges lead to "+quote(f.list.nodes[i].step.ID))
		for i, also := range spread(f.next, []int{i}) {
			reached[i] = reached[i] || also
		}
	}
	// Of nodes that only lead to each other, one is enough to say.
	for i := range f.next {
		if !reached[i] && len(f.previous[i]) == 0 {
			report(i)
		}
	}
	for i := range f.next {
		if !reached[i] {
			report(i)
		}
	}
}

// sets reports whether a node before another one can have set a variable.
func (f *flow) sets(to int, name string) bool {
	return slices.ContainsFunc(f.setters[name], func(from int) bool { return f.before(to, from) })
}
