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

// pattern is a compiled regular expression and how much it does for each character.
type pattern struct {
	compiled *regexp.Regexp
	weight   int
}

func compilePattern(text string) (pattern, error) {
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
	compiled, err := regexp.Compile(text)
	return pattern{compiled, weight}, err
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

func (p pattern) matches(r *run, content string) bool {
	r.work((len(content) + 1) * p.weight / 5)
	return p.compiled.MatchString(content)
}

// matchesConstant compiles a regular expression that is written down only once.
func (c *compiler) matchesConstant(node ast.Expr, operand step, text string) step {
	name, _ := resolve(node)
	called := functions()[name]
	constant, err := compilePattern(text)
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
		return constant.matches(r, content), nil
	}
}

// matches compiles a regular expression that is only known now.
func matches(r *run, a []any) (any, error) {
	const compiling = 10
	r.charge(compiling * len(a[1].(string)))
	computed, err := compilePattern(a[1].(string))
	if err != nil {
		return nil, err
	}
	r.charge(computed.weight)
	return computed.matches(r, a[0].(string)), nil
}
