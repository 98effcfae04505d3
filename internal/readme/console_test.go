package readme_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/readme"
)

// markdown lets documents be written as raw strings, which cannot hold backticks.
func markdown(text string) []byte {
	return []byte(strings.ReplaceAll(text, "'", "`"))
}

func printing(output string) func(string) (string, error) {
	return func(string) (string, error) { return output, nil }
}

func TestCommands(t *testing.T) {
	document := markdown(`# Sample
'''console
$ first --flag
one

  two
$ second

'''
''''
'''console
$ only an example
'''
''''
1. In a list:
   ~~~ console
   $ third
     indented
   ~~~
`)

	commands, err := readme.Commands("README.md", document)

	require.NoError(t, err)
	assert.Equal(t, []readme.Command{
		{Line: 3, Command: "first --flag", Output: "one\n\n  two"},
		{Line: 7, Command: "second"},
		{Line: 17, Command: "third", Output: "  indented"},
	}, commands)
}

func TestUpdateOutputs(t *testing.T) {
	tests := map[string]struct{ document, output, want string }{
		"replaces what was printed": {
			"a\n'''console\n$ run\nstale\n'''\nb", "fresh 12ms\n",
			"a\n'''console\n$ run\nfresh <time>\n'''\nb",
		},
		"masks nothing of an exact block": {
			"'''console exact\n$ run\nstale\n'''\n", "sleep: 12ms  \n\n",
			"'''console exact\n$ run\nsleep: 12ms\n'''\n",
		},
		"keeps every command": {
			"'''console\n$ one\n$ two\n'''\n", "same\n",
			"'''console\n$ one\nsame\n$ two\nsame\n'''\n",
		},
		"shows no line for no output": {"'''console\n$ run\nstale\n'''\n", "", "'''console\n$ run\n'''\n"},
		"lengthens the fence": {
			"'''console\n$ run\n'''\n", "'''\ninner\n'''\n",
			"''''console\n$ run\n'''\ninner\n'''\n''''\n",
		},
		"keeps the indentation": {
			"- item\n  ~~~ console\n  $ run\n  ~~~\n", "one\n\ntwo\n",
			"- item\n  ~~~ console\n  $ run\n  one\n\n  two\n  ~~~\n",
		},
		"keeps the line ending": {
			"a\r\n'''console\r\n$ run\r\n'''\r\n", "one\ntwo\n",
			"a\r\n'''console\r\n$ run\r\none\r\ntwo\r\n'''\r\n",
		},
		"leaves other blocks alone": {
			"'''\n$ run\n'''\n''''\n'''console\n$ run\n'''\n''''\n", "unused",
			"'''\n$ run\n'''\n''''\n'''console\n$ run\n'''\n''''\n",
		},
		"leaves inline code alone": {"'''console'''\n$ run\n", "unused", "'''console'''\n$ run\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			updated, err := readme.UpdateOutputs("README.md", markdown(test.document), printing(string(markdown(test.output))))

			require.NoError(t, err)
			assert.Equal(t, string(markdown(test.want)), string(updated))
		})
	}
}

func TestUpdateOutputsRunsInOrder(t *testing.T) {
	var commands []string
	record := func(command string) (string, error) {
		commands = append(commands, command)
		return "", nil
	}

	_, err := readme.UpdateOutputs("README.md", markdown("'''console\n$ one\n$ two\n'''\n'''console\n$ three\n'''\n"), record)

	require.NoError(t, err)
	assert.Equal(t, []string{"one", "two", "three"}, commands)
}

func TestUpdateOutputsErrorsNameFileAndLine(t *testing.T) {
	failure := errors.New("exit status 1")
	failing := func(string) (string, error) { return "", failure }

	_, err := readme.UpdateOutputs("README.md", markdown("text\n'''console\n$ run\n'''\n"), failing)

	assert.ErrorIs(t, err, failure)
	assert.EqualError(t, err, `README.md:3: run "run": exit status 1`)
}

func TestUpdateOutputsRefusesOutputThatReadsAsCommand(t *testing.T) {
	for _, output := range []string{"$ remove everything\n", "harmless\n$ remove everything\n"} {
		_, err := readme.UpdateOutputs("README.md", markdown("'''console\n$ run\n'''\n"), printing(output))

		assert.ErrorContains(t, err, "README.md:2: record output")
	}
}

func TestMalformedDocumentsRunNothing(t *testing.T) {
	tests := map[string]struct{ block, want string }{
		"unclosed fence":          {"'''console\n$ two\n", "README.md:4: find the end of the block"},
		"closed by shorter fence": {"''''console\n$ two\n'''\n", "README.md:4: find the end of the block"},
		"closed by other fence":   {"'''console\n$ two\n~~~\n", "README.md:4: find the end of the block"},
		"no command":              {"'''console\n'''\n", "README.md:4: read console block"},
		"output first":            {"'''console\noutput\n$ two\n'''\n", "README.md:4: read console block"},
		"empty command":           {"'''console\n$ two\n$  \n'''\n", "README.md:6: read console block"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			document := markdown("'''console\n$ one\n'''\n" + test.block)
			_, commandsError := readme.Commands("README.md", document)
			_, err := readme.UpdateOutputs("README.md", document, func(command string) (string, error) {
				t.Errorf("%q was run", command)
				return "", nil
			})

			assert.ErrorContains(t, err, test.want)
			assert.Equal(t, commandsError, err)
		})
	}
}

func FuzzUpdateOutputs(f *testing.F) {
	f.Add(string(markdown("a\n'''console\n$ run\nstale\n'''\nb")), "fresh 12ms\n")
	f.Add(string(markdown("- a\r\n  ~~~~ console x\r\n  $ run\r\n  ~~~~")), string(markdown("\n ~~~~\n'''\r\n\n")))
	f.Add(string(markdown("''''\n'''console\n$ run\n'''\n''''\n'''go\n")), "$ run")
	f.Add(string(markdown("'''console exact\n$ run\n'''\n'''console\n$ run\n'''\n")), "12ms \n")
	f.Fuzz(func(t *testing.T, document, output string) {
		commands, err := readme.Commands("README.md", []byte(document))
		updated, updateError := readme.UpdateOutputs("README.md", []byte(document), printing(output))
		if err != nil {
			require.Equal(t, err, updateError)
			return
		}
		if len(commands) == 0 {
			require.NoError(t, updateError)
			require.Equal(t, document, string(updated))
			return
		}
		if updateError != nil {
			require.ErrorContains(t, updateError, "a line of it begins with")
			return
		}
		requireOutputs(t, commands, output, updated)
		again, err := readme.UpdateOutputs("README.md", updated, printing(output))
		require.NoError(t, err)
		require.Equal(t, string(updated), string(again))
	})
}

// requireOutputs requires that the document has the same commands as before,
// each with what is shown of the output.
func requireOutputs(t *testing.T, before []readme.Command, output string, document []byte) {
	t.Helper()
	after, err := readme.Commands("README.md", document)
	require.NoError(t, err)
	require.Len(t, after, len(before))
	for index, command := range after {
		require.Equal(t, before[index].Command, command.Command)
		require.Equal(t, before[index].Shown(output), command.Output)
	}
}
