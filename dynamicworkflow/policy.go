package dynamicworkflow

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"
)

// Types of the ApplicationErrors with which this sample's workflows fail. None is
// retryable: the same start would fail the same way again.
const (
	// UnknownWorkflowType: the policy does not allow the workflow's type.
	UnknownWorkflowType = "UnknownWorkflowType"
	// InvalidName: a name to greet is empty or too long.
	InvalidName = "InvalidName"
	// InvalidWord: a word has a character that is no letter, or too many letters.
	InvalidWord = "InvalidWord"
)

// GreetFormallyType is the workflow type under which GreetFormally is registered.
const GreetFormallyType = "greet-formally"

// Definition says what one workflow type means. It is data: it can come from a file
// or a database as well as from code.
type Definition struct {
	// Greeting is the word before the names.
	Greeting string `json:"greeting"`
	// Names is how many arguments the type takes.
	Names int `json:"names"`
	// Versioning says whether a run stays on the worker version that started it. It
	// is the worker's business, and not recorded with the run.
	Versioning workflow.VersioningBehavior `json:"-"`
}

// Policy says which unregistered workflow types are served, and how.
type Policy struct {
	// Types are served by name.
	Types map[string]Definition
	// Prefix lets any other type whose name begins with it be served as Default.
	Prefix  string
	Default Definition
}

// DefaultPolicy is the one of this sample's worker.
func DefaultPolicy() Policy {
	return Policy{
		Types: map[string]Definition{
			"greet-spanish": {Greeting: "Hola", Names: 1, Versioning: workflow.VersioningBehaviorPinned},
			"greet-couple":  {Greeting: "Hello", Names: 2, Versioning: workflow.VersioningBehaviorAutoUpgrade},
		},
		Prefix:  "greet-",
		Default: Definition{Greeting: "Hello", Names: 1, Versioning: workflow.VersioningBehaviorPinned},
	}
}

// Resolution is the policy's answer for one workflow type, as a run records it:
// the type's definition, or the reason why there is none.
type Resolution struct {
	Definition Definition `json:"definition"`
	Refusal    string     `json:"refusal,omitempty"`
}

// Resolve looks the workflow type up.
func (p Policy) Resolve(workflowType string) Resolution {
	if definition, listed := p.Types[workflowType]; listed {
		return Resolution{Definition: definition}
	}
	if strings.HasPrefix(workflowType, p.Prefix) {
		return Resolution{Definition: p.Default}
	}
	known := workflow.DeterministicKeys(p.Types)
	return Resolution{Refusal: fmt.Sprintf("workflow type %q is not served here; known are %s, and any that begins with %q",
		workflowType, strings.Join(known, ", "), p.Prefix)}
}

// RuntimeOptions tells the SDK the versioning behaviour of one unregistered workflow
// type. It never returns an error, because the SDK drops it: a type that the policy
// refuses gets the default's behaviour, and GreetAny fails it.
func (p Policy) RuntimeOptions(details workflow.LoadDynamicRuntimeOptionsDetails) (workflow.DynamicRuntimeOptions, error) {
	definition, listed := p.Types[details.WorkflowType.Name]
	if !listed {
		definition = p.Default
	}
	return workflow.DynamicRuntimeOptions{VersioningBehavior: definition.Versioning}, nil
}
