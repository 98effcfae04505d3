package rehearse

import (
	"bytes"
	"encoding/json"
	"fmt"

	"go.yaml.in/yaml/v4"

	"dynamicsamples/blueprint/command/internal/follow"
	"dynamicsamples/blueprint/language"
)

// Outcomes are what a rehearsal makes of calls instead of making them, and what comes
// from outside.
type Outcomes struct {
	// Steps are the outcomes of steps, by path: "each[2]/price", or "each[*]/price" for
	// all items; "pay#2/charge" in the second attempt of a step, or "pay#*/charge" in all later
	// ones. Those of a child blueprint have the child's path and " > " before them.
	Steps map[string]Outcome `json:"steps"`
	// Activities and Workflows are the outcomes of all other calls, by name.
	Activities map[string]Outcome `json:"activities"`
	Workflows  map[string]Outcome `json:"workflows"`
	// Messages are brought to the run.
	Messages []Message `json:"messages"`
	// Cancel is when the run is canceled.
	Cancel language.Duration `json:"cancel"`
}

// Outcome is what becomes of a call. With neither a result nor a failure the call is
// made.
type Outcome struct {
	// Delay is how long each attempt takes.
	Delay language.Duration `json:"delay"`
	// Failures are those of the first attempts; the Retry Policy decides on more.
	Failures []Failure `json:"failures"`
	// Result is the output.
	Result json.RawMessage `json:"result"`
	// Failure ends the call, without another attempt.
	Failure *Failure `json:"failure"`
}

// Ends reports whether the call has an end of its own, so that it is not really made.
func (o Outcome) Ends() bool { return o.Result != nil || o.Failure != nil }

// Failure is the failure of a call.
type Failure struct {
	Type    string            `json:"type"`
	Message string            `json:"message"`
	Details []json.RawMessage `json:"details"`
}

// Message is a message for a wait step.
type Message struct {
	Name  string            `json:"name"`
	At    language.Duration `json:"at"`
	Value json.RawMessage   `json:"value"`
}

// Case is a test case of a blueprint.
type Case struct {
	Name  string          `json:"name"`
	Input json.RawMessage `json:"input"`
	// Outcomes are what the calls give.
	Outcomes Outcomes `json:"outcomes"`
	// At most one of these is said; without any of them the run has to complete.
	Output   json.RawMessage  `json:"output"`
	Failure  *ExpectedFailure `json:"failure"`
	Canceled bool             `json:"canceled"`
	// Stuck is the path of a step that keeps the run from ending: it is retried forever, or
	// waits for what does not come.
	Stuck string `json:"stuck"`
	// Executed are the paths of all calls, in the order in which they are made.
	Executed []string `json:"executed"`
}

// ExpectedFailure is how a run is to fail; what is empty does not matter.
type ExpectedFailure struct {
	Type string `json:"type"`
	Step string `json:"step"`
	// Message is a part of the message.
	Message string `json:"message"`
}

// ReadOutcomes reads a file of outcomes, YAML or JSON.
func ReadOutcomes(document []byte) (Outcomes, error) {
	var outcomes Outcomes
	if err := decode(document, &outcomes); err != nil {
		return Outcomes{}, fmt.Errorf("reading outcomes: %w", err)
	}
	return outcomes, outcomes.check()
}

// ReadCases reads a file of cases, YAML or JSON.
func ReadCases(document []byte) ([]Case, error) {
	var file struct {
		Cases []Case `json:"cases"`
	}
	if err := decode(document, &file); err != nil {
		return nil, fmt.Errorf("reading cases: %w", err)
	}
	names := map[string]bool{}
	for i, each := range file.Cases {
		if each.Name == "" || names[each.Name] {
			return nil, fmt.Errorf("reading cases: case %d needs a name of its own", i+1)
		}
		names[each.Name] = true
		if err := each.check(); err != nil {
			return nil, fmt.Errorf("reading case %q: %w", each.Name, err)
		}
	}
	return file.Cases, nil
}

func (c Case) check() error {
	said := 0
	for _, each := range []bool{c.Output != nil, c.Failure != nil, c.Canceled, c.Stuck != ""} {
		if each {
			said++
		}
	}
	if said > 1 {
		return fmt.Errorf("a case expects one of output, failure, canceled and stuck")
	}
	return c.Outcomes.check()
}

// decode reads YAML strictly: a key that nobody knows is an error.
func decode(document []byte, into any) error {
	var root any
	if err := yaml.Load(document, &root); err != nil {
		return err
	}
	encoded, err := json.Marshal(root)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(encoded))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// check finds durations that are none, and outcomes that say two things.
func (o Outcomes) check() error {
	lengths := map[string]language.Duration{"cancel": o.Cancel}
	for _, each := range o.Messages {
		lengths["message "+each.Name] = each.At
	}
	for _, all := range []map[string]Outcome{o.Steps, o.Activities, o.Workflows} {
		for name, each := range all {
			lengths[name] = each.Delay
			if each.Result != nil && each.Failure != nil {
				return fmt.Errorf("the outcome of %s is either a result or a failure", name)
			}
		}
	}
	for name, each := range lengths {
		if each == "" {
			continue
		}
		if _, err := each.Parse(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// of is the outcome of a call, the most exact that there is.
func (o Outcomes) of(path, name string, byName map[string]Outcome) (Outcome, bool) {
	for _, each := range []string{path, follow.Anywhere(path)} {
		if outcome, found := o.Steps[each]; found {
			return outcome, true
		}
	}
	outcome, found := byName[name]
	return outcome, found
}
