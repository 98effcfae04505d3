package childdispatch

import (
	"context"
	"fmt"
	"time"
)

// Catalogue stands for a database with more items than any workflow could hold: an
// item is known by its number, from 0.
type Catalogue struct {
	Items int `json:"items"`
	// EmptyEvery makes each n-th item an empty one, UnknownEvery each n-th one of a
	// type that the table does not have; 0 makes none.
	EmptyEvery   int `json:"empty_every,omitempty"`
	UnknownEvery int `json:"unknown_every,omitempty"`
	// SlowEvery makes the work on each n-th item take Slowness, in nanoseconds.
	SlowEvery int           `json:"slow_every,omitempty"`
	Slowness  time.Duration `json:"slowness,omitempty"`
}

// ListItems returns the items of the page; there are fewer than its limit only at the
// catalogue's end.
func ListItems(_ context.Context, page Page) ([]Item, error) {
	items := []Item{}
	for number := page.First; number < min(page.First+page.Limit, page.Catalogue.Items); number++ {
		items = append(items, page.Catalogue.item(number))
	}
	return items, nil
}

func (c Catalogue) item(number int) Item {
	types := []string{"image", "video", "document"}
	item := Item{ID: fmt.Sprintf("item-%d", number), Type: types[number%len(types)], Size: int64(number + 1)}
	if isNth(number, c.EmptyEvery) {
		item.Size = 0
	}
	if isNth(number, c.UnknownEvery) {
		item.Type = "audio"
	}
	if isNth(number, c.SlowEvery) {
		item.Delay = c.Slowness
	}
	return item
}

func isNth(number, every int) bool { return every > 0 && (number+1)%every == 0 }
