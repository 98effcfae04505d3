package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"dynamicsamples/internal/connect"
	"dynamicsamples/internal/devserver"
	"dynamicsamples/internal/readme"
	"dynamicsamples/internal/scenario"
)

// rootDocuments is the name of the READMEs that belong to no folder.
const rootDocuments = "."

func newReadme() *cobra.Command {
	var check bool
	command := &cobra.Command{
		Use:   "readme [FOLDER...]",
		Short: "Bring the READMEs up to date with the code and with what really happens",
		Long: `Put the current source into the READMEs' code blocks, run the commands of their
console blocks on a dev server with the samples' Workers beside it, and put the
output there. Times and ids are masked.

A FOLDER names the READMEs in it and below it, and "." those of the root alone;
without any, all READMEs are brought up to date. Where all FOLDERs are samples, only
their Workers run.`,
		Example: `  go run ./cmd/samples readme
  go run ./cmd/samples readme dynamicworkflow
  go run ./cmd/samples readme . blueprint/command`,
		RunE: func(command *cobra.Command, folders []string) error {
			return updateReadmes(command, folders, check)
		},
	}
	command.Flags().BoolVar(&check, "check", false, "write nothing, and fail where a README has drifted")
	return command
}

func updateReadmes(command *cobra.Command, folders []string, check bool) (err error) {
	root, err := currentRoot()
	if err != nil {
		return err
	}
	files, err := documents(root, folders)
	if err != nil {
		return err
	}
	runs, err := haveCommands(files)
	if err != nil {
		return err
	}
	if !runs {
		return shell{}.updateReadmes(command.Context(), files, check)
	}
	on, err := privateTarget(command)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, on.close()) }()
	tools, err := temporalFolder(command)
	if err != nil {
		return fmt.Errorf("provide the temporal program for the READMEs' commands: %w", err)
	}
	defer os.RemoveAll(tools)
	shell := shell{folder: root, environment: []string{
		"TEMPORAL_ADDRESS=" + on.own.Address(),
		connect.WebURLVariable + "=http://" + on.own.Address(),
		"PATH=" + tools + string(os.PathListSeparator) + os.Getenv("PATH"),
	}}
	return shell.withWorkers(command.Context(), workersFor(folders), func(ctx context.Context) error {
		return shell.updateReadmes(ctx, files, check)
	})
}

// haveCommands reports whether the documents show any command, which needs a server and
// the samples' Workers.
func haveCommands(files []string) (bool, error) {
	for _, file := range files {
		document, err := os.ReadFile(file)
		if err != nil {
			return false, err
		}
		commands, err := readme.Commands(file, document)
		if err != nil || len(commands) > 0 {
			return true, err
		}
	}
	return false, nil
}

// temporalFolder makes a folder in which the program that the dev server is started with
// is called temporal, whatever its file is called. The caller removes it.
func temporalFolder(command *cobra.Command) (string, error) {
	program, err := devserver.ProvideCLI(command.Context(), command.ErrOrStderr())
	if err != nil {
		return "", err
	}
	folder, err := os.MkdirTemp("", "samples-*")
	if err != nil {
		return "", err
	}
	if err := os.Symlink(program, filepath.Join(folder, "temporal")); err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

// documents lists the READMEs in the named folders, or all where none is named.
func documents(root string, folders []string) ([]string, error) {
	all, err := readme.Find(root)
	if err != nil || len(folders) == 0 {
		return all, err
	}
	var selected []string
	for _, folder := range folders {
		found := within(root, folder, all)
		if len(found) == 0 {
			return nil, fmt.Errorf("no README in folder %q; expected a sample or another folder of the module, or %q", folder, rootDocuments)
		}
		selected = append(selected, found...)
	}
	slices.Sort(selected)
	return slices.Compact(selected), nil
}

func within(root, folder string, files []string) []string {
	return slices.DeleteFunc(slices.Clone(files), func(file string) bool {
		if folder == rootDocuments {
			return filepath.Dir(file) != root
		}
		return !strings.HasPrefix(file, filepath.Join(root, folder)+string(filepath.Separator))
	})
}

// workersFor lists the samples whose Workers the folders' READMEs may need: their own,
// or all where a folder is not a sample.
func workersFor(folders []string) []scenario.Sample {
	if len(folders) == 0 {
		return allSamples()
	}
	samples, err := selectSamples(folders)
	if err != nil {
		return allSamples()
	}
	return samples
}

// shell runs the commands that a README shows, in the module's root.
type shell struct {
	folder      string
	environment []string
}

func (s shell) updateReadmes(ctx context.Context, files []string, check bool) error {
	var drift []error
	for _, file := range files {
		drift = append(drift, s.updateReadme(ctx, file, check))
	}
	return errors.Join(drift...)
}

func (s shell) updateReadme(ctx context.Context, file string, check bool) error {
	old, updated, err := readme.UpdateCode(file)
	if err != nil {
		return err
	}
	updated, err = readme.UpdateOutputs(file, updated, func(line string) (string, error) { return s.run(ctx, line) })
	if err != nil || bytes.Equal(old, updated) {
		return err
	}
	if check {
		return fmt.Errorf("%s has drifted; bring it up to date with make readme\n%s", file, readme.Difference(file, old, updated))
	}
	return writeWhole(file, updated)
}

// run returns what the command prints on its standard output.
func (s shell) run(ctx context.Context, line string) (string, error) {
	command := s.command(ctx, "sh", "-c", line)
	var out, problems strings.Builder
	command.Stdout, command.Stderr = &out, &problems
	if err := command.Run(); err != nil {
		return "", fmt.Errorf("%w\n%s%s", err, out.String(), problems.String())
	}
	return out.String(), nil
}

func (s shell) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = s.folder
	command.Env = append(os.Environ(), s.environment...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	return command
}

// withWorkers calls do while the samples' Workers run, each as a process of its own,
// and interrupts them at the end as Ctrl-C does.
func (s shell) withWorkers(ctx context.Context, samples []scenario.Sample, do func(context.Context) error) (err error) {
	programs, err := os.MkdirTemp("", "samples-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(programs)
	workersCtx, stopWorkers := context.WithCancel(ctx)
	defer stopWorkers()
	var workers []*exec.Cmd
	defer func() {
		stopWorkers()
		for _, worker := range workers {
			err = errors.Join(err, waitForWorker(worker))
		}
	}()
	for _, sample := range samples {
		program := filepath.Join(programs, sample.Name)
		if err := s.command(ctx, "go", "build", "-o", program, "./"+sample.Name+"/worker").Run(); err != nil {
			return fmt.Errorf("build the worker of %s: %w", sample.Name, err)
		}
		worker := s.command(workersCtx, program)
		if err := worker.Start(); err != nil {
			return fmt.Errorf("start the worker of %s: %w", sample.Name, err)
		}
		workers = append(workers, worker)
	}
	return do(ctx)
}

// waitForWorker expects of an interrupted worker that it ends well.
func waitForWorker(worker *exec.Cmd) error {
	_ = worker.Wait()
	if !worker.ProcessState.Success() {
		return fmt.Errorf("%s, interrupted, ended with %s", filepath.Base(worker.Path), worker.ProcessState)
	}
	return nil
}
