package language

import (
	"strconv"
	"strings"
)

// DocumentBytes is how long a document may be unless somebody says otherwise.
const DocumentBytes = 256 << 10

// What a document may be, so that reading any takes less than a moment.
const (
	maximumNodes    = 100_000 // in DocumentBytes, with what aliases stand for
	maximumDepth    = 200
	maximumKeyBytes = 1000
)

// node is a value of a document, YAML or JSON, and where it stands.
type node struct {
	kind         nodeKind
	line, column int
	scalar       any         // of a scalarNode: nil, bool, int64, float64 or string
	style        stringStyle // of a string
	items        []*node     // of a listNode
	members      []member    // of an objectNode, in the document's order
}

type nodeKind int

const (
	scalarNode nodeKind = iota
	listNode
	objectNode
)

// stringStyle is how a document writes a string.
type stringStyle int

const (
	elsewhere stringStyle = iota // an alias: the text stands in another place
	plainText
	singleQuoted
	doubleQuoted
	block
)

type member struct {
	key          string
	line, column int // of the key
	value        *node
}

// member finds a member by its key.
func (n *node) member(key string) (member, bool) {
	for _, each := range n.members {
		if each.key == key {
			return each, true
		}
	}
	return member{}, false
}

// plain is the value without the places.
func (n *node) plain() any {
	switch n.kind {
	case listNode:
		items := make([]any, len(n.items))
		for i, item := range n.items {
			items[i] = item.plain()
		}
		return items
	case objectNode:
		members := make(map[string]any, len(n.members))
		for _, each := range n.members {
			members[each.key] = each.value.plain()
		}
		return members
	default:
		return n.scalar
	}
}

// size counts the values in the node, with itself.
func (n *node) size() int {
	size := 1
	for _, item := range n.items {
		size += item.size()
	}
	for _, each := range n.members {
		size += each.value.size()
	}
	return size
}

// what names the sort of value for messages.
func (n *node) what() string {
	switch n.kind {
	case listNode:
		return "a list"
	case objectNode:
		return "an object"
	}
	switch n.scalar.(type) {
	case nil:
		return "null (nothing)"
	case bool:
		return "true or false"
	case string:
		return "a text"
	case float64:
		return "a number with a fraction"
	default:
		return "a number"
	}
}

// path is the way to a value; nil is the whole document. It becomes a pointer only
// where there is something to say.
type path struct {
	around *path
	part   string
}

func (p *path) key(key string) *path { return &path{p, key} }

func (p *path) index(i int) *path { return &path{p, strconv.Itoa(i)} }

// String is the path as a JSON pointer.
func (p *path) String() string {
	length := 0
	for at := p; at != nil; at = at.around {
		length++
	}
	parts := make([]string, length)
	for at := p; at != nil; at = at.around {
		length--
		parts[length] = "/" + pointerPart(at.part)
	}
	return strings.Join(parts, "")
}

// pointerPart escapes a key for a JSON pointer.
func pointerPart(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// pointerKey is the key that a part of a JSON pointer stands for.
func pointerKey(part string) string {
	return strings.ReplaceAll(strings.ReplaceAll(part, "~1", "/"), "~0", "~")
}
