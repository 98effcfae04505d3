package main

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/internal/devserver"
	"dynamicsamples/internal/readme"
	"dynamicsamples/internal/scenario"
)

func execute(t *testing.T, args ...string) (string, error) {
	root := newRoot()
	var out bytes.Buffer
	root.SetOut(&out)
	root.SetErr(&out)
	root.SetArgs(args)
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

func TestListShowsEverySampleAndScenario(t *testing.T) {
	out, err := execute(t, "list")
	require.NoError(t, err)
	for _, sample := range allSamples() {
		assert.Contains(t, out, sample.Name+": "+sample.Idea)
		for _, each := range sample.Scenarios {
			assert.Contains(t, out, sample.Name+"/"+each.Name+" ")
		}
	}
}

func TestUnknownNames(t *testing.T) {
	for _, args := range [][]string{{"run", "dynamicworkflo"}, {"record", "dynamicworkflo"}} {
		_, err := execute(t, args...)
		assert.ErrorContains(t, err, `no sample "dynamicworkflo"; there are dynamicworkflow, dynamicactivity`)
	}
	_, err := execute(t, "run", "dynamicworkflow/tabel")
	assert.ErrorContains(t, err, `dynamicworkflow has no scenario "tabel"; it has unregistered, type-from-table`)
	_, err = execute(t, "rum")
	assert.ErrorContains(t, err, `unknown command "rum"`)
	assert.ErrorContains(t, err, "run")
	_, err = execute(t, "server", "--dbb", "x")
	assert.ErrorContains(t, err, "unknown flag: --dbb")
	_, err = execute(t, "list", "everything")
	assert.Error(t, err)
}

func TestWorkerMustBeTheRunningOne(t *testing.T) {
	for _, args := range [][]string{{"run", "--worker=own"}, {"run", "--worker="}} {
		_, err := execute(t, args...)
		assert.ErrorContains(t, err, "--worker must be running")
	}
	_, err := execute(t, "run", "--worker=running", "--keep")
	assert.ErrorContains(t, err, "[keep worker] were all set")
	_, err = execute(t, "run", "--worker=running", "dynamicworkflow/tabel")
	assert.ErrorContains(t, err, `dynamicworkflow has no scenario "tabel"`)
	_, err = execute(t, "readme", "dynamicworkflo")
	assert.ErrorContains(t, err, `no README in folder "dynamicworkflo"`)
}

func TestDocumentsOfFolders(t *testing.T) {
	root := moduleRoot(t)
	names := func(folders ...string) []string {
		files, err := documents(root, folders)
		require.NoError(t, err)
		var names []string
		for _, file := range files {
			name, err := filepath.Rel(root, file)
			require.NoError(t, err)
			names = append(names, filepath.ToSlash(name))
		}
		return names
	}
	assert.Equal(t, []string{"CHANGELOG.md", "CONTRIBUTING.md", "README.md"}, names("."))
	assert.Equal(t, []string{"CHANGELOG.md", "CONTRIBUTING.md", "README.md", "dynamicworkflow/DETAILS.md", "dynamicworkflow/README.md"}, names("dynamicworkflow", ".", "dynamicworkflow/"))
	assert.Subset(t, names(), names("."))
	assert.NotContains(t, names("dynamicworkflow"), "dynamicactivity/README.md")

	samples := func(folders ...string) (names []string) {
		for _, sample := range workersFor(folders) {
			names = append(names, sample.Name)
		}
		return names
	}
	assert.Equal(t, []string{"dynamicworkflow"}, samples("dynamicworkflow"))
	assert.Len(t, samples("."), len(allSamples()))
	assert.Len(t, samples("dynamicworkflow", "blueprint/command"), len(allSamples()))
}

func TestSelectSamples(t *testing.T) {
	names := func(args ...string) []string {
		samples, err := selectSamples(args)
		require.NoError(t, err)
		var names []string
		for _, sample := range samples {
			for _, each := range sample.Scenarios {
				names = append(names, sample.Name+"/"+each.Name)
			}
		}
		return names
	}
	all := names()
	assert.Equal(t, []string{"dynamicworkflow/type-from-table"}, names("dynamicworkflow/type-from-table"))
	assert.Equal(t, []string{"dynamicworkflow/type-from-table", "dynamicactivity/pipeline"}, names("dynamicactivity/pipeline", "dynamicworkflow/type-from-table"))
	assert.Equal(t, names("dynamicworkflow"), names("dynamicworkflow", "dynamicworkflow/type-from-table"))
	assert.Greater(t, len(all), len(names("dynamicworkflow")))
}

// What the samples say of themselves must fit the ways in which it is used.
func TestSamplesAreWellFormed(t *testing.T) {
	root := moduleRoot(t)
	for _, sample := range allSamples() {
		assert.DirExists(t, filepath.Join(root, sample.Name, "worker"))
		assert.DirExists(t, filepath.Join(root, sample.Name, "starter"))
		seen := map[string]bool{}
		for _, each := range sample.Scenarios {
			name := sample.Name + "/" + each.Name
			assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, each.Name)
			assert.False(t, seen[each.Name], "%s is there twice", name)
			seen[each.Name] = true
			assert.NotEmpty(t, each.Input, name)
			assert.NotContains(t, each.Input, "\n", name)
			const summaryLimit = 400
			assert.Less(t, len(each.Input), summaryLimit, "%s: it is the workflow's summary", name)
			assert.NotEmpty(t, each.Expected, name)
			assert.NotNil(t, each.Run, name)
		}
	}
}

func moduleRoot(t *testing.T) string {
	folder, err := os.Getwd()
	require.NoError(t, err)
	root, err := devserver.ModuleRoot(folder)
	require.NoError(t, err)
	return root
}

func TestReadmesShowTheSource(t *testing.T) {
	root := moduleRoot(t)
	files, err := readme.Find(root)
	require.NoError(t, err)
	for _, file := range files {
		old, updated, err := readme.UpdateCode(file)
		require.NoError(t, err)
		assert.Equal(t, string(old), string(updated), "%s has drifted; bring it up to date with make readme", file)
	}
	for _, sample := range allSamples() {
		assert.Contains(t, files, filepath.Join(root, sample.Name, "README.md"))
	}
}

func TestNamedServerThatDoesNotAnswer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	t.Setenv("TEMPORAL_ADDRESS", listener.Addr().String())
	out, err := execute(t, "run")
	assert.ErrorContains(t, err, "no Temporal server answers at "+listener.Addr().String())
	assert.Empty(t, out, "a named server is not replaced by another")
	_, err = execute(t, "run", "--worker=running")
	assert.ErrorContains(t, err, "no Temporal server answers at "+listener.Addr().String())
}

func TestWorkerThatFailsEndsTheScenarios(t *testing.T) {
	broken := scenario.Sample{Name: "broken", RunWorker: func(context.Context, client.Client) error { return errors.New("no queue") }}
	err := withWorker(t.Context(), nil, broken, func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	})
	assert.EqualError(t, err, "broken: no queue")
}

func TestWorkerIsStoppedAfterTheScenarios(t *testing.T) {
	stopped := false
	sample := scenario.Sample{Name: "sample", RunWorker: func(ctx context.Context, _ client.Client) error {
		<-ctx.Done()
		stopped = true
		return nil
	}}
	failure := errors.New("scenario")
	err := withWorker(t.Context(), nil, sample, func(context.Context) error { return failure })
	assert.ErrorIs(t, err, failure)
	assert.True(t, stopped)
}

func TestUsualOrFree(t *testing.T) {
	listener, err := net.Listen("tcp", net.JoinHostPort(usualHost, "0"))
	require.NoError(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	assert.Zero(t, usualOrFree(port), strconv.Itoa(port)+" is taken")
	require.NoError(t, listener.Close())
	assert.Equal(t, port, usualOrFree(port))
}

func TestWriteWhole(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, writeWhole(file, []byte("old")))
	require.NoError(t, writeWhole(file, []byte("new")))
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "new", string(content))
	entries, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing else is left")
	assert.Error(t, writeWhole(filepath.Join(file, "below a file"), nil))
}

func TestHelpNamesEveryCommand(t *testing.T) {
	out, err := execute(t, "--help")
	require.NoError(t, err)
	for _, name := range strings.Fields("list run server record readme") {
		assert.Contains(t, out, "\n  "+name)
	}
}
