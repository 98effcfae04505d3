package childdispatch

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigurationOfTheRoutes(t *testing.T) {
	_, err := ReadConfiguration(configuration)
	require.NoError(t, err, "the configuration that is built in")
	read, err := ReadConfiguration([]byte(`{"routes": {"audio": {"workflow": "ProcessVideo"}}}`))
	require.NoError(t, err, "without tenants, and without a quality")
	assert.Equal(t, Configuration{Routes: map[string]Route{"audio": {Workflow: "ProcessVideo"}}}, read)
}

func TestConfigurationIsReadStrictly(t *testing.T) {
	const audio = `{"audio": {"workflow": "ProcessVideo"}}`
	for text, message := range map[string]string{
		``:                             `must be a JSON object`,
		`[]`:                           `must be a JSON object`,
		`{`:                            `not valid JSON: EOF`,
		`{"routes": {]}`:               `not valid JSON: invalid character ']' looking for beginning of object key string`,
		`{}`:                           `routes must not be empty`,
		`{"routes": {}}`:               `routes must not be empty`,
		`{"routes": null}`:             `routes: must be a JSON object`,
		`{"route": {}}`:                `unknown key "route"; known are routes, tenants`,
		`{"Routes": ` + audio + `}`:    `unknown key "Routes"; known are routes, tenants`,
		`{"routes": ` + audio + `} {}`: `must be one JSON object with nothing after it`,
		`{"routes": ` + audio + `} ]`:  `must be one JSON object with nothing after it`,
		`{"routes": {}, "routes": ` + audio + `}`:                                                    `duplicate key "routes"`,
		`{"routes": {"audio": {"workflow": "ProcessVideo"}, "audio": {"workflow": "ProcessImage"}}}`: `routes: duplicate key "audio"`,
		`{"routes": {"audio": {"Workflow": "ProcessVideo"}}}`:                                        `routes: "audio": unknown key "Workflow"; known are workflow, quality`,
		`{"routes": {"audio": {"workflow": 1}}}`:                                                     `routes: "audio": workflow and quality must be strings`,
		`{"routes": {"audio": {"workflow": "ProcessAudio"}}}`:                                        `routes: "audio": no child workflow "ProcessAudio" is registered`,
		`{"routes": ` + audio + `, "tenants": {"a": {"audio": {"workflow": "ProcessCatalogue"}}}}`:   `tenant "a": "audio": no child workflow "ProcessCatalogue" is registered`,
		`{"routes": ` + audio + `, "tenants": {"a": {}, "a": {}}}`:                                   `tenants: duplicate key "a"`,
	} {
		_, err := ReadConfiguration([]byte(text))
		assert.EqualError(t, err, "read the routes: "+message, text)
	}
}
