package command

import (
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
)

// standardInput stands for standard input where a file is named.
const standardInput = "-"

// document is a file that a command was given.
type document struct {
	name string
	text []byte
}

func readDocument(command *cobra.Command, name string) (document, error) {
	if name == standardInput {
		text, err := io.ReadAll(command.InOrStdin())
		if err != nil {
			return document{}, fmt.Errorf("reading standard input: %w", err)
		}
		return document{"stdin", text}, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return document{}, fmt.Errorf("reading the document: %w", err)
	}
	return document{name, text}, nil
}

// openFolder is the folder of --definitions, nil where there is none.
func openFolder(name string) (fs.FS, error) {
	if name == "" {
		return nil, nil
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading definitions: %w", err)
	case !info.IsDir():
		return nil, fmt.Errorf("reading definitions: %s is no folder", name)
	default:
		return os.DirFS(name), nil
	}
}

// addDefinitions adds the flag --definitions.
func addDefinitions(command *cobra.Command, folder *string) {
	command.Flags().StringVar(folder, "definitions", "", "also let documents start the blueprints in this `DIR`")
	// It exists: it was added in the line above.
	_ = command.MarkFlagDirname("definitions")
}
