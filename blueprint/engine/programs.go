package engine

import (
	"sync"

	"dynamicsamples/blueprint/language"
)

// programs keeps compiled programs by the hash of their content, so that all runs of a
// blueprint share one. A program is immutable; what the cache holds makes no
// difference to any run.
type programs struct {
	mutex    sync.Mutex
	compiled map[string]*language.Program
	// order are the hashes, the oldest first.
	order []string
}

// maxPrograms bounds the cache: documents come from outside.
const maxPrograms = 500

func newPrograms() *programs { return &programs{compiled: map[string]*language.Program{}} }

func (p *programs) blueprint(hash string, canonical []byte) (*language.Program, error) {
	return p.get("blueprint:"+hash, canonical, language.Compile)
}

func (p *programs) plan(hash string, canonical []byte) (*language.Program, error) {
	return p.get("plan:"+hash, canonical, language.CompilePlan)
}

func (p *programs) get(key string, canonical []byte, compile func([]byte) (*language.Program, error)) (*language.Program, error) {
	if found := p.find(key); found != nil {
		return found, nil
	}
	// Runs of other blueprints need not wait for this one.
	program, err := compile(canonical)
	if err != nil {
		return nil, err
	}
	p.keep(key, program)
	return program, nil
}

func (p *programs) find(key string) *language.Program {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.compiled[key]
}

func (p *programs) keep(key string, program *language.Program) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.compiled[key] != nil {
		return
	}
	p.compiled[key] = program
	p.order = append(p.order, key)
	if len(p.order) > maxPrograms {
		delete(p.compiled, p.order[0])
		p.order = p.order[1:]
	}
}
