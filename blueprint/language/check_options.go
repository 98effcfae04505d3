package language

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// isWord reports whether a name is a letter, then letters, digits and the further
// characters.
func isWord(name, further string) bool { return isMadeOf(name, further) && len(name) <= longestName }

func isMadeOf(name, further string) bool {
	for i := range len(name) {
		letter := name[i]|0x20 >= 'a' && name[i]|0x20 <= 'z'
		rest := name[i] >= '0' && name[i] <= '9' || strings.IndexByte(further, name[i]) >= 0
		if !letter && (i == 0 || !rest) {
			return false
		}
	}
	return name != ""
}

// isName reports whether a name is one of a blueprint.
func isName(name string) bool {
	return isWord(name, "-") && name == strings.ToLower(name)
}

// isVersion reports whether a version is major.minor.patch.
func isVersion(version string) bool {
	parts := strings.Split(version, ".")
	return len(parts) == 3 && len(version) <= longestName && !slices.ContainsFunc(parts, func(part string) bool {
		return part == "" || strings.Trim(part, "0123456789") != "" || part[0] == '0' && part != "0"
	})
}

// options checks the options of an Activity that is called through a Task Queue, or is local.
func (c *checker) options(at spot, options Options, local bool) {
	c.timeouts(at, options.timeouts())
	c.retry(at.at("retry"), options.Retry)
	switch {
	case local: // the server never sees its Retry Policy
	case options.Retry != nil:
		c.refused(at.at("retry"), options.Retry)
	default:
		c.refused(c.defaults.at("retry"), c.defaultRetry)
		c.defaultRetry = nil // once is enough
	}
}

// childOptions checks the options of a Child Workflow.
func (c *checker) childOptions(at spot, options ChildOptions) {
	c.timeouts(at, options.timeouts())
	c.retry(at.at("retry"), options.Retry)
	c.refused(at.at("retry"), options.Retry)
}

// timeouts checks those of a step, which may be expressions, or of the defaults and the catalog.
func (c *checker) timeouts(at spot, timeouts []timeout) {
	for _, each := range timeouts {
		inside := at.at(each.key)
		if at.scope == nil || !each.length.IsExpression() {
			c.duration(inside, *each.length)
		} else {
			c.value(inside, string(*each.length), expected{schema: &Schema{Types: []string{"string", "number"}}, name: each.key})
		}
	}
}

// retry checks a Retry Policy by what holds for whatever uses it.
func (c *checker) retry(at spot, retry *Retry) {
	if retry == nil {
		return
	}
	c.duration(at.at("initialInterval"), retry.InitialInterval)
	c.duration(at.at("maximumInterval"), retry.MaximumInterval)
	for i, name := range retry.NonRetryableErrorTypes {
		c.failureType(at.at("nonRetryableErrorTypes").item(i), name)
	}
	c.reportRetry(at, retry.problems())
}

// blockRetry checks how a step is tried again that holds steps.
func (c *checker) blockRetry(at spot, retry *BlockRetry) {
	if retry == nil {
		return
	}
	c.retry(at, retry.policy())
	for i, name := range retry.Types {
		c.failureType(at.at("types").item(i), name)
	}
	if retry.MaximumAttempts == 0 && c.source == nil {
		c.report(at.at("maximumAttempts"), "bad-retry", "a step that holds steps needs a maximum of attempts")
	}
}

// refused checks what only the server refuses of a Retry Policy.
func (c *checker) refused(at spot, retry *Retry) {
	if retry != nil {
		c.reportRetry(at, retry.refused())
	}
}

func (c *checker) reportRetry(at spot, problems []retryProblem) {
	for _, each := range problems {
		inside := at.at(each.key)
		if each.key == "nonRetryableErrorTypes" {
			inside = inside.item(each.item)
		}
		c.report(inside, "bad-retry", each.message)
	}
}

// retryProblem is what is wrong with a key of a Retry Policy, or with an item of it.
type retryProblem struct {
	key     string
	item    int
	message string
}

// problems are those that a Retry Policy has for whatever uses it.
func (r *Retry) problems() []retryProblem {
	var found []retryProblem
	initial, _ := r.InitialInterval.parseOr(0)
	maximum, _ := r.MaximumInterval.parseOr(0)
	if maximum > 0 && maximum < initial {
		found = append(found, retryProblem{key: "maximumInterval", message: fmt.Sprintf("the maximum interval is shorter than the initial one, %s", r.InitialInterval)})
	}
	if r.BackoffCoefficient != 0 && r.BackoffCoefficient < 1 {
		found = append(found, retryProblem{key: "backoffCoefficient", message: "the backoff coefficient is at least 1"})
	}
	if r.MaximumAttempts < 0 {
		found = append(found, retryProblem{key: "maximumAttempts", message: "there cannot be fewer than 0 attempts"})
	}
	return found
}

// The server's rules for the intervals of a Retry Policy: where the initial one is not
// given it is a second, and where the maximum is not given it is a hundred times the initial
// one, which must fit 64 bits of nanoseconds.
const (
	implicitInitialInterval = time.Second
	implicitBackoff         = 2
	implicitMaximumTimes    = 100
	longestInitialInterval  = math.MaxInt64 / implicitMaximumTimes * time.Nanosecond
)

// refused are the further problems that the server has with a Retry Policy: intervals that
// do not go with one that is not given, and names of timeouts that there are not. With one
// attempt it looks at nothing.
func (r *Retry) refused() []retryProblem {
	if r.MaximumAttempts == 1 {
		return nil
	}
	var found []retryProblem
	initial, _ := r.InitialInterval.parseOr(implicitInitialInterval)
	maximum, _ := r.MaximumInterval.parseOr(0)
	if r.InitialInterval == "" && maximum > 0 && maximum < initial {
		found = append(found, retryProblem{key: "maximumInterval", message: "the maximum interval is shorter than the initial one, which is 1s where it is not given"})
	}
	if maximum == 0 && initial > longestInitialInterval {
		found = append(found, retryProblem{key: "initialInterval", message: fmt.Sprintf("100 times the initial interval, which the maximum one is where it is not given, does not fit the server: set maximumInterval, or at most %s", DurationOf(longestInitialInterval.Truncate(time.Hour)))})
	}
	for i, name := range r.NonRetryableErrorTypes {
		if problem := timeoutProblem(name); problem != "" {
			found = append(found, retryProblem{"nonRetryableErrorTypes", i, problem})
		}
	}
	return found
}

// parseOr is the duration, or another one where there is none.
func (d Duration) parseOr(otherwise time.Duration) (time.Duration, error) {
	if d == "" {
		return otherwise, nil
	}
	return d.Parse()
}

// timeoutProblem says what the server refuses of a failure type that names a timeout.
func timeoutProblem(name string) string {
	kind, isTimeout := strings.CutPrefix(name, "TemporalTimeout:")
	if !isTimeout || slices.Contains([]string{
		"StartToClose", "ScheduleToStart", "ScheduleToClose", "Heartbeat",
		"TIMEOUT_TYPE_START_TO_CLOSE", "TIMEOUT_TYPE_SCHEDULE_TO_START", "TIMEOUT_TYPE_SCHEDULE_TO_CLOSE", "TIMEOUT_TYPE_HEARTBEAT",
	}, kind) {
		return ""
	}
	return "behind TemporalTimeout: stands StartToClose, ScheduleToStart, ScheduleToClose or Heartbeat"
}

// Problem is the first thing that the server refuses of a Retry Policy, or "". A command
// that it refuses makes the Workflow Task fail forever.
func (r *Retry) Problem() string {
	if r == nil || r.MaximumAttempts == 1 {
		return ""
	}
	for _, each := range append(r.problems(), r.refused()...) {
		return each.message
	}
	return ""
}

// CheckOptions finds the problems of an Activity's options where they stand in no document.
func CheckOptions(options Options) Diagnostics {
	c := newChecker(nil, nil, Budget{})
	c.options(spot{}, options, false)
	return c.sorted()
}

// duration checks a duration that is written out; none is 0.
func (c *checker) duration(at spot, duration Duration) time.Duration {
	if duration == "" {
		return 0
	}
	length, err := duration.Parse()
	switch {
	case duration.IsExpression():
		c.report(at, "bad-duration", `only a timeout of a step may be an expression: write a duration such as "30s"`)
	case err != nil:
		c.report(at, "bad-duration", err.Error())
	case length <= 0:
		c.report(at, "bad-duration", "a duration is longer than nothing")
	}
	return length
}

// time checks a length of time, a duration or a number of seconds, that may be an expression,
// or the time until which it is: {until: T}.
func (c *checker) time(at spot, value *Value, name string) {
	if value != nil {
		if until, is := value.Raw.(map[string]any); is {
			c.until(at, until)
			return
		}
	}
	got := c.needed(at, value, expected{schema: &Schema{Types: []string{"string", "number"}}, name: name})
	if !got.constant {
		return
	}
	const century = float64(maximumDuration / time.Second)
	switch raw := value.Raw.(type) {
	case string:
		if _, err := Duration(raw).Parse(); err != nil {
			c.report(at, "bad-duration", err.Error())
		}
	case int64:
		c.seconds(at, float64(raw), century)
	case float64:
		c.seconds(at, raw, century)
	}
}

func (c *checker) seconds(at spot, seconds, most float64) {
	switch {
	case seconds < 0:
		c.report(at, "bad-duration", "a duration is not negative")
	case seconds > most:
		c.report(at, "bad-duration", "a duration is at most 100 years")
	}
}

// until checks a time that is written as {until: T}.
func (c *checker) until(at spot, object map[string]any) {
	raw, has := object["until"]
	if !has || len(object) > 1 {
		c.report(at, "bad-duration", `this is a duration such as "30s", a number of seconds, or {until: "2026-12-24T18:00:00+01:00"}`)
		return
	}
	got := c.value(at.at("until"), raw, expected{schema: typeOf("string"), name: "until"})
	text, isText := raw.(string)
	if !got.constant || !isText {
		return
	}
	if _, err := ParseTime(text); err != nil {
		c.report(at.at("until"), "bad-duration", err.Error())
	}
}

// failureType checks the type of a failure where one is named.
func (c *checker) failureType(at spot, name string) {
	switch {
	case name == "" && c.absent(at):
	case name == "":
		c.report(at, "bad-type", "the type of a failure is missing")
	case name == canceledType:
		c.report(at, "bad-type", "a cancel is no failure that can be made, caught or retried")
	}
}

// as checks the name that a step gives to an item or a round.
func (c *checker) as(at spot, name string) {
	switch {
	case name == "":
	case !isWord(name, "_"):
		c.report(at, "bad-as", fmt.Sprintf("%s is no name: a letter, then letters, digits or _, at most %d", quote(name), longestName))
	case slices.Contains([]string{"input", "vars", "steps", ErrorName, "run"}, name):
		c.report(at, "bad-as", "the name "+quote(name)+" has a meaning of its own")
	case slices.Contains(celWords(), name):
		c.report(at, "bad-as", "the name "+quote(name)+" is a word of CEL")
	}
}

// celWords are the words that CEL takes for no name.
func celWords() []string {
	return []string{"as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
		"loop", "namespace", "null", "package", "return", "true", "var", "void", "while"}
}

// Activity finds an Activity of the catalog.
func (c *checker) activity(at spot, name string) Signature {
	signature, found := c.catalog.Activity(name)
	if !found {
		known, _, _ := c.catalog.Names()
		c.suggesting(at, "unknown-activity", "there is no activity "+quote(name)+" in the catalog", c.near(name, known))
	}
	return signature
}

// workflow finds a Child Workflow or a blueprint of the catalog.
func (c *checker) workflow(at spot, name string) Signature {
	if blueprint, _, isBlueprint := strings.Cut(name, "@"); isBlueprint {
		return c.blueprint(at, blueprint, name)
	}
	signature, found := c.catalog.Workflow(name)
	if !found {
		_, workflows, blueprints := c.catalog.Names()
		meant := c.near(name, workflows)
		if versions := versionsOf(name, blueprints); len(versions) > 0 {
			meant = versions[len(versions)-1]
		}
		c.suggesting(at, "unknown-workflow", "there is no child workflow "+quote(name)+" in the catalog; a blueprint is called as name@version", meant)
	}
	return signature
}

func (c *checker) blueprint(at spot, name, reference string) Signature {
	definition, _, found := c.catalog.Blueprint(reference)
	if found && definition != nil {
		return Signature{Input: definition.Input}
	}
	_, _, known := c.catalog.Names()
	if versions := versionsOf(name, known); len(versions) > 0 {
		c.suggesting(at, "unknown-blueprint", fmt.Sprintf("there is no blueprint %s: of %s there is %s", quote(reference), name, strings.Join(versions, ", ")), versions[len(versions)-1])
		return Signature{}
	}
	c.suggesting(at, "unknown-blueprint", "there is no blueprint "+quote(reference), c.near(reference, known))
	return Signature{}
}

// mostVersions bounds how many versions a message lists.
const mostVersions = 10

// versionsOf lists the newest versions of a blueprint as references, the newest last.
func versionsOf(name string, known []string) []string {
	var versions []string
	for _, each := range known {
		if strings.HasPrefix(each, name+"@") {
			versions = append(versions, each)
		}
	}
	slices.SortFunc(versions, func(a, b string) int {
		return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
			return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
		})
	})
	return versions[max(0, len(versions)-mostVersions):]
}

// argument checks what is given to something that takes one argument or none.
func (c *checker) argument(at spot, with *Value, name string, signature Signature) {
	want := expected{schema: signature.Input, name: "the argument of " + name, owner: name}
	switch {
	case with != nil && signature.NoInput:
		c.atKey(at.at("with"), "no-argument", name+" takes no argument", "")
	case with != nil:
		c.value(at.at("with"), with.Raw, want)
	case signature.NoInput || signature.Input == nil || slices.Contains(typesOf(signature.Input), "null"):
	case differs(typeOf("object"), signature.Input, "", true) != "":
		c.report(at, "missing-argument", name+" needs an argument: with")
	case len(signature.Input.Required) > 0:
		c.report(at, "missing-argument", name+" needs an argument: with "+joined(signature.Input.Required))
	}
}

// undo checks how a step is taken back; that sees the output of the step.
func (c *checker) undo(at spot, undo *Undo, output *Schema) {
	if undo == nil {
		return
	}
	inside := at.at("undo").in(at.scope.inner())
	inside.scope.steps[at.node.step.ID] = output
	signature := c.activity(inside.at("activity"), undo.Activity)
	c.argument(inside, undo.With, undo.Activity, signature)
	c.options(inside, undo.Options, false)
}

// limit is one limit of a budget.
type limit struct {
	name  string
	value *int
}

// limits lists the limits, always in the same order.
func (b *Budget) limits() []limit {
	return []limit{
		{"depth", &b.Depth},
		{"steps", &b.Steps},
		{"rounds", &b.Rounds},
		{"items", &b.Items},
		{"planSteps", &b.PlanSteps},
		{"plans", &b.Plans},
		{"cost", &b.Cost},
		{"outputBytes", &b.OutputBytes},
		{"stateBytes", &b.StateBytes},
		{"children", &b.Children},
		{"branches", &b.Branches},
		{"expressions", &b.Expressions},
		{"expressionBytes", &b.ExpressionBytes},
		{"documentBytes", &b.DocumentBytes},
	}
}
