package command

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"dynamicsamples/blueprint/command/internal/format"
	"dynamicsamples/blueprint/language"
)

func (c *commands) newNew() *cobra.Command {
	var folder string
	command := &cobra.Command{
		Use:   "new NAME [FUNCTION...]",
		Short: "Write a first document from the catalog, with a case",
		Long: `Write NAME.yaml, a document with a step for each FUNCTION (an Activity or a Child
Workflow of the catalog; the first Activity unless named), and NAME.cases.yaml beside it,
a case that passes. What the functions take becomes the input of the document.`,
		Example: c.examples("new hello", "new refund refund_card notify_customer --dir blueprints"),
		Args:    usage(cobra.MinimumNArgs(1)), ValidArgsFunction: c.completeFunctions,
		RunE: func(command *cobra.Command, names []string) error {
			return c.writeNew(command, folder, names[0], names[1:])
		},
	}
	command.Flags().StringVar(&folder, "dir", ".", "write the files into this `DIR`")
	// It exists.
	_ = command.MarkFlagDirname("dir")
	return command
}

// completeFunctions completes the names of functions behind that of the document.
func (c *commands) completeFunctions(command *cobra.Command, names []string, _ string) ([]string, cobra.ShellCompDirective) {
	library, err := c.newLibrary(command.Context(), nil)
	if err != nil || len(names) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	activities, workflows, _ := library.Names()
	return append(activities, workflows...), cobra.ShellCompDirectiveNoFileComp
}

func (c *commands) writeNew(command *cobra.Command, folder, name string, functions []string) error {
	library, err := c.newLibrary(command.Context(), nil)
	if err != nil {
		return err
	}
	made, err := library.skeleton(name, functions)
	if err != nil {
		return err
	}
	file := filepath.Join(folder, name+".yaml")
	text, err := made.document(file)
	if err != nil {
		return err
	}
	if problems := library.read(document{file, text}); len(problems) > 0 {
		writeProblems(command.ErrOrStderr(), []document{{file, text}}, problems)
		return errTold
	}
	cases, err := yaml.Dump(map[string][]example{"cases": {made.example()}})
	if err != nil {
		return fmt.Errorf("writing the case: %w", err)
	}
	caseFile := filepath.Join(folder, name+casesEnding)
	if err := createFile(caseFile, cases); err != nil {
		return err
	}
	if err := createFile(file, text); err != nil {
		return errors.Join(err, os.Remove(caseFile))
	}
	fmt.Fprintf(command.OutOrStdout(), "wrote %s and %s; try\n  %s test %s\n", file, caseFile, c.options.Program, file)
	return nil
}

// createFile writes a file that is not there yet.
func createFile(name string, text []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is there already: give the document another name", name)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return nil
}

// skeleton is a document that calls functions one after the other.
type skeleton struct {
	name, summary string
	steps         []skeletonStep
}

type skeletonStep struct {
	id, kind, name string
	signature      language.Signature
}

// skeleton finds the functions.
func (l *library) skeleton(name string, functions []string) (skeleton, error) {
	made := skeleton{name: name}
	activities, workflows, _ := l.Names()
	if len(functions) == 0 {
		if len(activities) == 0 {
			return made, errors.New("the catalog has no Activity: name a Child Workflow")
		}
		functions = activities[:1]
	}
	for _, each := range functions {
		step := skeletonStep{id: made.stepID(each), kind: "activity", name: each}
		signature, found := l.Activity(each)
		if !found {
			step.kind = "workflow"
			signature, found = l.Workflow(each)
		}
		if !found {
			return made, fmt.Errorf("the catalog has no function %q%s", each, didYouMean(each, slices.Concat(activities, workflows)))
		}
		step.signature = signature
		made.steps = append(made.steps, step)
	}
	if len(made.steps) == 1 {
		made.summary = made.steps[0].signature.Description
	}
	return made, nil
}

var noWord = regexp.MustCompile(`[^A-Za-z0-9_]+`)

// stepID is an id for the call of a function; of a second call it has a number.
func (s skeleton) stepID(function string) string {
	id := noWord.ReplaceAllString(function, "_")
	if regexp.MustCompile(`^[^A-Za-z]`).MatchString(id) {
		id = "call_" + id
	}
	taken := func(id string) bool {
		return slices.ContainsFunc(s.steps, func(step skeletonStep) bool { return step.id == id })
	}
	unique := id
	for number := 2; taken(unique); number++ {
		unique = fmt.Sprintf("%s_%d", id, number)
	}
	return unique
}

// document writes it as a person would.
func (s skeleton) document(file string) ([]byte, error) {
	definition := map[string]any{"blueprint": s.name, "version": "1.0.0"}
	if s.summary != "" {
		definition["summary"] = s.summary
	}
	if input := s.input(); input != nil {
		definition["input"] = input
	}
	var steps []any
	for _, each := range s.steps {
		if each.kind == "activity" {
			// What the engine takes where nobody says anything, so that the author sees it.
			definition["defaults"] = map[string]any{"startToClose": "1m"}
		}
		step := map[string]any{"id": each.id, each.kind: each.name}
		if !each.signature.NoInput {
			step["with"] = argumentFrom(s.inputOf(each), each.signature.Input)
		}
		steps = append(steps, step)
	}
	definition["steps"] = steps
	text, err := yaml.Dump(definition)
	if err != nil {
		return nil, fmt.Errorf("writing %s: %w", file, err)
	}
	return format.Document(file, text)
}

// inputOf is where the argument of a step is in the input: all of it where there is one step.
func (s skeleton) inputOf(step skeletonStep) string {
	if len(s.steps) == 1 {
		return "input"
	}
	return "input." + step.id
}

// argumentFrom takes each field that is required from the input.
func argumentFrom(input string, schema *language.Schema) any {
	if schema == nil || len(schema.Required) == 0 {
		return "${" + input + "}"
	}
	fields := map[string]any{}
	for _, name := range schema.Required {
		fields[name] = "${" + input + "." + name + "}"
	}
	return fields
}

// input is the schema of the input; nil is any.
func (s skeleton) input() any {
	if len(s.steps) == 1 {
		return plain(s.steps[0].signature.Input)
	}
	properties, required := map[string]any{}, []string{}
	for _, each := range s.steps {
		if each.signature.NoInput {
			continue
		}
		required = append(required, each.id)
		if properties[each.id] = plain(each.signature.Input); properties[each.id] == nil {
			properties[each.id] = map[string]any{}
		}
	}
	if len(required) == 0 {
		return nil
	}
	return map[string]any{"type": "object", "required": required, "properties": properties}
}

// plain is a schema as a document writes it.
func plain(schema *language.Schema) any {
	if schema == nil {
		return nil
	}
	var value any
	text, err := json.Marshal(schema)
	if err != nil || json.Unmarshal(text, &value) != nil {
		return nil
	}
	return value
}

// example is a case as a document writes it.
type example struct {
	Name     string                    `yaml:"name"`
	Input    any                       `yaml:"input"`
	Outcomes map[string]map[string]any `yaml:"outcomes"`
	Output   any                       `yaml:"output"`
	Executed []string                  `yaml:"executed"`
}

// example is a case that passes: each call gives a value of its type.
func (s skeleton) example() example {
	outcomes := map[string]map[string]any{}
	var executed []string
	var output any
	for _, each := range s.steps {
		executed = append(executed, each.id)
		output = sampleOf(each.signature.Output, each.id)
		kind := map[string]string{"activity": "activities", "workflow": "workflows"}[each.kind]
		if outcomes[kind] == nil {
			outcomes[kind] = map[string]any{}
		}
		outcomes[kind][each.name] = map[string]any{"result": output}
	}
	return example{"all goes well", s.sampleInput(), outcomes, output, executed}
}

func (s skeleton) sampleInput() any {
	if len(s.steps) == 1 {
		return sampleOf(s.steps[0].signature.Input, "input")
	}
	input := map[string]any{}
	for _, each := range s.steps {
		if !each.signature.NoInput {
			input[each.id] = sampleOf(each.signature.Input, each.id)
		}
	}
	return input
}

// sampleOf is a value of a type; a text says what it is of.
func sampleOf(schema *language.Schema, name string) any {
	if schema == nil {
		return name
	}
	if len(schema.Enum) > 0 {
		return schema.Enum[0]
	}
	kinds := append(slices.Clone(schema.Types), schema.Type)
	switch {
	case slices.Contains(kinds, "object"):
		fields := map[string]any{}
		for _, each := range schema.Required {
			fields[each] = sampleOf(schema.Properties[each], each)
		}
		return fields
	case slices.Contains(kinds, "array"):
		return []any{sampleOf(schema.Items, name)}
	case slices.Contains(kinds, "integer"), slices.Contains(kinds, "number"):
		return 1
	case slices.Contains(kinds, "boolean"):
		return true
	case slices.Equal(kinds, []string{"null"}):
		return nil
	default:
		return name
	}
}
