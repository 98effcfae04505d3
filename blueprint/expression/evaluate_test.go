package expression

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// plenty is more than any expression of the tests needs.
func plenty() Limits { return Limits{Cost: 100_000, Bytes: 1 << 20, Strict: true} }

// decode reads JSON into values.
func decode(t require.TestingT, document string) any {
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	var value any
	require.NoError(t, decoder.Decode(&value), document)
	return Normalize(value)
}

// sample is what most tests work on.
func sample(t require.TestingT) values {
	return values{
		"input": decode(t, `{"amount": 10, "price": 2.5, "name": "Zoë", "nothing": null, "tags": ["b", "a"], "matrix": [[1, 2], [3]],
			"address": {"city": "Oslo", "zip": "0150"}, "items": [{"id": "x", "price": 10}, {"id": "y", "price": 10.5}]}`),
		"vars":  decode(t, `{"total": 41}`),
		"steps": stepsObject{"charge": int64(7), "ship": map[string]any{"parcel": "p1"}},
	}
}

// stepsObject is an Object: from a step to its output.
type stepsObject map[string]any

func (s stepsObject) Field(name string) (any, bool) {
	output, exists := s[name]
	return map[string]any{"output": output}, exists
}

func (s stepsObject) Fields() []string { return slices.Collect(maps.Keys(s)) }

// What a text evaluates to, as JSON. A "!" begins an error: a part of its message.
func TestEvaluate(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		// Texts.
		{"", `""`},
		{"plain $ { } text", `"plain $ { } text"`},
		{"$${input.amount}", `"${input.amount}"`},
		{"$$${input.amount}", `"$${input.amount}"`},
		{"${input.amount}", `10`},
		{" ${input.amount}", `" 10"`},
		{"${input.amount}${input.price}", `"102.5"`},
		{"Hello ${input.name}, ${input.nothing}, ${true}, ${input.tags}!", `"Hello Zoë, null, true, [\"b\",\"a\"]!"`},
		{"${{'b': '<&>', 'a': 1.0}} is sorted", `"{\"a\":1,\"b\":\"<&>\"} is sorted"`},
		{"${steps} all", `"{\"charge\":{\"output\":7},\"ship\":{\"output\":{\"parcel\":\"p1\"}}} all"`},

		// Numbers.
		{"${7 / 2}", `3.5`},
		{"${6 / 2}", `3`},
		{"${6.0 / 2}", `3`},
		{"${-7 / 2}", `-3.5`},
		{"${1 / 3}", `0.3333333333333333`},
		{"${9223372036854775806 / 2}", `4611686018427387903`},
		{"${9223372036854775807 / 10}", `922337203685477600`},
		{"${1 + 2}", `3`},
		{"${0.1 + 0.2}", `0.30000000000000004`},
		{"${1.5 + 1.5}", `3`},
		{"${input.amount * 2}", `20`},
		{"${input.price * 2}", `5`},
		{"${input.price * 3}", `7.5`},
		{"${input.amount - input.price}", `7.5`},
		{"${7 % 4}", `3`},
		{"${-7 % 4}", `-3`},
		{"${7.5 % 2}", `1.5`},
		{"${-input.amount}", `-10`},
		{"${-input.price}", `-2.5`},
		{"${-(0.0)}", `0`},
		{"${1e3}", `1000`},
		{"${10u}", `10`},
		{"${9223372036854775807}", `9223372036854775807`},
		{"${9223372036854775807 + 1}", `!does not fit`},
		{"${-9223372036854775808 - 1}", `!does not fit`},
		{"${9223372036854775807 * 2}", `!does not fit`},
		{"${-9223372036854775808 / -1}", `!does not fit`},
		{"${-(-9223372036854775808)}", `!does not fit`},
		{"${-9223372036854775808 * -1}", `!does not fit`},
		{"${-9223372036854775808 % -1}", `0`},
		{"${9223372036854775807 + 0.5}", `9223372036854775808`},
		{"${1 / 0}", `!division by zero`},
		{"${1.5 / 0}", `!division by zero`},
		{"${1 / 0.0}", `!division by zero`},
		{"${1 % 0}", `!by zero`},
		{"${1.5 % 0}", `!by zero`},
		{"${1e308 * 10}", `!no finite number`},
		{"${1e308 + 1e308}", `!no finite number`},
		{"${-1e308 - 1e308}", `!no finite number`},
		{"${1e999}", `!does not fit`},

		// Comparisons.
		{"${10 == 10.0}", `true`},
		{"${[10, 2.5] == [10.0, 2.5]}", `true`},
		{"${{'a': 1} == {'a': 1.0}}", `true`},
		{"${1 == 1.5}", `false`},
		{"${1 == '1'}", `false`},
		{"${null == input.nothing}", `true`},
		{"${input.address == {'zip': '0150', 'city': 'Oslo'}}", `true`},
		{"${input.address == {'zip': '0150', 'town': 'Oslo'}}", `false`},
		{"${input.amount != 10}", `false`},
		{"${[1] == [1, 2]}", `false`},
		{"${9007199254740993 == 9007199254740992.0}", `false`},
		{"${9007199254740993 > 9007199254740992.0}", `true`},
		{"${9223372036854775807 < 9223372036854775808.0}", `true`},
		{"${-9223372036854775808 > -1e300}", `true`},
		{"${2 > 1.5 && 1 < 1.5 && 1.5 > 1 && 1.5 < 2.5 && -1 > -1.5}", `true`},
		{"${'a' < 'b' && false < true}", `true`},
		{"${1 < 'a'}", `!a whole number and a string have no order`},
		{"${null < 1}", `!takes`},
		{"${10.0 in [10] && 'city' in input.address && !(1 in input.address) && !(3 in [1])}", `true`},
		{"${steps == steps}", `true`},

		// Logic.
		{"${true || 1 / 0 == 1}", `true`},
		{"${1 / 0 == 1 || true}", `true`},
		{"${1 / 0 == 1 && false}", `false`},
		{"${1 / 0 == 1 || false}", `!division`},
		{"${1 || true}", `true`},
		{"${1 && true}", `!must be a boolean, not a whole number`},
		{"${!1}", `!takes a boolean`},
		{"${1 ? 2 : 3}", `!must be a boolean`},
		{"${true ? 1 : 1 / 0}", `1`},
		{"${false ? 1 / 0 : 'x'}", `"x"`},

		// Strings and lists.
		{"${'a' + 'b'}", `"ab"`},
		{"${'a' + 1}", `!a string and a whole number cannot be added; string(x)`},
		{"${[1] + ['a']}", `[1,"a"]`},
		{"${[1] + 1}", `!cannot be added`},
		{"${[1] - [1]}", `!takes`},
		{"${'a' * 2}", `!takes a number, not a string`},
		{"${b'ab' + b'c'}", `"YWJj"`},
		{"${input.name.size()} ${size('')} ${size([1])} ${size(input.address)} ${size(steps)} ${size(b'ab')}", `"3 0 1 2 2 2"`},
		{"${size(1)}", `!takes a string, a list, an object or bytes`},
		{"${input.name.charAt(2) + input.name.charAt(3)}", `"ë"`},
		{"${'abc'.charAt(4)}", `!no position 4`},
		{"${'abc'.charAt(1.5)}", `!takes a whole number, not a number`},
		{"${'abc'.charAt(1.0)}", `"b"`},
		{"${'abcabc'.indexOf('c')} ${'abcabc'.indexOf('c', 3)} ${'abc'.indexOf('x')} ${'abcabc'.lastIndexOf('b')} ${'aëb'.indexOf('b')}", `"2 5 -1 4 2"`},
		{"${'abc'.indexOf('a', -1)}", `!no position -1`},
		{"${'abc'.substring(1)} ${'abc'.substring(1, 2)} ${'ëab'.substring(0, 1)}", `"bc b ë"`},
		{"${'abc'.substring(4)}", `!no position 4`},
		{"${'abc'.substring(2, 1)}", `!no position 1`},
		{"${'aXbX'.replace('X', '--')} ${'aXbX'.replace('X', '', 1)} ${'ab'.replace('', '.')}", `"a--b-- abX .a.b."`},
		{"${'a,b,c'.split(',')} ${'a,b,c'.split(',', 2)} ${'ab'.split('')}", `"[\"a\",\"b\",\"c\"] [\"a\",\"b,c\"] [\"a\",\"b\"]"`},
		{"${'a'.split(',', 0)}", `[]`},
		{"${['a', 'b'].join()} ${['a', 'b'].join('-')}", `"ab a-b"`},
		{"${[1].join()}", `!a list of strings, not one with a whole number`},
		{"${' aB '.trim() + 'Aë'.lowerAscii() + 'aë'.upperAscii() + 'abë'.reverse()}", `"aBaëAëëba"`},
		{"${'abc'.contains('bc') && 'abc'.startsWith('ab') && 'abc'.endsWith('bc')}", `true`},
		{"${'a1'.matches('^[a-z][0-9]$')} ${matches('b', 'a')} ${'ab'.matches('a' + 'b')}", `"true false true"`},
		{"${'a'.matches('(' + '')}", `!the regular expression is wrong`},
		{"${'a'.matches(1)}", `!takes a string`},
		{"${[1].matches('a')}", `!takes a string`},
		{"${base64.encode('ab')} ${base64.encode(b'ab')} ${base64.decode('YWI=')}", `"YWI= YWI= YWI="`},
		{"${base64.decode('?')}", `!illegal base64`},
		{"${input.matrix.flatten()} ${[[[1]]].flatten(2)} ${[[1]].flatten(0)}", `"[1,2,3] [1] [[1]]"`},
		{"${[1].flatten(-1)}", `!not negative`},
		{"${[3, 1.5, 2].sort()} ${input.tags.sort()} ${input.items.sortBy(i, -i.price).map(i, i.id)} ${[2, 1].reverse()}", `"[1.5,2,3] [\"a\",\"b\"] [\"y\",\"x\"] [1,2]"`},
		{"${[1, 'a'].sort()}", `!cannot be sorted: a`},
		{"${[[1]].sort()}", `!no order`},
		{"${[1, 2, 3].slice(1, 3)}", `[2,3]`},
		{"${[1].slice(0, 2)}", `!no items 0 to 2`},
		{"${[1, 1.0, 'a', [1], [1.0], null, null, 2.5].distinct()}", `[1,"a",[1],null,2.5]`},
		{"${{input.name: 1, input.name: 2}}", `!the key "Zoë" is given twice`},
		{"${merge({'a': 1, 'b': 2}, {'b': 3, 'c': 4})}", `{"a":1,"b":3,"c":4}`},
		{"${merge(steps, {'charge': 1})}", `{"charge":1,"ship":{"output":{"parcel":"p1"}}}`},
		{"${merge({'a': {'b': 1}}, {'a': {'c': 2}})}", `{"a":{"c":2}}`},
		{"${merge({}, [1])}", `!merge() takes an object, not a list`},
		{"${put({'a': 1}, 'b', 2)}", `{"a":1,"b":2}`},
		{"${put({'a': 1}, 'a', null)}", `{"a":null}`},
		{"${put({'a.b': 1}, 'a.b', 2)}", `{"a.b":2}`},
		{"${put({'a': {'b': 1}}, ['a', 'c'], 2)}", `{"a":{"b":1,"c":2}}`},
		{"${put({}, ['a', 'b', 'c'], 1)}", `{"a":{"b":{"c":1}}}`},
		{"${put({'a': null}, ['a', 'b'], 1)}", `{"a":{"b":1}}`},
		{"${put({'a': [1, {'b': 2}]}, ['a', 1, 'b'], 3)}", `{"a":[1,{"b":3}]}`},
		{"${put({'a': [1, 2]}, ['a', 2], 3)}", `!there is no item 2 in a list of 2`},
		{"${put({'a': [1, 2]}, ['a', -1], 3)}", `!there is no item -1 in a list of 2`},
		{"${put({'a': 1}, ['a', 'b'], 3)}", `!put cannot set the field "b" of a whole number`},
		{"${put({'a': 1}, ['a', 0], 3)}", `!put cannot set item 0 of a whole number`},
		{"${put({}, [], 3)}", `!a path of at least one name`},
		{"${put({}, [true], 3)}", `!a path is made of names and positions, not of a boolean`},
		{"${put({}, lists.range(101).map(i, 'a'), 3)}", `!at most 100 names`},
		{"${put({}, lists.range(99).map(i, 'a'), 3).a.a.a != null}", `true`},
		{"${json.parse('{\\\"a\\\": [1, 2.50, true, null, \\\"x\\\"]}')}", `{"a":[1,2.5,true,null,"x"]}`},
		{"${json.parse(' 10.0 ')}", `10`},
		{"${json.parse('1e400')}", `!json.parse: the number 1e400 is too large`},
		{"${json.parse('{} {}')}", `!json.parse: something follows the JSON value`},
		{"${json.parse('{\\\"a\\\": 1, \\\"a\\\": 2}')}", `!an object has the field "a" twice`},
		{"${json.parse('nope')}", `!json.parse: the text is not JSON`},
		{"${json.parse('[1, 2')}", `!json.parse: the text is not JSON`},
		{"${json.parse('')}", `!json.parse: the text is not JSON`},
		{"${json.format({'b': [1, 2.0], 'a': '<é>'})}", `"{\"a\":\"<é>\",\"b\":[1,2]}"`},
		{"${json.format(steps)}", `"{\"charge\":{\"output\":7},\"ship\":{\"output\":{\"parcel\":\"p1\"}}}"`},
		{"${json.format(duration('90s'))}", `"\"90s\""`},
		{"${json.format(input[?'x'])}", `!say what it is without one`},
		{"${json.parse(json.format(input)) == input}", `true`},
		{"${sha256('abc')}", `"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"`},
		{"${sha256(b'abc') == sha256('abc')}", `true`},
		{"${sha256(1)}", `!sha256() takes a string or bytes, not a whole number`},
		{"${lists.range(3)}", `[0,1,2]`},
		{"${lists.range(-1)}", `!not negative`},
		{"${sets.contains([1, 2], [2.0])} ${sets.equivalent([1, 1], [1])} ${sets.intersects([1], [2])}", `"true true false"`},
		{"${[1, 2].first().value() + [1, 2].last().value()}", `3`},
		{"${[].first().orValue('none')}", `"none"`},
		{"${math.greatest(1, 2.5, 2)} ${math.least([3, 1])} ${math.abs(-2)} ${math.abs(-2.5)} ${math.sign(-3)} ${math.sqrt(2.25)}", `"2.5 1 2 2.5 -1 1.5"`},
		{"${math.greatest([])}", `!empty list`},
		{"${math.greatest(['a'])}", `!take numbers`},
		{"${math.sqrt(-1)}", `!no finite`},
		{"${math.ceil(1.2)} ${math.floor(-1.2)} ${math.round(2.5)} ${math.trunc(-1.7)} ${math.round(3)}", `"2 -2 3 -1 3"`},

		// Selections.
		{"${input.address.city}", `"Oslo"`},
		{"${input['address']['city']}", `"Oslo"`},
		{"${input.items[1].price}", `10.5`},
		{"${input.items[0.0].id}", `"x"`},
		{"${input.items[10 / 10].id}", `"y"`},
		{"${input.items[0.5]}", `!a whole number, not a number`},
		{"${input.items[2]}", `!no item 2 in a list of 2`},
		{"${input.items[-1]}", `!no item -1`},
		{"${input.items['a']}", `!a whole number, not a string`},
		{"${input.address[0]}", `!the key of an object is a string`},
		{"${input.town}", `!there is no field "town", only address, amount, items, matrix, name, nothing, price, tags`},
		{"${input.name.first}", `!a string has no field "first"`},
		{"${input.nothing.x}", `!null has no field "x"`},
		{"${1[0]}", `!a whole number has no items`},
		{"${inptu.x}", `!there is no name "inptu", only input, steps, vars`},
		{"${steps.charge.output + 1}", `8`},
		{"${steps.ship.output.parcel}", `"p1"`},
		{"${steps.pack.output}", `!there is no field "pack", only charge, ship`},
		{"${steps['charge'].output}", `7`},
		{"${steps.ship}", `{"output":{"parcel":"p1"}}`},
		{"${input.`name`}", `"Zoë"`},
		{"${has(input.town)} ${has(input.nothing)} ${has(steps.charge)} ${has(steps.pack)} ${has(input.address.zip)}", `"false true true false true"`},
		{"${has(input.town.x)}", `!no field "town"`},
		{"${input[?'town'].orValue('none')} ${input.?town.orValue('none')} ${input.?address.city.orValue('none')} ${input.?town.x.orValue('none')} ${input.items[?5].orValue(0)}", `"none none Oslo none 0"`},
		{"${input.?town.or(input.?name).value()}", `"Zoë"`},
		{"${input.?town.value()}", `!the optional value is missing`},
		{"${input.?town}", `!.orValue()`},
		{"${[input.?town]}", `!.orValue()`},
		{"${input.orValue(1)}", `!follow an optional value, not an object`},
		{"${{'a': 1, ?'b': input.?town, ?'c': input.?amount}}", `{"a":1,"c":10}`},
		{"${[?input.?town, ?input.?amount]}", `[10]`},
		{"${[?1]}", `!after ? comes an optional value`},
		{"${{1: 2}}", `!a key must be a string`},
		{"${optional.ofNonZeroValue('').hasValue()} ${optional.unwrap([input.?town, optional.of(1)])} ${[optional.none()].unwrapOpt()}", `"false [1] []"`},
		{"${input.?amount.optMap(a, a + 1).orValue(0)} ${input.?town.optMap(a, a + 1).orValue(0)} ${input.?address.optFlatMap(a, a.?city).orValue('')}", `"11 0 Oslo"`},

		// Macros.
		{"${input.items.all(i, i.price >= 10)} ${input.items.exists(i, i.id == 'y')} ${input.items.exists_one(i, i.price == 10)} ${[1, 1].exists_one(i, i == 1)}", `"true true true false"`},
		{"${input.items.filter(i, i.price > 10).map(i, i.id)} ${[1, 2].map(i, i > 1, i * 2)}", `"[\"y\"] [4]"`},
		{"${[1, 0].exists(i, 1 / i == 1)} ${[0, 2].all(i, 1 / i == 1)}", `"true false"`},
		{"${[0, 1].all(i, 1 / i == 1)}", `!division by zero`},
		{"${input.address.map(k, k)} ${input.address.all(k, v, size(v) == 4)} ${steps.map(s, s)}", `"[\"city\",\"zip\"] true [\"charge\",\"ship\"]"`},
		{"${input.address.transformList(k, v, k + v)}", `["cityOslo","zip0150"]`},
		{"${input.address.transformMap(k, v, v + '!')}", `{"city":"Oslo!","zip":"0150!"}`},
		{"${input.address.transformMapEntry(k, v, {v: k})}", `{"0150":"zip","Oslo":"city"}`},
		{"${['a', 'a'].transformMapEntry(i, v, {v: i})}", `!there twice`},
		{"${[1].transformMap(i, v, v)}", `!a key must be a string, not a whole number`},
		{"${[1].transformMapEntry(i, v, 1)}", `!makes objects`},
		{"${cel.bind(x, input.amount + 1, x * x)}", `121`},
		{"${cel.bind(x, 1 / 0, 5)}", `5`},
		{"${cel.bind(x, 1 / 0, x)}", `!division`},
		{"${[1, 2].map(x, [3].map(y, x * y))} ${[1].map(input, input)} ${[[1]].map(x, x.map(x, x + 1))}", `"[[3],[6]] [1] [[2]]"`},
		{"${(1).map(x, x)}", `!walks through a list or an object, not a whole number`},

		// Times and types.
		{"${timestamp('2026-01-31T23:00:00-02:00')}", `"2026-02-01T01:00:00Z"`},
		{"${timestamp('2026-01-31T23:00:00Z') + duration('36h')}", `"2026-02-02T11:00:00Z"`},
		{"${timestamp('2026-01-02T00:00:00Z') - timestamp('2026-01-01T00:00:00Z')}", `"86400s"`},
		{"${duration('1h') + duration('30m') > duration('1h') && -duration('1h') < duration('0s')}", `true`},
		{"${timestamp('2026-01-31T23:00:00.5Z').getMonth()} ${timestamp('2026-01-31T23:00:00-02:00').getHours()} ${duration('90m').getMinutes()}", `"0 1 90"`},
		{"${duration('1.5s')}", `"1.5s"`},
		{"${timestamp('yesterday')}", `!timestamp() does not take "yesterday"`},
		{"${duration('1 day')}", `!duration() does not take "1 day"`},
		{"${timestamp('2026-01-01T00:00:00Z') < timestamp('2027-01-01T00:00:00Z')}", `true`},
		{"${int('12')} ${int(2.9)} ${int(timestamp('1970-01-01T00:01:00Z'))} ${double('2.5')} ${double(3)} ${bool('true')} ${string(1e21)} ${string(true)} ${string(b'ab')}", `"12 2 60 2.5 3 true 1e+21 true ab"`},
		{"${int('1.5')}", `!int() does not take "1.5"`},
		{"${int(1e300)}", `!int() does not take 1e+300`},
		{"${bool('maybe')}", `!bool() does not take`},
		{"${double('NaN')}", `!double() does not take "NaN"`},
		{"${string([1])}", `!takes`},
		{"${string(b'\\xff')}", `!string() does not take bytes`},
		{"${bytes('ab')}", `"YWI="`},
		{"${type(1) == int && type(1.0) == int && type(1.5) == double && type('') == string && type([]) == list && type({}) == map && type(null) == null_type && type(true) == bool && type(b'') == bytes && type(int) == type}", `true`},
		{"${timestamp('2026-01-01T00:00:00Z') == timestamp('2026-01-01T01:00:00+01:00') && duration('60s') == duration('1m') && b'a' == b'a' && b'a' != b'b' && b'a' < b'b'}", `true`},
		{"${optional.of(1) == optional.of(1.0) && optional.none() != optional.of(1) && optional.none() == optional.none() && input.?town != input.?name}", `true`},
		{"${[null, false, 0, 0.5, '', [], {}, b'', duration('0s'), timestamp(0), optional.none(), int, 'a', [0], input].map(x, optional.ofNonZeroValue(x).hasValue())}", `[false,false,false,true,false,false,false,false,false,true,false,true,true,true,true]`},
		{"${timestamp('2026-01-01T00:00:00Z') - 1}", `!a whole number cannot be subtracted from a timestamp`},
		{"${[timestamp(0), duration('1s'), optional.none()].map(x, type(x) == int)}", `[false,false,false]`},
		{"${optional.unwrap([1])}", `!takes a list of optional values`},
		{"${[1, 2].sortBy(x, [x])}", `!no order`},
		{"${{1 / 0: 1}}", `!division`},
		{"${{'a': 1 / 0}}", `!division`},
		{"${[1 / 0]}", `!division`},
		{"${(1 / 0).x}", `!division`},
		{"${(1 / 0).?x}", `!division`},
		{"${(1 / 0)[0]}", `!division`},
		{"${[1][1 / 0]}", `!division`},
		{"${(1 / 0).orValue(1)}", `!division`},
		{"${1 / 0} and ${2}", `!division`},
		{"${[1 / 0].map(x, x)}", `!division`},
		{"${[1].map(x, x / 0)}", `!division`},
		{"${math.greatest([1, 'a'])}", `!take numbers, not a string`},
		{"${(1 / 0).matches('a')}", `!division`},
		{"${has((1 / 0).x)}", `!division`},
		{"${-1 / 0 > 0 ? 1 : 2}", `!division`},
		{"${type(input.price) in [int, double]} ${dyn(1) == 1}", `"true true"`},
		{"${int}", `!a type, which is no JSON`},
	} {
		t.Run(test.text, func(t *testing.T) {
			template, err := Compile(test.text)
			if err != nil {
				require.True(t, strings.HasPrefix(test.want, "!"), err)
				assert.Contains(t, err.Error(), test.want[1:])
				return
			}
			value, err := template.Evaluate(sample(t), plenty())
			if message, wantsError := strings.CutPrefix(test.want, "!"); wantsError {
				var failed *Error
				require.ErrorAs(t, err, &failed, "value %v", value)
				assert.Equal(t, Failed, failed.Kind)
				assert.Contains(t, failed.Message, message)
				return
			}
			require.NoError(t, err)
			encoded, err := json.Marshal(value)
			require.NoError(t, err)
			assert.JSONEq(t, test.want, string(encoded))
			assert.Equal(t, decode(t, string(encoded)), value, "the value is normalized")
		})
	}
}

// Selected values are shared with the names, and the size of what is bound but not
// selected does not matter.
func TestEvaluateSharesWhatItSelects(t *testing.T) {
	names := sample(t)
	value, err := mustCompile(t, "${input.address}").Evaluate(names, plenty())
	require.NoError(t, err)
	names["input"].(map[string]any)["address"].(map[string]any)["city"] = "changed"
	assert.Equal(t, "changed", value.(map[string]any)["city"])

}

// Names that cannot be listed are missed all the same.
func TestEvaluateWithNamesThatAreNotListed(t *testing.T) {
	_, err := mustCompile(t, "${x}").Evaluate(onlyLookup{}, plenty())
	assert.EqualError(t, err, `there is no name "x"`)
}

type onlyLookup struct{}

func (onlyLookup) Lookup(string) (any, bool) { return nil, false }

// A long list of names is cut in an error.
func TestErrorsAreShort(t *testing.T) {
	many := map[string]any{}
	for i := range 100 {
		many[fmt.Sprintf("name%02d", i)] = nil
	}
	_, err := mustCompile(t, "${many.x}").Evaluate(values{"many": many}, plenty())
	assert.EqualError(t, err, `there is no field "x", only name00, name01, name02, name03, name04, name05, name06, name07, name08, name09 and 90 more`)

	_, err = mustCompile(t, "${many[long]}").Evaluate(values{"many": many, "long": strings.Repeat("ë", 10_000)}, plenty())
	assert.Less(t, len(err.Error()), 1000)
}

// What panics in the names is an error.
func TestPanicsAreErrors(t *testing.T) {
	_, err := mustCompile(t, "${x}").Evaluate(panicking{}, plenty())
	assert.EqualError(t, err, "the expression cannot be evaluated: broken")
}

type panicking struct{}

func (panicking) Lookup(string) (any, bool) { panic("broken") }

// A template is used by many runs at once.
func TestEvaluateConcurrently(t *testing.T) {
	template := mustCompile(t, "${input.items.filter(i, i.price > 10).map(i, i.id + string(size(input.tags.map(x, [x]))))} ${input.name.matches('Z.*')}")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				value, err := template.Evaluate(sample(t), plenty())
				assert.NoError(t, err)
				assert.Equal(t, `["y2"] true`, value)
			}
		})
	}
	group.Wait()
}
