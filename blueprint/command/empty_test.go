package command

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
)

// A variable of a script that nobody has set pauses no whole run, and tries nothing again as it was.
func TestWhatIsEmptyIsRefused(t *testing.T) {
	for line, want := range map[string]string{
		"pause o-1 ~":                     `pause: argument 2 of "pause ID [STEP]" is empty; see blueprint pause --help`,
		"resume ~":                        `resume: argument 1 of "resume ID [STEP]" is empty`,
		"hold o-1 ~":                      `hold: argument 2 of`,
		"message o-1 ~ 1":                 `message: argument 2 of`,
		"status ~":                        `status: argument 1 of`,
		"check ~":                         `check: argument 1 of`,
		"retry o-1 ship --with ~":         `retry: --with is empty: leave it out, or give it a value`,
		"retry o-1 ship --id ~":           `retry: --id is empty`,
		"fail o-1 ship --type ~":          `fail: --type is empty`,
		"fail o-1 ship --message ~":       `fail: --message is empty`,
		"complete o-1 ship --output ~":    `complete: --output is empty`,
		"set o-1 ship --vars ~":           `set: --vars is empty`,
		"fork o-1 --at ~":                 `fork: --at is empty`,
		"fork o-1 --at a --run ~":         `fork: --run is empty`,
		"start order --id ~":              `start: --id is empty`,
		"start order --task-queue ~":      `start: --task-queue is empty`,
		"status o-1 --until ~":            `status: --until is empty`,
		"list --outcome ~":                `list: --outcome is empty`,
		"list --definition ~":             `list: --definition is empty`,
		"check --catalog ~ x.yaml":        `check: --catalog is empty`,
		"run --local x.yaml --outcomes ~": `run: --outcomes is empty`,
	} {
		arguments := strings.Fields(line)
		for at, each := range arguments {
			arguments[at] = strings.TrimPrefix(each, "~")
		}
		code, out, problems := executeAlone(t, t.Context(), "", arguments...)
		assert.Equal(t, exitUsage, code, line)
		assert.Empty(t, out)
		assert.Contains(t, problems, "error: "+want, line)
	}
	code, _, problems := executeAlone(t, t.Context(), "", "replace", "o-1", "no.yaml", "--by", "", "--note", "")
	assert.Equal(t, exitProblem, code)
	assert.Contains(t, problems, "reading the document", "nobody need say who they are, and why")
}

// The flags of a program that holds the commands are its own.
func TestEmptyFlagsOfOtherPrograms(t *testing.T) {
	root := &cobra.Command{Use: "program"}
	root.PersistentFlags().String("library", "", "")
	root.AddCommand(New(functionsOptions()))
	root.SetArgs([]string{"blueprint", "catalog", "--library", ""})
	root.SetOut(&strings.Builder{})
	assert.NoError(t, root.Execute())
}
