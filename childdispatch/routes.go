package childdispatch

import (
	"bytes"
	_ "embed" // for the table of routes
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.temporal.io/sdk/workflow"
)

// Types of the Failures of items for which the table has no route.
const (
	// UnknownType: the table has no Child Workflow for the item's type.
	UnknownType = "UnknownType"
	// UnknownWorkflow: the Child Workflow that the item names is not in the table.
	UnknownWorkflow = "UnknownWorkflow"
)

//go:embed routes.json
var configuration []byte

// Route says which Child Workflow takes the items of a type, and how.
type Route struct {
	// Workflow is the name of a Child Workflow that the Worker has registered: a child
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

// ReadConfiguration reads the routes from JSON. A misspelled key, a duplicate key and a
// Child Workflow that is not registered are errors, and so is anything after the value.
func ReadConfiguration(text []byte) (Configuration, error) {
	read, err := readConfiguration(text)
	if err != nil {
		return Configuration{}, fmt.Errorf("read the routes: %w", err)
	}
	return read, nil
}

func readConfiguration(text []byte) (read Configuration, err error) {
	values, err := readObject(text, "routes", "tenants")
	if err != nil {
		return read, err
	}
	if values["routes"] != nil {
		if read.Routes, err = readRoutes(values["routes"]); err != nil {
			return read, fmt.Errorf("routes: %w", err)
		}
	}
	if len(read.Routes) == 0 {
		return read, errors.New("routes must not be empty")
	}
	if values["tenants"] == nil {
		return read, nil
	}
	tenants, err := readObject(values["tenants"])
	if err != nil {
		return read, fmt.Errorf("tenants: %w", err)
	}
	read.Tenants = map[string]map[string]Route{}
	for _, tenant := range workflow.DeterministicKeys(tenants) {
		if read.Tenants[tenant], err = readRoutes(tenants[tenant]); err != nil {
			return read, fmt.Errorf("tenant %q: %w", tenant, err)
		}
	}
	return read, nil
}

func readRoutes(text []byte) (map[string]Route, error) {
	values, err := readObject(text)
	if err != nil {
		return nil, err
	}
	routes := map[string]Route{}
	for _, itemType := range workflow.DeterministicKeys(values) {
		if _, err := readObject(values[itemType], "workflow", "quality"); err != nil {
			return nil, fmt.Errorf("%q: %w", itemType, err)
		}
		var route Route
		if err := json.Unmarshal(values[itemType], &route); err != nil {
			return nil, fmt.Errorf("%q: workflow and quality must be strings", itemType)
		}
		if _, registered := children()[route.Workflow]; !registered {
			return nil, fmt.Errorf("%q: no child workflow %q is registered", itemType, route.Workflow)
		}
		routes[itemType] = route
	}
	return routes, nil
}

// readObject returns the values of a JSON object. It refuses what json.Unmarshal takes
// without a word: a duplicate key, a key of another case than the known ones (when any
// are given), and what follows the object.
func readObject(text []byte, known ...string) (map[string]json.RawMessage, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("must be a JSON object")
	}
	values := map[string]json.RawMessage{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return nil, notJSON(err)
		}
		key := fmt.Sprint(token)
		if _, duplicate := values[key]; duplicate {
			return nil, fmt.Errorf("duplicate key %q", key)
		}
		if len(known) > 0 && !slices.Contains(known, key) {
			return nil, fmt.Errorf("unknown key %q; known are %s", key, strings.Join(known, ", "))
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, notJSON(err)
		}
		values[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, notJSON(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("must be one JSON object with nothing after it")
	}
	return values, nil
}

func notJSON(err error) error { return fmt.Errorf("not valid JSON: %w", err) }

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

// recordedTable returns the tenant's table as it was when this run began. It is Worker
// state: without the record, a Worker with another table would decide otherwise on
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

// named returns the route of the items that name their Child Workflow.
func (t Table) named(name string) (Route, *Failure) {
	route, known := t.Named[name]
	if !known {
		return Route{}, &Failure{UnknownWorkflow, unknown("child workflow", name, t.Named)}
	}
	return route, nil
}

// forType returns the route of the items of a type.
func (t Table) forType(itemType string) (Route, *Failure) {
	route, known := t.Routes[itemType]
	if !known {
		return Route{}, &Failure{UnknownType, unknown("child workflow for type", itemType, t.Routes)}
	}
	return route, nil
}

func unknown(what, name string, known map[string]Route) string {
	return fmt.Sprintf("no %s %q; known are %s", what, shorten(name), strings.Join(workflow.DeterministicKeys(known), ", "))
}
