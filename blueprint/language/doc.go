// Package language is the blueprint language: what a document may say and what it
// means, without a word about how it is run. A document becomes a Definition (Load),
// which is plain data; a Definition is checked as a whole (Check), so that every
// problem is reported at once, with its place, before anything runs; and a Definition
// without problems becomes a Program (Compile), which many runs share. A plan, the
// steps that an Activity returns, goes the same way. The Go types are the only list of
// what there is: the decoder, the encoder and the JSON Schema follow them.
package language
