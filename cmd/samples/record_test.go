package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/scenario"
)

func TestHistoriesKeptByVersionAreNeverRecordedAnew(t *testing.T) {
	_, err := toRecord(scenario.Sample{Name: "a", HistoryVersion: "v1"}, t.TempDir(), true)
	assert.EqualError(t, err, "the histories of a are kept by version and are never written again: record it without --all")
}

func TestOnlyMissingHistoriesAreRecorded(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "there.json"), nil, 0o600))
	sample := scenario.Sample{Scenarios: []scenario.Scenario{{Name: "there"}, {Name: "missing"}, {Name: "never", Unrecorded: true}}}
	names := func(version string, all bool) (names []string) {
		sample.HistoryVersion = version
		chosen, err := toRecord(sample, folder, all)
		require.NoError(t, err)
		for _, each := range chosen.Scenarios {
			names = append(names, each.Name)
		}
		return names
	}
	assert.Equal(t, []string{"missing"}, names("", false))
	assert.Equal(t, []string{"missing"}, names("v1", false))
	assert.Equal(t, []string{"there", "missing"}, names("", true))
	assert.Len(t, sample.Scenarios, 3, "the sample is left as it is")
}

func TestHistoriesOfAVersionHaveAFolderOfTheirOwn(t *testing.T) {
	assert.Equal(t, filepath.FromSlash("root/a/testdata/histories"), historiesOf("root", scenario.Sample{Name: "a"}))
	assert.Equal(t, filepath.FromSlash("root/a/testdata/histories/v2"), historiesOf("root", scenario.Sample{Name: "a", HistoryVersion: "v2"}))
}

func TestStaleHistoriesAreRemovedOnlyWithAll(t *testing.T) {
	stale := filepath.Join(t.TempDir(), "stale.json")
	require.NoError(t, os.WriteFile(stale, nil, 0o600))
	require.NoError(t, writeHistories(t.Context(), nil, filepath.Dir(stale), nil, false))
	assert.FileExists(t, stale)
	require.NoError(t, writeHistories(t.Context(), nil, filepath.Dir(stale), nil, true))
	assert.NoFileExists(t, stale)
}
