package readme

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

const (
	prompt = "$ "
	// exact stands behind "console" where the output is the same in every run, even if
	// parts of it look like times or ids.
	exact = "exact"
)

// Command is a command that a document shows in a console block.
type Command struct {
	// Line is where in the document the command stands, counted from one.
	Line int
	// Command is the text behind the prompt.
	Command string
	// Output is what the document says the command prints.
	Output string
	// Exact says that the command stands in a block marked as exact, where nothing is
	// masked.
	Exact bool
}

// Shown returns what the document is to show when the command prints the output.
func (c Command) Shown(output string) string {
	if c.Exact {
		return trim(output)
	}
	return Mask(output)
}

// Commands returns the commands of the document's console blocks in order. The
// path is only named in errors.
func Commands(path string, document []byte) ([]Command, error) {
	parts, err := split(path, document)
	if err != nil {
		return nil, err
	}
	var commands []Command
	for _, block := range parts {
		if !block.isConsole() {
			continue
		}
		found, err := block.commands(path)
		if err != nil {
			return nil, err
		}
		commands = append(commands, found...)
	}
	return commands, nil
}

// UpdateOutputs runs every command of the document in order and returns the
// document with the outputs in place, masked but where the block is marked as exact
// ("```console exact"). The path is only named in errors.
func UpdateOutputs(path string, document []byte, run func(command string) (string, error)) ([]byte, error) {
	// No command should run if a later block is malformed.
	if _, err := Commands(path, document); err != nil {
		return nil, err
	}
	parts, err := split(path, document)
	if err != nil {
		return nil, err
	}
	var result bytes.Buffer
	for _, block := range parts {
		if !block.isConsole() {
			result.WriteString(block.source)
			continue
		}
		body, err := block.rerun(path, run)
		if err != nil {
			return nil, err
		}
		result.WriteString(block.filled(block.info, body))
	}
	return result.Bytes(), nil
}

func (p part) isConsole() bool {
	words := strings.Fields(p.info)
	return len(words) > 0 && words[0] == "console"
}

func (p part) isExact() bool { return slices.Contains(strings.Fields(p.info), exact) }

func (p part) commands(path string) ([]Command, error) {
	if len(p.body) == 0 || !strings.HasPrefix(p.body[0], prompt) {
		return nil, fmt.Errorf("%s:%d: read console block: its first line must be a command, which begins with %q", path, p.line, prompt)
	}
	var commands []Command
	for index, text := range p.body {
		command, isCommand := strings.CutPrefix(text, prompt)
		if !isCommand {
			commands[len(commands)-1].Output += text + "\n"
			continue
		}
		line := p.line + 1 + index
		command = strings.TrimSpace(command)
		if command == "" {
			return nil, fmt.Errorf("%s:%d: read console block: nothing follows the prompt", path, line)
		}
		commands = append(commands, Command{Line: line, Command: command, Exact: p.isExact()})
	}
	for index := range commands {
		commands[index].Output = strings.TrimRight(commands[index].Output, "\n")
	}
	return commands, nil
}

func (p part) rerun(path string, run func(command string) (string, error)) (string, error) {
	commands, err := p.commands(path)
	if err != nil {
		return "", err
	}
	var lines []string
	for _, command := range commands {
		output, err := run(command.Command)
		if err != nil {
			return "", fmt.Errorf("%s:%d: run %q: %w", path, command.Line, command.Command, err)
		}
		lines = append(lines, prompt+command.Command)
		output = command.Shown(output)
		// Such a line would be run as a command the next time.
		if strings.HasPrefix(output, prompt) || strings.Contains(output, "\n"+prompt) {
			return "", fmt.Errorf("%s:%d: record output of %q: a line of it begins with %q", path, command.Line, command.Command, prompt)
		}
		if output != "" {
			lines = append(lines, output)
		}
	}
	return strings.Join(lines, "\n"), nil
}
