package engine

import "cmp"

// payloadBytes is what one payload may have; 0 is what the server takes.
type payloadBytes int

func (p payloadBytes) most() int { return int(cmp.Or(p, 2<<20)) }

// document is what a document or a plan may have.
func (p payloadBytes) document() int { return p.most() / 8 }

// record bounds the definitions that a run passes on with its state: both have to fit one
// payload.
func (p payloadBytes) record() int { return p.most() / 8 * 3 }

// carried is what the next run can be given.
func (p payloadBytes) carried() int { return p.most() - 100<<10 }
