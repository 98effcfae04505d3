package engine

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"dynamicsamples/blueprint/language"
)

// What a worker keeps of documents from outside is bounded, however many there are and
// whatever their patterns become, and also where runs wait and keep their programs.
func TestMemoryIsBounded(t *testing.T) {
	kept := newPrograms()
	var properties []string
	for i := range 200 {
		properties = append(properties, fmt.Sprintf(`"p%d": {"pattern": "\\pL{990}"}`, i))
	}
	heap := func() uint64 {
		runtime.GC()
		var statistics runtime.MemStats
		runtime.ReadMemStats(&statistics)
		return statistics.HeapAlloc
	}
	before := heap()
	var waiting []*language.Program
	for i := range 24 {
		document := fmt.Sprintf(`{"blueprint": "mem", "version": "1.0.%d", "input": {"properties": {%s}}, "steps": [{"id": "w", "wait": "go"}]}`, i, strings.Join(properties, ", "))
		definition, _, problems := language.Load("", []byte(document), 0)
		require.Empty(t, problems)
		canonical, err := language.Canonical(definition)
		require.NoError(t, err)
		program, err := kept.blueprint(language.Hash(canonical), canonical)
		require.NoError(t, err)
		_, err = program.FitsWithin(program.Definition.Input, map[string]any{"p1": "x"}, 30_000_000)
		require.ErrorContains(t, err, "pattern")
		waiting = append(waiting, program)
	}
	assert.LessOrEqual(t, kept.schemas.Bytes(), schemasBytes)
	assert.Less(t, int64(heap())-int64(before), int64(100<<20))
	runtime.KeepAlive(waiting)
}

// A record is made once for a run, however many attempts its first Workflow Task takes.
func TestARecordIsPreparedOnce(t *testing.T) {
	kept := newPrograms()
	count := 0
	prepare := func() *record { count++; return &record{Name: fmt.Sprint(count)} }
	first := kept.preparation("run 1", prepare)
	assert.Same(t, first, kept.preparation("run 1", prepare))
	assert.NotSame(t, first, kept.preparation("run 2", prepare))
	assert.Equal(t, 2, count)
	judge := func() verdict { count++; return verdict{Hash: fmt.Sprint(count)} }
	assert.Equal(t, "3", kept.verdict("run 1 p", judge).Hash)
	assert.Equal(t, "3", kept.verdict("run 1 p", judge).Hash)
	assert.Equal(t, "4", kept.verdict("run 1 q", judge).Hash)
}

// A document is checked beside the workflow's thread, however short it is: a pattern of a few
// bytes can take long.
func TestDocumentsAreCheckedBeside(t *testing.T) {
	t.Parallel()
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.SetWorkerOptions(worker.Options{DeadlockDetectionTimeout: time.Second})
	interpreter, err := New(NewCatalog(), Options{})
	require.NoError(t, err)
	environment.ExecuteWorkflow(func(ctx workflow.Context) (string, error) {
		made := interpreter.recorded(ctx, "slow", func() *record {
			<-time.After(1500 * time.Millisecond)
			return &record{Name: "made"}
		})
		return made.Name, nil
	})
	require.NoError(t, environment.GetWorkflowError())
}
