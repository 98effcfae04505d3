package language

// Catalog is what a blueprint may call. The checker asks it; a Worker's catalog, or a
// test's, answers.
type Catalog interface {
	// Activity is the Activity of that name.
	Activity(name string) (Signature, bool)
	// Workflow is the Child Workflow of that name.
	Workflow(name string) (Signature, bool)
	// Blueprint is the blueprint that the reference (name@version, or a name for the
	// newest) stands for, with its exact name@version.
	Blueprint(reference string) (definition *Definition, exact string, found bool)
	// Names lists the Activities', workflows' and blueprints' names, to find what was
	// probably meant.
	Names() (activities, workflows, blueprints []string)
}

// Signature is what the checker knows of an Activity or a Child Workflow.
type Signature struct {
	// Input and Output are JSON Schemas of the argument and the result, from their Go
	// types; nil is any value. NoInput says that it takes no argument.
	Input, Output *Schema
	NoInput       bool
	// Description says what it does, for people and planners.
	Description string
	// Local allows the Activity to run as a Local Activity.
	Local bool
	// Options are those that the catalog gives the Activity.
	Options Options
}
