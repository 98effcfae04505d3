// Package definitions holds the example blueprints. Each file is one, and its first
// line says what it shows.
package definitions

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml
var files embed.FS

// Files is the folder of the definitions.
func Files() fs.FS { return files }
