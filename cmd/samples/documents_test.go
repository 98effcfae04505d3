package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"dynamicsamples/internal/readme"
)

// mostWords is how long a README may be; the rest belongs into a DETAILS.md beside it.
const mostWords = 2500

func TestREADMEsAreShort(t *testing.T) {
	for file, text := range documentTexts(t) {
		if filepath.Base(file) == "README.md" {
			assert.LessOrEqual(t, len(strings.Fields(text)), mostWords, file)
		}
	}
}

// A link to a file of the repository names one that is there, and a heading that it has.
func TestLinksInDocuments(t *testing.T) {
	texts := documentTexts(t)
	for file, text := range texts {
		for _, link := range regexp.MustCompile(`\]\(([^()\s]+)\)`).FindAllStringSubmatch(withoutBlocks(text), -1) {
			target, heading, _ := strings.Cut(link[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			path := file
			if target != "" {
				path = filepath.Join(filepath.Dir(file), filepath.FromSlash(target))
			}
			_, err := os.Stat(path)
			if assert.NoErrorf(t, err, "%s links to %s", file, link[1]) && heading != "" {
				assert.Containsf(t, headings(texts[path]), heading, "%s links to %s", file, link[1])
			}
		}
	}
}

func documentTexts(t *testing.T) map[string]string {
	root, err := currentRoot()
	require.NoError(t, err)
	files, err := readme.Find(root)
	require.NoError(t, err)
	texts := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		texts[file] = string(text)
	}
	return texts
}

func withoutBlocks(text string) string {
	return regexp.MustCompile("(?ms)^ *(```+)[^`\n]*\n.*?^ *```+ *$").ReplaceAllString(text, "")
}

// headings are the anchors of the document's headings, as GitHub makes them.
func headings(text string) []string {
	var found []string
	for _, heading := range regexp.MustCompile(`(?m)^#+ +(.+)$`).FindAllStringSubmatch(withoutBlocks(text), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N}\- _]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		found = append(found, strings.ReplaceAll(anchor, " ", "-"))
	}
	return found
}
