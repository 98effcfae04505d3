package dynamichandlers

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
)

// InvalidConfiguration is the type of the ApplicationError of a configuration that
// cannot be used. It is not retryable.
const InvalidConfiguration = "InvalidConfiguration"

// Bounds of one configuration.
const (
	// MaxHandlers counts Signals, Queries and Updates, those of plugins included.
	MaxHandlers = 50
	// MaxDescriptionLength is in bytes.
	MaxDescriptionLength = 200
	// MaxConfigurationSize is in bytes of JSON.
	MaxConfigurationSize = 64 << 10
	// MaxProblems is how many problems one refusal lists; the rest it counts.
	MaxProblems = 100
)

// Configuration says which messages a run takes. It is the run's input, and so
// recorded in its Event History: editing the file changes later runs only.
type Configuration struct {
	Handlers
	Plugins []Plugin `json:"plugins,omitempty"`
}

// Plugin is a bundle of handlers with a name. It has data of its own.
type Plugin struct {
	Name string `json:"name"`
	Handlers
}

// Handlers are what one owner, the workflow itself or a plugin, registers.
type Handlers struct {
	Signals []Handler `json:"signals,omitempty"`
	Queries []Handler `json:"queries,omitempty"`
	Updates []Handler `json:"updates,omitempty"`
}

// Handler is one message that a run takes.
type Handler struct {
	// Name is what a client sends.
	Name string `json:"name"`
	// Type says what happens then.
	Type string `json:"type"`
	// Validator says which values an Update of type Store takes; without one, all.
	Validator string `json:"validator,omitempty"`
	// Description is shown beside the name in the Web UI and by the CLI.
	Description string `json:"description,omitempty"`
}

// Owners of data that are no plugins.
const (
	// Workflow owns the handlers outside of plugins.
	Workflow = "workflow"
	// Unregistered owns what came under names that nobody registered.
	Unregistered = "unregistered"
)

// kind is one of the three sorts of messages, each with names of its own.
type kind string

const (
	signalKind kind = "signal"
	queryKind  kind = "query"
	updateKind kind = "update"
)

// owned is a handler in its place.
type owned struct {
	Handler
	kind  kind
	owner string
	// place is where it stands in the configuration.
	place string
}

// all lists the handlers in the order of the configuration.
func (c Configuration) all() []owned {
	handlers := c.Handlers.of(Workflow, "")
	for i, plugin := range c.Plugins {
		handlers = append(handlers, plugin.Handlers.of(plugin.Name, fmt.Sprintf("plugins[%d].", i))...)
	}
	return handlers
}

func (h Handlers) of(owner, place string) []owned {
	var handlers []owned
	add := func(kind kind, list string, members []Handler) {
		for i, handler := range members {
			handlers = append(handlers, owned{handler, kind, owner, fmt.Sprintf("%s%s[%d]", place, list, i)})
		}
	}
	add(signalKind, "signals", h.Signals)
	add(queryKind, "queries", h.Queries)
	add(updateKind, "updates", h.Updates)
	return handlers
}

// find returns the handler of that kind and name.
func (c Configuration) find(kind kind, name string) (owned, bool) {
	handlers := c.all()
	i := slices.IndexFunc(handlers, func(h owned) bool { return h.kind == kind && h.Name == name })
	if i < 0 {
		return owned{}, false
	}
	return handlers[i], true
}

// ReadConfiguration reads a configuration from JSON. It fails with an
// ApplicationError of type InvalidConfiguration that lists all problems.
func ReadConfiguration(data []byte) (Configuration, error) {
	if len(data) > MaxConfigurationSize {
		return Configuration{}, refuse(fmt.Sprintf("the configuration has %d bytes, at most %d are allowed", len(data), MaxConfigurationSize))
	}
	var reader strictReader
	if !reader.document(data) {
		return Configuration{}, refuse(reader.problems...)
	}
	configuration := reader.configuration(data)
	problems := append(reader.problems, configuration.problems()...)
	// Beside other problems, this one is often only their consequence.
	if len(problems) == 0 && configuration.endless() {
		problems = append(problems, fmt.Sprintf("no signal or update has the type %s: nothing would end the run", Trigger))
	}
	return configuration, refuse(problems...)
}

// refuse returns an error that lists the problems, or nil where there are none.
func refuse(problems ...string) error {
	if len(problems) == 0 {
		return nil
	}
	if more := len(problems) - MaxProblems; more > 0 {
		problems = append(problems[:MaxProblems:MaxProblems], fmt.Sprintf("and %d more", more))
	}
	return temporal.NewNonRetryableApplicationError(strings.Join(problems, "\n"), InvalidConfiguration, nil)
}

func (r *strictReader) configuration(data json.RawMessage) Configuration {
	var handlers rawHandlers
	var plugins json.RawMessage
	r.object("", data, handlers.fields(map[string]any{"plugins": &plugins}))
	configuration := Configuration{Handlers: r.handlers("", handlers)}
	for i, element := range r.list("plugins", plugins) {
		configuration.Plugins = append(configuration.Plugins, r.plugin(fmt.Sprintf("plugins[%d]", i), element))
	}
	return configuration
}

func (r *strictReader) plugin(place string, data json.RawMessage) Plugin {
	var plugin Plugin
	var handlers rawHandlers
	r.object(place, data, handlers.fields(map[string]any{"name": &plugin.Name}))
	plugin.Handlers = r.handlers(place, handlers)
	return plugin
}

// rawHandlers are the lists that a configuration and a plugin both have.
type rawHandlers struct {
	signals, queries, updates json.RawMessage
}

// fields adds the lists to an object's other fields.
func (h *rawHandlers) fields(others map[string]any) map[string]any {
	others["signals"], others["queries"], others["updates"] = &h.signals, &h.queries, &h.updates
	return others
}

func (r *strictReader) handlers(place string, raw rawHandlers) Handlers {
	return Handlers{
		Signals: r.handlerList(join(place, "signals"), raw.signals),
		Queries: r.handlerList(join(place, "queries"), raw.queries),
		Updates: r.handlerList(join(place, "updates"), raw.updates),
	}
}

func (r *strictReader) handlerList(place string, data json.RawMessage) []Handler {
	var handlers []Handler
	for i, element := range r.list(place, data) {
		var handler Handler
		r.object(fmt.Sprintf("%s[%d]", place, i), element, map[string]any{
			"name":        &handler.Name,
			"type":        &handler.Type,
			"validator":   &handler.Validator,
			"description": &handler.Description,
		})
		handlers = append(handlers, handler)
	}
	return handlers
}

// problems lists why the configuration cannot be used, nothing where it can.
func (c Configuration) problems() []string {
	handlers := c.all()
	if len(handlers) > MaxHandlers {
		return []string{fmt.Sprintf("%d handlers, at most %d are allowed", len(handlers), MaxHandlers)}
	}
	problems := c.pluginProblems()
	for i, handler := range handlers {
		for _, problem := range append(handler.problems(), handler.otherOwners(handlers[:i])...) {
			problems = append(problems, handler.place+": "+problem)
		}
	}
	return problems
}

// endless reports whether no message ends the run.
func (c Configuration) endless() bool {
	return !slices.ContainsFunc(c.all(), func(h owned) bool { return h.Type == Trigger })
}

func (c Configuration) pluginProblems() []string {
	var problems []string
	firstPlace := map[string]string{}
	for i, plugin := range c.Plugins {
		place := fmt.Sprintf("plugins[%d]", i)
		if problem := nameProblem(plugin.Name); problem != "" {
			problems = append(problems, place+": "+problem)
		}
		if plugin.Name == Workflow || plugin.Name == Unregistered {
			problems = append(problems, fmt.Sprintf("%s: a plugin cannot be called %q, which owns other data", place, plugin.Name))
		}
		if first, taken := firstPlace[plugin.Name]; taken && plugin.Name != "" {
			problems = append(problems, fmt.Sprintf("%s: plugin %q is already at %s", place, shorten(plugin.Name), first))
		} else {
			firstPlace[plugin.Name] = place
		}
	}
	return problems
}

// nameProblem says what is wrong with a name, or "".
func nameProblem(name string) string {
	switch {
	case name == "":
		return "the name is missing"
	case strings.HasPrefix(name, "__"):
		return fmt.Sprintf("name %q: names that begin with __ belong to Temporal", shorten(name))
	case len(name) > MaxNameLength:
		return fmt.Sprintf("the name has %d bytes, at most %d are allowed", len(name), MaxNameLength)
	case !regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.-]*$`).MatchString(name):
		return fmt.Sprintf("name %q: a name is a letter, then letters, digits, '_', '.' or '-'", name)
	default:
		return ""
	}
}

func (h owned) problems() []string {
	var problems []string
	add := func(format string, values ...any) { problems = append(problems, fmt.Sprintf(format, values...)) }
	if problem := nameProblem(h.Name); problem != "" {
		add("%s", problem)
	}
	if h.Name == AnyQuery && h.kind == queryKind || h.Name == AnyUpdate && h.kind == updateKind {
		add("name %q belongs to the fallback", h.Name)
	}
	switch types := h.kind.types(); {
	case h.Type == "":
		add("the type is missing, known are %s", strings.Join(types, ", "))
	case !slices.Contains(types, h.Type):
		add("unknown %s type %q%s", h.kind, shorten(h.Type), suggestion(h.Type, types))
	}
	switch {
	case h.Validator == "":
	case h.kind != updateKind:
		add("a %s takes no validator: only an update can be refused", h.kind)
	case h.Type == Trigger:
		add("an update of type %s takes no validator: it has no argument", Trigger)
	case !slices.Contains(validators(), h.Validator):
		add("unknown validator %q%s", shorten(h.Validator), suggestion(h.Validator, validators()))
	}
	if len(h.Description) > MaxDescriptionLength {
		add("the description has %d bytes, at most %d are allowed", len(h.Description), MaxDescriptionLength)
	}
	return problems
}

// otherOwners reports a handler of the same kind and name that stands before this
// one: only one of them could be registered.
func (h owned) otherOwners(before []owned) []string {
	for _, other := range before {
		if other.kind == h.kind && other.Name == h.Name && h.Name != "" {
			return []string{fmt.Sprintf("%s %q of %s is already %s of %s", h.kind, shorten(h.Name), shorten(h.owner), other.place, shorten(other.owner))}
		}
	}
	return nil
}
