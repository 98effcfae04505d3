package expression

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/structpb"
)

// values are names with the values of a map.
type values map[string]any

func (v values) Lookup(name string) (any, bool) {
	value, found := v[name]
	return value, found
}

func (v values) Fields() []string { return fieldNames(map[string]any(v)) }

func celOracle(t *testing.T) *cel.Env {
	environment, err := cel.NewCustomEnv(cel.StdLib(), cel.OptionalTypes(), ext.Strings(), ext.Lists(), ext.Sets(),
		ext.Math(), ext.Encoders(), ext.TwoVarComprehensions(), ext.Bindings())
	require.NoError(t, err)
	return environment
}

// celEvaluate is what cel-go's own interpreter makes of an expression, as JSON.
func celEvaluate(environment *cel.Env, text string, names values) (result string, err error) {
	parsed, issues := environment.Parse(text)
	if issues.Err() != nil {
		return "", issues.Err()
	}
	program, err := environment.Program(parsed)
	if err != nil {
		return "", err
	}
	value, _, err := program.Eval(map[string]any(names))
	if err != nil {
		return "", err
	}
	return celJSON(value)
}

func celJSON(value ref.Val) (string, error) {
	if timeLike := string(value.Type().TypeName()); strings.HasPrefix(timeLike, "google.protobuf.") {
		value = value.ConvertToType(cel.StringType)
	}
	native, err := value.ConvertToNative(jsonValueType())
	if err != nil {
		return "", err
	}
	encoded, err := json.Marshal(native.(*structpb.Value).AsInterface())
	return string(encoded), err
}

// generator writes random expressions.
type generator struct{ *rand.Rand }

func (g generator) pick(options ...string) string { return options[g.IntN(len(options))] }

func (g generator) expression(kind string, depth int) string {
	sub := func(kind string) string { return g.expression(kind, depth-1) }
	if depth <= 0 {
		switch kind {
		case "bool":
			return g.pick("true", "false", "input.yes", "input.no")
		case "number":
			return g.pick("0", "1", "2", "7", "-3", "input.one", "input.list[1]", "input.object.b", "input.missing", "input.list[9]")
		case "string":
			return g.pick(`""`, `"a"`, `'ü€x'`, `"abcabc"`, "input.text", "input.texts[0]", `"2021-03-04T05:06:07.5Z"`, `"1h30m"`, `"12"`, `"true"`)
		case "list":
			return g.pick("[]", "[1]", "[3, 1, 2]", "input.list", "input.list + [1]", "[1, 2, 2]")
		case "texts":
			return g.pick("[]", `["b", "a"]`, "input.texts", `"a,b".split(",")`)
		case "object":
			return g.pick("{}", `{"a": 1}`, "input.object", `{"b": 2, "a": 1}`)
		}
		return g.pick("null", "input.nothing", "1", `"a"`, "[1]", "{}", "true")
	}
	depth--
	switch kind {
	case "bool":
		switch g.IntN(16) {
		case 0:
			return sub("bool") + " && " + sub("bool")
		case 1:
			return sub("bool") + " || " + sub("bool")
		case 2:
			return "!(" + sub("bool") + ")"
		case 3:
			k := g.pick("number", "string", "list", "object", "any", "bool")
			return "(" + sub(k) + ")" + g.pick("==", "!=") + "(" + sub(k) + ")"
		case 4:
			k := g.pick("number", "string")
			return "(" + sub(k) + ")" + g.pick("<", "<=", ">", ">=") + "(" + sub(k) + ")"
		case 5:
			return "(" + sub("number") + ") in (" + sub("list") + ")"
		case 6:
			return "(" + sub("string") + ") in (" + sub("object") + ")"
		case 7:
			return "(" + sub("string") + ")." + g.pick("contains", "startsWith", "endsWith") + "(" + sub("string") + ")"
		case 8:
			return "(" + sub("list") + ")." + g.pick("all", "exists", "exists_one") + "(x, " + g.pick("x > 1", "x == 1", sub("bool"), "x / 0 == 1 || x == 2") + ")"
		case 9:
			return "(" + sub("object") + ")." + g.pick("all", "exists", "exists_one") + "(k, " + g.pick(`k == "a"`, `k > "a"`) + ")"
		case 10:
			return "has(input." + g.pick("one", "missing", "object.a", "object.zz", "nothing") + ")"
		case 11:
			return "sets." + g.pick("contains", "equivalent", "intersects") + "(" + sub("list") + ", " + sub("list") + ")"
		case 12:
			return g.pick(`input[?"one"]`, `input.?missing`, "input.?object.a", "input.?object.?z", "input.?missing.a.b", "input.list[?5]", "input.?list[1]",
				"optional.of(1)", "optional.none()", "input.?one.optMap(v, v + 1)", "input.?object.optFlatMap(o, o.?b)") + ".hasValue()"
		case 13:
			return "(" + sub("string") + ").matches(" + g.pick(`"a+"`, `"^.b"`, `"^$"`) + ")"
		case 14:
			return "(" + sub("list") + ").all(i, v, " + g.pick("i < 2", "v >= i") + ")"
		}
		return "bool(" + sub("string") + ")"
	case "number":
		switch g.IntN(12) {
		case 0:
			return "(" + sub("number") + ")" + g.pick("+", "-", "*", "%") + "(" + sub("number") + ")"
		case 1:
			return "size(" + sub(g.pick("string", "list", "object", "texts")) + ")"
		case 2:
			return "(" + sub("string") + ")." + g.pick("indexOf", "lastIndexOf") + "(" + sub("string") + ")"
		case 3:
			return "int(" + sub("string") + ")"
		case 4:
			return "(" + sub("list") + ")[" + sub("number") + "]"
		case 5:
			return "(" + sub("object") + ")[" + sub("string") + "]"
		case 6:
			return "(" + sub("object") + ")[?" + sub("string") + "].orValue(" + sub("number") + ")"
		case 7:
			return "(" + sub("bool") + " ? " + sub("number") + " : " + sub("number") + ")"
		case 8:
			return "timestamp(" + g.pick(`"2021-03-04T05:06:07.5Z"`, `"2020-02-29T23:59:59+02:00"`, sub("string")) + ")." +
				g.pick("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds") + "()"
		case 9:
			return "cel.bind(v, " + sub("number") + ", " + g.pick("v", "v + v", "1") + ")"
		case 10:
			return "(" + sub("list") + ")." + g.pick("first", "last") + "().or(optional.of(" + sub("number") + ")).value()"
		}
		if g.IntN(3) == 0 {
			return g.pick("input.?one", "input.?missing", "input.?object.?c", "input.?list[0]", `input.?object["b"]`, "input.?one.optMap(v, v + 1)",
				"input.?object.optFlatMap(o, o.?z)", "optional.ofNonZeroValue("+sub("number")+")") + ".orValue(" + sub("number") + ")"
		}
		return "math." + g.pick("greatest", "least") + "(" + sub("number") + ", " + sub("number") + ")"
	case "string":
		switch g.IntN(9) {
		case 0:
			return "(" + sub("string") + " + " + sub("string") + ")"
		case 1:
			return "string(" + sub(g.pick("number", "bool", "string")) + ")"
		case 2:
			return "(" + sub("string") + ").charAt(" + sub("number") + ")"
		case 3:
			return "(" + sub("string") + ").substring(" + sub("number") + g.pick("", ", "+sub("number")) + ")"
		case 4:
			return "(" + sub("string") + ").replace(" + sub("string") + ", " + sub("string") + g.pick("", ", 1") + ")"
		case 5:
			return "(" + sub("string") + ")." + g.pick("trim", "lowerAscii", "upperAscii", "reverse") + "()"
		case 6:
			return "(" + sub("texts") + ").join(" + g.pick("", sub("string")) + ")"
		case 7:
			return "base64.encode(bytes(" + sub("string") + "))"
		}
		return "string(timestamp(" + g.pick(`"2021-03-04T05:06:07.5Z"`, "1") + ") + duration(" + g.pick(`"1h30m"`, `"-2.5s"`, sub("string")) + "))"
	case "list":
		switch g.IntN(9) {
		case 0:
			return "(" + sub("list") + " + " + sub("list") + ")"
		case 1:
			return "(" + sub("list") + ").map(x, " + g.pick("x", "x + 1", sub("number")) + ")"
		case 2:
			return "(" + sub("list") + ").filter(x, " + g.pick("x > 1", sub("bool")) + ")"
		case 3:
			return "(" + sub("list") + ")." + g.pick("distinct", "reverse", "sort") + "()"
		case 4:
			return "(" + sub("list") + ").slice(" + sub("number") + ", " + sub("number") + ")"
		case 5:
			return "(" + sub("list") + ").transformList(i, v, " + g.pick("i", "v", "i + v") + ")"
		case 6:
			return "[" + sub("list") + ", " + sub("list") + "].flatten()"
		case 7:
			return "lists.range(" + sub("number") + ")"
		}
		return "[" + sub("number") + ", ?optional.of(" + sub("number") + "), ?optional.none(), " + sub("number") + "]"
	case "texts":
		return g.pick("("+sub("string")+").split("+sub("string")+")", "("+sub("object")+").map(k, k).sort()", "["+sub("string")+", "+sub("string")+"]", "("+sub("texts")+").sortBy(x, size(x))")
	case "object":
		switch g.IntN(4) {
		case 0:
			return `{"a": ` + sub("number") + `, "b": ` + sub("number") + "}"
		case 1:
			return "(" + sub("object") + ").transformMap(k, v, " + g.pick("v", "v + 1", "v > 1, v") + ")"
		case 2:
			return "(" + sub("object") + ").transformMapEntry(k, v, {k + k: v})"
		}
		return `{"x": 1, ?"y": ` + g.pick("input.?one", "input.?missing", "optional.none()") + "}"
	}
	return g.pick(sub("bool"), sub("number"), sub("string"), sub("list"), sub("object"))
}

// agreeing is the data of TestAgreesWithCEL.
func agreeing() values {
	return values{"input": map[string]any{
		"yes": true, "no": false, "one": int64(1), "text": "Hello ", "nothing": nil, "list": []any{int64(5), int64(2), int64(2)},
		"texts": []any{"b", "a", "b"}, "object": map[string]any{"a": int64(1), "b": int64(2), "c": int64(3)},
	}}
}

// What cel-go's interpreter makes of an expression, our own evaluation does as well, as
// long as there are only whole numbers.
func TestAgreesWithCEL(t *testing.T) {
	environment, names := celOracle(t), agreeing()
	g := generator{rand.New(rand.NewPCG(1, 2))}
	succeeded := 0
	const attempts = 1500
	for range attempts {
		text := g.expression(g.pick("bool", "number", "string", "list", "texts", "object", "any"), 1+g.IntN(4))
		want, wantErr := celEvaluate(environment, text, names)
		got, gotErr := evaluateJSON(text, names)
		require.Equalf(t, wantErr == nil, gotErr == nil, "%s: CEL says %s, %v; we say %s, %v", text, want, wantErr, got, gotErr)
		if wantErr == nil {
			require.JSONEq(t, want, got, text)
			succeeded++
		}
	}
	require.Greater(t, succeeded, attempts/2, "most expressions have a value")
}

// evaluateJSON is our value of an expression, as JSON.
func evaluateJSON(text string, names Names) (string, error) {
	template, err := Compile("${" + text + "}")
	if err != nil {
		return "", err
	}
	value, err := template.Evaluate(names, Limits{Cost: 1_000_000, Bytes: 1 << 20})
	if err != nil {
		return "", err
	}
	encoded, err := json.Marshal(value)
	return string(encoded), err
}

func jsonValueType() reflect.Type { return reflect.TypeFor[*structpb.Value]() }
