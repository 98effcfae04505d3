package language

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// decoder takes a tree over into the types of the language, strictly, and goes on after
// each problem so that all of them are found.
type decoder struct {
	problems *problems
	fields   map[reflect.Type][]field
	kinds    []kindEntry
	patterns int // what the patterns of all schemas come to, in bytes
}

func newDecoder(found *problems) *decoder {
	return &decoder{problems: found, fields: map[reflect.Type][]field{}, kinds: kinds()}
}

func (d *decoder) fieldsOf(structure reflect.Type) []field {
	if _, known := d.fields[structure]; !known {
		d.fields[structure] = fieldsOf(structure)
	}
	return d.fields[structure]
}

// value takes a value over into a variable of any type of the language.
func (d *decoder) value(from *node, path *path, into reflect.Value) {
	switch target := into.Addr().Interface().(type) {
	case *Value:
		target.Raw = from.plain()
		return
	case **Schema:
		*target = d.schema(from, path)
		return
	case *Step:
		d.step(from, path, target)
		return
	case *Duration:
		d.duration(from, path, target)
		return
	case *Hold:
		if from.scalar == true {
			return
		}
	case *Edges:
		if node, isText := from.scalar.(string); isText {
			*target = To(node)
			return
		}
	case *Failure:
		if text, isText := from.scalar.(string); isText && isCaught(text) {
			target.Caught = true
			return
		}
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.value(from, path, into.Elem())
	case reflect.Interface:
		if plain := from.plain(); plain != nil {
			into.Set(reflect.ValueOf(plain))
		}
	case reflect.Struct:
		d.object(from, path, into)
	case reflect.Slice:
		d.list(from, path, into)
	case reflect.Map:
		d.entries(from, path, into)
	default:
		d.scalar(from, path, into)
	}
}

// object takes an object over into a struct, and tells whether it was one.
func (d *decoder) object(from *node, path *path, into reflect.Value) bool {
	if from.kind != objectNode {
		d.wrongType(from, path, into.Type())
		return false
	}
	if found, is := caseOfElse(from); is && into.Type() == reflect.TypeFor[Case]() {
		d.problems.add(found.at(path.key(found.key)), "unknown-key", `the steps for everything else stand beside "switch", not in its list: else: [...]`, "")
		return true
	}
	if into.Type() == reflect.TypeFor[Catch]() && d.stepInCatch(from) {
		d.problems.add(from.at(path), "wrong-type", "a step stands where a catch belongs, which holds steps: catch: [{steps: [...]}]", "")
		return true
	}
	fields := d.fieldsOf(into.Type())
	meant := map[string]bool{}
	for _, each := range from.members {
		if isExtra(into.Type(), each.key) {
			continue
		}
		if !d.member(each, path, fields, into) {
			at := each.at(path.key(each.key))
			suggestion := meantKey(each.key, keysOf(fields))
			meant[suggestion] = true
			d.problems.add(at, "unknown-key", "unknown key "+quote(each.key), suggestion)
		}
	}
	d.required(from, path, fields, meant)
	return true
}

// ExtraPrefix is how the keys of a document begin that mean nothing: what stands there is for
// the author, and for aliases in YAML.
const ExtraPrefix = "x-"

// isExtra reports whether a key of a structure means nothing.
func isExtra(structure reflect.Type, key string) bool {
	return structure == reflect.TypeFor[Definition]() && strings.HasPrefix(key, ExtraPrefix)
}

// member takes a member over into the field that has its key, if one has.
func (d *decoder) member(from member, around *path, fields []field, into reflect.Value) bool {
	i := slices.IndexFunc(fields, func(each field) bool { return each.key == from.key })
	if i < 0 {
		return false
	}
	path, target := around.key(from.key), into.FieldByIndex(fields[i].index)
	before := d.problems.count()
	d.value(from.value, path, target)
	if target.CanInt() || target.CanFloat() {
		d.atLeastOne(from.value, path, target, before, fields[i].optional)
	}
	empty := (target.Kind() == reflect.Slice || target.Kind() == reflect.Map) && target.Len() == 0
	if empty && fields[i].optional && !fields[i].keepsEmpty {
		target.SetZero()
	}
	return true
}

// atLeastOne holds for every number among the language's own keys: 0 is what a key
// that is not there has.
func (d *decoder) atLeastOne(from *node, path *path, number reflect.Value, before int, optional bool) {
	small := number.CanInt() && number.Int() < 1 || number.CanFloat() && number.Float() < 1
	if !small || d.problems.count() > before {
		return
	}
	message := "the number must be at least 1"
	if optional {
		message += "; leave the key out for none"
	}
	d.problems.add(from.at(path), "out-of-range", message, "")
	number.SetZero()
}

// required reports the keys that are missing, but for those that a misspelled key was
// probably meant to be.
func (d *decoder) required(from *node, path *path, fields []field, meant map[string]bool) {
	for _, each := range fields {
		if _, has := from.member(each.key); !has && !each.optional && !meant[each.key] {
			d.problems.add(from.at(path), "missing-key", "the key "+quote(each.key)+" is missing", "")
		}
	}
}

func (d *decoder) list(from *node, path *path, into reflect.Value) {
	if from.kind != listNode {
		d.wrongType(from, path, into.Type())
		return
	}
	list := reflect.MakeSlice(into.Type(), len(from.items), len(from.items))
	for i, item := range from.items {
		d.value(item, path.index(i), list.Index(i))
	}
	into.Set(list)
}

// entries takes an object over into a map.
func (d *decoder) entries(from *node, path *path, into reflect.Value) {
	if from.kind != objectNode {
		d.wrongType(from, path, into.Type())
		return
	}
	entries := reflect.MakeMapWithSize(into.Type(), len(from.members))
	for _, each := range from.members {
		entry := reflect.New(into.Type().Elem()).Elem()
		d.value(each.value, path.key(each.key), entry)
		entries.SetMapIndex(reflect.ValueOf(each.key), entry)
	}
	into.Set(entries)
}

func (d *decoder) scalar(from *node, path *path, into reflect.Value) {
	switch value := from.scalar.(type) {
	case string:
		if into.Kind() == reflect.String {
			into.SetString(value)
			return
		}
	case bool:
		if into.Kind() == reflect.Bool {
			into.SetBool(value)
			return
		}
	case int64:
		if into.CanFloat() {
			into.SetFloat(float64(value))
			return
		}
		if into.CanInt() {
			d.integer(from, path, value, into)
			return
		}
	case float64:
		if into.CanFloat() {
			into.SetFloat(value)
			return
		}
	}
	d.wrongType(from, path, into.Type())
}

func (d *decoder) integer(from *node, path *path, value int64, into reflect.Value) {
	if into.OverflowInt(value) || value > math.MaxInt32 || value < math.MinInt32 {
		d.problems.add(from.at(path), "out-of-range", fmt.Sprintf("the number must be at most %d", math.MaxInt32), "")
		return
	}
	into.SetInt(value)
}

func (d *decoder) duration(from *node, path *path, into *Duration) {
	text, isText := from.scalar.(string)
	if !isText {
		d.wrongType(from, path, reflect.TypeFor[Duration]())
		return
	}
	switch length, err := Duration(text).Parse(); {
	case Duration(text).IsExpression(): // Whether one may stand here is for the checker to say.
		*into = Duration(text)
	case err != nil:
		d.problems.add(from.at(path), "bad-duration", err.Error(), "")
	case length == 0:
		d.problems.add(from.at(path), "out-of-range", "the duration must be longer than 0; leave the key out for none", "")
	default:
		*into = Duration(text)
	}
}

func (d *decoder) wrongType(from *node, path *path, wanted reflect.Type) {
	message := fmt.Sprintf("%s is wanted here, this is %s", wantedType(wanted), from.what())
	switch from.scalar.(type) {
	case nil, string:
	default:
		if wanted == reflect.TypeFor[string]() {
			message += "; put it in quotes"
		}
	}
	if (wanted == reflect.TypeFor[Retry]() || wanted == reflect.TypeFor[BlockRetry]()) && from.what() == "a number" {
		message += fmt.Sprintf("; write retry: {maximumAttempts: %v}", from.scalar)
	}
	if wanted == reflect.TypeFor[Hold]() && from.scalar == false {
		message += "; leave the key out for none"
	}
	d.problems.add(from.at(path), "wrong-type", message, "")
}

// wantedType names a type for messages.
func wantedType(wanted reflect.Type) string {
	switch wanted {
	case reflect.TypeFor[Duration]():
		return `a duration such as "30s"`
	case reflect.TypeFor[Step]():
		return "a step, an object,"
	case reflect.TypeFor[Branches]():
		return "an object of branches, each a list of steps,"
	case reflect.TypeFor[[]*Step]():
		return "a list of steps"
	case reflect.TypeFor[Edges]():
		return "the id of a node, or a list of edges {when, to},"
	case reflect.TypeFor[Edge]():
		return "an edge {when, to}"
	case reflect.TypeFor[Hold]():
		return "true, or an object {types, timeout},"
	case reflect.TypeFor[Failure]():
		return "a failure, {type, message, details}, or ${error}, the one that was caught,"
	case reflect.TypeFor[[]string]():
		return "a list of texts"
	case reflect.TypeFor[Schema]():
		return "a JSON Schema, an object,"
	case reflect.TypeFor[[]*Schema]():
		return "a list of schemas"
	}
	switch wanted.Kind() {
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Bool:
		return "true or false"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "a text"
	default:
		return "a whole number"
	}
}

// step takes a step over: the keys that every step may have, and those of its kind.
func (d *decoder) step(from *node, path *path, into *Step) {
	if from.kind != objectNode {
		d.wrongType(from, path, reflect.TypeFor[Step]())
		return
	}
	if named, is := d.idAsKey(from); is {
		d.problems.add(named.at(path.key(named.key)), "missing-kind", fmt.Sprintf("the id of a step stands beside its kind: write {id: %s, ...}", named.key), "")
		return
	}
	kind, written := d.kindOf(from, path)
	common, target := d.fieldsOf(reflect.TypeFor[Step]()), reflect.ValueOf(into).Elem()
	var own []field
	var kindTarget reflect.Value
	if kind != nil {
		into.Kind = kind.make()
		kindTarget = reflect.ValueOf(into.Kind).Elem()
		own = d.fieldsOf(kindTarget.Type())
	}
	meant := map[string]bool{}
	for i := range from.members {
		if kind != nil && from.members[i].key == written {
			from.members[i].key = kind.key // so that what is in there is found
		}
		each := from.members[i]
		if !d.member(each, path, common, target) && !d.member(each, path, own, kindTarget) {
			meant[d.unknownStepKey(each, from, path, kind, append(keysOf(common), keysOf(own)...))] = true
		}
	}
	d.required(from, path, common, meant)
	d.required(from, path, own, meant)
}

// kindOf finds a step's kind by the key that names it, and reports when there is none,
// or more than one. A key that is nearly a kind's stands for it, as it is written.
func (d *decoder) kindOf(from *node, path *path) (kind *kindEntry, written string) {
	var found []member
	for _, each := range from.members {
		if entry := d.kindNamed(each.key); entry != nil {
			found = append(found, each)
			if kind == nil {
				kind, written = entry, each.key
			}
		}
	}
	switch len(found) {
	case 0:
		return d.guessKind(from, path)
	case 1:
	default:
		names := make([]string, len(found))
		for i, each := range found {
			names[i] = quote(each.key)
		}
		message := fmt.Sprintf("a step has one kind, and this has %d: %s", len(found), joined(names))
		d.problems.add(found[1].at(path.key(found[1].key)), "two-kinds", message, "")
	}
	return kind, written
}

// guessKind reports that a step has no kind, with the one that was probably meant: one
// whose key is nearly there, or the only one that has the keys that are.
func (d *decoder) guessKind(from *node, path *path) (kind *kindEntry, written string) {
	for _, each := range from.members {
		if d.isStepKey(each.key) {
			continue
		}
		if meant := suggest(each.key, d.kindKeys()); meant != "" {
			message := "this step has no kind, and " + quote(each.key) + " is none"
			d.problems.add(each.at(path.key(each.key)), "missing-kind", message, meant)
			return d.kindNamed(meant), each.key
		}
	}
	meant := ""
	for _, each := range from.members {
		if remedy := remedyOf(each.key); remedy != "" {
			d.problems.add(each.at(path.key(each.key)), "missing-kind", "this step has no kind, and "+quote(each.key)+" is none: "+remedy, "")
			return nil, ""
		}
		if owners := d.owners(each.key); len(owners) == 1 {
			meant = owners[0]
		}
	}
	message := "this step has no kind; it needs one of the keys " + joined(d.kindKeys())
	d.problems.add(from.at(path), "missing-kind", message, meant)
	return nil, ""
}

func (d *decoder) kindNamed(key string) *kindEntry {
	for i := range d.kinds {
		if d.kinds[i].key == key {
			return &d.kinds[i]
		}
	}
	return nil
}

func (d *decoder) kindKeys() []string {
	keys := make([]string, len(d.kinds))
	for i, each := range d.kinds {
		keys[i] = each.key
	}
	return keys
}

// owners are the kinds that have a key.
func (d *decoder) owners(key string) []string {
	var owners []string
	for _, each := range d.kinds {
		if slices.Contains(keysOf(d.fieldsOf(reflect.TypeOf(each.make()).Elem())), key) {
			owners = append(owners, each.key)
		}
	}
	return owners
}

// isStepKey tells whether every step, or some kind, has the key.
func (d *decoder) isStepKey(key string) bool {
	common := keysOf(d.fieldsOf(reflect.TypeFor[Step]()))
	return slices.Contains(common, key) || len(d.owners(key)) > 0
}

// unknownStepKey reports a key that a step of this kind does not have, and returns the
// one that was probably meant.
func (d *decoder) unknownStepKey(from member, step *node, around *path, kind *kindEntry, known []string) (meant string) {
	owners := d.owners(from.key)
	ofOtherKind := slices.ContainsFunc(owners, func(owner string) bool { _, has := step.member(owner); return has })
	message := unknownKey(from.key)
	switch {
	case rewritten(from.key, step):
		return "" // the remedy of the other key says it
	case kind == nil && (len(owners) > 0 || remedyOf(from.key) != ""), ofOtherKind:
		return "" // that there is no kind, or another one, has been said
	case len(owners) > 0:
		message = fmt.Sprintf("%s is a key of %s, not of %s", quote(from.key), joined(owners), kind.key)
	case slices.Contains(known, sameAs(from.key)) && sameAs(from.key) != "when": // which only nodes of a dag have
		message, meant = "unknown key "+quote(from.key), sameAs(from.key)
	case remedyOf(from.key) == "":
		meant = suggest(from.key, known)
	}
	d.problems.add(from.at(around.key(from.key)), "unknown-key", message, meant)
	return meant
}

// joined lists words as in "a, b and c".
func joined(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
