package dynamichandlers

import _ "embed" // for the two configurations

// HandlersJSON is a configuration that names each type of handler.
//
//go:embed handlers.json
var HandlersJSON string

// PluginsJSON is a configuration with two plugins.
//
//go:embed plugins.json
var PluginsJSON string
