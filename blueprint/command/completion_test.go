package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asCommand makes the test's binary the command itself, for what a shell calls.
const asCommand = "BLUEPRINT_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(Execute(New(exampleOptions())))
	}
	os.Exit(m.Run())
}

// A shell that has read the script completes commands and flags, and asks for the right
// files.
func TestBashCompletes(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no bash")
	}
	for _, test := range []struct{ typed, want string }{
		{"blueprint che", "check"},
		{"blueprint ex", "explain"},
		{"blueprint run --ou", "--outcomes"},
		{"blueprint check --", "--catalog --definitions --diff --explain --fix --format --help --json --plan --strict --task-queue"},
		{"blueprint check --catalog ", "files: json|"},
		{"blueprint check --explain missing-m", "missing-max"},
		{"blueprint check --format sa", "sarif"},
		{"blueprint start ord", "order"},
		{"blueprint start --catalog testdata/greeter.json gre", "greeting"},
		{"blueprint check --task-queue ", ""},
		{"blueprint completion ", "bash fish powershell zsh"},
		{"blueprint check ", "files: yaml|yml|json|"},
		{"blueprint run --local order.yaml --outcomes ", "files: yaml|yml|json|"},
		{"blueprint check --definitions ", "files: -d"},
		{"blueprint watch ", ""},
		{"blueprint pau", "pause"},
		{"blueprint resume --", "--by --catalog --deep --help --id --json --note --task-queue"},
		{"blueprint pause --note ", ""},
		{"blueprint fail --", "--by --catalog --help --id --json --message --note --task-queue --type --yes"},
		{"blueprint complete --output ", ""},
		{"blueprint hold --", "--by --catalog --help --id --json --note --off --task-queue --timeout --types"},
		{"blueprint retry --", "--by --catalog --help --id --json --note --task-queue --with"},
		{"blueprint complete --", "--by --catalog --help --id --json --note --output --task-queue --yes"},
		{"blueprint skip --", "--by --catalog --help --id --json --note --task-queue --yes"},
		{"blueprint set --", "--by --catalog --help --id --json --note --task-queue --vars"},
		{"blueprint replace --", "--by --catalog --dry-run --help --id --json --note --task-queue --yes"},
		{"blueprint fork --", "--at --by --catalog --help --json --note --run --task-queue --yes"},
		{"blueprint message --", "--catalog --help --id --json --task-queue"},
		{"blueprint approve --", "--by --catalog --help --id --json --note --task-queue --yes"},
		{"blueprint list --", "--catalog --definition --held --help --json --limit --outcome --paused --query --task-queue --timeout --version --waiting"},
		{"blueprint replace o-1 ", "files: yaml|yml|json|"},
		{"blueprint replace ", ""},
		{"blueprint fork --at ", ""},
		{"blueprint list --outcome f", "failed"},
		{"blueprint list --definition ord", "order"},
		{"blueprint list --waiting ", ""},
		{"blueprint run --id ", ""},
	} {
		assert.Equal(t, test.want, completed(t, bash, test.typed), test.typed)
	}
}

// completed is what bash offers where a line has been typed up to here.
func completed(t *testing.T, bash, typed string) string {
	t.Helper()
	script, err := filepath.Abs(filepath.Join("testdata", "completed.bash"))
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), bash, "--norc", script, os.Args[0])
	command.Args = append(command.Args, strings.Split(typed, " ")...)
	// A program with the race detector sleeps for a second before it ends, unless it is told not to.
	command.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0")
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
	return strings.TrimSpace(string(output))
}

func TestOtherShells(t *testing.T) {
	for shell, want := range map[string]string{"zsh": "compdef _blueprint blueprint", "fish": "complete -c blueprint", "powershell": "Register-ArgumentCompleter -CommandName 'blueprint'"} {
		code, out, problems := execute(t, t.Context(), "", "completion", shell)
		assert.Equal(t, exitOK, code, problems)
		assert.Contains(t, out, want)
	}
}
