package dynamicworkflow

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/workflow"
)

// UnknownWorkflowType is the type of the ApplicationError for a Workflow Type that the
// policy does not allow. It is not retryable: the same start would be refused again.
const UnknownWorkflowType = "UnknownWorkflowType"

// Definition says what one Workflow Type means. It is data: it can come from a file
// or a database as well as from code.
type Definition struct {
	// Greeting is the word before the names.
	Greeting string `json:"greeting"`
	// Names is how many arguments the type takes.
	Names int `json:"names"`
	// Versioning says whether a run stays on the Worker Deployment Version that started
	// it. It is the Worker's business, and not recorded with the run.
	Versioning workflow.VersioningBehavior `json:"-"`
}

// Policy says which unregistered Workflow Types are served, and how.
type Policy struct {
	// Types are served by name.
	Types map[string]Definition
	// Prefix lets any other type whose name begins with it be served as Default. Without
	// a prefix only Types are served.
	Prefix  string
	Default Definition
}

// DefaultPolicy is the policy of this sample's Worker.
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

// Resolution is the policy's answer for one Workflow Type, as a run records it:
// the type's definition, or the reason why there is none.
type Resolution struct {
	Definition Definition `json:"definition"`
	Refusal    string     `json:"refusal,omitempty"`
}

// Resolve looks the Workflow Type up.
func (p Policy) Resolve(workflowType string) Resolution {
	if definition, listed := p.Types[workflowType]; listed {
		return Resolution{Definition: definition}
	}
	if p.Prefix != "" && strings.HasPrefix(workflowType, p.Prefix) {
		return Resolution{Definition: p.Default}
	}
	refusal := fmt.Sprintf("workflow type %q is not served here; known are %s", workflowType, strings.Join(workflow.DeterministicKeys(p.Types), ", "))
	if p.Prefix != "" {
		refusal += fmt.Sprintf(", and any that begins with %q", p.Prefix)
	}
	return Resolution{Refusal: refusal}
}

// RuntimeOptions tells the SDK the Versioning Behavior of one unregistered Workflow
// Type. It never returns an error, because the SDK drops it: a type that the policy
// refuses gets the default's behavior, and GreetAny fails it.
func (p Policy) RuntimeOptions(details workflow.LoadDynamicRuntimeOptionsDetails) (workflow.DynamicRuntimeOptions, error) {
	definition, listed := p.Types[details.WorkflowType.Name]
	if !listed {
		definition = p.Default
	}
	return workflow.DynamicRuntimeOptions{VersioningBehavior: definition.Versioning}, nil
}
