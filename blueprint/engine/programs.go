package engine

import (
	"dynamicsamples/blueprint/expression"
	"dynamicsamples/blueprint/internal/recent"
	"dynamicsamples/blueprint/language"
)

// programs keeps compiled programs by the hash of their content, so that all runs of a
// blueprint share one, and what their schemas and patterns become. A program is immutable;
// what is kept makes no difference to any run.
type programs struct {
	compiled *recent.Cache[string, *language.Program]
	schemas  *language.Schemas
	patterns *expression.Patterns
	// prepared are the records that a run's first Workflow Task has made: where an attempt at
	// that task takes too long, the next one finds what it has made.
	prepared *recent.Cache[string, *record]
	// verdicts are those on plans, likewise.
	verdicts *recent.Cache[string, verdict]
}

// What a Worker keeps, in bytes: documents come from outside. A run that waits keeps its own
// program, without what schemas and patterns become.
const (
	programsBytes = 64 << 20
	schemasBytes  = 32 << 20
	patternsBytes = 32 << 20
	preparedBytes = 16 << 20
	// A byte of a document becomes about so many, and a step of a pattern.
	bytesPerDocumentByte = 40
	bytesPerStep         = 100
)

func newPrograms() *programs {
	return &programs{
		compiled: recent.New[string, *language.Program](programsBytes),
		schemas:  language.NewSchemas(schemasBytes),
		patterns: expression.NewPatterns(patternsBytes / bytesPerStep),
		prepared: recent.New[string, *record](preparedBytes),
		verdicts: recent.New[string, verdict](preparedBytes),
	}
}

func (p *programs) blueprint(hash string, canonical []byte) (*language.Program, error) {
	return p.get("blueprint:"+hash, canonical, language.Compile)
}

func (p *programs) plan(hash string, canonical []byte) (*language.Program, error) {
	return p.get("plan:"+hash, canonical, language.CompilePlan)
}

func (p *programs) get(key string, canonical []byte, compile func([]byte) (*language.Program, error)) (*language.Program, error) {
	if found, known := p.compiled.Get(key); known {
		return found, nil
	}
	// Runs of other blueprints need not wait for this one.
	program, err := compile(canonical)
	if err != nil {
		return nil, err
	}
	program.Share(p.schemas)
	p.compiled.Put(key, program, bytesPerDocumentByte*len(canonical))
	return program, nil
}

// preparation makes a record once for a run, however many attempts its first Workflow Task
// takes.
func (p *programs) preparation(runID string, make func() *record) *record {
	if found, known := p.prepared.Get(runID); known {
		return found
	}
	made := make()
	p.prepared.Put(runID, made, made.size())
	return made
}

// verdict judges a plan once for a step of a run, however many attempts the Workflow Task
// takes.
func (p *programs) verdict(step string, judge func() verdict) verdict {
	if found, known := p.verdicts.Get(step); known {
		return found
	}
	const rest = 1000
	made := judge()
	p.verdicts.Put(step, made, rest+made.Calls.size())
	return made
}
