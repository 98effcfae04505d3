package rehearse_test

import (
	"cmp"
	"context"
	"errors"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	"dynamicsamples/blueprint/command/internal/rehearse"
	"dynamicsamples/blueprint/engine"
)

// interpreter has activities that fail, and those in which the test waits.
func interpreter(t *testing.T, blocked <-chan struct{}, entered chan<- struct{}) *engine.Interpreter {
	t.Helper()
	catalog := engine.NewCatalog()
	local := engine.ActivityOptions{Local: true}
	catalog.Activity("echo", func(_ context.Context, value any) (any, error) { return value, nil }, local)
	catalog.Activity("nothing", func(context.Context) error { return nil }, local)
	catalog.Activity("plain_fail", func(context.Context) error { return errors.New("always") }, local)
	catalog.Activity("flaky", func(ctx context.Context, failures int) (int, error) {
		if attempt := int(activity.GetInfo(ctx).Attempt); attempt <= failures {
			return 0, temporal.NewApplicationError("not yet", "Busy")
		}
		return failures, nil
	}, local)
	catalog.Activity("block", func(context.Context) error {
		entered <- struct{}{}
		<-blocked
		return nil
	}, engine.ActivityOptions{})
	made, err := engine.New(catalog, engine.Options{Definitions: fstest.MapFS{
		"fails.yaml": {Data: []byte("blueprint: fails\nversion: 1.0.0\nsteps: [{id: n, activity: plain_fail, retry: {maximumAttempts: 1}}]")},
		"inner.yaml": {Data: []byte("blueprint: inner\nversion: 1.0.0\nsteps: [{id: a, activity: plain_fail}]")},
	}})
	require.NoError(t, err)
	return made
}

// call is the only call of the rehearsal with the path.
func call(t *testing.T, done rehearse.Rehearsal, path string) rehearse.Call {
	t.Helper()
	for _, each := range done.Calls {
		if each.Path == path {
			return each
		}
	}
	require.Fail(t, "no call", path)
	return rehearse.Call{}
}

func run(t *testing.T, steps, outcomes string) rehearse.Rehearsal {
	t.Helper()
	read, err := rehearse.ReadOutcomes([]byte(cmp.Or(outcomes, "{}")))
	require.NoError(t, err)
	return rehearse.Run(t.Context(), interpreter(t, nil, nil), []byte("blueprint: tested\nversion: 1.0.0\n"+steps), []byte("null"), read)
}

// The policy is the server's: without one a call is tried again forever, and each of these
// ends on a server as it does here.
func TestAttemptsAreThoseOfAServer(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, steps, outcomes string
		// fails is the failure, "" where the run completes, and stuck the step that is
		// retried forever.
		fails, stuck string
		// detail is the type of a timeout.
		detail   string
		attempts int
		lasts    time.Duration
	}{
		{name: "always fails", steps: `{id: a, activity: plain_fail}`, stuck: "a", attempts: 200},
		{name: "slower than its timeout", steps: `{id: a, activity: echo, with: 1}`, outcomes: `{steps: {a: {delay: 2m, result: ok}}}`, stuck: "a", attempts: 1},
		{name: "as slow as its timeout", steps: `{id: a, activity: echo, with: 1}`, outcomes: `{steps: {a: {delay: 1m, result: ok}}}`, attempts: 1, lasts: time.Minute},
		{name: "fails often", steps: `{id: a, activity: flaky, with: 199}`, attempts: 200, lasts: 127*time.Second + 192*100*time.Second},
		{name: "fails too often", steps: `{id: a, activity: flaky, with: 200}`, stuck: "a", attempts: 200},
		{name: "with a policy that says nothing of attempts", steps: `{id: a, activity: plain_fail, retry: {initialInterval: 5s}}`, stuck: "a", attempts: 200},
		{name: "with 10 attempts", steps: `{id: a, activity: plain_fail, retry: {maximumAttempts: 10}}`, fails: "InternalError", attempts: 10, lasts: 127*time.Second + 2*100*time.Second},
		{name: "with 2,000,000,000 attempts", steps: `{id: a, activity: plain_fail, retry: {maximumAttempts: 2000000000, initialInterval: 1ms, backoffCoefficient: 1}}`,
			fails: "InternalError", attempts: 2_000_000_000, lasts: 1_999_999_999 * time.Millisecond},
		{name: "for an hour", steps: `{id: a, activity: plain_fail, scheduleToClose: 1h}`, fails: "InternalError", attempts: 42, lasts: 127*time.Second + 34*100*time.Second},
		{name: "for a year", steps: `{id: a, activity: plain_fail, scheduleToClose: 8760h, retry: {backoffCoefficient: 1}}`,
			fails: "InternalError", attempts: 31_536_000, lasts: 365*24*time.Hour - time.Second},
		{name: "no time for another attempt", steps: `{id: a, activity: echo, with: 1, scheduleToClose: 1500ms, startToClose: 1s}`, outcomes: `{steps: {a: {delay: 2s, result: 1}}}`,
			fails: "Timeout", detail: "ScheduleToClose", attempts: 1, lasts: time.Second},
		{name: "too slow for a day", steps: `{id: a, activity: echo, with: 1, scheduleToClose: 24h, startToClose: 1s, retry: {backoffCoefficient: 1}}`, outcomes: `{steps: {a: {delay: 2s, result: 1}}}`,
			fails: "Timeout", detail: "ScheduleToClose", attempts: 43_200, lasts: 24*time.Hour - time.Second},
		{name: "an attempt that is cut off", steps: `{id: a, activity: echo, with: 1, scheduleToClose: 1s, startToClose: 3s}`, outcomes: `{steps: {a: {delay: 2s, result: 1}}}`,
			fails: "Timeout", detail: "ScheduleToClose", attempts: 1, lasts: time.Second},
		{name: "a local one", steps: `{id: a, activity: plain_fail, local: true}`, fails: "InternalError", attempts: 6, lasts: 31 * time.Second},
		{name: "a local one for a year", steps: `{id: a, activity: plain_fail, local: true, scheduleToClose: 8760h, retry: {backoffCoefficient: 1}}`,
			fails: "InternalError", attempts: 31_536_000, lasts: 365*24*time.Hour - time.Second},
		{name: "real after a delay", steps: `{id: a, activity: plain_fail}`, outcomes: `{steps: {a: {delay: 1s}}}`, stuck: "a", attempts: 200},
		{name: "real after failures", steps: `{id: a, activity: nothing}`, outcomes: `{steps: {a: {failures: [{type: X}, {type: Y}]}}}`, attempts: 3, lasts: 3 * time.Second},
		{name: "a deadline ends it", steps: `{id: r, race: {a: [{id: a, activity: plain_fail}], b: [{id: b, sleep: 8760h}]}}`, attempts: 200, lasts: 365 * 24 * time.Hour},
		{name: "many of a map", steps: `{id: m, concurrency: 20, over: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], map: [{id: a, activity: plain_fail}]}`, stuck: "m[0]/a", attempts: 100},
		{name: "one of a map", steps: `{id: m, over: [1, 2], map: [{id: a, activity: plain_fail}]}`, stuck: "m[0]/a", attempts: 200},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			done := run(t, "steps: ["+each.steps+"]", each.outcomes)
			assert.Less(t, time.Since(began), 10*time.Second)
			path := "a"
			switch {
			case each.stuck != "":
				path = each.stuck
				assert.ErrorIs(t, done.Err, rehearse.ErrStuck)
				assert.True(t, call(t, done, path).RetriedForEver)
			case each.fails != "":
				var failed *temporal.ApplicationError
				require.ErrorAs(t, done.Err, &failed)
				assert.Equal(t, each.fails, failed.Type())
				assert.Equal(t, each.lasts, done.Lasted)
				var detail string
				_ = failed.Details(&detail)
				assert.Equal(t, each.detail, detail)
			default:
				require.NoError(t, done.Err)
				assert.Equal(t, each.lasts, done.Lasted)
			}
			if each.name == "a deadline ends it" {
				path = "r/a/a"
			}
			assert.Equal(t, each.attempts, call(t, done, path).Attempts)
		})
	}
}

// Children are retried as their policy says, rehearsed ones, too; without one they are not.
func TestAttemptsOfChildren(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, step, outcomes string
		fails, stuck         string
		path                 string
		attempts             int
		lasts                time.Duration
	}{
		{name: "without a policy", step: `{id: c, workflow: fails@1.0.0}`, fails: "InternalError", path: "c"},
		{name: "forever", step: `{id: c, workflow: fails@1.0.0, retry: {initialInterval: 1s}}`, stuck: "c", path: "c"},
		{name: "an activity in it forever", step: `{id: c, workflow: inner@1.0.0}`, stuck: "c > a", path: "c > a", attempts: 200},
		{name: "three attempts", step: `{id: c, workflow: fails@1.0.0, retry: {maximumAttempts: 3}}`, fails: "InternalError", path: "c", lasts: 3 * time.Second},
		{name: "rehearsed, without a policy", step: `{id: c, workflow: fails@1.0.0}`, outcomes: `{steps: {c: {failures: [{type: Busy}], result: 1}}}`, fails: "Busy", path: "c", attempts: 1},
		{name: "rehearsed, tried again", step: `{id: c, workflow: fails@1.0.0, retry: {maximumAttempts: 3}}`, outcomes: `{steps: {c: {failures: [{type: Busy}], result: 1}}}`,
			path: "c", attempts: 2, lasts: time.Second},
		{name: "rehearsed, too slow", step: `{id: c, workflow: fails@1.0.0, runTimeout: 1h}`, outcomes: `{steps: {c: {delay: 2h, result: 1}}}`, fails: "Timeout", path: "c", attempts: 1, lasts: time.Hour},
		{name: "rehearsed, too slow forever", step: `{id: c, workflow: fails@1.0.0, runTimeout: 1h, retry: {initialInterval: 1s}}`, outcomes: `{steps: {c: {delay: 2h, result: 1}}}`,
			stuck: "c", path: "c", attempts: 1},
	}
	for _, each := range cases {
		t.Run(each.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			done := run(t, "steps: ["+each.step+"]", each.outcomes)
			var failed *temporal.ApplicationError
			switch {
			case each.stuck != "":
				assert.ErrorIs(t, done.Err, rehearse.ErrStuck)
				assert.Less(t, time.Since(began), 20*time.Second)
				stuck := done.RetriedForEver()
				require.Len(t, stuck, 1)
				assert.Equal(t, each.stuck, stuck[0].Path)
			case each.fails != "":
				require.ErrorAs(t, done.Err, &failed)
				assert.Equal(t, each.fails, failed.Type())
				assert.Equal(t, each.lasts, done.Lasted)
			default:
				require.NoError(t, done.Err)
				assert.Equal(t, each.lasts, done.Lasted)
			}
			if each.attempts > 0 {
				assert.Equal(t, each.attempts, call(t, done, each.path).Attempts)
			}
		})
	}
}

// A rehearsal ends at once with its context, whatever it is doing.
func TestARehearsalEndsWithItsContext(t *testing.T) {
	t.Parallel()
	blocked, entered := make(chan struct{}), make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan rehearse.Rehearsal, 1)
	made := interpreter(t, blocked, entered)
	go func() {
		ended <- rehearse.Run(ctx, made, []byte("blueprint: tested\nversion: 1.0.0\nsteps: [{id: a, activity: block}]"), []byte("null"), rehearse.Outcomes{})
	}()
	<-entered
	cancel()
	done := <-ended
	assert.ErrorIs(t, done.Err, context.Canceled)
	close(blocked)
}

// An outcome is that of the attempt of its path, or of all attempts but the first.
func TestOutcomesOfAttempts(t *testing.T) {
	steps := "steps: [{id: g, retry: {maximumAttempts: 9}, steps: [{id: a, activity: echo, with: 1, retry: {maximumAttempts: 1}}]}]"
	down := "{failures: [{type: Down}]}"
	for _, outcomes := range []string{"'g#2/a': " + down, "'g#3/a': {result: 2}, 'g#*/a': " + down} {
		var paths []string
		for _, each := range run(t, steps, "{steps: {g/a: "+down+", "+outcomes+"}}").Calls {
			paths = append(paths, each.Path)
		}
		assert.Equal(t, []string{"g/a", "g#2", "g#2/a", "g#3", "g#3/a"}, paths)
	}
}
