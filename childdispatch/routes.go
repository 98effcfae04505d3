package childdispatch

import (
	_ "embed" // for the table of routes
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"
)

//go:embed routes.json
var configuration []byte

// Route says which child workflow takes the items of a type, and how.
type Route struct {
	// Workflow is the name of a child workflow that the worker has registered: a child
	// of any other type would never end.
	Workflow string `json:"workflow"`
	Quality  string `json:"quality"`
}

// Configuration is what routes.json holds.
type Configuration struct {
	// Routes are by the items' type.
	Routes map[string]Route `json:"routes"`
	// Tenants are by name, each with routes that replace or join the common ones.
	Tenants map[string]map[string]Route `json:"tenants"`
}

// Table is what one run chooses its children by.
type Table struct {
	// Routes are by the items' type.
	Routes map[string]Route `json:"routes"`
	// Named are the routes of the items that name their workflow, by that name.
	Named map[string]Route `json:"named"`
}

// ReadConfiguration reads the routes from JSON. A key that no configuration has and a
// child workflow that is not registered are errors.
func ReadConfiguration(text []byte) (Configuration, error) {
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	var read Configuration
	if err := decoder.Decode(&read); err != nil {
		return Configuration{}, fmt.Errorf("read the routes: %w", err)
	}
	for _, routes := range append(slices.Collect(maps.Values(read.Tenants)), read.Routes) {
		for itemType, route := range routes {
			if _, registered := children()[route.Workflow]; !registered {
				return Configuration{}, fmt.Errorf("read the routes: no child workflow %q, which %q is to go to", route.Workflow, itemType)
			}
		}
	}
	return read, nil
}

// tableOf returns the table of one tenant.
func (c Configuration) tableOf(tenant string) Table {
	table := Table{Routes: map[string]Route{}, Named: map[string]Route{}}
	maps.Copy(table.Routes, c.Routes)
	maps.Copy(table.Routes, c.Tenants[tenant])
	for name := range children() {
		table.Named[name] = Route{Workflow: name, Quality: "standard"}
	}
	return table
}

// recordedTable returns the tenant's table as it was when this run began. It is worker
// state: without the record, a worker with another table would decide otherwise on
// replay.
func recordedTable(ctx workflow.Context, tenant string) (Table, error) {
	var table Table
	err := workflow.SideEffect(ctx, func(workflow.Context) any {
		// A test holds that the configuration that is built in can be read.
		read, _ := ReadConfiguration(configuration)
		return read.tableOf(tenant)
	}).Get(&table)
	return table, err
}

// route returns the way that the item goes, or why it can go none.
func (t Table) route(item Item) (Route, *Failure) {
	if failure := checkItem(item); failure != nil {
		return Route{}, failure
	}
	if item.Workflow != "" {
		route, known := t.Named[item.Workflow]
		if !known {
			return Route{}, &Failure{UnknownWorkflow, unknown("child workflow", item.Workflow, t.Named)}
		}
		return route, nil
	}
	route, known := t.Routes[item.Type]
	if !known {
		return Route{}, &Failure{UnknownType, unknown("child workflow for type", item.Type, t.Routes)}
	}
	return route, nil
}

func unknown(what, name string, known map[string]Route) string {
	return fmt.Sprintf("no %s %q; known are %s", what, shorten(name), strings.Join(workflow.DeterministicKeys(known), ", "))
}
