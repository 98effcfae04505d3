package expression

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"

	"cel.dev/cel-go/common/ast"
)

const (
	// longestPattern bounds a regular expression, in bytes.
	longestPattern = 1000
	// largestPattern bounds what a regular expression becomes: a{1000} is 1000 steps.
	largestPattern = 5000
)

// pattern is a regular expression that compiles, and how much it does for each character.
type pattern struct {
	text   string
	weight int
}

func checkPattern(text string) (pattern, error) {
	if len(text) > longestPattern {
		return pattern{}, fmt.Errorf("the regular expression has more than %d bytes", longestPattern)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return pattern{}, fmt.Errorf("the regular expression is wrong: %w", err)
	}
	weight := weightOf(parsed)
	if weight > largestPattern {
		return pattern{}, errors.New("the regular expression is too large")
	}
	return pattern{text, weight}, nil
}

// compiled is the regular expression, which is kept as long as there is room: documents
// come from outside, and runs wait.
func (p pattern) compiled(kept *Patterns) (*regexp.Regexp, error) {
	if kept == nil {
		return regexp.Compile(p.text)
	}
	if found, known := kept.kept.Get(p.text); known {
		return found, nil
	}
	made, err := regexp.Compile(p.text)
	if err == nil {
		kept.kept.Put(p.text, made, p.weight)
	}
	return made, err
}

// weightOf counts the steps of a regular expression before it is compiled, because
// that can take long.
func weightOf(expression *syntax.Regexp) int {
	weight := 1 + len(expression.Rune)
	for _, part := range expression.Sub {
		weight += weightOf(part)
	}
	if expression.Op == syntax.OpRepeat {
		weight *= max(expression.Min, expression.Max, 1)
	}
	return min(weight, largestPattern+1)
}

func (p pattern) matches(r *run, content string) (bool, error) {
	r.work((len(content) + 1) * p.weight / 5)
	compiled, used := r.used[p.text]
	if !used {
		var err error
		if compiled, err = p.compiled(r.patterns); err != nil {
			return false, err
		}
		if r.used == nil {
			r.used = map[string]*regexp.Regexp{}
		}
		r.used[p.text] = compiled
	}
	return compiled.MatchString(content), nil
}

// chargeCompiling counts what compiling costs, once in an evaluation.
func (r *run) chargeCompiling(p pattern) {
	if _, used := r.used[p.text]; r.strict && !used {
		r.charge(compilingByte*len(p.text) + p.weight)
	}
}

// compilingByte is the cost of compiling a byte of a regular expression.
const compilingByte = 10

// matchesConstant compiles a regular expression that is written down only once.
func (c *compiler) matchesConstant(node ast.Expr, operand step, text string) step {
	name, _ := resolve(node)
	called := functions()[name]
	constant, err := checkPattern(text)
	if err == nil {
		_, err = regexp.Compile(text)
	}
	if err != nil {
		return c.problem(node, "%s", err)
	}
	return func(r *run) (any, error) {
		value, err := operand(r)
		if err != nil {
			return nil, err
		}
		content, isText := value.(string)
		if !isText {
			return nil, errors.New(called.misuse(name, 0, kindOf(value)))
		}
		r.charge(1)
		r.chargeCompiling(constant)
		return constant.matches(r, content)
	}
}

// matches compiles a regular expression that is only known now.
func matches(r *run, a []any) (any, error) {
	r.charge(compilingByte * len(a[1].(string)))
	computed, err := checkPattern(a[1].(string))
	if err != nil {
		return nil, err
	}
	r.charge(computed.weight)
	return computed.matches(r, a[0].(string))
}
