package readme_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"dynamicsamples/internal/readme"
)

func TestMask(t *testing.T) {
	tests := map[string]struct{ output, want string }{
		"run id":               {"run 0198c3f2-7d7e-7b5a-9c55-1f0e5ad0c7a1.", "run <run-id>."},
		"address":              {"at 127.0.0.1:41235, localhost:7233", "at localhost:7233, localhost:7233"},
		"web address":          {"http://127.0.0.1:41236/namespaces http://localhost:80", "http://localhost:8233/namespaces http://localhost:8233"},
		"unique suffix":        {"dynamicworkflow-greeting-3f9a2c1b", "dynamicworkflow-greeting-<unique>"},
		"unique suffix inside": {"/order-2-3f9a2c1b-child-00112233/", "/order-2-<unique>-child-<unique>/"},
		"durations":            {"1.2s 350ms 2m3.5s 12µs 7μs 0s", "<time> <time> <time> <time> <time> <time>"},
		"duration in text":     {"took 1.2s. (elapsed=350ms, 5s)", "took <time>. (elapsed=<time>, <time>)"},
		"timestamps":           {"2026-07-01T12:00:00Z 2026-07-01T12:00:00.123456+02:00", "<timestamp> <timestamp>"},
		"white space":          {"a \t\r\n\n  b\t\n\n \n", "a\n\n  b"},
		"whole line": {
			"http://127.0.0.1:1/workflows/sample-deadbeef/0198c3f2-7d7e-7b5a-9c55-1f0e5ad0c7a1 3s",
			"http://localhost:8233/workflows/sample-<unique>/<run-id> <time>",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, readme.Mask(test.output))
		})
	}
}

func TestMaskLeavesOrdinaryTextAlone(t *testing.T) {
	texts := []string{
		"5 items5s 5sitems v1.2s step-5s 5s-step 5m/s s ms 12",
		"2026-07-01 12:00:00 10000000-20000000 version 1.26.8",
		"greeting-3f9a2c1 greeting-3f9a2c1bb greeting-3F9A2C1B deadbeef",
		"example.com:7233 notlocalhost:7233 localhost 127.0.0.1",
		"straße5s é5s 5sé",
	}
	for _, text := range texts {
		assert.Equal(t, text, readme.Mask(text))
	}
}

func FuzzMask(f *testing.F) {
	f.Add("a-12345678-b-deadbeef-0198c3f2-7d7e-7b5a-9c55-1f0e5ad0c7a1")
	f.Add("http://localhost:1.5s 127.0.0.1:2-12345678 1s 2m3.5s..4µs \r\n \n")
	f.Add("2026-07-01T12:00:00.1+02:00-a-12345678.5s")
	f.Add("localhost:12026-07-01T12:00:00Z")
	f.Fuzz(func(t *testing.T, output string) {
		masked := readme.Mask(output)
		assert.Equal(t, masked, readme.Mask(masked))
	})
}
