package language

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// FuzzCheck checks whatever can be read: nothing makes it panic or take long, every
// problem stands somewhere in the document, and what has no problem becomes a program. A
// seed moves the parts of a document around first: that comes further than bytes do.
func FuzzCheck(f *testing.F) {
	for i, text := range shortDocuments(f) {
		f.Add(text, uint64(0))
		f.Add(text, uint64(i+1))
	}
	catalog := newTestCatalog(f)
	f.Fuzz(func(t *testing.T, document []byte, seed uint64) {
		if seed != 0 {
			document = shuffled(document, seed)
		}
		checkDocument(t, document, catalog)
	})
}

// Parts of good documents at wrong places are where a checker goes wrong.
func TestShuffledDocuments(t *testing.T) {
	catalog := newTestCatalog(t)
	for i, text := range shortDocuments(t) {
		for seed := range uint64(5) {
			checkDocument(t, shuffled(text, uint64(i)<<32+seed+1), catalog)
		}
	}
}

// shortDocuments are the documents of the tests; long ones are slow, and teach nothing
// that short ones do not.
func shortDocuments(t testing.TB) [][]byte {
	t.Helper()
	var texts [][]byte
	for _, pattern := range []string{"testdata/*.yaml", "../testdata/good/*.[yj]*", "../testdata/bad/*.[yj]*", "../testdata/warned/*.[yj]*", "../definitions/*.yaml"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if len(text) < 8000 {
				texts = append(texts, text)
			}
		}
	}
	require.Greater(t, len(texts), 100)
	return texts
}

func checkDocument(t *testing.T, document []byte, catalog Catalog) {
	t.Helper()
	start := time.Now()
	definition, problems := Read("fuzz.yaml", document, catalog, Budget{}, 0)
	require.Less(t, time.Since(start), time.Minute)
	require.LessOrEqual(t, len(problems), mostProblems+1)
	checkPlaces(t, document, problems)
	checkPlaces(t, document, Warnings("fuzz.yaml", document, catalog, Budget{}, 0))
	if definition != nil {
		canonical, err := Canonical(definition)
		require.NoError(t, err)
		_, err = Compile(canonical)
		require.NoError(t, err)
		_, problems = Read("", canonical, catalog, Budget{}, 0)
		require.Empty(t, problems)
		Calls(definition.Steps)
	}
	if plan, source, problems := LoadPlan(document, 0); len(problems) == 0 {
		outer := Outer{Vars: []string{"x"}, Steps: []string{"a"}, Names: []string{"item", "index"}, Depth: 3}
		if problems := CheckPlan(plan, source, catalog, Budget{}, outer); len(problems) == 0 {
			PlanWarnings(plan, source, catalog, Budget{}, outer)
			canonical, err := CanonicalPlan(plan)
			require.NoError(t, err)
			_, err = CompilePlan(canonical)
			require.NoError(t, err)
		}
	}
}

// shuffled is the document with some of its parts moved, copied or left out.
func shuffled(document []byte, seed uint64) []byte {
	_, source, _ := Load("", document, 0)
	if source.root == nil {
		return document
	}
	random := rand.New(rand.NewPCG(seed, seed))
	root := source.root.plain()
	parts := partsOf(root)
	for range 1 + random.IntN(4) {
		part := parts[random.IntN(len(parts))]
		switch value := parts[random.IntN(len(parts))].(type) {
		case map[string]any:
			if len(value) == 0 {
				continue
			}
			keys := slices.Sorted(maps.Keys(value))
			key := keys[random.IntN(len(keys))]
			switch random.IntN(4) {
			case 0:
				delete(value, key)
			case 1:
				value[key] = copied(part, 12)
			case 2:
				value[key] = copied(value[keys[random.IntN(len(keys))]], 12)
			default:
				if name, isText := part.(string); isText && len(name) < 50 {
					value[name] = copied(value[key], 12)
				}
			}
		case []any:
			if len(value) > 0 {
				value[random.IntN(len(value))] = copied(part, 12)
			}
		}
	}
	encoded, err := json.Marshal(root)
	if err != nil || len(encoded) > 100000 {
		return document
	}
	return encoded
}

// partsOf lists a value and all that is in it, with the keys.
func partsOf(value any) []any {
	parts := []any{value}
	switch value := value.(type) {
	case []any:
		for _, each := range value {
			parts = append(parts, partsOf(each)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			parts = append(parts, key)
			parts = append(parts, partsOf(value[key])...)
		}
	}
	return parts
}

// copied is a copy down to some depth, so that a value never comes to hold itself.
func copied(value any, depth int) any {
	if depth == 0 {
		return nil
	}
	switch value := value.(type) {
	case []any:
		list := make([]any, len(value))
		for i, each := range value {
			list[i] = copied(each, depth-1)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for key, each := range value {
			object[key] = copied(each, depth-1)
		}
		return object
	default:
		return value
	}
}
