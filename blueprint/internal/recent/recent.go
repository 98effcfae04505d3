// Package recent keeps what has been computed as long as there is room for it: a cache of
// bounded weight that forgets first what nobody has asked for longest. What it holds never
// makes a difference to a result, only to the time that it takes.
package recent

import (
	"container/list"
	"sync"
)

// Cache keeps values by their keys. It is safe for concurrent use; a nil Cache keeps nothing.
type Cache[K comparable, V any] struct {
	mutex   sync.Mutex
	most    int
	weight  int
	entries map[K]*list.Element
	order   list.List // the last used first
}

type entry[K comparable, V any] struct {
	key    K
	value  V
	weight int
}

// New makes a cache whose values together weigh no more than most.
func New[K comparable, V any](most int) *Cache[K, V] {
	return &Cache[K, V]{most: most, entries: map[K]*list.Element{}}
}

// Get is the value of a key, if it is there.
func (c *Cache[K, V]) Get(key K) (value V, found bool) {
	if c == nil {
		return value, false
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	element, found := c.entries[key]
	if !found {
		return value, false
	}
	c.order.MoveToFront(element)
	return element.Value.(entry[K, V]).value, true
}

// Put keeps a value, if it weighs no more than all may together, and forgets others for it.
func (c *Cache[K, V]) Put(key K, value V, weight int) {
	if c == nil || weight > c.most {
		return
	}
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if _, known := c.entries[key]; known {
		return
	}
	c.entries[key] = c.order.PushFront(entry[K, V]{key, value, weight})
	for c.weight += weight; c.weight > c.most; {
		last := c.order.Remove(c.order.Back()).(entry[K, V])
		delete(c.entries, last.key)
		c.weight -= last.weight
	}
}

// Weight is what is kept now.
func (c *Cache[K, V]) Weight() int {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.weight
}
