// Counts the errors that ajv and the JSON service of VS Code show of one mistake each, with
// the schema of the language: see DETAILS.md.
//   npm install ajv@8 js-yaml@4 vscode-json-languageservice@5
//   node measure.mjs blueprint.schema.json
import Ajv from 'ajv/dist/2020.js'
import fs from 'fs'
import yaml from 'js-yaml'
import vscode from 'vscode-json-languageservice'

const mistakes = {
  'a misspelled kind': '{id: a, activty: charge}',
  'no kind': '{id: a}',
  'two kinds': '{id: a, activity: x, sleep: 1s}',
  'no id': '{activity: x}',
  'a key of another kind': '{id: a, sleep: 1s, with: 1}',
  'a misspelled option': '{id: a, activity: x, startToClos: 5s}',
  '`if`': "{id: a, activity: x, if: '${true}'}",
  '`retry: 3`': '{id: a, activity: x, retry: 3}',
  '`default` of a switch': "{id: a, switch: [{when: '${true}', steps: []}], default: []}",
  '`else` in the list': "{id: a, switch: [{when: '${true}', steps: []}, {else: []}]}",
  'a timeout that is a number': '{id: a, activity: x, startToClose: 5}',
  'a timeout that is no duration': '{id: a, activity: x, startToClose: 5 min}',
  '`maximumAttempts: 0`': '{id: a, activity: x, retry: {maximumAttempts: 0}}',
  '`concurrency: 0`': "{id: a, map: [], over: '${input}', concurrency: 0}",
  '`tolerate: some`': "{id: a, map: [], over: '${input}', tolerate: some}",
  'an edge that is a number': '{id: a, graph: [{id: b, sleep: 1s, next: 3}]}',
  'a misspelled kind, three blocks deep': '{id: a, steps: [{id: b, try: [{id: c, loop: [{id: d, slep: 1s}], times: 2}], finally: []}]}',
  'a misspelled `over` of a map': "{id: a, map: [], ovr: '${input}'}",
  'a misspelled `types` of a catch': "{id: a, try: [], catch: [{type: [X], steps: []}]}",
  'a misspelled `steps` of a case': "{id: a, switch: [{when: '${true}', step: []}]}",
  'no type in a fail': '{id: a, fail: {message: x}}',
}

const schema = JSON.parse(fs.readFileSync(process.argv[2]))
const ajv = new Ajv({allErrors: true, strict: false, logger: false}).compile(schema)

// What says only that a part did not fit is not counted.
function countAjv(document) {
  ajv(document)
  return (ajv.errors ?? []).filter(each => each.keyword !== 'if').length
}

async function countCode(document) {
  const service = vscode.getLanguageService({})
  service.configure({validate: true, schemas: [{uri: 'schema://language', fileMatch: ['*'], schema: structuredClone(schema)}]})
  const text = vscode.TextDocument.create('file:///a.json', 'json', 1, JSON.stringify(document, null, 1))
  return (await service.doValidation(text, service.parseJSONDocument(text))).length
}

for (const [name, step] of Object.entries(mistakes)) {
  const document = yaml.load(`{blueprint: a, version: 1.0.0, steps: [${step}]}`)
  console.log(`${name}: ajv ${countAjv(document)}, VS Code ${await countCode(document)}`)
}
