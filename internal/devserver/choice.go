package devserver

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// ChoiceVariable is the environment variable that chooses the server of the
// end-to-end tests, and of the commands that start one: the absolute path of a
// temporal program, or, for the tests, the host:port of a running server. "make
// e2e SERVER=..." sets it.
const ChoiceVariable = "E2E_SERVER"

// Choice is the server that the environment chooses. At most one field is set;
// none is where the environment leaves the choice to this package.
type Choice struct {
	// CLI is the absolute path of the temporal program to start servers with.
	CLI string
	// Address is the host:port of a running server.
	Address string
}

// ReadChoice reads the environment variable [ChoiceVariable]. It returns an error
// if the value is neither the absolute path of an executable file nor host:port.
func ReadChoice() (Choice, error) {
	value := os.Getenv(ChoiceVariable)
	if value == "" {
		return Choice{}, nil
	}
	// Tests run in their package's folder, where a relative path leads elsewhere.
	if filepath.IsAbs(value) {
		if _, err := exec.LookPath(value); err != nil {
			return Choice{}, fmt.Errorf("%s must be a program that can be executed: %w", ChoiceVariable, err)
		}
		return Choice{CLI: value}, nil
	}
	if !isAddress(value) {
		return Choice{}, fmt.Errorf("%s must be the absolute path of a temporal program, or the host:port of a running server, got %q", ChoiceVariable, value)
	}
	return Choice{Address: value}, nil
}

func isAddress(value string) bool {
	host, port, err := net.SplitHostPort(value)
	if err != nil || host == "" {
		return false
	}
	number, err := strconv.ParseUint(port, 10, 16)
	return err == nil && number > 0
}
