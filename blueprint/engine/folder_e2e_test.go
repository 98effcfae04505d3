//go:build e2e

package engine_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"dynamicsamples/blueprint/engine"
)

// Guarantee 8 with a folder that is looked at again and again: runs that go on keep what they
// began with, and so do the children that they start later, while files are changed, removed,
// renamed and broken under them; new runs get what is there, without a restart.
func TestRunsKeepTheirDefinitionWhenTheLibraryChanges(t *testing.T) {
	p := newPlant(t)
	folder := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
	}
	const parent = "blueprint: %s\nversion: 1.0.0\nsteps: [{id: w, wait: go}, {id: c, workflow: child@1.0.0}, {id: e, activity: echo, with: ['%s', \"${steps.c.output}\"]}]\n"
	const child = "blueprint: child\nversion: 1.0.0\nsteps: [{id: e, activity: echo, with: '%s'}]\n"
	write("child.yaml", fmt.Sprintf(child, "old child"))
	for _, name := range []string{"changed", "removed", "renamed", "broken"} {
		write(name+".yaml", fmt.Sprintf(parent, name, "old"))
	}
	interpreter := p.interpreter(engine.Options{Library: os.DirFS(folder)})
	stop := p.work("library", interpreter)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { assert.NoError(t, interpreter.Watch(ctx, 20*time.Millisecond)) }()
	runs := map[string]*ran{}
	for _, name := range []string{"changed", "removed", "renamed", "broken"} {
		runs[name] = p.start("library", name, name)
		require.Eventually(t, func() bool {
			_, err := p.connection.QueryWorkflow(t.Context(), name, "", engine.StatusQuery)
			return err == nil
		}, 20*time.Second, 20*time.Millisecond)
	}

	write("child.yaml", fmt.Sprintf(child, "new child"))
	write("changed.yaml", fmt.Sprintf(parent, "changed", "newer"))
	require.NoError(t, os.Remove(filepath.Join(folder, "removed.yaml")))
	require.NoError(t, os.Rename(filepath.Join(folder, "renamed.yaml"), filepath.Join(folder, "other.yaml")))
	write("other.yaml", strings.Replace(fmt.Sprintf(parent, "renamed", "new"), "blueprint: renamed", "blueprint: other", 1))
	write("broken.yaml", "blueprint: [")
	require.Eventually(t, func() bool {
		described := interpreter.Describe()
		_, other := described.Blueprints["other@1.0.0"]
		_, removed := described.Blueprints["removed@1.0.0"]
		return other && !removed && len(described.Problems) == 1
	}, 20*time.Second, 20*time.Millisecond)

	// Another Worker, which never had the old files, carries the runs on.
	stop()
	p.work("library", p.interpreter(engine.Options{Library: os.DirFS(folder)}))
	for name, run := range runs {
		handle, err := p.connection.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: name, UpdateName: engine.MessageUpdate, Args: []any{engine.NewMessage("go", nil)}, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		require.NoError(t, err)
		require.NoError(t, handle.Get(t.Context(), nil))
		assert.Equal(t, `["old","old child"]`, run.ending(), name)
	}
	for name, want := range map[string]string{"removed": "failed UnknownBlueprint", "renamed": "failed UnknownBlueprint", "broken": "failed UnknownBlueprint"} {
		assert.Contains(t, p.start("library", "new-"+name, name).ending(), want)
	}
	assert.Equal(t, `"new child"`, p.start("library", "new-child", "child").ending())

	list := []string{"blueprint: main\nversion: 1.0.0\nsteps: [{id: a, workflow: mine@1.0.0}]\n", "blueprint: mine\nversion: 1.0.0\nsteps: [{id: a, workflow: child@1.0.0}]\n"}
	run := p.start("library", "along", engine.InlineWorkflow, list, nil)
	assert.Equal(t, `"new child"`, run.ending(), "a document that comes along starts one of the library")
	run.replays(interpreter)
}
