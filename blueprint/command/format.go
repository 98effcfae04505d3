package command

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"dynamicsamples/blueprint/command/internal/format"
	"dynamicsamples/blueprint/language"
	"dynamicsamples/internal/readme"
)

func newFormat() *cobra.Command {
	var write, difference bool
	command := &cobra.Command{
		Use:   "fmt FILE...",
		Short: "Put documents into one form, and print them",
		Long: `Put documents into one form: the keys of each step in the order of the language,
the indentation, the blank lines. What a document means and its comments do not
change. A FILE that is - is standard input; JSON stays JSON.

With -d the exit status is 1 where a document is not in form.`,
		Args:              usage(cobra.MinimumNArgs(1)),
		ValidArgsFunction: completeDocuments,
		RunE: func(command *cobra.Command, names []string) error {
			if write && difference {
				return &usageError{errors.New("fmt: -w and -d exclude each other")}
			}
			var all error
			for _, name := range names {
				all = errors.Join(all, formatFile(command, name, write, difference))
			}
			return all
		},
	}
	command.Flags().BoolVarP(&write, "write", "w", false, "write the documents instead of printing them")
	command.Flags().BoolVarP(&difference, "diff", "d", false, "print what would change instead")
	return command
}

func formatFile(command *cobra.Command, name string, write, difference bool) error {
	if write && name == standardInput {
		return &usageError{errors.New("fmt: standard input cannot be written")}
	}
	read, err := readDocument(command, name)
	if err != nil {
		return err
	}
	formatted, err := format.Document(read.name, read.text)
	var problems language.Diagnostics
	switch {
	case errors.As(err, &problems):
		writeProblems(command.ErrOrStderr(), []document{read}, problems)
		return errTold
	case err != nil:
		return err
	case difference:
		if bytes.Equal(read.text, formatted) {
			return nil
		}
		fmt.Fprint(command.OutOrStdout(), readme.Difference(read.name, read.text, formatted))
		return errTold
	case write:
		if bytes.Equal(read.text, formatted) {
			return nil
		}
		return replaceFile(name, formatted)
	default:
		_, err := command.OutOrStdout().Write(formatted)
		return err
	}
}

// replaceFile writes the file so that it is either the old one or the new one, with the
// old one's permissions, if there is one.
func replaceFile(name string, content []byte) error {
	mode := fs.FileMode(0o644)
	info, err := os.Stat(name)
	switch {
	case err == nil:
		mode = info.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("writing %s: %w", name, err)
	}
	scratch, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	defer os.Remove(scratch.Name())
	_, err = scratch.Write(content)
	if err := errors.Join(err, scratch.Close(), os.Chmod(scratch.Name(), mode)); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return os.Rename(scratch.Name(), name)
}
